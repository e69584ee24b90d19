"""What people come for, done by hand in a real browser, and what it costs them: the bars of the design, held.

In Arabic with scripts and in French without: no task needs them, and each is done in both directions.
"""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import expect

from app.core.actor import Role
from app.core.clock import now
from app.core.db import ReadSession, WriteSession
from app.core.settings import Settings
from app.people.models import Person
from app.referrals.models import Referral
from app.referrals.states import Outcome, ReferralStatus
from seeds import cast
from seeds.load import stage_of
from seeds.stage import Story
from seeds.story import PATHS
from tests.browser.acts import Hands
from tests.browser.conftest import Opener
from tests.support.served import Served

WORKER, PARTNER, SUPERVISOR = Role.social_worker, Role.partner_agent, Role.supervisor
SENTENCE = "تم الاتفاق على موعد (مثال) - rendez-vous convenu (exemple)"
# With the five family names of the cast, enough that nobody is called like another.
GIVEN = (
    ("لبنى", "Loubna"),
    ("حسناء", "Hasnaa"),
    ("إكرام", "Ikram"),
    ("غزلان", "Ghizlane"),
    ("نوال", "Naoual"),
    ("صباح", "Sabah"),
    ("ثورية", "Touria"),
)
_numbers = count(60)  # the demonstration's own people have the numbers before

Teller = Callable[[str], Story]
Begin = Callable[[Role, str], Hands]


@pytest.fixture
def tell(served: Served) -> Teller:
    """Tell one more story of the demonstration, up to where a journey begins; the person needs a training."""

    def teller(path: str) -> Story:
        stage = stage_of(served.database, Settings())
        number = next(_numbers)
        given_ar, given_latin = GIVEN[number % len(GIVEN)]
        person = cast.Role(given_ar, given_latin, True, 28, "training", "normal", path)
        story = Story(stage, person, number, now())
        for step in PATHS[path]:
            step(story)
        return story

    return teller


@pytest.fixture(params=[("ar", True), ("fr", False)], ids=["ar-with scripts", "fr-without scripts"])
def begin(request: pytest.FixtureRequest, visit: Opener) -> Begin:
    """Sit down as somebody and open a page."""

    language, scripts = request.param

    def at(role: Role, path: str) -> Hands:
        return Hands(visit(role, language, java_script_enabled=scripts)).begin(path)

    return at


def referral_of(served: Served, story: Story) -> Referral:
    with served.database.read_session() as session:
        return session.get_one(Referral, story.referral_id)


# --- a worker's day -------------------------------------------------------------------------------------------


def test_a_file_number_opens_its_case(begin: Begin, tell: Teller, served: Served) -> None:
    story = tell("planned")
    with served.database.read_session() as session:
        number = story.case(WriteSession(ReadSession(session))).number
    hands = begin(WORKER, "/desk").tab_to("#top-q").write(number).press("Enter")
    hands.arrives(f"/cases/{story.case_id}")
    assert hands.effort.keys <= 6


def test_a_name_finds_the_person_and_stands_in_no_address(begin: Begin, tell: Teller, served: Served) -> None:
    story = tell("planned")
    with served.database.read_session() as session:
        person = session.get_one(Person, story.person_id)
        name = f"{person.given_name_latin} {person.family_name_latin}"
    hands = begin(WORKER, "/search")
    expect(hands.page.locator("main [name='name']")).to_be_focused()
    hands.write(name).press("Enter")
    hands.click(f"main a[href='/people/{story.person_id}']").arrives(f"/people/{story.person_id}")
    assert hands.effort.keys + hands.effort.clicks <= 6
    assert name.split()[0] not in hands.page.url


def test_somebody_who_arrives_is_called_and_listened_to(begin: Begin, served: Served) -> None:
    hands = begin(WORKER, "/reception")
    expect(hands.page.locator("main form[action^='/reception/'] [name='first_name']")).to_be_visible()
    hands.fill("first_name", "Loubna (exemple)")
    hands.choose("reason", hands.first_of("reason"))
    hands.click("main form[action^='/reception/'] button").arrives_at("/reception/")
    hands.click("main form[action$='/call'] button").arrives_at("/interviews/")
    assert hands.effort.clicks <= 4


def test_a_conversation_is_noted_in_twenty_seconds(begin: Begin, tell: Teller) -> None:
    story = tell("planned")
    hands = begin(WORKER, f"/cases/{story.case_id}/contacts/new")
    expect(hands.page.locator("[name='happened']")).to_be_focused()
    hands.write(SENTENCE).tab_to(f"main form[action='/cases/{story.case_id}/contacts'] button").press("Enter")
    hands.arrives(f"/cases/{story.case_id}").is_told()
    assert hands.effort.keys <= 9


def test_a_case_is_referred_within_six_clicks(begin: Begin, tell: Teller, served: Served) -> None:
    story = tell("planned")
    hands = begin(WORKER, f"/cases/{story.case_id}")
    hands.click(f"main a[href^='/cases/{story.case_id}/referrals/new']")
    hands.arrives(f"/cases/{story.case_id}/referrals/new")
    hands.send(f"/cases/{story.case_id}/referrals").arrives_at("/referrals/")
    story.referral_id = hands.identity
    for needed in hands.page.locator("main .view__part:has(.needed) input").all():
        hands.click(needed)  # what is shared is ticked by a hand, each for itself
    hands.send(f"/referrals/{story.referral_id}/send").is_told()
    assert referral_of(served, story).status is ReferralStatus.sent
    assert hands.effort.clicks <= 6


# --- a partner's answer ---------------------------------------------------------------------------------------


def test_a_partner_accepts_within_three_clicks(begin: Begin, tell: Teller, served: Served) -> None:
    story = tell("sent")
    here = f"/inbox/{story.referral_id}"
    hands = begin(PARTNER, "/inbox").send(f"{here}/open").arrives(here)
    hands.click(f"main a[href='{here}/accept']").arrives(f"{here}/accept")
    hands.send(f"{here}/accept").arrives(here).is_told()
    assert referral_of(served, story).status is ReferralStatus.accepted
    assert hands.effort.clicks <= 3


def test_a_partner_tells_the_outcome_within_three_clicks(begin: Begin, tell: Teller, served: Served) -> None:
    story = tell("in_service")
    here = f"/inbox/{story.referral_id}"
    hands = begin(PARTNER, here).click(f"main a[href='{here}/complete']").arrives(f"{here}/complete")
    hands.choose("outcomes.need-0", Outcome.met).tab_to("[name='note']").write(SENTENCE)
    hands.send(f"{here}/complete").arrives(here).is_told()
    found = referral_of(served, story)
    assert (found.status, found.outcomes) == (ReferralStatus.completed, {"training": Outcome.met})
    assert hands.effort.clicks <= 3


# --- a supervisor's morning -----------------------------------------------------------------------------------


def test_a_case_is_handed_over_within_two_clicks(begin: Begin) -> None:
    hands = begin(SUPERVISOR, "/board")
    form = hands.page.locator("main form[action^='/board/cases/']").first
    form.locator("select").select_option(index=1)
    hands.effort.clicks += 1
    hands.click(form.locator("button")).is_told()
    assert hands.effort.clicks <= 2


def test_a_partners_stuck_referrals_are_two_clicks_away(begin: Begin) -> None:
    hands = begin(SUPERVISOR, "/board").click("main a[href^='/flow/']").arrives_at("/flow/")
    expect(hands.page.locator("main h1")).to_be_visible()
    assert hands.effort.clicks <= 2
