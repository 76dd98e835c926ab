"""Permission checks: the actor and the dossier as the access rules see them, read once per unit of work."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, partial

from sqlalchemy import ColumnElement, and_, bindparam, false, inspect, or_, select, true
from sqlalchemy.orm import Session

from formengine.authoring import Site
from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.policy import DossierAccess, Role, Viewer, is_permitted
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import MEMO
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.people import Person

log = logging.getLogger(__name__)

ENGINE_ROLE: Role = "legal_admin"
_DOSSIER, _INVOLVEMENT = Dossier.__table__.c, Involvement.__table__.c
_INVOLVEMENTS = select(_INVOLVEMENT.person_id, _INVOLVEMENT.part).where(_INVOLVEMENT.dossier_id == bindparam("dossier"))


def current_viewer(work: UnitOfWork) -> Viewer:
    """The actor in the terms of the access rules; the engine itself has the rights of a legal admin.

    Raises LookupError for a guest, who has no account and acts on one seat alone (`approvals.guest_signing`).
    """
    if work.actor is None:
        return Viewer("", ENGINE_ROLE)
    person = work.person
    key = ("viewer", person.id, person.role, person.organisation_id, person.email)
    return work.remember(
        key, lambda: Viewer(person.id, role_of(person), person.organisation_id, team_ids_of(work, person))
    )


def role_of(person: Person) -> Role:
    """The site role of an account: `client`, `collaborator`, `counsel`, `legal_admin` or `auditor`."""
    return person.role  # type: ignore[return-value]  # a check constraint of the column holds it to ROLES


def current_site(work: UnitOfWork) -> Site:
    """The site of the newest publication."""
    return work.platform.definitions.site(work.session)


def team_ids_of(work: UnitOfWork, person: Person) -> tuple[str, ...]:
    """The ids of the teams that a person is in; the site's YAML names their members by e-mail address."""
    return tuple(team.id for team in current_site(work).teams.values() if person.email in _folded(team.members))


def _folded(addresses: tuple[str, ...]) -> set[str]:
    return {address.lower() for address in addresses}


def involvements(session: Session, dossier: Dossier) -> set[tuple[str, str]]:
    """A dossier's people as (person, part), including those that this transaction has not written yet."""
    memo: dict[object, set[tuple[str, str]]] = session.info.setdefault(MEMO, {})
    key = ("involvements", dossier.id)
    if key not in memo:
        rows = () if inspect(dossier).pending else session.execute(_INVOLVEMENTS, {"dossier": dossier.id})
        memo[key] = {(person, part) for person, part in rows}
    return memo[key]


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
    people = {person for person, _part in involvements(session, dossier)}
    return DossierAccess(people, dossier.restricted, dossier.organisation_id, dossier.shared_with_organisation)


def has_permission(work: UnitOfWork, permission: str, dossier: Dossier | None = None) -> bool:
    """Whether the access table allows the actor a permission, on a dossier or on the site as a whole."""
    return is_permitted(
        permission, current_viewer(work), None if dossier is None else dossier_access(work.session, dossier)
    )


def filter_readers(work: UnitOfWork, dossier: Dossier, people: Iterable[str]) -> list[str]:
    """The account ids, of those given, that may be told of a dossier: all of them, or on a restricted dossier its
    people and the legal admins.
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
    if dossier is not None and not has_permission(work, "dossier.read", dossier):
        log.warning("access denied: dossier.read of %s", dossier.reference)
        raise NotFound(dossier.reference)
    if not has_permission(work, permission, dossier):
        log.warning("access denied: %s of %s", permission, dossier.reference if dossier else "-")
        raise Refused([say(work.language, "Your account does not allow this.")])


def is_client_side(work: UnitOfWork) -> bool:
    """Whether the actor sees dossiers as a client does: in the words meant for clients, and without internal
    content.
    """
    return isinstance(work.actor, Person) and work.actor.role in ("client", "collaborator")


def readable_dossiers(work: UnitOfWork) -> ColumnElement[bool]:
    """The SQL condition that selects the dossiers which the actor may read: the rules of `dossier.read`, for lists.

    A test compares it with the access table for every kind of person.
    """
    viewer = current_viewer(work)
    return _readable_by(viewer.role, viewer.person, viewer.organisation)


@lru_cache(maxsize=1024)
def _readable_by(role: Role, person: str, organisation: int | None) -> ColumnElement[bool]:
    involved = _DOSSIER.id.in_(select(_INVOLVEMENT.dossier_id).where(_INVOLVEMENT.person_id == person))
    if role in ("legal_admin", "auditor"):
        return true()
    if role == "counsel":
        return or_(_DOSSIER.restricted.is_(False), involved)
    if organisation is None:
        return involved
    shared = and_(
        _DOSSIER.shared_with_organisation.is_(True),
        _DOSSIER.restricted.is_(False),
        _DOSSIER.organisation_id == organisation,
    )
    return or_(involved, shared) if role in ("client", "collaborator") else false()
