"""Permission checks: the actor and the dossier as the access rules see them, read once per unit of work."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, inspect, or_, select, true, union_all
from sqlalchemy.orm import Session

from formengine.authoring import Site
from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.policy import SIGN_UP_APPROVER, DossierAccess, Role, Viewer, is_permitted
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import MEMO
from formengine.storage.models.dossiers import Dossier, Involvement, Reader
from formengine.storage.models.people import Person
from formengine.workflow.definition.site_roles import CLIENT_ROLES
from formengine.workflow.engine.readers import RoleReaders

log = logging.getLogger(__name__)

ENGINE_ROLE: Role = "legal_admin"
ACKNOWLEDGEMENT: Final = "acknowledgement"
"""The part of people who read their own acknowledgements of a dossier, and nothing else of it (W19)."""
IN_CHARGE: Final = "in_charge"
"""The part of people who read the children that they are in charge of, and nothing else of the dossier (W23)."""
WITHOUT_READING: Final = (ACKNOWLEDGEMENT, IN_CHARGE)
"""The parts of people who are not of the dossier's people: each reads only what their part is about."""
_READ_FIRST: Final = {
    "dossier.read_rounds": "dossier.read_rounds",
    "dossier.acknowledge": "dossier.read_rounds",
    "dossier.vote": "dossier.read_rounds",
    "dossier.read_children": "dossier.read_children",
    "dossier.act_in_children": "dossier.read_children",
}
"""What somebody has to be allowed to read for a permission, where it is not the whole dossier."""
_DOSSIER, _INVOLVEMENT, _READER = Dossier.__table__.c, Involvement.__table__.c, Reader.__table__.c
READING_PARTS: Final = _INVOLVEMENT.part.not_in(WITHOUT_READING)
"""The SQL condition that selects the parts by which people read the dossier."""
_INVOLVEMENTS = select(_INVOLVEMENT.person_id, _INVOLVEMENT.part).where(_INVOLVEMENT.dossier_id == bindparam("dossier"))


def current_viewer(work: UnitOfWork) -> Viewer:
    """The actor in the terms of the access rules; the engine itself has the rights of a legal admin.

    Raises LookupError for a guest, who has no account and acts on one seat alone (`approvals.guest_signing`).
    """
    if work.actor is None:
        return Viewer("", ENGINE_ROLE)
    person = work.person
    key = ("viewer", person.id, person.role, person.organisation_id, person.email)

    def read() -> Viewer:
        teams = team_ids_of(work, person)
        return Viewer(person.id, role_of(person), person.organisation_id, teams, _sources_of(work, person, teams))

    return work.remember(key, read)


def _sources_of(work: UnitOfWork, person: Person, teams: tuple[str, ...]) -> frozenset[str]:
    """The sources by which roles of workflows name an account (`RoleReaders`)."""
    positions = current_site(work).positions.items()
    held = [position for position, holders in positions if person.email.lower() in _folded(holders)]
    named = (f"person:{person.id}", f"person:{person.email.lower()}", f"site:{person.role}")
    sources = {*named, *(f"team:{team}" for team in teams), *(f"position:{position}" for position in held)}
    return frozenset(sources | ({SIGN_UP_APPROVER} if current_site(work).portal.sign_up.approver in sources else set()))


def role_of(person: Person) -> Role:
    """The site role of an account: `client`, `collaborator`, `counsel`, `legal_admin` or `auditor`."""
    return person.role  # type: ignore[return-value]  # `accounts` stores none but ROLES


def current_site(work: UnitOfWork) -> Site:
    """The site of the newest publication."""
    return work.platform.definitions.site(work.session)


def team_ids_of(work: UnitOfWork, person: Person) -> tuple[str, ...]:
    """The ids of the teams that a person is in; the site's YAML names their members by e-mail address."""
    return tuple(team.id for team in current_site(work).teams.values() if person.email in _folded(team.members))


def _folded(addresses: Iterable[str]) -> set[str]:
    return {address.lower() for address in addresses}


def involvements(session: Session, dossier: Dossier) -> set[tuple[str, str]]:
    """A dossier's people as (person, part), including those that this transaction has not written yet."""
    memo: dict[object, set[tuple[str, str]]] = session.info.setdefault(MEMO, {})
    key = ("involvements", dossier.id)
    if key not in memo:
        rows = () if inspect(dossier).pending else session.execute(_INVOLVEMENTS, {"dossier": dossier.id})
        memo[key] = {(person, part) for person, part in rows}
    return memo[key]


def people_of_dossier(session: Session, dossier: Dossier) -> set[str]:
    """The ids of a dossier's people; those who are asked to acknowledge something, or are in charge of a child, are
    none of them by that.
    """
    return {person for person, part in involvements(session, dossier) if part not in WITHOUT_READING}


def read_involvements(work: UnitOfWork, dossiers: Iterable[Dossier]) -> None:
    """Read the people of several dossiers in one statement, for `involvements`."""
    people: dict[int, set[tuple[str, str]]] = {dossier.id: set() for dossier in dossiers}
    query = select(Involvement.dossier_id, Involvement.person_id, Involvement.part)
    for dossier_id, person, part in work.session.execute(query.where(Involvement.dossier_id.in_(people))):
        people[dossier_id].add((person, part))
    for dossier_id, parts in people.items():
        work.remember(("involvements", dossier_id), partial(set, parts))


