"""Sentences in four languages. Code knows keys; the catalogues in `app/locales` know the words."""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
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


@cache
def _plural(code: str) -> Any:
    return Locale.parse(code).plural_form


def form(key: str, number: int, code: str | None = None) -> str:
    """The key for so many of something, in the grammatical number that the language asks for: `<key>.one`, `.few` …

    The rules are CLDR's. A language may leave out the forms that are like `.other`.
    """
    wanted = code or language.get()
    found = f"{key}.{_plural(wanted)(number)}"
    return found if has(found, wanted) else f"{key}.other"


_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def digits(value: object) -> str:
    """A number in the digits that the request's language is written with."""
    return str(value).translate(_PERSIAN) if language.get() == "fa" else str(value)


def span(seconds: int) -> str:
    """How long something takes: in seconds below two minutes, then in minutes, and never less than it is."""
    unit, number = ("seconds", seconds) if seconds < 120 else ("minutes", -(-seconds // 60))
    return text(form(f"page.time.{unit}", number), n=digits(number))


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
