"""Dossiers that belong together: a step that opens another request carries over what both forms ask (D11)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from formengine.errors import Invalid
from formengine.services.history import append
from formengine.services.submitting import submit
from formengine.services.viewing import site_of
from formengine.services.work import Work
from formengine.storage.dossiers import Dossier
from formengine.storage.people import Person


def open_child(work: Work, dossier_id: int, type_id: str) -> Dossier | None:
    """Open a request of another type in the requester's name, on the facts of this dossier (in a job).

    When those do not fill its form, nothing is opened and the history says so, for counsel to ask for the rest. A
    repeat of the job opens nothing again.
    """
    parent = work.session.get_one(Dossier, dossier_id)
    if work.session.scalar(select(Dossier.id).where(Dossier.parent_id == parent.id, Dossier.request_type == type_id)):
        return None
    requester = work.session.get_one(Person, parent.requester_id)
    own = replace(work, actor=requester)
    request_type = site_of(work).request_types[type_id]
    wanted = request_type.schema(work.language).get("properties", {})
    answers: dict[str, Any] = {k: v for k, v in parent.submission.answers.items() if k in wanted}
    try:
        child = submit(own, type_id, answers, accept_notice=True).dossier
    except Invalid:
        append(work, "child_not_opened", {"request_type": type_id}, parent, nobody=True)
        return None
    child.parent_id = parent.id
    append(work, "child_dossier_opened", {"reference": child.reference}, parent, nobody=True, visible_to_client=True)
    return child
