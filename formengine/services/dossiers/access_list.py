"""Who may see a dossier and why, and who of them its readers may add or remove (U8, U9, P28)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import func, select

from formengine.i18n import pick, say
from formengine.services.access.enforcement import (
    current_site,
    current_viewer,
    dossier_access,
    has_permission,
    involvements,
    is_client_side,
    people_of_dossier,
    require_permission,
)
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.mentions import readers_of
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Organisation, Person
from formengine.workflow.definition.model import Role
from formengine.workflow.definition.site_roles import CLIENT_ROLES, site_role_title

PARTS: Final = {
    "requester": "Made the request",
    "requested_for": "It was made for them",
    "assignee": "Handles it",
    "seat": "Was asked to approve or sign",
    "escalated": "It was escalated to them",
    "watcher": "Follows it",
}


@dataclass(frozen=True)
class PersonOnDossier:
    """One of a dossier's people: why they see it, and whether the actor may take them from its followers."""

    person: Person
    why: str
    may_remove: bool


@dataclass(frozen=True)
class AccessList:
    """Who sees a dossier, as its readers may know."""

    people: list[PersonOnDossier]
    organisation: str
    """The organisation of its requester, "" without one."""
    members: int
    """How many people of it have an account."""
    team: str
    legal_readers: list[str]
    """The names of those of the legal team who see it without being among its people; for the legal team alone."""
    to_add: list[Person]
    may_follow: bool
    """Whether the actor follows it by their own choice, and may stop."""
    by_role: list[tuple[Person, str]] = field(default_factory=list)
    """The lawyers who see it by a role of its workflow, restricted or not, with the title of that role; for the legal
    team alone.
    """


def access_list(work: UnitOfWork, dossier: Dossier) -> AccessList:
    """Who sees a dossier. Raises NotFound for somebody who does not."""
    require_permission(work, "dossier.read", dossier)
    parts = involvements(work.session, dossier)
    known_people(work).expect_ids(person for person, _part in parts)
    ids = people_of_dossier(work.session, dossier)
    people = [person for person in map(known_people(work).get, sorted(ids)) if person is not None]
    team = current_site(work).teams.get(dossier.team or "")
    organisation, members = _organisation(work, dossier)
    readers = [] if is_client_side(work) else readers_of(work, dossier)
    return AccessList(
        people=[_on_dossier(work, dossier, person) for person in sorted(people, key=lambda row: row.name.casefold())],
        organisation=organisation,
        members=members,
        team=pick(team.title, work.language) if team else "",
        legal_readers=[person.name for person in readers if person.role == "counsel" and person.id not in ids],
        to_add=_people_to_add(work, dossier, ids),
        may_follow=(work.actor_id or "", "watcher") in parts,
        by_role=_readers_by_role(work, dossier, [person for person in readers if person.id not in ids]),
    )


def _readers_by_role(work: UnitOfWork, dossier: Dossier, people: Iterable[Person]) -> list[tuple[Person, str]]:
    """Those lawyers, of the people given, whom a role of the workflow lets see the dossier, with its title."""
    roles = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow.roles
    access, seeing = dossier_access(work.session, dossier), []
    for person in people:
        sources = current_viewer(replace(work, actor=person)).sources
        name = next((readers.role for readers in access.readers if readers.admit(sources)), None)
        if name is not None and person.role == "counsel":
            seeing.append((person, _title_of_reader(work, roles.get(name), name)))
    return seeing


def _title_of_reader(work: UnitOfWork, role: Role | None, name: str) -> str:
    """As what a role lets somebody read: of one that a team fills, as a member of the team, which holds no role yet."""
    if role is None:
        return site_role_title(name, work.language)
    team = current_site(work).teams.get(role.source_name) if role.source_kind == "team" else None
    if team is None:
        return pick(role.title, work.language)
    return say(work.language, "member of the team “{team}”", team=pick(team.title, work.language))


def _on_dossier(work: UnitOfWork, dossier: Dossier, person: Person) -> PersonOnDossier:
    parts = {part for someone, part in involvements(work.session, dossier) if someone == person.id}
    why = ", ".join(say(work.language, title) for part, title in PARTS.items() if part in parts)
    return PersonOnDossier(person, why, "watcher" in parts and may_remove(work, dossier, person))


def may_remove(work: UnitOfWork, dossier: Dossier, person: Person) -> bool:
    """Whether the actor may take somebody from the followers of a dossier: themselves, anybody for the legal team, and
    their own organisation's people for a client who may write on it (U9).
    """
    if person.id == work.actor_id or has_permission(work, "dossier.share", dossier):
        return True
    same = person.organisation_id is not None and person.organisation_id == work.person.organisation_id
    return same and is_client_side(work) and has_permission(work, "dossier.note", dossier)


def _organisation(work: UnitOfWork, dossier: Dossier) -> tuple[str, int]:
    if dossier.organisation_id is None:
        return "", 0
    of_it = (Person.organisation_id == dossier.organisation_id) & (Person.state == "active")
    clients = Person.role.in_(CLIENT_ROLES)
    count = select(func.count()).select_from(Person).where(of_it, clients).scalar_subquery()
    row = work.session.execute(select(Organisation.name, count).where(Organisation.id == dossier.organisation_id)).one()
    return row[0], row[1]


def _people_to_add(work: UnitOfWork, dossier: Dossier, ids: Collection[str]) -> list[Person]:
    """Whom the actor may make a follower: anybody with an account for the legal team, else their own organisation."""
    if not has_permission(work, "dossier.note", dossier):
        return []
    query = select(Person).where(Person.state == "active", Person.id.not_in(sorted(ids)), Person.role != "auditor")
    if is_client_side(work):
        query = query.where(Person.organisation_id == work.person.organisation_id)
    return list(work.session.scalars(query.order_by(Person.name, Person.id).limit(500)))
