"""*I am editing this*: a document is held by one person, so that nobody adds a version behind their back (S2).

A lock ends when its holder adds a version or says so, and by itself after `edit_lock_hours`. Whoever is in charge may
take it over, or end it.
"""

from __future__ import annotations

from datetime import timedelta

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.case.repository import LoadedCase, load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_holders import (
    EditLock,
    edit_lock_of,
    end_edit_lock,
    holder_name,
    record_lock,
)
from formengine.services.dossiers.document_turns import document_with_version
from formengine.services.dossiers.documents import require_document, require_replaceable
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import may_take_charge


def hold_for_editing(work: UnitOfWork, reference: str, document: str, *, take_over: bool = False) -> EditLock:
    """Hold a document for the actor, from now on for `edit_lock_hours`; again: for as long from now.

    Raises NotFound for a document that there is not, and Refused for somebody who may not add a version now, for a
    document without a version, where the site has no such locks, and where somebody else holds it: unless the actor is
    in charge and says `take_over`.
    """
    loaded = load_for_update(work, reference, "dossier.add_version")
    require_replaceable(loaded, document)
    hours = work.platform.settings.edit_lock_hours
    if hours == 0:
        raise Refused([say(work.language, "This portal does not mark documents as being edited.")])
    row = document_with_version(loaded, document)
    held = edit_lock_of(row, work.now)
    is_own = held is not None and held.person == work.actor_id
    if held is not None and not is_own and not (take_over and may_end_lock(loaded, held)):
        raise Refused([_held_sentence(work, held)])
    if held is None:
        record_lock(loaded, row, "begun")
    elif not is_own:
        record_lock(loaded, row, "taken", held.person)
    lock = EditLock(work.person.id, held.since if held and is_own else work.now, work.now + timedelta(hours=hours))
    row.editor, row.editing_since, row.editing_until = lock.person, lock.since, lock.until
    return lock


def end_editing(work: UnitOfWork, reference: str, document: str) -> None:
    """End the lock of a document; nothing happens where nobody holds it.

    Raises NotFound for a document that there is not, and Refused for somebody who neither holds it nor is in charge.
    """
    loaded = load_for_update(work, reference, "dossier.add_version")
    require_document(loaded, document)
    row = document_with_version(loaded, document)
    held = edit_lock_of(row, work.now)
    if held is None:
        return
    if not may_end_lock(loaded, held):
        raise Refused([_held_sentence(work, held)])
    end_edit_lock(row)
    is_own = held.person == work.actor_id
    record_lock(loaded, row, "ended" if is_own else "ended for", None if is_own else held.person)


def may_end_lock(loaded: LoadedCase, lock: EditLock) -> bool:
    """Whether the actor may end a lock: it is their own, or they are in charge of the dossier."""
    actor = loaded.work.actor_id or ""
    return lock.person == actor or may_take_charge(Execution(loaded.workflow, loaded.case, loaded.context), actor)


def _held_sentence(work: UnitOfWork, lock: EditLock) -> str:
    return say(
        work.language,
        "{person} is editing this document; whoever is in charge can take that over.",
        person=holder_name(work, lock.person),
    )
