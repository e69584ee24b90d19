"""Whether a referral may be sent: agreement, consent or legal grounds, eligibility. Asked before and while sending."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import select

from app.cases.models import Case
from app.cases.states import CaseStatus
from app.consents import queries as consents
from app.consents.queries import Permitted
from app.core.clock import now
from app.core.db import ReadSession, row
from app.core.ids import PersonId, WindowId
from app.core.sharing import DataCategory
from app.partners import queries as partners
from app.partners.models import Agreement, Service
from app.people import queries as people
from app.people.models import ContactPreference, Person
from app.referrals import queries
from app.referrals.models import Referral
from app.referrals.states import EligibilityWarning, NeededFor
from app.windows import queries as windows
from app.windows.models import Window

_p = Person.__table__.c
_BIRTH = ("birth_precision", "birth_on", "birth_year", "birth_age", "birth_stated_on")


@dataclass(frozen=True)
class Readiness:
    """What stands in the way (`blockers`), what must be acknowledged (`warnings`), and what would be shared."""

    blockers: tuple[str, ...]
    warnings: tuple[EligibilityWarning, ...]
    agreement: Agreement | None
    permitted: Permitted
    needed: Mapping[DataCategory, NeededFor]  # of what the agreement allows
    categories: frozenset[DataCategory]


def readiness(
    db: ReadSession,
    referral: Referral,
    *,
    wanted: Collection[DataCategory] | None = None,
    has_legal_grounds: bool = False,
) -> Readiness:
    """Judge a draft as of now; nothing is written."""
    today = windows.today(db, referral.window_id)
    service = db.get_one(Service, referral.service_id)
    agreement = partners.agreement_covering(db, service.id, territories(db, referral.window_id), today)
    permitted = consents.permitted(
        db, referral.person_id, referral.institution_id, list(referral.needs), on=today
    )
    agreed = frozenset(DataCategory(c) for c in agreement.data_categories) if agreement else frozenset()
    open_to_them = agreed if has_legal_grounds else agreed & permitted.categories
    shared = open_to_them if wanted is None else open_to_them & frozenset(wanted)
    person = eligible(db, referral.person_id)
    needed = {c: what_for for c, what_for in _needed(service, referral, person) if c in agreed}
    blockers = tuple(_blockers(db, referral, service, agreement, open_to_them, shared, permitted))
    return Readiness(
        blockers=blockers,
        warnings=(
            *_warnings(db, referral, service, agreement, person, today),
            *(
                _unmet(needed, shared) if "consent_refused" not in blockers else ()
            ),  # nobody is told to share more
        ),
        agreement=agreement,
        permitted=permitted,
        needed=needed,
        categories=shared,
    )


def _needed(service: Service, referral: Referral, person: Any) -> Iterator[tuple[DataCategory, NeededFor]]:
    """What a service cannot well do without; where two reasons hold for a category, the last counts."""
    yield DataCategory.identity, NeededFor.whom
    if service.min_age is not None or service.max_age is not None:
        yield DataCategory.birth, NeededFor.age
    if person.contact_preference is not ContactPreference.do_not_contact:
        yield DataCategory.contact, NeededFor.reach
    if service.territory_codes:
        yield DataCategory.contact, NeededFor.residence
    if list(referral.needs) != [service.need_code]:  # else the service's own name says what is asked
        yield DataCategory.needs, NeededFor.request


def _unmet(
    needed: Collection[DataCategory], shared: Collection[DataCategory]
) -> Iterator[EligibilityWarning]:
    """Without the identity nothing is sent at all; whatever else is kept back may make the partner decline."""
    if set(needed) - set(shared) - {DataCategory.identity}:
        yield EligibilityWarning.needed_data


def territories(db: ReadSession, window_id: WindowId) -> tuple[str, ...]:
    """The territory of a window and all that it lies in: an agreement over one of them reaches it."""
    return windows.ancestors(db, db.get_one(Window, window_id).territory_code)


def _blockers(
    db: ReadSession,
    referral: Referral,
    service: Service,
    agreement: Agreement | None,
    open_to_them: frozenset[DataCategory],
    shared: frozenset[DataCategory],
    permitted: Permitted,
) -> Iterator[str]:
    if db.get_one(Case, referral.case_id).status is CaseStatus.closed:
        yield "case_closed"
    if not all(_serves(service, need) for need in referral.needs):
        yield "need_not_served"
    if not service.is_active or not partners.institution(db, referral.institution_id).is_active:
        yield "service_inactive"
    if agreement is None:
        yield "no_agreement"
    elif DataCategory.identity not in open_to_them:
        yield from _not_allowed(permitted)
    elif DataCategory.identity not in shared:
        yield "identity_not_chosen"


def _not_allowed(permitted: Permitted) -> Iterator[str]:
    """A refusal is respected: nobody is told to ask again."""
    if DataCategory.identity in permitted.kept_back:
        yield "consent_refused"
    else:
        yield "no_consent"


def withheld(ready: Readiness, wanted: Collection[DataCategory]) -> Iterator[str]:
    """What was chosen and will not be shared, as blockers; of the identity `readiness` tells by itself.

    Whoever sends must not believe that something was shared which was not.
    """
    if ready.agreement is None:
        return
    agreed = ready.agreement.data_categories
    for category in sorted(set(wanted) - ready.categories - {DataCategory.identity}):
        yield f"not_permitted:{category}" if category in agreed else f"not_agreed:{category}"


def _serves(service: Service, need: str) -> bool:
    """A consent is given for a need: naming another one beside it must not open the data to this service."""
    code = service.need_code
    return need == code or need.startswith(f"{code}.") or code.startswith(f"{need}.")


def _warnings(
    db: ReadSession,
    referral: Referral,
    service: Service,
    agreement: Agreement | None,
    person: Any,
    today: date,
) -> Iterator[EligibilityWarning]:
    """Who the service is for, and how much of it is left; a worker who knows better acknowledges and sends."""
    yield from misfits(db, person, service, today)
    if service.capacity is not None and queries.served_by(db, service.id) >= service.capacity:
        yield EligibilityWarning.capacity
    if agreement is not None and quota_used(db, agreement, today):
        yield EligibilityWarning.quota
    if queries.is_under_way(db, referral):
        yield EligibilityWarning.already_referred


def misfits(db: ReadSession, person: Any, service: Any, today: date) -> Iterator[EligibilityWarning]:
    """In what a person (as `eligible` reads one) differs from those a service, or a row of the directory, is for."""
    if service.sex is not None and person.sex != service.sex:
        yield EligibilityWarning.sex
    if not _age_fits(person, service, today):
        yield EligibilityWarning.age
    if not _is_for(person, service, today):
        yield EligibilityWarning.target
    if service.languages and person.language not in service.languages:
        yield EligibilityWarning.language
    if service.territory_codes and not _lives_in(db, person, service.territory_codes):
        yield EligibilityWarning.territory


def eligible(db: ReadSession, person_id: PersonId) -> Any:
    """What eligibility looks at in a person; the columns of a birth are put together in `people`."""
    columns = (_p.sex, _p.language, _p.commune_code, _p.contact_preference, *(_p[name] for name in _BIRTH))
    return row(db, select(*columns).where(_p.id == person_id))


def _age_fits(person: Any, service: Any, today: date) -> bool:
    """An unknown age does not fit a service that asks for one."""
    if service.min_age is None and service.max_age is None:
        return True
    ages = people.birth_of(person).age_on(today)
    if ages is None:
        return False
    youngest, oldest = ages
    return oldest >= (service.min_age or 0) and (service.max_age is None or youngest <= service.max_age)


# Ages, in years, of the groups that an age tells; the others (families, migrants …) cannot be told from a file.
_AGES = {"children": (0, 17), "youth": (15, 29), "elderly": (60, 150)}


def _is_for(person: Any, service: Any, today: date) -> bool:
    """Whether the person may belong to one of the groups that a service is for."""
    if not service.targets or set(service.targets) - _AGES.keys() - {"women"}:
        return True
    ages = people.birth_of(person).age_on(today)
    return ("women" in service.targets and person.sex != "male") or any(
        ages is None or (ages[1] >= _AGES[group][0] and ages[0] <= _AGES[group][1])
        for group in service.targets
        if group in _AGES
    )


def _lives_in(db: ReadSession, person: Any, territory_codes: Collection[str]) -> bool:
    if person.commune_code is None:
        return False
    return not set(windows.ancestors(db, person.commune_code)).isdisjoint(territory_codes)


def quota_used(db: ReadSession, agreement: Agreement, today: date) -> bool:
    """Whether as many were sent under an agreement as its period allows."""
    period = partners.quota_window(agreement, today)
    if agreement.quota is None or period is None:
        return False
    first, last = (datetime.combine(day, time(), UTC) for day in period)
    return queries.sent_under(db, agreement.id, first, min(last, now())) >= agreement.quota