def dossier_access(session: Session, dossier: Dossier) -> DossierAccess:
    """A dossier in the terms of the access rules."""
    parts = involvements(session, dossier)
    asked, in_charge = ({person for person, part in parts if part == own} for own in WITHOUT_READING)
    stored = (dossier.engine_state or {}).get("readers", ())
    readers = [RoleReaders(role, frozenset(sources), frozenset(kept_out)) for role, sources, kept_out in stored]
    shared = dossier.shared_with_organisation
    people = people_of_dossier(session, dossier)
    return DossierAccess(people, dossier.restricted, dossier.organisation_id, shared, readers, asked, in_charge)


def has_permission(work: UnitOfWork, permission: str, dossier: Dossier | None = None) -> bool:
    """Whether the access table allows the actor a permission, on a dossier or on the site as a whole."""
    return is_permitted(
        permission, current_viewer(work), None if dossier is None else dossier_access(work.session, dossier)
    )


def is_kept_out(work: UnitOfWork, dossier: Dossier, person: Person) -> bool:
    """Whether the workflow keeps somebody out of a restricted dossier, by `except` of a role (U11)."""
    sources = current_viewer(replace(work, actor=person)).sources
    return dossier.restricted and any(
        readers.kept_out & sources for readers in dossier_access(work.session, dossier).readers
    )


def filter_readers(work: UnitOfWork, dossier: Dossier, people: Iterable[str]) -> list[str]:
    """The account ids, of those given, that may be told of a dossier: all of them, or on a restricted dossier its
    people, those who see it by a role, and the legal admins.
    """
    ids = list(people)
    if not dossier.restricted:
        return ids
    rows = {person.id: person for person in work.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return [id for id in ids if id in rows and has_permission(replace(work, actor=rows[id]), "dossier.read", dossier)]


def require_permission(work: UnitOfWork, permission: str, dossier: Dossier | None = None) -> None:
    """Raise Refused where the access table does not allow the actor a permission; NotFound for a dossier that the actor
    may not read.
    """
    reading = _READ_FIRST.get(permission, "dossier.read")
    if dossier is not None and not has_permission(work, reading, dossier):
        log.warning("access denied: dossier.read of %s", dossier.reference)
        raise NotFound(dossier.reference)
    if not has_permission(work, permission, dossier):
        log.warning("access denied: %s of %s", permission, dossier.reference if dossier else "-")
        raise Refused([say(work.language, "Your account does not allow this.")])


def is_client_side(work: UnitOfWork) -> bool:
    """Whether the actor sees dossiers as a client does: in the words meant for clients, and without internal
    content.
    """
    return isinstance(work.actor, Person) and work.actor.role in CLIENT_ROLES


def readable_dossiers(work: UnitOfWork) -> ColumnElement[bool]:
    """The SQL condition that selects the dossiers which the actor may read: the rules of `dossier.read`, for lists.

    A test compares it with the access table for every kind of person.
    """
    viewer = current_viewer(work)
    return _readable_by(viewer.role, viewer.person, viewer.organisation, viewer.sources)


@lru_cache(maxsize=1024)
def _readable_by(role: Role, person: str, organisation: int | None, sources: frozenset[str]) -> ColumnElement[bool]:
    if role in ("legal_admin", "auditor"):
        return true()
    if role == "counsel":  # most dossiers are not restricted: people and roles are looked up for the others alone
        # with an OFFSET, PostgreSQL looks them up one by one instead of reading those of all dossiers once
        own, of_role = _ways_of_reading(person, None, sources)
        own = own.where(_INVOLVEMENT.dossier_id == _DOSSIER.id).offset(0)
        of_role = of_role.where(_READER.dossier_id == _DOSSIER.id).offset(0)
        return or_(_DOSSIER.restricted.is_(False), own.exists(), of_role.exists())
    if role not in CLIENT_ROLES:
        return false()
    # one list of few ids, from which a query starts
    return _DOSSIER.id.in_(union_all(*_ways_of_reading(person, organisation, sources)))


def ids_read_by_client(work: UnitOfWork) -> tuple[Select[int], ...]:
    """For lists of somebody on the client's side: the ids of `readable_dossiers`, by each way in which they read them;
    nothing for the legal team.
    """
    viewer = current_viewer(work)
    if viewer.role not in CLIENT_ROLES:
        return ()
    return _ways_of_reading(viewer.person, viewer.organisation, viewer.sources)


@lru_cache(maxsize=1024)
def _ways_of_reading(person: str, organisation: int | None, sources: frozenset[str]) -> tuple[Select[int], ...]:
    own = select(_INVOLVEMENT.dossier_id).where(_INVOLVEMENT.person_id == person, READING_PARTS)
    of_role = _read_by_role(sources)
    if organisation is None:
        return own, of_role
    dossiers = Dossier.__table__.alias("shared")
    shared = select(dossiers.c.id).where(
        dossiers.c.shared_with_organisation.is_(True),
        dossiers.c.restricted.is_(False),
        dossiers.c.organisation_id == organisation,
    )
    return own, of_role, shared


def _read_by_role(sources: frozenset[str]) -> Select[int]:
    """The dossiers that somebody with some sources reads by a role of the workflow: `policy.seeing_role`, for lists."""
    other = Reader.__table__.alias("kept_out")
    same_role = and_(other.c.dossier_id == _READER.dossier_id, other.c.role == _READER.role)
    kept_out = select(other.c.dossier_id).where(
        same_role, other.c.kept_out.is_(True), other.c.source.in_(sorted(sources))
    )
    admitted = and_(_READER.kept_out.is_(False), _READER.source.in_(sorted(sources)))
    return select(_READER.dossier_id).where(admitted, ~kept_out.exists())
