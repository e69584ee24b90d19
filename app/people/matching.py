"""Whether two records describe one person.

The weights follow Fellegi and Sunter: each is about log2 of how much oftener the observation is made on two records of
one person than on records of two people who came up for comparison. They are added to `PRIOR`, and the sum becomes a
number between 0 and 1. They were set by judgement, not estimated from data, and are few so that a worker can be told
every one of them as a reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import product

from app.core import text
from app.people import names
from app.people.birth import Birth, agreement
from app.people.identifiers import IdentifierKind


class Reason(StrEnum):
    SAME_IDENTIFIER = "same_identifier"
    SAME_BIRTH_CERTIFICATE = "same_birth_certificate"
    DIFFERENT_IDENTIFIER = "different_identifier"
    SAME_PHONE = "same_phone"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    PARTIAL_NAME = "partial_name"
    DIFFERENT_NAME = "different_name"
    SAME_GIVEN_NAME = "same_given_name"
    SIMILAR_GIVEN_NAME = "similar_given_name"
    DOUBTFUL_GIVEN_NAME = "doubtful_given_name"
    DIFFERENT_GIVEN_NAME = "different_given_name"
    SAME_FAMILY_NAME = "same_family_name"
    SIMILAR_FAMILY_NAME = "similar_family_name"
    DOUBTFUL_FAMILY_NAME = "doubtful_family_name"
    DIFFERENT_FAMILY_NAME = "different_family_name"
    NAME_OTHER_SCRIPT = "name_other_script"
    NAMES_SWAPPED = "names_swapped"
    SAME_BIRTH = "same_birth"
    COMPATIBLE_BIRTH = "compatible_birth"
    DIFFERENT_BIRTH = "different_birth"
    SAME_SEX = "same_sex"
    DIFFERENT_SEX = "different_sex"


class Verdict(StrEnum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


WEIGHTS: dict[Reason, float] = {
    Reason.SAME_IDENTIFIER: 14,
    Reason.SAME_BIRTH_CERTIFICATE: 6,  # numbered by each commune for itself
    Reason.DIFFERENT_IDENTIFIER: -4,
    Reason.SAME_PHONE: 3,  # families and neighbours share one
    Reason.SAME_NAME: 9,
    Reason.SIMILAR_NAME: 6,
    Reason.PARTIAL_NAME: 2,
    Reason.DIFFERENT_NAME: -8,
    Reason.SAME_GIVEN_NAME: 4,
    Reason.SIMILAR_GIVEN_NAME: 2,
    Reason.DOUBTFUL_GIVEN_NAME: -2,
    Reason.DIFFERENT_GIVEN_NAME: -6,
    Reason.SAME_FAMILY_NAME: 5,
    Reason.SIMILAR_FAMILY_NAME: 3,
    Reason.DOUBTFUL_FAMILY_NAME: -1,
    Reason.DIFFERENT_FAMILY_NAME: -4,
    Reason.NAME_OTHER_SCRIPT: 0,
    Reason.NAMES_SWAPPED: -2,  # enough to leave the last word to a worker
    Reason.SAME_BIRTH: 6,
    Reason.COMPATIBLE_BIRTH: 2,
    Reason.DIFFERENT_BIRTH: -6,
    Reason.SAME_SEX: 1,
    Reason.DIFFERENT_SEX: -4,
}
PRIOR = -7.0
POSSIBLE_FROM, LIKELY_FROM, CERTAIN_FROM = 0.0, 4.0, 11.0

# Issued once to one person in the country. A passport or a residence card is replaced by one with another number, so
# only for the first two does a different number speak against.
_PERSONAL = frozenset(
    {IdentifierKind.CIN, IdentifierKind.IDCS, IdentifierKind.RESIDENCE_CARD, IdentifierKind.PASSPORT}
)
_FOR_LIFE = (IdentifierKind.CIN, IdentifierKind.IDCS)
_AGAINST = frozenset(reason for reason in Reason if reason.startswith("different_"))


@dataclass(frozen=True, repr=False)
class Profile:
    """What is known of a person. `phones` are E.164; identifiers normalised; `sex` counts when female or male.

    One newcomer is compared with many: what is made of the names is made once.
    """

    given_ar: str = ""
    family_ar: str = ""
    given_latin: str = ""
    family_latin: str = ""
    sex: str | None = None
    birth: Birth = field(default_factory=Birth.unknown)
    phones: frozenset[str] = frozenset()
    identifiers: frozenset[tuple[IdentifierKind, str]] = frozenset()

    @cached_property
    def given(self) -> tuple[str, ...]:
        return _told(self.given_ar, self.given_latin)

    @cached_property
    def family(self) -> tuple[str, ...]:
        return _told(self.family_ar, self.family_latin)

    @cached_property
    def whole(self) -> tuple[str, ...]:
        """The full name in each script, a part missing in one taken from the other."""
        arabic = f"{self.given_ar or self.given_latin} {self.family_ar or self.family_latin}"
        latin = f"{self.given_latin or self.given_ar} {self.family_latin or self.family_ar}"
        return _told(*dict.fromkeys((arabic, latin)))


@dataclass(frozen=True, slots=True, repr=False)
class Match:
    """`score` orders candidates, `verdict` says what to do about one, `reasons` (codes) say why."""

    score: float
    verdict: Verdict | None
    reasons: tuple[Reason, ...]


def score(a: Profile, b: Profile) -> Match:
    """Compare two records; the order of the two does not matter. Absent data is no evidence either way.

    A personal identifier settles it unless names and birth speak against it. Without one, only the same full name and
    exact birth date with a further agreement are certain: twins share all but the given name.
    """
    reasons = (*_identifiers(a, b), *_phones(a, b), *_names(a, b), *_births(a, b), *_sexes(a, b))
    total = PRIOR + sum(WEIGHTS[reason] for reason in reasons)
    return Match(1 / (1 + 2**-total), _verdict(total, frozenset(reasons)), reasons)


def _verdict(total: float, reasons: frozenset[Reason]) -> Verdict | None:
    if Reason.SAME_IDENTIFIER in reasons:
        return _verdict_on_identifier(reasons)
    if total >= CERTAIN_FROM and reasons >= {Reason.SAME_NAME, Reason.SAME_BIRTH} and not reasons & _AGAINST:
        return Verdict.CERTAIN
    if total >= LIKELY_FROM:
        return Verdict.LIKELY
    return Verdict.POSSIBLE if total >= POSSIBLE_FROM else None


def _verdict_on_identifier(reasons: frozenset[Reason]) -> Verdict:
    """A number copied from a parent's card, or mistyped, must be seen by someone and merged by nobody."""
    if not reasons & {Reason.DIFFERENT_NAME, Reason.DIFFERENT_GIVEN_NAME}:
        return Verdict.CERTAIN
    if Reason.DIFFERENT_BIRTH in reasons:
        return Verdict.POSSIBLE
    return Verdict.CERTAIN if Reason.SAME_BIRTH in reasons else Verdict.LIKELY


