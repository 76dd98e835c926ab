"""The documents that a step asks to decide on or to sign: their files are looked at before it is taken."""

from __future__ import annotations

from formengine.services.case.repository import load
from formengine.services.case.unfit_documents import look_at_versions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine


def look_at_decided_documents(work: UnitOfWork, dossier: Dossier, transition: str) -> None:
    """Look at the newest versions of the documents that a step of a dossier asks to decide on, before it is locked, so
    that the engine refuses the step where one of them is unfit (`unfit_documents`). A step that is refused anyway, and
    one about no document, reads nothing.
    """
    loaded = load(work, dossier)
    asked, by = (loaded.workflow, loaded.case, loaded.context), work.actor_id or ""
    if engine.available_transitions(*asked, by).get(transition) == []:
        look_at_versions(work, dossier, engine.documents_decided(*asked, by, transition))
