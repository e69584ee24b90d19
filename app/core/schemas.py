"""Bases of everything that comes in and goes out."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Input(BaseModel):
    """What a client sends: unknown fields are refused, values are never quoted back in an error."""

    model_config = ConfigDict(
        extra="forbid",
        str_strip_whitespace=True,
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        regex_engine="rust-regex",
    )

    def changes(self) -> dict[str, Any]:
        """The fields that the client really sent: what a PATCH is about."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Change(Input):
    """What a PATCH is about: what is not sent stays as it is.

    In a form of a page a blank field is therefore no answer that could be left out: where it may not be emptied, it is
    missing (`app.web.forms`).
    """


class Output(BaseModel):
    """What a client receives."""

    model_config = ConfigDict(from_attributes=True, hide_input_in_errors=True)
