"""Two admins at once: rules about several accounts hold, on both databases (T5)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from formengine.errors import FormengineError
from formengine.services.accounts import accounts, invitations
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.people import out_of_office
from formengine.storage.models.absences import Absence
from formengine.storage.models.people import Person
from tests.support.people import People

pytestmark = pytest.mark.site("people")
Operation = Callable[[UnitOfWork], Any]


def at_once(platform: Platform, *operations: tuple[str, Operation]) -> list[str]:
    """Run operations, each as a person, after all have read from the database; the classes of errors raised."""
    barrier = Barrier(len(operations))

    def run(actor: str, operation: Operation) -> str:
        first = True

        def attempt(work: UnitOfWork) -> None:
            nonlocal first
            work.session.scalar(select(func.count()).select_from(Person))
            if first:
                first = False
                barrier.wait(30)
            operation(work)

        try:
            run_in_transaction(platform, attempt, actor)
        except FormengineError as error:
            return type(error).__name__
        return ""

    with ThreadPoolExecutor(len(operations)) as pool:
        return sorted(future.result() for future in [pool.submit(run, *operation) for operation in operations])


def test_two_legal_admins_cannot_demote_each_other(platform: Platform, people: People) -> None:
    """U7, T5: one legal admin is always left."""
    sam, ada = people("sam").id, people.add("ada@example.com", "legal_admin").id
    outcome = at_once(
        platform,
        (sam, lambda work: accounts.change_role(work, ada, "client")),
        (ada, lambda work: accounts.close_account(work, sam)),
    )
    with platform.database.reading() as session:
        admins = select(Person.email).where(Person.role == "legal_admin", Person.state == "active")
        assert len(session.scalars(admins).all()) == 1
        assert list(verify_chains(session)) == []
    assert outcome == ["", "Refused"]


def test_one_address_invited_twice_at_once_is_one_account(platform: Platform, people: People) -> None:
    """U2, T4: the second invitation renews the first."""
    sam, ada = people("sam").id, people.add("ada@example.com", "legal_admin").id

    def invite(work: UnitOfWork) -> None:
        invitations.invite(work, "new@example.com", "New", "client")

    assert at_once(platform, (sam, invite), (ada, invite)) == ["", ""]
    with platform.database.reading() as session:
        assert len(session.scalars(select(Person).where(Person.email == "new@example.com")).all()) == 1


def test_one_absence_announced_twice_at_once_is_one(platform: Platform, people: People) -> None:
    """U10, T4: periods of one person never overlap."""
    paul, ana, start = people("paul").id, people("ana").id, datetime.now(UTC)

    def announce(work: UnitOfWork) -> None:
        out_of_office.announce_absence(work, ana, start, start + timedelta(days=3))

    assert at_once(platform, (paul, announce), (paul, announce)) == ["", "Refused"]
    with platform.database.reading() as session:
        assert len(session.scalars(select(Absence)).all()) == 1
