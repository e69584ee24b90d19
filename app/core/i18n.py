"""Sentences in four languages. Code knows keys; the catalogues in `app/locales` know the words."""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

from app.core.settings import LANGUAGES

LOCALES = Path(__file__).parent.parent / "locales"

language: ContextVar[str] = ContextVar("language", default="ar")


@cache
def catalogue(code: str) -> Mapping[str, str]:
    """Return every sentence of one language by its key, read once from `<code>.po` and `pages/<part>.<code>.po`."""
    found: dict[str, str] = {}
    for path in (LOCALES / f"{code}.po", *sorted((LOCALES / "pages").glob(f"*.{code}.po"))):
        with path.open("rb") as file:
            found |= {str(m.id): str(m.string) for m in read_po(file, locale=code) if m.id and m.string}
    return found


def has(key: str, code: str) -> bool:
    """Whether a language has its own sentence for a key."""
    return key in catalogue(code)


def text(key: str, code: str | None = None, **values: object) -> str:
    """Return the sentence for a key in the given or the request's language, English when it is missing.

    Values fill `{name}` places; they are codes and numbers, never what somebody typed.
    """
    wanted = code or language.get()
    sentence = catalogue(wanted).get(key) or catalogue("en").get(key, key)
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", str(value))
    return sentence


@lru_cache(maxsize=512)  # the header is the client's: what is remembered of it is bounded
def negotiate(accept_language: str, default: str) -> str:
    """Choose one of our languages from an `Accept-Language` header (RFC 9110, 12.5.4).

    Dialects fall back on their language (`ar-MA` → `ar`); what we do not speak falls back on the default.
    """
    offers: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language[:200].split(",")):
        tag, _, parameters = part.partition(";")
        try:
            quality = float(parameters.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        primary = tag.strip().lower().split("-")[0]
        if quality > 0 and (primary in LANGUAGES or primary == "*"):
            offers.append((-quality, position, default if primary == "*" else primary))
    return min(offers)[2] if offers else default
