"""The documents that a step asks to decide on or to sign: their files are looked at before it is offered and taken."""

from __future__ import annotations

from dataclasses import replace

from formengine.services.case.repository import load
from formengine.services.case.unfit_documents import look_at_versions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine


def look_at_decided_documents(work: UnitOfWork, dossier: Dossier, transition: str) -> None:
    """Look at the newest versions of the documents that a step of a dossier asks to decide on, before it is locked, so
    that the engine refuses the step where one of them is unfit (`unfit_documents`). A step about no document reads
    nothing.
    """
    loaded = load(work, dossier)
    case, by = loaded.case, work.actor_id or ""
    if transition not in loaded.workflow.transitions:
        return
    unknown = [name for name, content in case.newest_versions.items() if not content.obstacle]

    def is_possible(unfit: str | None) -> bool:
        newest = {
            name: replace(content, obstacle="unfit") if name == unfit else content
            for name, content in case.newest_versions.items()
        }
        asked = replace(case, newest_versions=newest)
        return engine.available_transitions(loaded.workflow, asked, loaded.context, by, None).get(transition) == []

    if unknown and is_possible(None):
        look_at_versions(work, dossier, [name for name in unknown if not is_possible(name)])
