"""Writing what was sent into a row. A form sends all that it shows: only what is another value now was changed."""

from collections.abc import Mapping
from typing import Any


def apply(entity: object, sent: Mapping[str, Any]) -> list[str]:
    """Set the columns that were sent; return the names, in order, of those that held another value before."""
    changed = differing(entity, sent)
    for name, value in sent.items():
        setattr(entity, name, value)
    return changed


def differing(entity: object, sent: Mapping[str, Any]) -> list[str]:
    """The names, in order, of the columns that hold another value than was sent."""
    return sorted(name for name, value in sent.items() if getattr(entity, name) != value)
