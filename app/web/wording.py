"""How things are said on a page: sentences, numbers of things, days and times, names, codes. Codes and data come in, text goes out."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from markupsafe import Markup, escape
from persiantools.jdatetime import JalaliDate

from app.core import i18n
from app.core.clock import now, today
from app.core.settings import settings

# Morocco writes Arabic with European digits and its own names of the months.
LOCALES = {"ar": "ar_MA", "fr": "fr_MA", "en": "en_GB", "fa": "fa_IR"}
NAMES = {"ar": "العربية", "fr": "Français", "en": "English", "fa": "فارسی"}
RIGHT_TO_LEFT = frozenset({"ar", "fa"})
digits = i18n.digits
_SOON = 14  # so many days away and less are counted, before and after


def language() -> str:
    return i18n.language.get()


def direction() -> str:
    return "rtl" if language() in RIGHT_TO_LEFT else "ltr"


def t(key: str, **values: object) -> Markup:
    """The sentence for a key. Values are data: each is set apart, so that its direction disturbs nobody's."""
    sentence = escape(i18n.text(key))
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", bdi(value))
    return Markup(sentence)  # noqa: S704 - both parts were escaped


def plain(key: str, **values: object) -> str:
    """The same as plain text, for titles and attributes."""
    return i18n.text(key, None, **values)


def count(key: str, number: int, **values: object) -> Markup:
    """So many of something, in the grammatical number that the language asks for."""
    return t(i18n.form(key, number), n=i18n.digits(number), **values)


def bdi(value: object) -> Markup:
    return value if isinstance(value, Markup) else Markup("<bdi>{}</bdi>").format(value)


def ltr(value: object) -> Markup:
    """A number of a file, a telephone or a card: left to right in every language."""
    return Markup('<bdi dir="ltr" class="code">{}</bdi>').format(value)


def word(code: StrEnum | None) -> str:
    """A code of a closed list in words."""
    return "" if code is None else i18n.text(f"enum.{type(code).__name__}.{code.value}")


def day(value: date | None, *, short: bool = False) -> Markup:
    """A day in words: with the Moroccan names of the months in Arabic, in the Jalali calendar first in Persian."""
    if value is None:
        return Markup("")
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), day_text(value, short=short))


def day_text(value: date, *, short: bool = False) -> str:
    code = language()
    if code == "fa":
        there = JalaliDate(value)  # type: ignore[no-untyped-call]
        month = there.strftime("%B", locale="fa")
        return digits(f"{there.day} {month}" if short else f"{there.day} {month} {there.year}")
    pattern = "d MMM" if short else "d MMMM y"
    if code == "fr" and value.day == 1:
        pattern = pattern.replace("d", "'1er'", 1)  # the first of a month alone is an ordinal
    return format_date(value, pattern, locale=LOCALES[code])


def calendar_year(year: int) -> str:
    """A Gregorian year; in Persian with the two Jalali years that it reaches into, as its days are written in those."""
    if language() != "fa":
        return digits(year)
    first, last = (JalaliDate(day).year for day in (date(year, 1, 1), date(year, 12, 31)))  # type: ignore[no-untyped-call]
    return digits(f"{first}–{last} ({year})")


def weekday(value: date) -> str:
    return format_date(value, "EEEE", locale=LOCALES[language()])


def day_of(at: datetime, zone: str | None = None) -> date:
    """The day of an instant by the clock of the house, or of a window's zone: at night it is another than in UTC."""
    return at.astimezone(ZoneInfo(zone or settings().time_zone)).date()


def moment(value: datetime | None, zone: str | None = None) -> Markup:
    """An instant as day and hour at a window."""
    if value is None:
        return Markup("")
    local = value.astimezone(ZoneInfo(zone or settings().time_zone))
    return Markup('<time datetime="{}">{}&nbsp;·&nbsp;{}</time>').format(
        value.isoformat(), day_text(local.date()), bdi(clock(value, zone))
    )


def clock(value: datetime, zone: str | None = None) -> str:
    local = value.astimezone(ZoneInfo(zone or settings().time_zone))
    return digits(format_time(local, "HH:mm", locale="en_GB"))


def hour(said: str) -> Markup:
    """An hour that was agreed on, `HH:MM` by the clock of its window."""
    return Markup('<time datetime="{}">{}</time>').format(said, bdi(digits(said)))


def near(value: date | None, zone: str | None = None) -> Markup:
    """A day as people say it: today, tomorrow, three days ago; further away by its date."""
    if value is None:
        return Markup("")
    away = (value - today(zone)).days
    if away in {-1, 0, 1}:
        said: object = t({-1: "page.day.yesterday", 0: "page.day.today", 1: "page.day.tomorrow"}[away])
    elif -_SOON <= away < 0:
        said = count("page.day.ago", -away)
    elif 0 < away <= _SOON:
        said = count("page.day.ahead", away)
    else:
        return day(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(value.isoformat(), day_text(value), said)


def missed(value: date, zone: str | None = None) -> Markup:
    """That a deadline has passed: how long ago, or on which day where that is long past."""
    is_long_past = (today(zone) - value).days > _SOON
    return t("page.day.missed_on" if is_long_past else "page.day.missed", when=near(value, zone))


def due_by(key: str, value: date, zone: str | None = None) -> Markup:
    """A deadline in the words of the page, `key` with its `{day}`; one that has passed says so instead."""
    return missed(value, zone) if value < today(zone) else t(key, day=near(value, zone))


def since(value: datetime) -> Markup:
    """How long something has waited: minutes up to two hours, then hours up to a day, then days.

    It stands in a sentence that says so ("waiting for"); by itself, `ago` is what is meant.
    """
    minutes = max(0, int((now() - value).total_seconds() // 60))
    if minutes < 120:
        return count("page.time.minutes", minutes)
    if minutes < 24 * 60:
        return count("page.time.hours", minutes // 60)
    return count("page.time.days", minutes // (24 * 60))


def ago(value: datetime) -> Markup:
    """How long ago something was."""
    return t("page.time.ago", time=since(value))


def person(row: Mapping[str, Any], prefix: str = "") -> Markup:
    """A person's name in the script of the language, or the only one that is known."""
    scripts = ("ar", "latin") if direction() == "rtl" else ("latin", "ar")
    for script in scripts:
        parts = [row.get(f"{prefix}{part}_name_{script}") for part in ("given", "family")]
        if any(parts):
            return bdi(" ".join(part for part in parts if part))
    return t("page.person.unnamed")


def named(row: Mapping[str, Any], prefix: str = "name") -> Markup:
    """The name of a window, an institution or a service in the script of the language."""
    order = ("ar", "fr") if direction() == "rtl" else ("fr", "ar")
    return bdi(next((row[f"{prefix}_{code}"] for code in order if row.get(f"{prefix}_{code}")), ""))


def label(term: Mapping[str, Any]) -> str:
    """The word for a term of an open list."""
    labels: Mapping[str, str] = term["labels"]
    return labels.get(language()) or labels["ar" if direction() == "rtl" else "fr"]
