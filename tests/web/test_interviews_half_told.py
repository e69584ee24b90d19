"""A draft keeps whatever can be kept: answers about sharing as far as they were given, all but what cannot stand."""

from typing import Any

import pytest

from app.core.db import WriteSession
from app.intake.models import Interview
from tests.support.interviews import WHOLE, autosaved, autosaves, fresh, write
from tests.support.pages import Browser, Page

pytestmark = pytest.mark.usefixtures("intake_terms")

HALF = {"consent__referral": "given", "consent__statistics": "refused"}
SHARED = {"sharing__categories": ["identity", "needs"]}
TOO_LONG = "ظ" * 10_003


def leads(page: Page) -> list[str]:
    return [str(lead).partition("#")[2] for lead in page.find("//*[@id='refusal']//a/@href")]


def told(page: Page) -> str:
    return " ".join(page.find("//*[@id='refusal']")[0].text_content().split())


# --- answers about sharing --------------------------------------------------------------------------------------


def test_answers_about_sharing_are_kept_before_it_is_told_how_they_were_given(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = worker.open(f"/interviews/{draft.id}")
    fields: dict[str, Any] = {
        "consent.referral": "given",
        "consent.statistics": "refused",
        "sharing.categories[]": ["identity", "needs"],
        "sharing.language": "ary",
    }
    answer = autosaves(page, **fields)
    assert "data-unfit" not in answer.text
    assert "ما عدا" not in answer.text
    kept = {c["purpose"]: (c["decision"], c["categories"], c["form"]) for c in fresh(db, draft).consents}
    assert kept == {
        "referral": ("given", ["identity", "needs"], None),
        "statistics": ("refused", [], None),
    }
    again = worker.open(f"/interviews/{draft.id}")
    for name, value in (("consent.referral", "given"), ("consent.statistics", "refused")):
        assert again.find(f"//input[@name='{name}'][@value='{value}'][@checked]")
    ticked = again.find("//input[@name='sharing.categories[]'][@checked]/@value")
    assert sorted(map(str, ticked)) == ["identity", "needs"]
    assert not again.find("//input[@name='sharing.form'][@checked]")
    assert again.find("//select[@name='sharing.language']/option[@value='ary'][@selected]")


def test_a_button_that_only_saves_keeps_them_too(worker: Browser, db: WriteSession, draft: Interview) -> None:
    page = write(worker, draft, **HALF)
    assert page.response.history[-1].headers["location"].endswith("?done=draft_saved#f-consents")
    assert [c["decision"] for c in fresh(db, draft).consents] == ["given", "refused"]


def test_checking_refuses_what_they_lack_at_its_fields_and_keeps_the_draft(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(worker, draft, next="check", narrative="مثال", **HALF)
    assert page.status == 422
    assert sorted(leads(page)) == ["f-sharing-categories", "f-sharing-form"]
    assert "تم الاحتفاظ بالمسودة" in told(page)
    assert "لم يتم حفظ أي شيء" not in page.text
    assert fresh(db, draft).narrative == "مثال"
    assert len(fresh(db, draft).consents) == 2
    page = page.send(page.path, next="check", sharing__form="oral_with_witness")
    assert sorted(leads(page)) == ["f-sharing-categories", "f-sharing-witness"]
    page = page.send(page.path, next="check", sharing__witness="شاهدة (مثال)", **SHARED)
    assert page.path == f"/interviews/{draft.id}/check"


def test_the_guided_way_refuses_it_where_it_is_asked_and_lets_go_back(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    here = f"/interviews/{draft.id}/guided/consents"
    page = worker.open(here).send(here, next="on", **HALF, **SHARED)
    assert (page.status, leads(page)) == (422, ["f-sharing-form"])
    assert len(fresh(db, draft).consents) == 2
    page = page.send(here, next="back")
    assert page.path == f"/interviews/{draft.id}/guided/channel"


def test_the_check_names_the_fields_that_lack(worker: Browser, db: WriteSession, draft: Interview) -> None:
    write(worker, draft, **WHOLE, **HALF, **SHARED)
    page = worker.open(f"/interviews/{draft.id}/check")
    assert "كيف أعطي الجواب: اختر جوابا." in told(page)
    assert leads(page) == ["f-sharing-form"]  # two answers lack it, it is chosen once
    page = page.send(f"/interviews/{draft.id}/complete")
    assert (page.status, leads(page)) == (409, ["f-sharing-form"])
    write(worker, draft, sharing__form="oral_with_witness")
    page = worker.open(f"/interviews/{draft.id}/check")
    assert "اسم الشاهد(ة): هذه الخانة ضرورية" in told(page)
    assert leads(page) == ["f-sharing-witness"]
    (row,) = page.find("//*[contains(@class, 'answers__row--wrong')]")
    assert "اسم الشاهد(ة)" in row.text_content()


# --- what cannot stand ------------------------------------------------------------------------------------------


def test_a_story_beyond_its_limit_holds_up_nothing_else(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    write(worker, draft, narrative="قبل (مثال)")
    version = fresh(db, draft).version
    answer = autosaved(worker, draft, version, narrative=TOO_LONG, urgency="urgent", phone="0600000098")
    assert answer.status_code == 200
    kept = fresh(db, draft)
    assert (kept.narrative, kept.urgency) == ("قبل (مثال)", "urgent")
    assert kept.new_person == {"phones": [{"number": "0600000098"}]}
    assert f'data-version="{kept.version}" data-unfit' in answer.text
    assert "ما عدا: <bdi>ما يحكيه الشخص</bdi>" in answer.text
    assert 'data-remark="f-narrative"' in answer.text
    assert "بمقدار 3 أحرف" in answer.text
    mended = autosaved(worker, draft, kept.version, narrative="بعد (مثال)")
    assert "data-unfit" not in mended.text
    assert fresh(db, draft).narrative == "بعد (مثال)"


def test_an_end_of_a_line_counts_as_one_sign(worker: Browser, db: WriteSession, draft: Interview) -> None:
    lines = "\r\n".join(["ظ" * 99] * 100)
    answer = autosaved(worker, draft, draft.version, narrative=lines)
    assert "data-unfit" not in answer.text
    assert len(fresh(db, draft).narrative) == 9_999


def test_a_remark_upon_what_is_kept_is_no_warning(worker: Browser, draft: Interview) -> None:
    answer = autosaved(worker, draft, draft.version, phone="12")
    assert "data-remark" in answer.text
    assert "data-unfit" not in answer.text


@pytest.mark.parametrize("button", ["check", "stay", "guided", "people"])
def test_without_scripts_only_the_wrong_field_waits_for_its_author(
    worker: Browser, db: WriteSession, draft: Interview, button: str
) -> None:
    page = write(worker, draft, next=button, narrative=TOO_LONG, urgency="urgent")
    assert (page.status, page.path) == (422, f"/interviews/{draft.id}")
    assert "تم الاحتفاظ بالمسودة، ما عدا" in told(page)
    assert leads(page) == ["f-narrative"]
    assert (
        page.find("//textarea[@aria-describedby='f-narrative-hint f-narrative-error']")[0].text.strip()
        == TOO_LONG
    )
    assert (fresh(db, draft).narrative, fresh(db, draft).urgency) == (None, "urgent")
    page = page.send(page.path, next="stay", narrative="مثال")
    assert page.status == 200
    assert fresh(db, draft).narrative == "مثال"


def test_an_hour_that_nobody_understands_costs_nothing_else(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    held_at = draft.held_at
    answer = autosaved(worker, draft, draft.version, narrative="مثال", held_at="أمس")
    assert 'data-remark="f-held_at"' in answer.text
    assert (fresh(db, draft).narrative, fresh(db, draft).held_at) == ("مثال", held_at)


def test_a_witness_whose_name_is_too_long_leaves_the_answer_standing(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    page = write(
        worker, draft, **HALF, **SHARED, sharing__form="oral_with_witness", sharing__witness="ظ" * 201
    )
    assert leads(page) == ["f-sharing-witness"]
    kept = fresh(db, draft).consents
    assert [(c["decision"], c["form"], c["witness"]) for c in kept] == [
        ("given", "oral_with_witness", None),
        ("refused", "oral_with_witness", None),
    ]


def test_on_the_guided_way_what_cannot_stand_is_refused_and_shown_again(
    worker: Browser, db: WriteSession, draft: Interview
) -> None:
    here = f"/interviews/{draft.id}/guided/narrative"
    page = worker.open(here).send(here, next="on", narrative=TOO_LONG)
    assert (page.status, leads(page)) == (422, ["f-narrative"])
    page = page.send(here, next="on", narrative="مثال")
    assert page.path == f"/interviews/{draft.id}/guided/name"
    assert fresh(db, draft).narrative == "مثال"
