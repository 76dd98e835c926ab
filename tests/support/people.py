"""People with accounts: those of the demo by name, or any others."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.cli.demo.people import BY_ID, DEPARTMENTS, ORGANISATION, PASSWORD, Member
from formengine.storage.models.people import Department, Organisation, Person

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform


@cache
def _hashed(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


class People:
    """Active people of a platform: `people("maya")` is Maya, created with her manager when first requested."""

    password = PASSWORD

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._known: dict[str, Person] = {}

    def __call__(self, name: str) -> Person:
        """A person of the demo (`formengine.cli.demo.people`)."""
        if name not in self._known:
            member = BY_ID[name]
            manager = self(member.manager) if member.manager else None
            with self._platform.database.transaction() as session:
                department = _department(session, member.department)
                person = _person(session, member, department, manager)
                if member.heads:
                    department.head_id = person.id
            self._known[name] = person
        return self._known[name]

    @property
    def known(self) -> dict[str, Person]:
        """Those created so far, by name."""
        return dict(self._known)

    def all(self) -> list[Person]:
        """Everybody of the demo."""
        return [self(name) for name in BY_ID]

    def add(self, email: str, role: str = "client", **values: object) -> Person:
        """Another active person with the same password; `values` are columns of Person."""
        row = {"name": email.split("@")[0].title(), "language": "en", "state": "active", **values}
        with self._platform.database.transaction() as session:
            person = Person(
                email=email, role=role, password_hash=_hashed(PASSWORD), created_at=datetime.now(UTC), **row
            )
            session.add(person)
        return person


def _department(session: Session, short: str) -> Department:
    department = session.scalar(select(Department).where(Department.short == short))
    if department is None:
        organisation = session.scalar(select(Organisation).where(Organisation.short == ORGANISATION[0]))
        if organisation is None:
            organisation = Organisation(short=ORGANISATION[0], name=ORGANISATION[1])
            session.add(organisation)
            session.flush()
        department = Department(organisation_id=organisation.id, short=short, name=DEPARTMENTS[short])
        session.add(department)
        session.flush()
    return department


def _person(session: Session, member: Member, department: Department, manager: Person | None) -> Person:
    person = Person(
        email=member.email,
        name=member.name,
        role=member.role,
        state="active",
        language=member.language,
        password_hash=_hashed(PASSWORD),
        organisation_id=department.organisation_id,
        department_id=department.id,
        manager_id=manager.id if manager else None,
        created_at=datetime.now(UTC),
    )
    session.add(person)
    session.flush()
    return person


@pytest.fixture
def people(platform: Platform) -> People:
    """The people of the platform under test."""
    return People(platform)
