"""Who has a dossier and who may see it: claimed, released, assigned, shared, restricted, watched (U8, U9, D1)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import demand, is_client_side
from formengine.services.case.repository import Casework, keep, look, take
from formengine.services.case.writer import involve
from formengine.services.core.audit_log import append
from formengine.services.core.unit_of_work import Work
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.people import Person
from formengine.workflow.engine import api as engine


def claim(work: Work, reference: str, version: int | None = None) -> Dossier:
    """Take a dossier for oneself, as one of its team."""
    casework = take(work, reference, version=version)
    role = _team_role(casework)
    keep(casework, engine.claim(casework.workflow, casework.case, casework.around, role, work.actor_id or ""))
    return casework.dossier


def release(work: Work, reference: str) -> Dossier:
    """Give a dossier back to its team's queue."""
    casework = take(work, reference)
    keep(casework, engine.release(casework.workflow, casework.case, casework.around, work.actor_id or ""))
    return casework.dossier


def assign(work: Work, reference: str, person_id: str) -> Dossier:
    """Give a dossier to one of its team."""
    casework = take(work, reference, "dossier.assign")
    role, by = _team_role(casework), work.actor_id or ""
    keep(casework, engine.assign(casework.workflow, casework.case, casework.around, role, person_id, by))
    return casework.dossier


def _team_role(casework: Casework) -> str:
    role = casework.workflow.team_role
    if role is None:
        raise Refused([say(casework.work.language, "This workflow has no team whose members take dossiers.")])
    return role.id


def candidates(work: Work, dossier: Dossier) -> list[Person]:
    """To whom a dossier can be assigned: the active members of its team."""
    casework = look(work, dossier)
    role = casework.workflow.team_role
    ids = casework.around.directory.team(role.source_name) if role else []
    rows = {p.id: p for p in work.session.scalars(select(Person).where(Person.id.in_(list(ids))))}
    return [rows[one] for one in ids if one in rows]


def share(work: Work, reference: str, on: bool) -> Dossier:
    """Show a dossier to everybody of the client's organisation, or no longer."""
    dossier = take(work, reference, "dossier.share").dossier
    if on and dossier.restricted:
        raise Refused([say(work.language, "A restricted dossier cannot be shared; lift the restriction first.")])
    return _set(work, dossier, "shared", "shared_with_organisation", on)


def restrict(work: Work, reference: str, on: bool) -> Dossier:
    """Keep a dossier to its own people and the legal admins, or no longer."""
    dossier = take(work, reference, "dossier.share").dossier
    if on:
        dossier.shared_with_organisation = False
        involve(work, dossier, work.person.id, "watcher")  # whoever restricts it does not lose it
    return _set(work, dossier, "restricted", "restricted", on)


def _set(work: Work, dossier: Dossier, kind: str, column: str, on: bool) -> Dossier:
    if getattr(dossier, column) != on:
        setattr(dossier, column, on)
        dossier.version += 1
        append(work, kind, {"version": dossier.version, "on": on}, dossier)
    return dossier


def watch(work: Work, reference: str, person_id: str) -> Dossier:
    """Let somebody follow a dossier: of the same organisation, unless the legal team adds them (U9)."""
    casework = take(work, reference)
    dossier = casework.dossier
    demand(work, "dossier.note", dossier)
    person = work.session.get(Person, person_id)
    if person is None or person.state != "active":
        raise NotFound(f"no person {person_id}")
    if is_client_side(work) and person.organisation_id != work.person.organisation_id:
        raise Refused([say(work.language, "You can add people of your own organisation.")])
    known = work.session.get(Involvement, (dossier.id, person.id, "watcher"))
    if known is None:
        involve(work, dossier, person.id, "watcher")
        append(work, "watcher_added", {"version": dossier.version, "person": person.id}, dossier)
    return dossier
