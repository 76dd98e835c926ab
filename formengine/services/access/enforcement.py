"""The actor and the dossier as the access table sees them, and the questions every service asks it first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, and_, false, inspect, or_, select, true
from sqlalchemy.orm import Session

from formengine.authoring import Site
from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.policy import Role, Sight, Viewer, permits
from formengine.services.core.unit_of_work import Work
from formengine.storage.database import MEMO
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.people import Person

ENGINE: Role = "legal_admin"


def viewer(work: Work) -> Viewer:
    """The actor as the access rules see one; the engine itself sees as a legal admin does.

    Raises LookupError for somebody outside, who is known by one seat alone (`services.acting`).
    """
    if work.actor is None:
        return Viewer("", ENGINE)
    person = work.person
    return work.remember(
        ("viewer", person.id),
        lambda: Viewer(person.id, as_role(person), person.organisation_id, teams_of(work, person)),
    )


def as_role(person: Person) -> Role:
    """The site role of a person, as the table names it."""
    return person.role  # type: ignore[return-value]  # a check constraint of the column holds it to ROLES


def site_of(work: Work) -> Site:
    """The site being served."""
    return work.platform.definitions.site(work.session)


def teams_of(work: Work, person: Person) -> tuple[str, ...]:
    """The ids of the teams that a person is in; YAML names members by address and is the only truth."""
    return tuple(team.id for team in site_of(work).teams.values() if person.email in _folded(team.members))


def _folded(addresses: tuple[str, ...]) -> set[str]:
    return {address.lower() for address in addresses}


def involvements(session: Session, dossier: Dossier) -> set[tuple[str, str]]:
    """A dossier's people as (person, part), those included that this transaction has yet to write."""
    memo: dict[object, set[tuple[str, str]]] = session.info.setdefault(MEMO, {})
    key = ("involvements", dossier.id)
    if key not in memo:
        query = select(Involvement.person_id, Involvement.part).where(Involvement.dossier_id == dossier.id)
        memo[key] = set() if inspect(dossier).pending else {(person, part) for person, part in session.execute(query)}
    return memo[key]


def sight(session: Session, dossier: Dossier) -> Sight:
    """A dossier as the access rules see one."""
    who = {person for person, _part in involvements(session, dossier)}
    return Sight(who, dossier.restricted, dossier.organisation_id, dossier.shared_with_organisation)


def allowed(work: Work, permission: str, dossier: Dossier | None = None) -> bool:
    """Whether the table allows the actor this."""
    return permits(permission, viewer(work), None if dossier is None else sight(work.session, dossier))


def readers(work: Work, dossier: Dossier, people: Iterable[str]) -> list[str]:
    """Those of some account ids that may read a dossier: of a restricted one, its people and the legal admins."""
    wanted = list(people)
    if not dossier.restricted:
        return wanted
    known = {one.id: one for one in work.session.scalars(select(Person).where(Person.id.in_(wanted)))}
    return [one for one in wanted if one in known and allowed(replace(work, actor=known[one]), "dossier.read", dossier)]


def demand(work: Work, permission: str, dossier: Dossier | None = None) -> None:
    """Refuse what the table does not allow; a dossier one may not even read is not there (NotFound)."""
    if dossier is not None and not allowed(work, "dossier.read", dossier):
        raise NotFound(dossier.reference)
    if not allowed(work, permission, dossier):
        raise Refused([say(work.language, "Your account does not allow this.")])


def is_client_side(work: Work) -> bool:
    """Whether the actor reads a dossier in the client's words."""
    return isinstance(work.actor, Person) and work.actor.role in ("client", "collaborator")


def in_sight(work: Work) -> ColumnElement[bool]:
    """The dossiers that the actor may read, as a condition of a query: `dossier.read` of the table, for lists.

    A test holds this and the table to the same answer for every kind of person.
    """
    me = viewer(work)
    involved = Dossier.id.in_(_involving(me.person))
    if me.role in ("legal_admin", "auditor"):
        return true()
    if me.role == "counsel":
        return or_(Dossier.restricted.is_(False), involved)
    if me.organisation is None:
        return involved
    shared = and_(
        Dossier.shared_with_organisation.is_(True),
        Dossier.restricted.is_(False),
        Dossier.organisation_id == me.organisation,
    )
    return or_(involved, shared) if me.role in ("client", "collaborator") else false()


def _involving(person: str) -> Select[int]:
    return select(Involvement.dossier_id).where(Involvement.person_id == person)
