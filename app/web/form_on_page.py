"""A form that was sent, as the page shows it again: what was typed, what is wrong with it, what was saved meanwhile."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from app.core import i18n
from app.web.forms import HELD, Form, bare, path_of


class FormOnPage:
    """A form that was sent, as the page shows it again: what was typed stands in the form that it was typed into.

    A page of several forms begins each by its address; in the others nothing was typed (or what a lock kept of them,
    `beside`) and nothing is wrong.
    """

    def __init__(
        self, sent: Form, address: str, *, is_stale: bool, beside: Mapping[str, Form] = MappingProxyType({})
    ) -> None:
        self._sent = self._here = sent
        self._address = address
        self._typed = {**beside, address: sent}
        self._beside = beside
        self._drawn: dict[str, _Drawn] = {}
        self._standing: set[str] = set()
        # Somebody else was faster. What was typed is kept, and sent again it stands upon what they have saved.
        self.is_stale = is_stale

    @property
    def is_given_back(self) -> bool:
        """Whether a lock has kept it: what was kept goes when it is sent."""
        return bool(self._beside)

    def begin(self, address: str) -> str:
        present = address.partition("?")[0]
        self._here = self._typed.get(present, _NOTHING)
        self._standing.add(present)
        return ""

    def stand(self) -> str:
        """Say that the page's only form stands on it, whatever its address."""
        self._standing.add(self._address)
        return ""

    def __bool__(self) -> bool:
        return bool(self._here)

    @property
    def was_typed_into(self) -> bool:
        """Whether anything stood in the form that was sent: a button alone has nothing that could be kept."""
        return any(not name.startswith("_") and not name.endswith(HELD) for name, _ in self._sent.fields)

    def left(self) -> list[str]:
        """What was written in a form that does not stand on the page that was shown so far: it is not to be lost."""
        left = [form for address, form in self._typed.items() if address not in self._standing]
        return [words for form in left for words in form.written()]

    def own(self, name: str) -> str | None:
        """A field of the face's own, whichever form it was sent in."""
        return next((own for form in (self._here, *self._typed.values()) if (own := form.own(name))), None)

    def values(self, name: str) -> list[str]:
        return self._here.values(name)

    def value(self, name: str) -> str | None:
        return self._here.value(name)

    @property
    def stands(self) -> bool:
        """Whether the form that was sent stands on the page that was shown so far."""
        return self._address in self._standing

    def differs(self, name: str, present: Iterable[object]) -> bool:
        """Whether a field that is sent again upon what was saved meanwhile says something else than what is saved.

        Where nothing is saved nothing is lost: a field may also stand for something new.
        """
        saved = _said(present)
        return (
            bool(self.is_stale and self._here is self._sent and saved)
            and _said(self.values(bare(name))) != saved
        )

    def label(self, name: str, text: str, kind: str = "", at: str | None = None) -> str:
        """The words that a field is drawn with, remembered: what is wrong with it is told under the same ones."""
        if self:
            kind = "boxes" if "[]" in name else "number" if name.endswith(":int") else kind
            self._drawn.setdefault(path_of(name), _Drawn(text, kind, at))
        return text

    def error(self, name: str) -> str | None:
        wrong = self._here.error(name) if self else None
        return self._why(wrong, self._drawn.get(path_of(name))) if wrong else None

    def summary(self, errors: Iterable[Mapping[str, Any]]) -> list[dict[str, str | None]]:
        """Each thing that is wrong under the label of its field, with the field's place on the page.

        A page that has no such field, but knows what an error is about and where it is mended, says so itself (`about`,
        `leads`). What is wrong with the form as a whole stands by itself.
        """
        return [self._told(error) for error in errors]

    def _told(self, error: Mapping[str, Any]) -> dict[str, str | None]:
        path = str(error["pointer"]).removeprefix("body")
        near = self._nearest(path)
        drawn = self._drawn.get(near) if near else None
        about = error.get("about") or (drawn and drawn.text)
        return {
            "at": (drawn and drawn.at) or (path and f"f{(near or path).replace('/', '-')}") or None,
            "about": about,
            **({"leads": error["leads"]} if "leads" in error else {}),
            "why": self._why(error, drawn if near == path else None),
        }

    def _nearest(self, path: str) -> str | None:
        """The field that a pointer means: itself, the list that it is a member of, or the first of its members."""
        whole = path
        while path and path not in self._drawn:
            path = path.rpartition("/")[0]
        return path or next((name for name in self._drawn if whole and name.startswith(f"{whole}/")), None)

    def _why(self, error: Mapping[str, Any], drawn: "_Drawn | None") -> str:
        """The reason; what somebody has to do depends on what the field looks like."""
        key = _TO_DO.get((drawn.kind, str(error.get("code")))) if drawn else None
        return i18n.text(key) if key else str(error["message"])


_NOTHING = Form()


class _Drawn(NamedTuple):
    text: str
    kind: str
    at: str | None


_TO_DO = {
    ("boxes", "missing"): "page.form.tick_one",
    ("boxes", "too_short"): "page.form.tick_one",
    ("one", "missing"): "page.form.choose_one",
    ("number", "wrong_type"): "page.form.whole_number",
    ("number", "bad_format"): "page.form.whole_number",
    ("of_place", "missing"): "page.form.hour_or_no_place",  # it may be left blank where the place is
}


def _said(values: Iterable[object]) -> set[str]:
    """What stands in a field, however its lines end and in whichever order its boxes are."""
    return {" ".join(str(value).split()) for value in values if value is not None} - {""}
