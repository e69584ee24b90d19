"""What a partner sees of how it has answered: a period, and why it is not the one that was asked for."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from app.core.clock import now, today
from app.core.db import WriteSession
from app.referrals.models import Referral
from tests.factories.referrals import Ready
from tests.factories.world import World
from tests.support.pages import Browser
from tests.web.sending import accepted_by, sent_by


def test_the_figures_count_a_period(agent: Browser, sent: Referral) -> None:
    page = agent.open("/our-figures")
    assert page.find("//*[@class='figure__number']")[0].text_content() == "1"
    before = (today() - timedelta(days=400)).isoformat()
    empty = agent.open(f"/our-figures?since={before}&until={before}")
    assert not empty.find("//*[@class='figure__number']")


@pytest.mark.parametrize(("language", "said"), [("fa", "۲٫۵"), ("fr", "2,5"), ("en", "2.5")])
def test_the_days_to_answer_are_written_as_the_language_writes_them(
    app: FastAPI, db: WriteSession, world: World, ready: Ready, language: str, said: str
) -> None:
    sent = sent_by(ready)
    sent.sent_at = now() - timedelta(days=2.5)
    db.commit()
    agent = Browser(app).sign_in_as(db, world.agent, language)
    accepted_by(agent, sent)
    told = [one.text_content() for one in agent.open("/our-figures").find("//*[@class='figure__number']")]
    assert said in told


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("since=x&until=y", "لم يفهم التاريخ المطلوب"),
        ("since=1900-01-01", "الفترة سنة على الأكثر"),
        ("since=2000-01-01&until=2001-06-01", "الفترة سنة على الأكثر"),
        ("until=2999-01-01", "لا أرقام عن أيام لم تأت بعد"),
        ("since=2999-01-01", "لا أرقام عن أيام لم تأت بعد"),
    ],
)
def test_a_period_that_is_brought_into_bounds_says_so(agent: Browser, asked: str, why: str) -> None:
    (said,) = agent.open(f"/our-figures?{asked}").find("//main//*[contains(@class, 'banner--info')]")
    assert why in said.text_content()


def test_a_period_within_bounds_says_nothing_of_them(agent: Browser) -> None:
    asked = f"since={(today() - timedelta(days=364)).isoformat()}&until={today().isoformat()}"
    for path in ("/our-figures", f"/our-figures?{asked}"):
        assert not agent.open(path).find("//main//*[contains(@class, 'banner')]")


def test_a_period_that_ends_before_it_begins_is_refused_where_it_can_be_mended(agent: Browser) -> None:
    page = agent.open("/our-figures?since=2026-03-02&until=2026-03-01", status=422)
    assert page.find("//input[@name='since']/@value") == ["2026-03-02"]
    assert "اليوم الأخير يسبق اليوم الأول" in page.find("//*[@id='refusal']")[0].text_content()
    assert page.find("//*[@id='f-since-error']")
    assert "حفظ" not in page.find("//*[@id='refusal']")[0].text_content()  # nothing would have been saved
