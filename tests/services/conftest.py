"""A dossier of the site `casework`, and people who act on it through services alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from formengine.forms import Upload
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.dossier_verification import verify_dossiers
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.core.vote_verification import verify_votes
from formengine.services.dossiers import documents
from formengine.services.dossiers import transitions as moving
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Deadline, Round
from tests.support.databases import select_one_database
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import acting_on

T = TypeVar("T")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""Ten o'clock in Paris."""
HERE = Path(__file__).parent
ON_ONE_DATABASE = (
    *("approvals/test_decisions.py", "approvals/test_offboarding.py", "approvals/test_provider_status.py"),
    *("approvals/test_signed_copies.py",),
    *("case/test_child_news.py", "case/test_draft_jobs.py", "case/test_empty_places.py"),
    *("case/test_simulation_agrees.py", "case/test_unfit_documents.py"),
    *("dossiers/test_child_access.py", "dossiers/test_clean_versions.py", "dossiers/test_document_drafts.py"),
    *("notifications/test_choices.py", "notifications/test_delivery.py"),
)
"""Slow tests of rules, documents and mails, which send both databases the same statements many times over. What has
statements or locks of its own for a database (lists, searches, history, quotas, races) is tested on both.
"""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test of the modules `ON_ONE_DATABASE` is tried on one, some of each module on either."""
    select_one_database(config, items, *(HERE / module for module in ON_ONE_DATABASE))


def paper(content: bytes = b"") -> Upload:
    return Upload("contract.pdf", "application/pdf", io.BytesIO(PDF + content))


@dataclass
class Case:
    """One dossier, acted on: `case("paul", service, ...)` is one unit of work of Paul at `now`."""

    platform: Platform
    people: People
    reference: str
    now: datetime = MONDAY

    def __call__(self, who: str | None, service: Callable[..., T], *args: Any, **values: Any) -> T:
        actor = self.people(who) if who else None
        return run_in_transaction(
            self.platform,
            lambda work: service(work, self.reference, *args, **values),
            actor.id if actor else None,
            now=self.now,
        )

    def step(self, who: str, transition: str, **fields: Any) -> None:
        self(who, moving.perform, transition, self.version, fields)

    def reads(self, read: Callable[[UnitOfWork, Dossier], T], who: str | None = None) -> T:
        actor = self.people(who) if who else None
        with acting_on(self.platform, actor, now=self.now) as work:
            return read(work, self.row(work))

    def row(self, work: UnitOfWork) -> Dossier:
        return work.session.scalars(select(Dossier).where(Dossier.reference == self.reference)).one()

    @property
    def dossier(self) -> Dossier:
        return self.reads(lambda _, dossier: dossier)

    @property
    def state(self) -> str:
        return self.dossier.state

    @property
    def version(self) -> int:
        return self.dossier.version

    @property
    def rounds(self) -> list[tuple[str, int, str]]:
        def read(_: UnitOfWork, dossier: Dossier) -> list[tuple[str, int, str]]:
            rows = _.session.scalars(select(Round).where(Round.dossier_id == dossier.id).order_by(Round.id))
            return [(row.definition, row.number, row.status) for row in rows]

        return self.reads(read)

    @property
    def seats(self) -> dict[str, str]:
        """Of the newest round: the name of each person with their seat's status, the last seat winning."""

        def read(work: UnitOfWork, dossier: Dossier) -> dict[str, str]:
            newest = select(Round).where(Round.dossier_id == dossier.id).order_by(Round.id.desc()).limit(1)
            return {self.name(seat.person): seat.status for seat in work.session.scalars(newest).one().seats}

        return self.reads(read)

    @property
    def deadlines(self) -> dict[str, str]:
        def read(work: UnitOfWork, dossier: Dossier) -> dict[str, str]:
            query = select(Deadline).where(Deadline.dossier_id == dossier.id).order_by(Deadline.id)
            return {row.name: row.status for row in work.session.scalars(query)}

        return self.reads(read)

    def name(self, person_id: str) -> str:
        known = {person.id: name for name, person in self.people.known.items()}
        return known.get(person_id, person_id)

    def history(self) -> list[HistoryEntry]:
        def read(work: UnitOfWork, dossier: Dossier) -> list[HistoryEntry]:
            query = select(HistoryEntry).where(HistoryEntry.dossier_id == dossier.id).order_by(HistoryEntry.number)
            return list(work.session.scalars(query))

        return self.reads(read)

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.history()]

    def whole(self) -> bool:
        """Whether every chain holds, and every vote and dossier is as the history recorded it."""
        with self.platform.database.reading() as session:
            return [*verify_chains(session), *verify_votes(session), *verify_dossiers(session)] == []

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


MakeCase = Callable[..., Case]


@pytest.fixture
def make_case(platform: Platform, people: People) -> MakeCase:
    """Submits a request: `make_case("deal", by="maya", subject=...)` and the case of the dossier that it opens."""

    def make(
        kind: str = "deal", by: str = "maya", with_paper: bool = True, now: datetime = MONDAY, **answers: Any
    ) -> Case:
        people.all()
        with acting_on(platform, people(by), now=now) as work:
            made = submit(work, kind, {"subject": "Chairs", **answers})
            case = Case(platform, people, made.dossier.reference, now)
        if with_paper and kind != "note":
            case("paul", documents.new_document_version, "contract", paper())
        return case

    return make
