"""Dossiers that belong together: a step that opens another request carries over what both forms ask (D11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.services.access.enforcement import current_site
from formengine.services.case.repository import lock_dossier
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.overview import facts
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import Person

OPENED: Final = "child_dossier_opened"
NOT_OPENED: Final = "child_not_opened"


def open_child(work: UnitOfWork, dossier_id: int, type_id: str, cause: str) -> Dossier | None:
    """Open a request of another type in the requester's name, on the facts that the requester sees (in a job).

    `cause` is the version of the dossier that the step made: a repeat of the job opens nothing again, another step
    opens another. When the facts do not fill its form, or the requester may not send it, nothing is opened and the
    history says so, for counsel to ask for the rest.
    """
    parent = lock_dossier(work, select(Dossier).where(Dossier.id == dossier_id))
    if parent is None or _was_settled(work, parent, type_id, cause):
        return None
    mark = {"request_type": type_id, "cause": cause}
    try:
        with work.session.begin_nested():
            child = _submit_child(work, parent, type_id)
    except (Invalid, NotFound, Refused):
        append_entry(work, NOT_OPENED, mark, parent, nobody=True)
        return None
    child.parent_id = parent.id
    append_entry(work, OPENED, {"reference": child.reference, **mark}, parent, nobody=True, visible_to_client=True)
    return child


def _was_settled(work: UnitOfWork, parent: Dossier, type_id: str, cause: str) -> bool:
    query = select(HistoryEntry.payload).where(
        HistoryEntry.dossier_id == parent.id, HistoryEntry.kind.in_((OPENED, NOT_OPENED))
    )
    wanted = (type_id, cause)
    return any((one.get("request_type"), one.get("cause")) == wanted for one in work.session.scalars(query))


def _submit_child(work: UnitOfWork, parent: Dossier, type_id: str) -> Dossier:
    own = replace(work, actor=work.session.get_one(Person, parent.requester_id))
    request_type = current_site(work).request_types.get(type_id)
    if request_type is None:
        raise NotFound(f"no request type {type_id}")
    wanted = request_type.schema(work.language).get("properties", {})
    answers = {name: value for name, value in facts(own, parent).items() if name in wanted}
    return submit(own, type_id, answers, accept_notice=True).dossier
