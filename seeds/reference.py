"""What every installation needs: territories, vocabularies, holidays, windows, partners, the instrument.

Everything goes through the services, so that a seed that breaks is a bug found. Running it twice changes nothing.
"""

import csv
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.db import WriteSession
from app.instruments import queries as instruments
from app.instruments import service as instruments_service
from app.partners import service as partners
from app.partners.models import Institution
from app.partners.schemas import AgreementCreate, InstitutionCreate, ServiceCreate
from app.vocabularies import service as vocabularies
from app.vocabularies.models import Term
from app.vocabularies.schemas import TermCreate
from app.windows import service as windows
from app.windows.models import Holiday, Territory, TerritoryLevel, Window
from app.windows.schemas import HolidayCreate, WindowCreate
from seeds.directory import INSTITUTIONS, WINDOWS

DATA = Path(__file__).parent / "data"
# The lists that an administrator may extend; the others are fixed by the life cycles and live in the code.
OPEN_LISTS = frozenset(
    {
        "arrival_reason",
        "counter_topic",
        "no_document_reason",
        "language",
        "relationship",
        "service_target",
        "institution_kind",
        "attendance_reason",
    }
)


def load(db: WriteSession) -> Iterator[str]:
    """Fill in what is missing; yields a line for each kind of which something was new."""
    new = {
        "territories": territories(db),
        "vocabularies": terms(db),
        "holidays": holidays(db),
        "windows": offices(db),
        "partners": institutions(db),
        "instrument": instrument(db),
    }
    yield from [f"{kind}: {number}" for kind, number in new.items() if number] or ["nothing new"]


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def territories(db: WriteSession) -> int:
    """Regions, provinces and communes under their codes of the Haut-Commissariat au Plan, parents first."""
    known = set(db.scalars(select(Territory.code)))
    missing = [row for row in _read("territories.csv") if row["code"] not in known]
    for level in TerritoryLevel:
        db.add_all(
            Territory(
                code=row["code"],
                parent_code=row["parent_code"] or None,
                level=level,
                name_ar=row["name_ar"],
                name_fr=row["name_fr"],
            )
            for row in missing
            if row["level"] == level
        )
        db.flush()
    return len(missing)


def terms(db: WriteSession) -> int:
    """The coded needs and the other open lists. A term that is there stays as the house has worded or retired it."""
    known = {tuple(term) for term in db.execute(select(Term.vocabulary, Term.code))}
    lists = [{**row, "vocabulary": "need"} for row in _read("needs.csv")]
    lists += [row for row in _read("vocabularies.csv") if row["vocabulary"] in OPEN_LISTS]
    missing = [row for row in lists if (row["vocabulary"], row["code"]) not in known]
    for vocabulary, rows in groupby(missing, key=lambda row: row["vocabulary"]):
        ordered = sorted(
            rows, key=lambda row: bool(row.get("parent_code"))
        )  # themes before what is below them
        vocabularies.define(
            db,
            vocabulary,
            [
                TermCreate(
                    code=row["code"],
                    parent_code=row.get("parent_code") or None,
                    position=int(row["position"]),
                    **{name: row[name] for name in ("name_ar", "name_fr", "name_en", "name_fa")},
                )
                for row in ordered
            ],
        )
    return len(missing)


def holidays(db: WriteSession) -> int:
    """The country's days off, certain and computed ones."""
    known = set(db.scalars(select(Holiday.on).where(Holiday.window_id.is_(None))))
    missing = [row for row in _read("holidays.csv") if date.fromisoformat(row["date"]) not in known]
    for row in missing:
        windows.add_holiday(
            db,
            SYSTEM,
            HolidayCreate(
                on=date.fromisoformat(row["date"]),
                name_ar=row["name_ar"],
                name_fr=row["name_fr"],
                is_certain=row["certain"] == "yes",
            ),
        )
    return len(missing)


def offices(db: WriteSession) -> int:
    """The windows of Oujda and its neighbour."""
    known = set(db.scalars(select(Window.code)))
    missing = [WindowCreate(**fields) for fields in WINDOWS if fields["code"] not in known]
    for data in missing:
        windows.open_window(db, SYSTEM, data)
    return len(missing)


def institutions(db: WriteSession) -> int:
    """The partners of the launch and other kinds that a window meets, each with services and an agreement."""
    known = set(db.scalars(select(Institution.name_fr)))
    missing = [entry for entry in INSTITUTIONS if entry["institution"]["name_fr"] not in known]
    for entry in missing:
        institution = partners.add_institution(db, SYSTEM, InstitutionCreate(**entry["institution"]))
        services = [
            partners.add_service(db, SYSTEM, institution, ServiceCreate(**fields))
            for fields in entry["services"]
        ]
        terms = AgreementCreate(**entry["agreement"], service_ids=[service.id for service in services])
        agreement = partners.draft_agreement(db, SYSTEM, institution, terms)
        partners.sign(db, SYSTEM, agreement)
    return len(missing)


def instrument(db: WriteSession) -> int:
    """The autonomy matrix."""
    if instruments.current(db, "autonomy_matrix") is not None:
        return 0
    instruments_service.publish(db, SYSTEM, (DATA / "autonomy_matrix.md").read_bytes(), "markdown")
    return 1
