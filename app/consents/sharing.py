"""What may be shared, worked out from a person's answers. Pure Python, so that the rule can be tried on any answers.

The rule. For each category of data, of the living answers that concern the recipient, **the most specific one decides**
- an institution by name, then a need, then a theme, then any partner - and **of equally specific ones the latest**.
So a general consent does not lift a refusal to one institution, whenever it was given, and a general refusal leaves a
consent to one institution standing until that is withdrawn. A refusal without categories is about all of them.

A consent is living until it is ended or its last day is over; a refusal has no last day. Time alone, a withdrawal, a
narrowing or one more refusal therefore never opens anything. A narrowed consent keeps the place in time of the one it
replaces: narrowing is not a new answer, and must not overtake a refusal given since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.core.ids import ConsentId, InstitutionId
from app.core.sharing import DataCategory


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One row of `consents`, of one person and one purpose."""

    id: ConsentId
    is_given: bool
    institution_id: InstitutionId | None
    need_code: str | None
    categories: frozenset[DataCategory]
    valid_until: date | None
    recorded_at: datetime
    is_ended: bool
    replaced_by: ConsentId | None


@dataclass(frozen=True, kw_only=True)
class Permitted:
    """The categories that may be shared, the consents that this rests on, and what a refusal keeps back."""

    categories: frozenset[DataCategory]
    consent_ids: tuple[ConsentId, ...]
    kept_back: frozenset[DataCategory]

    @property
    def refused(self) -> bool:
        return bool(self.kept_back)


def decide(
    answers: Iterable[Answer], institution_id: InstitutionId, needs: Sequence[str], *, on: date
) -> Permitted:
    """Apply the rule for a sharing with an institution that serves these needs.

    `answers` must hold the ended ones too. Of several needs each is judged for itself, and what is shared serves all
    of them: a category is open when it is open for every one.
    """
    known = list(answers)
    told_at = _told_at(known)
    living = sorted(
        (answer for answer in known if _is_living(answer, on)),
        key=lambda answer: (_precision(answer), told_at[answer.id]),
    )
    by_need = [_decisive(living, institution_id, need) for need in needs or [""]]
    granted = frozenset(
        category
        for category in DataCategory
        if all(category in decisive and decisive[category].is_given for decisive in by_need)
    )
    return Permitted(
        categories=granted,
        consent_ids=tuple(sorted({decisive[category].id for decisive in by_need for category in granted})),
        kept_back=frozenset(
            category for decisive in by_need for category, answer in decisive.items() if not answer.is_given
        ),
    )


def _decisive(
    ordered: Iterable[Answer], institution_id: InstitutionId, need: str
) -> dict[DataCategory, Answer]:
    """The answer that decides each category; answers come the decisive ones last."""
    concerned = (answer for answer in ordered if concerns(answer, institution_id, need))
    return {category: answer for answer in concerned for category in _covered(answer)}


def _told_at(answers: Sequence[Answer]) -> dict[ConsentId, tuple[datetime, ConsentId]]:
    """When the person first gave each answer: narrowed ones inherit it, along the chain, from the first."""
    told: dict[ConsentId, tuple[datetime, ConsentId]] = {}
    for answer in sorted(answers, key=lambda a: (a.recorded_at, a.id)):
        place = told.setdefault(answer.id, (answer.recorded_at, answer.id))
        if answer.replaced_by is not None:
            told[answer.replaced_by] = place
    return told


def _is_living(answer: Answer, on: date) -> bool:
    return not answer.is_ended and (answer.valid_until is None or on <= answer.valid_until)


def concerns(answer: Answer, institution_id: InstitutionId, need: str) -> bool:
    """Whether an answer speaks of a sharing with an institution that serves a need."""
    if answer.institution_id is not None:
        return answer.institution_id == institution_id
    return answer.need_code is None or answer.need_code == need or need.startswith(f"{answer.need_code}.")


def _precision(answer: Answer) -> int:
    if answer.institution_id is not None:
        return 3
    return 0 if answer.need_code is None else 1 + answer.need_code.count(".")


def _covered(answer: Answer) -> frozenset[DataCategory]:
    return answer.categories or frozenset(DataCategory)