def _told(*values: str) -> tuple[str, ...]:
    return tuple(value for value in values if names.words(value))


def _identifiers(a: Profile, b: Profile) -> Iterator[Reason]:
    shared = {kind for kind, value in a.identifiers & b.identifiers if value}
    if shared & _PERSONAL:
        yield Reason.SAME_IDENTIFIER
    if IdentifierKind.BIRTH_CERTIFICATE in shared:
        yield Reason.SAME_BIRTH_CERTIFICATE
    if any(kind not in shared and _has(a, kind) and _has(b, kind) for kind in _FOR_LIFE):
        yield Reason.DIFFERENT_IDENTIFIER


def _has(profile: Profile, wanted: IdentifierKind) -> bool:
    return any(kind is wanted and value for kind, value in profile.identifiers)


def _phones(a: Profile, b: Profile) -> Iterator[Reason]:
    if a.phones & b.phones:
        yield Reason.SAME_PHONE


def _births(a: Profile, b: Profile) -> Iterator[Reason]:
    match agreement(a.birth, b.birth):
        case "same" if a.birth.on is not None and (a.birth.on.month, a.birth.on.day) == (1, 1):
            # Registers wrote 1 January for everyone of whom only the year was known.
            yield Reason.COMPATIBLE_BIRTH
        case "same":
            yield Reason.SAME_BIRTH
        case "compatible":
            yield Reason.COMPATIBLE_BIRTH
        case "different":
            yield Reason.DIFFERENT_BIRTH


def _sexes(a: Profile, b: Profile) -> Iterator[Reason]:
    known = {"female", "male"}
    if a.sex in known and b.sex in known:
        yield Reason.SAME_SEX if a.sex == b.sex else Reason.DIFFERENT_SEX


@dataclass(frozen=True, slots=True, order=True)
class _Likeness:
    value: float
    other_script: bool

    @property
    def level(self) -> str:
        thresholds = (
            (names.SAME_FROM, "same"),
            (names.SIMILAR_FROM, "similar"),
            (names.DOUBTFUL_FROM, "doubtful"),
        )
        return next((level for least, level in thresholds if self.value >= least), "different")


def _likeness(some: tuple[str, ...], others: tuple[str, ...]) -> _Likeness:
    """The best likeness inside one script; across scripts only when they have none in common."""
    across = {pair: text.is_arabic(pair[0]) != text.is_arabic(pair[1]) for pair in product(some, others)}
    within = [pair for pair, crosses in across.items() if not crosses]
    return max(_Likeness(names.similarity(*pair), across[pair]) for pair in within or across)


def _names(a: Profile, b: Profile) -> Iterator[Reason]:
    parts = (a.given, a.family, b.given, b.family)
    if all(parts):
        yield from _parts(*parts)
    elif any(parts[:2]) and any(parts[2:]):
        yield from _whole_names(a.whole, b.whole)


def _parts(
    given: tuple[str, ...],
    family: tuple[str, ...],
    other_given: tuple[str, ...],
    other_family: tuple[str, ...],
) -> Iterator[Reason]:
    straight = _likeness(given, other_given), _likeness(family, other_family)
    if min(like.value for like in straight) < names.SIMILAR_FROM:
        crossed = _likeness(given, other_family), _likeness(family, other_given)
        if min(like.value for like in crossed) >= names.SIMILAR_FROM:
            yield Reason.NAMES_SWAPPED
            straight = crossed
    yield from _both_parts(*straight)


def _both_parts(given: _Likeness, family: _Likeness) -> Iterator[Reason]:
    levels = {given.level, family.level}
    if levels == {"same"}:
        yield Reason.SAME_NAME
    elif levels <= {"same", "similar"}:
        yield Reason.SIMILAR_NAME
    else:
        yield Reason(f"{given.level}_given_name")
        yield Reason(f"{family.level}_family_name")
    if given.other_script or family.other_script:
        yield Reason.NAME_OTHER_SCRIPT


def _whole_names(some: tuple[str, ...], others: tuple[str, ...]) -> Iterator[Reason]:
    """One record has its names in a single field, or only one of them."""
    like = _likeness(some, others)
    words = min(len(names.words(name)) for name in (*some, *others))
    if like.level == "different":
        yield Reason.DIFFERENT_NAME
    elif like.level != "doubtful":
        yield Reason.PARTIAL_NAME if words < 2 else Reason(f"{like.level}_name")
    if like.other_script:
        yield Reason.NAME_OTHER_SCRIPT
