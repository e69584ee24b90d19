"""What a draft keeps of the answers, and what an assessment is completed with."""

from datetime import date
from typing import Any, cast

import pytest

from app.assessments.filling import AnswersRefused, AssessmentIncomplete, fill, finish
from app.core import i18n
from app.core.errors import DomainError
from app.instruments.compiler import compile_form
from tests.factories.assessments import COMPLETE, source

FORM = compile_form(source(), "markdown")
TODAY = date(2026, 3, 15)
WORKING = {"works": "yes", "hours": 30}


def filled(present: dict[str, Any], **sent: object) -> dict[str, Any]:
    return fill(FORM, present, sent, today=TODAY, earlier={}).answers


def refusals(refused: DomainError) -> list[tuple[str, str]]:
    errors = refused.details["errors"]
    assert isinstance(errors, list)
    return [(error["pointer"], error["code"]) for error in errors]


def test_answers_sent_replace_present_ones_and_the_others_stay() -> None:
    assert filled({"home": "3", "money": "1"}, home="5") == {"home": "5", "money": "1"}


def test_null_takes_an_answer_back() -> None:
    assert filled({"home": "3", "money": "1"}, home=None) == {"money": "1"}


def test_a_draft_may_be_incomplete_and_against_a_constraint() -> None:
    assert filled({}, works="yes", hours=61) == {"works": "yes", "hours": 61}


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        ({"home": "2"}, ("/answers/home", "unknown_choice")),
        ({"children": "two"}, ("/answers/children", "wrong_type")),
        ({"hours": "many"}, ("/answers/hours", "wrong_type")),
        ({"colour": "red"}, ("/answers/colour", "unknown_question")),
        ({"a b": "red"}, ("/answers", "unknown_question")),
    ],
)
def test_an_answer_that_is_none_of_its_question_is_refused(
    sent: dict[str, object], refusal: tuple[str, str]
) -> None:
    with pytest.raises(AnswersRefused) as refused:
        filled({"home": "3"}, **sent)
    assert refusals(refused.value) == [refusal]


def test_an_answer_that_is_irrelevant_for_now_is_kept_until_completion() -> None:
    aside = filled(WORKING, works="no", home="3")
    assert aside == {"works": "no", "hours": 30, "home": "3"}
    assert filled(aside, works="yes") == {"works": "yes", "hours": 30, "home": "3"}
    final = finish(FORM, aside, today=TODAY, earlier={})
    assert final.answers == {"works": "no", "home": "3"}


def test_calculated_values_are_not_taken_from_answers() -> None:
    made = fill(FORM, {}, {**WORKING, "month": 1}, today=TODAY, earlier={})
    assert "month" not in made.answers
    assert made.calculated["month"] == 120


def test_what_is_calculated_once_stays() -> None:
    made = fill(FORM, {}, {}, today=TODAY, earlier={"begun_on": "2026-01-01"})
    assert made.calculated["begun_on"] == "2026-01-01"


def test_a_blank_required_question_keeps_an_assessment_from_being_completed() -> None:
    with pytest.raises(AssessmentIncomplete) as refused:
        finish(FORM, {"works": "yes"}, today=TODAY, earlier={})
    assert refused.value.details["missing"] == ["home", "hours"]
    assert refusals(refused.value) == [("/answers/home", "required"), ("/answers/hours", "required")]


def test_a_constraint_is_told_with_what_is_missing_in_the_language_of_the_request() -> None:
    language = i18n.language.set("ar")
    try:
        with pytest.raises(AnswersRefused) as refused:
            finish(FORM, {"works": "yes", "hours": 61}, today=TODAY, earlier={})
    finally:
        i18n.language.reset(language)
    errors = cast(list[dict[str, str]], refused.value.details["errors"])
    assert [(error["pointer"], error["code"]) for error in errors] == [
        ("/answers/home", "required"),
        ("/answers/hours", "constraint"),
    ]
    assert errors[1]["message"] == "ستون ساعة على الأكثر."


def test_a_complete_form_gives_scores_band_and_needs() -> None:
    final = finish(FORM, COMPLETE, today=TODAY, earlier={})
    assert final.scores == {"housing": 1.0, "income": 3.0}
    assert (final.total, final.band, final.needs) == (2.0, "fragile", ("housing",))


def test_what_a_draft_keeps_stays_out_of_its_representation() -> None:
    assert repr(fill(FORM, {}, {"home": "3"}, today=TODAY, earlier={})) == "Filled()"
