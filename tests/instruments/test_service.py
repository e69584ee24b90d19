"""Publishing and retiring versions of an instrument."""

import hashlib

import pytest
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.clock import now
from app.core.errors import NotFound
from app.core.ids import InstrumentId, uuid7
from app.core.pagination import PageRequest
from app.instruments import queries, service
from app.instruments.errors import InstrumentInvalid, InstrumentUnreadable
from app.vocabularies import service as vocabularies
from tests.factories.assessments import define_terms, publish, source
from tests.factories.world import World


def audited(world: World, action: str) -> list[AuditEntry]:
    statement = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
    return list(world.db.scalars(statement))


def test_publishing_keeps_the_form_and_the_fingerprint_of_its_source(world: World) -> None:
    instrument = publish(world.db, world.administrator)
    assert (instrument.code, instrument.version) == ("situation", "1")
    assert instrument.source_sha256 == hashlib.sha256(source()).hexdigest()
    assert instrument.published_by == world.administrator.user_id
    assert queries.form(world.db, instrument.id) == service.compiled(source(), "markdown").form
    (entry,) = audited(world, "instrument:publish")
    assert (entry.subject_id, entry.details["instrument_code"]) == (instrument.id, "situation")


def test_a_version_is_published_once(world: World) -> None:
    publish(world.db, world.administrator)
    with pytest.raises(service.InstrumentVersionExists) as refused:
        publish(world.db, world.administrator)
    assert refused.value.details == {"instrument_code": "situation", "instrument_version": "1"}


def test_a_need_that_is_revealed_must_be_in_the_vocabulary(world: World) -> None:
    define_terms(world.db)
    vocabularies.retire(world.db, "need", "income")
    with pytest.raises(InstrumentInvalid) as refused:
        service.publish(world.db, world.administrator, source(), "markdown")
    context = {"sheet": "survey", "row": 0, "subject": "income"}
    assert refused.value.details["errors"] == [
        {"pointer": "/survey", "code": "need_unknown", "context": context}
    ]


def test_only_markdown_and_workbooks_are_read(world: World) -> None:
    with pytest.raises(InstrumentUnreadable):
        service.publish(world.db, world.administrator, source(), "pdf")


def test_the_current_version_is_the_last_one_published_that_is_not_retired(world: World) -> None:
    first, second = (publish(world.db, world.administrator, version=version) for version in "12")
    current = queries.current(world.db, "situation")
    assert current is not None
    assert current["id"] == second.id
    service.retire(world.db, world.administrator, second)
    world.db.flush()
    current = queries.current(world.db, "situation")
    assert current is not None
    assert current["id"] == first.id
    service.retire(world.db, world.administrator, first)
    world.db.flush()
    assert queries.current(world.db, "situation") is None


def test_retiring_twice_changes_nothing(world: World) -> None:
    instrument = publish(world.db, world.administrator)
    before = now()
    service.retire(world.db, world.administrator, instrument)
    retired_at = instrument.retired_at
    service.retire(world.db, world.administrator, instrument)
    assert instrument.retired_at == retired_at
    assert retired_at is not None
    assert before <= retired_at
    assert len(audited(world, "instrument:retire")) == 1


def test_an_unknown_instrument_is_not_found(world: World) -> None:
    unknown = InstrumentId(uuid7())
    for ask in (queries.form, queries.get, queries.read):
        with pytest.raises(NotFound):
            ask(world.db, unknown)
    assert queries.one(world.db, unknown) is None
    assert queries.current(world.db, "unheard_of") is None


def test_a_form_is_read_once_and_the_ones_used_last_are_kept(world: World) -> None:
    forms = queries.Forms(2)
    first, second, third = (publish(world.db, world.administrator, version=v).id for v in "123")
    first_kept, second_kept = forms.get(world.db, first), forms.get(world.db, second)
    assert forms.get(world.db, first) is first_kept
    forms.get(world.db, third)  # takes the place of the second, which was used longest ago
    assert forms.get(world.db, first) is first_kept
    assert forms.get(world.db, second) is not second_kept


def test_the_list_shows_current_versions_or_all_of_them(world: World) -> None:
    for code, version in [("situation", "1"), ("arrival", "7"), ("situation", "2")]:
        publish(world.db, world.administrator, code, version)
    retired = publish(world.db, world.administrator, "situation", "3")
    service.retire(world.db, world.administrator, retired)
    world.db.flush()

    def listed(**filters: object) -> list[tuple[str, str]]:
        shown, cursor = [], None
        while True:
            page = queries.page(world.db, PageRequest(2, cursor), **filters)  # type: ignore[arg-type]
            shown += [(item["code"], item["version"]) for item in page.items]
            cursor = page.next
            if cursor is None:
                return shown

    assert listed() == [("arrival", "7"), ("situation", "2")]
    everything = [("arrival", "7"), ("situation", "1"), ("situation", "2"), ("situation", "3")]
    assert listed(every_version=True) == everything
    assert listed(code="situation", every_version=True) == everything[1:]
    assert listed(code="arrival") == [("arrival", "7")]
