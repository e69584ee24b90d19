"""The choices sheet: lists of answers, and the reserved lists that name domains, bands and the form itself."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.instruments.errors import FormProblem, Problem
from app.instruments.form import CODE, MAX_CHOICES, Band, Choice, Domain, Texts
from app.instruments.sheets import Row, texts_of

DOMAINS, BANDS, FORM = RESERVED = ("domains", "bands", "form")

_CHOICE_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Lists:
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    domains: tuple[Domain, ...] = ()
    bands: tuple[Band, ...] = ()
    titles: Texts = field(default_factory=dict)

    def of(self, list_name: str) -> tuple[Choice, ...]:
        return self.choices.get(list_name, ())


def read_lists(rows: tuple[Row, ...], languages: tuple[str, ...], problems: list[Problem]) -> Lists:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.get("list_name"), []).append(row)
    for name, members in grouped.items():
        problems += _problems(name, members)
    labelled = {name: _labelled(members, languages, problems) for name, members in grouped.items()}
    return Lists(
        choices={name: _choices(found, problems) for name, found in labelled.items() if name not in RESERVED},
        domains=tuple(
            Domain(code=row.get("name"), labels=labels) for row, labels in labelled.get(DOMAINS, ())
        ),
        bands=_bands(labelled.get(BANDS, []), problems),
        titles=next((labels for row, labels in labelled.get(FORM, ()) if row.get("name") == "title"), {}),
    )


def _problems(name: str, rows: list[Row]) -> list[Problem]:
    """What can be wrong with a list as such: no name, too long, codes that are not codes or not unique."""
    found = []
    if not name:
        found.append(rows[0].problem(FormProblem.NAME_INVALID))
    if len(rows) > MAX_CHOICES:
        found.append(rows[MAX_CHOICES].problem(FormProblem.TOO_MANY_CHOICES, name))
    pattern = CODE if name in RESERVED else _CHOICE_CODE
    seen = set()
    for row in rows:
        code = row.get("name")
        if not pattern.fullmatch(code):
            found.append(row.problem(FormProblem.CODE_INVALID, code))
        if code in seen:
            found.append(row.problem(FormProblem.CHOICE_DUPLICATE, code))
        seen.add(code)
    return found + _misplaced(name, rows)


def _misplaced(name: str, rows: list[Row]) -> list[Problem]:
    unread = ["score"] if name in RESERVED else []
    unread += [] if name == BANDS else ["below", "when"]
    return [
        row.problem(FormProblem.VALUE_MISPLACED, column)
        for row in rows
        for column in unread
        if row.get(column)
    ]


def _labelled(
    rows: list[Row], languages: tuple[str, ...], problems: list[Problem]
) -> list[tuple[Row, Texts]]:
    return [(row, texts_of(row, "label", languages, problems, needed=True)) for row in rows]


def _choices(labelled: list[tuple[Row, Texts]], problems: list[Problem]) -> tuple[Choice, ...]:
    return tuple(
        Choice(code=row.get("name"), labels=labels, score=_number(row, "score", problems))
        for row, labels in labelled
    )


def _bands(labelled: list[tuple[Row, Texts]], problems: list[Problem]) -> tuple[Band, ...]:
    """Only the last band may take what is left, and thresholds rise: otherwise some band could never be reached."""
    bands = []
    highest = -math.inf
    for row, labels in labelled:
        below = _number(row, "below", problems)
        when = row.expression("when")
        takes_all = below is None and not when
        if (takes_all and row is not labelled[-1][0]) or (below is not None and below <= highest):
            problems.append(row.problem(FormProblem.BAND_INVALID, row.get("name")))
        highest = highest if below is None else below
        bands.append(Band(code=row.get("name"), labels=labels, below=below, when=when))
    return tuple(bands)


def _number(row: Row, column: str, problems: list[Problem]) -> float | None:
    text = row.get(column)
    if not text:
        return None
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    problems.append(row.problem(FormProblem.SCORE_INVALID, text))
    return None
