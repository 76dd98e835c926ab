"""The many people of a demo with many dossiers: clients of several organisations, each with a head of department."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform, UnitOfWork
    from formengine.storage.models.people import Department, Person

BATCH: Final = 50
"""Accounts that are made in one transaction."""


@dataclass(frozen=True)
class Client:
    """Somebody who asks for things, and the head of their department: ids, name, and organisation."""

    id: str
    name: str
    head_id: str
    head_name: str
    organisation_id: int | None


@cache
def names() -> Mapping[str, Any]:
    """The names of `volume.yaml`."""
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("volume.yaml").read_text(encoding="utf-8"))
    return content


def make_crowd(platform: Platform, count: int, people: Mapping[str, Person]) -> list[Client]:
    """Maya, whose head is Cleo, and `count` people more, whose accounts are made where they are missing.

    They sign in with the password of the demo, whose hash they share: one each would take an hour.
    """
    from formengine.services.core.unit_of_work import run_in_transaction

    maya, cleo = people["maya"], people["cleo"]
    # a transaction for each organisation and some accounts: others write in between
    departments = [
        department
        for organisation in names()["organisations"]
        for department in run_in_transaction(platform, partial(_departments, organisation=organisation))
    ]
    seats = list(islice(cycle(departments), count))
    heads = {id(department): number for number, department in reversed(list(enumerate(seats)))}
    rows = [_person(number, seats[number], heads[id(seats[number])], maya) for number in range(count)]
    for start in range(0, count, BATCH):  # heads come first: the accounts of the others refer to them
        run_in_transaction(platform, partial(_make_accounts, rows=rows[start : start + BATCH]))
    head_ids = {seats[number].row.id: _id(number) for number in heads.values()}
    run_in_transaction(platform, partial(_set_heads, head_ids=head_ids))
    clients = [_client(row, rows[heads[id(seat)]]) for row, seat in zip(rows, seats, strict=True)]
    return [Client(maya.id, maya.name, cleo.id, cleo.name, maya.organisation_id), *clients]


def _make_accounts(work: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make the accounts of the rows that are missing."""
    from sqlalchemy import insert, select

    from formengine.services.core.audit_log import append_entry
    from formengine.storage.models.people import Person

    there = set(work.session.scalars(select(Person.id).where(Person.id.in_([row["id"] for row in rows]))))
    if new := [row for row in rows if row["id"] not in there]:
        work.session.execute(insert(Person), [{**row, "created_at": work.now} for row in new])
    for row in new:
        append_entry(work, "person_created", {"person": row["id"], "role": row["role"], "state": "active"})


def _set_heads(work: UnitOfWork, head_ids: Mapping[int, str]) -> None:
    """Set the heads of departments, by the ids of both."""
    from sqlalchemy import select

    from formengine.storage.models.people import Department

    for department in work.session.scalars(select(Department).where(Department.id.in_(head_ids))):
        department.head_id = head_ids[department.id]


def _client(row: Mapping[str, Any], head: Mapping[str, Any]) -> Client:
    return Client(row["id"], row["name"], head["id"], head["name"], row["organisation_id"])


@dataclass(frozen=True)
class _Department:
    short: str
    row: Department = field(compare=False)


def _departments(work: UnitOfWork, organisation: tuple[str, str, Sequence[str]]) -> list[_Department]:
    """The departments of an organisation of `volume.yaml`, created where they are missing."""
    from formengine.services.people.organisations import create_department, create_organisation

    short, name, departments = organisation
    row = create_organisation(work, short, name)
    titles = names()["departments"]
    return [
        _Department(short, create_department(work, row, department, titles[department])) for department in departments
    ]


def _id(number: int) -> str:
    return hashlib.sha256(f"demo person {number}".encode()).hexdigest()[:32]


def _person(number: int, department: _Department, head: int, maya: Person) -> dict[str, Any]:
    from formengine.services.catalogue.request_types import fold_text

    chance = Random(number)  # nosec B311  # names, not secrets
    first, last = chance.choice(names()["first_names"]), chance.choice(names()["last_names"])
    address = fold_text(f"{first}.{last}.{number}@{department.short}.example").replace(" ", "").replace("ø", "o")
    return {
        "id": _id(number),
        "email": address,
        "name": f"{first} {last}",
        "role": "collaborator" if number == head or number % 8 == 0 else "client",
        "state": "active",
        "organisation_id": department.row.organisation_id,
        "department_id": department.row.id,
        "manager_id": None if number == head else _id(head),
        "password_hash": maya.password_hash,
        "language": chance.choice(("en", "en", "fr")),
        "zone": maya.zone,
    }
