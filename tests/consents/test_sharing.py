"""The rule by itself: examples that read like the sentences of `app.consents.sharing`, and what no answers can break."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.consents.sharing import Answer, Permitted, decide
from app.core.ids import ConsentId, InstitutionId
from app.core.sharing import DataCategory

HOSPITAL, CHAMBER = (InstitutionId(UUID(int=n)) for n in (1, 2))
TODAY = date(2026, 3, 2)
SOME = frozenset({DataCategory.identity, DataCategory.contact, DataCategory.health})
EVERYTHING = frozenset(DataCategory)


def _answer(place: int, *, is_given: bool = True, to: object = None, **values: Any) -> Answer:
    """The answer told in this place of time, to an institution, to partners of a need, or to any."""
    answer = Answer(
        id=ConsentId(UUID(int=place)),
        is_given=is_given,
        institution_id=None if isinstance(to, str) else cast("InstitutionId | None", to),
        need_code=to if isinstance(to, str) else None,
        categories=SOME if is_given else frozenset(),
        valid_until=None,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=place),
        is_ended=False,
        replaced_by=None,
    )
    return replace(answer, **values)


def _to_hospital(*answers: Answer, needs: tuple[str, ...] = ("health.care",), on: date = TODAY) -> Permitted:
    return decide(answers, HOSPITAL, needs, on=on)


def test_without_an_answer_nothing_is_shared_and_nothing_was_refused() -> None:
    assert _to_hospital() == Permitted(categories=frozenset(), consent_ids=(), kept_back=frozenset())


def test_what_several_consents_open_adds_up() -> None:
    one = _answer(1, to=HOSPITAL, categories=frozenset({DataCategory.identity}))
    other = _answer(2, categories=frozenset({DataCategory.health}))
    permitted = _to_hospital(one, other)
    assert permitted.categories == {DataCategory.identity, DataCategory.health}
    assert permitted.consent_ids == (one.id, other.id)


def test_a_consent_concerns_its_recipient_only() -> None:
    assert _to_hospital(_answer(1, to=HOSPITAL)).categories == SOME
    assert _to_hospital(_answer(1)).categories == SOME
    assert _to_hospital(_answer(1, to=CHAMBER)).categories == frozenset()


def test_a_theme_covers_its_needs_and_a_need_not_its_theme() -> None:
    assert _to_hospital(_answer(1, to="health")).categories == SOME
    assert _to_hospital(_answer(1, to="health.care")).categories == SOME
    for other in ("housing", "health.dental", "heal"):
        assert _to_hospital(_answer(1, to=other)).categories == frozenset()
    assert _to_hospital(_answer(1, to="health.care"), needs=("health",)).categories == frozenset()


def test_a_later_refusal_closes_what_a_wider_or_equal_consent_opened() -> None:
    for wide in (None, "health", "health.care", HOSPITAL):
        permitted = _to_hospital(_answer(1, to=wide), _answer(2, is_given=False, to=HOSPITAL))
        assert permitted == Permitted(
            categories=frozenset(), consent_ids=(), kept_back=frozenset(DataCategory)
        )


def test_a_refusal_of_some_categories_leaves_the_others() -> None:
    refused = frozenset({DataCategory.health})
    permitted = _to_hospital(_answer(1), _answer(2, is_given=False, to=HOSPITAL, categories=refused))
    assert (permitted.categories, permitted.refused) == (SOME - refused, True)


def test_a_refusal_to_one_institution_says_nothing_about_another() -> None:
    permitted = _to_hospital(_answer(1), _answer(2, is_given=False, to=CHAMBER))
    assert (permitted.categories, permitted.refused) == (SOME, False)


def test_a_general_refusal_leaves_a_consent_to_one_institution_standing() -> None:
    assert _to_hospital(_answer(1, to=HOSPITAL), _answer(2, is_given=False)).categories == SOME


def test_a_general_consent_does_not_lift_a_refusal_to_one_institution() -> None:
    assert _to_hospital(_answer(1, is_given=False, to=HOSPITAL), _answer(2)).categories == frozenset()


def test_a_change_of_mind_is_a_later_answer_to_the_same_recipient() -> None:
    permitted = _to_hospital(_answer(1, is_given=False, to=HOSPITAL), _answer(2, to=HOSPITAL))
    assert permitted.categories == SOME


def test_of_several_needs_a_refusal_for_one_closes_the_sharing() -> None:
    answers = (_answer(1, is_given=False, to="housing"), _answer(2, to="health"))
    assert _to_hospital(*answers, needs=("health.care",)).categories == SOME
    assert _to_hospital(*answers, needs=("health.care", "housing.rent")).categories == frozenset()


def test_without_a_need_only_answers_to_institutions_or_to_any_count() -> None:
    assert _to_hospital(_answer(1, to="health"), needs=()).categories == frozenset()
    assert _to_hospital(_answer(1), needs=()).categories == SOME


def test_a_consent_holds_on_its_last_day_and_not_after() -> None:
    consent = _answer(1, valid_until=TODAY)
    assert _to_hospital(consent).categories == SOME
    assert _to_hospital(consent, on=TODAY + timedelta(days=1)).categories == frozenset()


def test_a_narrowed_consent_does_not_overtake_a_refusal_given_since() -> None:
    refusal = _answer(2, is_given=False, to=HOSPITAL)
    first = _answer(1, to=HOSPITAL, is_ended=True, replaced_by=ConsentId(UUID(int=3)))
    second = _answer(3, to=HOSPITAL, is_ended=True, replaced_by=ConsentId(UUID(int=4)))
    third = _answer(4, to=HOSPITAL, categories=frozenset({DataCategory.identity}))
    assert _to_hospital(first, refusal, second, third).categories == frozenset()
    assert _to_hospital(first, second, third).categories == {DataCategory.identity}


# --- whatever the answers -------------------------------------------------------------------------------------

_NEEDS = ("health", "health.care", "housing")


@st.composite
def _histories(draw: st.DrawFn) -> list[Answer]:
    """Answers in the order of time, as the service lets them be recorded, none of them narrowed."""
    answers = []
    for place in range(1, draw(st.integers(1, 7)) + 1):
        is_given = draw(st.booleans())
        few = st.frozensets(st.sampled_from(sorted(SOME)), min_size=1 if is_given else 0)
        answers.append(
            _answer(
                place,
                is_given=is_given,
                to=draw(st.sampled_from([None, HOSPITAL, CHAMBER, *_NEEDS])),
                categories=draw(few),
                valid_until=draw(st.sampled_from([None, TODAY, TODAY + timedelta(days=9)]))
                if is_given
                else None,
                is_ended=is_given and draw(st.booleans()),
            )
        )
    return answers


_needs = st.lists(st.sampled_from(_NEEDS), max_size=2, unique=True).map(tuple)


@given(_histories(), _needs, st.data())
def test_a_withdrawal_never_widens(
    history: list[Answer], needs: tuple[str, ...], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(history) - 1))
    if history[place].is_given:
        after = [*history[:place], replace(history[place], is_ended=True), *history[place + 1 :]]
        assert _to_hospital(*after, needs=needs).categories <= _to_hospital(*history, needs=needs).categories


@given(_histories(), _needs, st.data())
def test_narrowing_never_widens_however_often(
    history: list[Answer], needs: tuple[str, ...], data: st.DataObject
) -> None:
    for _ in range(3):
        place = data.draw(st.integers(0, len(history) - 1))
        old = history[place]
        if not old.is_given or old.is_ended:
            continue
        new = _answer(
            len(history) + 1,
            categories=data.draw(st.frozensets(st.sampled_from(sorted(old.categories)), min_size=1)),
        )
        new = replace(
            new, institution_id=old.institution_id, need_code=old.need_code, valid_until=old.valid_until
        )
        after = [*history, new]
        after[place] = replace(old, is_ended=True, replaced_by=new.id)
        assert _to_hospital(*after, needs=needs).categories <= _to_hospital(*history, needs=needs).categories
        history = after


@given(_histories(), _needs, st.sampled_from([None, HOSPITAL, *_NEEDS]))
def test_one_more_refusal_never_widens(history: list[Answer], needs: tuple[str, ...], to: object) -> None:
    after = [*history, _answer(len(history) + 1, is_given=False, to=to)]
    assert _to_hospital(*after, needs=needs).categories <= _to_hospital(*history, needs=needs).categories


@given(_histories(), _needs, st.integers(0, 20))
def test_time_alone_never_widens(history: list[Answer], needs: tuple[str, ...], days: int) -> None:
    later = _to_hospital(*history, needs=needs, on=TODAY + timedelta(days=days))
    assert later.categories <= _to_hospital(*history, needs=needs).categories


@given(_histories(), _needs)
def test_after_a_refusal_of_everything_to_the_institution_nothing_is_shared(
    history: list[Answer], needs: tuple[str, ...]
) -> None:
    last = _answer(len(history) + 1, is_given=False, to=HOSPITAL)
    assert _to_hospital(*history, last, needs=needs).categories == frozenset()


@given(_histories(), _needs)
def test_what_is_shared_rests_on_living_consents_that_cover_it(
    history: list[Answer], needs: tuple[str, ...]
) -> None:
    permitted = _to_hospital(*history, needs=needs)
    resting = [answer for answer in history if answer.id in permitted.consent_ids]
    assert all(answer.is_given and not answer.is_ended for answer in resting)
    assert permitted.categories <= {category for answer in resting for category in answer.categories}


@given(_histories(), _needs, st.randoms())
def test_the_order_in_which_rows_come_does_not_matter(
    history: list[Answer], needs: tuple[str, ...], random: Random
) -> None:
    shuffled = list(history)
    random.shuffle(shuffled)
    assert _to_hospital(*shuffled, needs=needs) == _to_hospital(*history, needs=needs)
