from typing import Annotated

from fastapi import Depends

from app.auth.deps import allowed
from app.auth.permissions import Permission
from app.consents import queries
from app.consents.models import Consent
from app.core.actor import Actor
from app.core.deps import WriteDb
from app.core.ids import ConsentId, PersonId
from app.people import queries as people
from app.people.deps import seen
from app.people.models import Person

ConsentRecorder = Annotated[Actor, Depends(allowed(Permission.consent_record))]
ConsentsSeen = Annotated[PersonId, Depends(seen("consent:list"))]


def _person(actor: ConsentRecorder, db: WriteDb, person_id: PersonId) -> Person:
    return people.get(db, actor, person_id)


PersonAsked = Annotated[Person, Depends(_person, scope="function")]


def _consent(person: PersonAsked, db: WriteDb, consent_id: ConsentId) -> Consent:
    return queries.get(db, person.id, consent_id)


ConsentToEnd = Annotated[Consent, Depends(_consent, scope="function")]
