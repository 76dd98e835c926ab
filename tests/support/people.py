"""People with accounts: those of the demo by name, or any others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
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
        return self.several(name)[0]

    def several(self, *names: str) -> list[Person]:
        """People of the demo; those who are new are created in one transaction, in this order."""
        missing = [name for name in dict.fromkeys(_with_managers(names)) if name not in self._known]
        if missing:
            with self._platform.database.transaction() as session:
                self._known |= _create(session, missing, self._known)
        return [self._known[name] for name in names]

    @property
    def known(self) -> dict[str, Person]:
        """Those created so far, by name."""
        return dict(self._known)

    def all(self) -> list[Person]:
        """Everybody of the demo."""
        return self.several(*BY_ID)

    def add(self, email: str, role: str = "client", **values: object) -> Person:
        """Another active person with the same password; `values` are columns of Person."""
        row = {"name": email.split("@")[0].title(), "language": "en", "state": "active", **values}
        with self._platform.database.transaction() as session:
            person = Person(
                email=email, role=role, password_hash=_hashed(PASSWORD), created_at=datetime.now(UTC), **row
            )
            session.add(person)
        return person


def _with_managers(names: Iterable[str]) -> Iterator[str]:
    """Each name after those of the managers above it; a name may come twice."""
    for name in names:
        manager = BY_ID[name].manager
        if manager:
            yield from _with_managers([manager])
        yield name


def _create(session: Session, names: Sequence[str], known: Mapping[str, Person]) -> dict[str, Person]:
    """New people by name, with their departments; managers are in `known` or come first."""
    departments = _departments(session, {BY_ID[name].department for name in names})
    created: dict[str, Person] = {}
    for name in names:
        member = BY_ID[name]
        manager = (created.get(member.manager) or known[member.manager]) if member.manager else None
        created[name] = _person(member, departments[member.department], manager)
    session.add_all(created.values())
    session.flush()
    for name, person in created.items():
        if BY_ID[name].heads:
            departments[BY_ID[name].department].head_id = person.id
    return created


def _departments(session: Session, shorts: Collection[str]) -> dict[str, Department]:
    """The departments of the demo's organisation by short name; those that are not there are created."""
    organisation = session.scalar(select(Organisation).where(Organisation.short == ORGANISATION[0]))
    if organisation is None:
        organisation = Organisation(short=ORGANISATION[0], name=ORGANISATION[1])
        session.add(organisation)
        session.flush()
    stored = {row.short: row for row in session.scalars(select(Department).where(Department.short.in_(shorts)))}
    for short in DEPARTMENTS:
        if short in shorts and short not in stored:
            stored[short] = Department(organisation_id=organisation.id, short=short, name=DEPARTMENTS[short])
            session.add(stored[short])
    session.flush()
    return stored


@cache
def _fixed_id(email: str) -> str:
    """The same identifier in each test: a form that offers people is then compiled once for all of them."""
    return sha256(email.encode()).hexdigest()[:32]


def _person(member: Member, department: Department, manager: Person | None) -> Person:
    return Person(
        id=_fixed_id(member.email),
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


@pytest.fixture
def people(platform: Platform) -> People:
    """The people of the platform under test."""
    return People(platform)
