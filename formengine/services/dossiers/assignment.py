"""Assignment of dossiers and access to them: claim, release, assign, share, restrict, watch (U8, U9, D1)."""

from __future__ import annotations

from collections.abc import Sequence

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import involvements, is_client_side, is_kept_out, require_permission
from formengine.services.case.repository import LoadedCase, load, load_for_update
from formengine.services.case.search_documents import update_search_document
from formengine.services.case.writer import add_involvement, end_involvement, end_seats_of_kept_out
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.access_list import may_remove
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import members


def claim(work: UnitOfWork, reference: str, version: int | None = None) -> Dossier:
    """Assign a dossier to the actor, who is in its team. Raises NotFound, Stale, and Refused where the workflow does
    not allow it.
    """
    loaded = load_for_update(work, reference, version=version)
    return loaded.run(engine.claim, _team_role(loaded), work.actor_id or "")


def release(work: UnitOfWork, reference: str) -> Dossier:
    """Return a dossier to its team's queue. Raises NotFound, and Refused where the workflow does not allow it."""
    return load_for_update(work, reference).run(engine.release, work.actor_id or "")


def assign(work: UnitOfWork, reference: str, person_id: str) -> Dossier:
    """Assign a dossier to a member of its team. Raises NotFound, and Refused where the workflow does not allow it."""
    loaded = load_for_update(work, reference, "dossier.assign")
    return loaded.run(engine.assign, _team_role(loaded), person_id, work.actor_id or "")


def _team_role(loaded: LoadedCase) -> str:
    role = loaded.workflow.team_role
    if role is None:
        raise Refused([say(loaded.work.language, "This workflow has no team whose members take dossiers.")])
    return role.id


def possible_assignees(work: UnitOfWork, dossier: Dossier) -> list[Person]:
    """The people to whom a dossier can be assigned: the active members of its team."""
    loaded = load(work, dossier)
    role = loaded.workflow.team_role
    ids = members(Execution(loaded.workflow, loaded.case, loaded.context), role) if role else []
    people = [known_people(work).get(id) for id in ids]
    return [person for person in people if person is not None]


def share(work: UnitOfWork, reference: str, on: bool) -> Dossier:
    """Share a dossier with everybody of the client's organisation, or stop sharing it.

    Raises NotFound; Refused without `dossier.share`, and for a restricted dossier.
    """
    dossier = load_for_update(work, reference, "dossier.share").dossier
    if on and dossier.restricted:
        raise Refused([say(work.language, "A restricted dossier cannot be shared; lift the restriction first.")])
    return _set_flag(work, dossier, "shared", "shared_with_organisation", on)


def restrict(work: UnitOfWork, reference: str, on: bool, keep: Sequence[str] = ()) -> Dossier:
    """Restrict a dossier to its own people, those named in `keep` (account ids) and the legal admins, or lift the
    restriction.

    Raises NotFound and Refused, also for somebody to keep whom the workflow keeps out.
    """
    loaded = load_for_update(work, reference, "dossier.share")
    dossier = loaded.dossier
    if on:
        dossier.shared_with_organisation = False
        add_involvement(work, dossier, work.person.id, "watcher")  # whoever restricts it does not lose it
        update_search_document(loaded)
    _set_flag(work, dossier, "restricted", "restricted", on)
    for person_id in keep if on else ():
        _add_watcher(work, dossier, _active_person(work, person_id))
    end_seats_of_kept_out(loaded)
    return dossier


def _set_flag(work: UnitOfWork, dossier: Dossier, kind: str, column: str, on: bool) -> Dossier:
    if getattr(dossier, column) != on:
        setattr(dossier, column, on)
        dossier.version += 1
        append_entry(work, kind, {"version": dossier.version, "on": on}, dossier)
    return dossier


def watch(work: UnitOfWork, reference: str, person_id: str) -> Dossier:
    """Add somebody to the watchers of a dossier: of the same organisation, unless the legal team adds them (U9).

    Raises NotFound for an unknown dossier or account, and Refused for somebody who may not be added.
    """
    dossier = load_for_update(work, reference).dossier
    require_permission(work, "dossier.note", dossier)
    person = _active_person(work, person_id)
    if is_client_side(work) and (
        person.organisation_id is None or person.organisation_id != work.person.organisation_id
    ):
        raise Refused([say(work.language, "You can add people of your own organisation.")], about="person")
    _add_watcher(work, dossier, person)
    return dossier


def unwatch(work: UnitOfWork, reference: str, person_id: str) -> Dossier:
    """Take somebody from the watchers of a dossier: oneself, anybody for the legal team, people of their own
    organisation for a client who may write on it (U9). Whoever sees it for another reason still does.

    Raises NotFound for an unknown dossier and for somebody who is no watcher; Refused as `may_remove` says.
    """
    dossier = load_for_update(work, reference).dossier
    person = work.session.get(Person, person_id)
    if person is None or (person.id, "watcher") not in involvements(work.session, dossier):
        raise NotFound(f"no watcher {person_id}")
    if not may_remove(work, dossier, person):
        raise Refused([say(work.language, "You can remove people of your own organisation.")], about="person")
    end_involvement(work, dossier, person.id, "watcher")
    update_search_document(load(work, dossier))
    append_entry(work, "watcher_removed", {"version": dossier.version, "person": person.id}, dossier)
    return dossier


def _active_person(work: UnitOfWork, person_id: str) -> Person:
    person = work.session.get(Person, person_id)
    if person is None or person.state != "active":
        raise NotFound(f"no person {person_id}")
    return person


def _add_watcher(work: UnitOfWork, dossier: Dossier, person: Person) -> None:
    if is_kept_out(work, dossier, person):
        sentence = say(work.language, "{person} is kept out of this dossier.", person=person.name)
        raise Refused([sentence], about="person")
    if (person.id, "watcher") not in involvements(work.session, dossier):
        add_involvement(work, dossier, person.id, "watcher")
        update_search_document(load(work, dossier))
        append_entry(work, "watcher_added", {"version": dossier.version, "person": person.id}, dossier)
