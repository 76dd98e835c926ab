"""The documents that a step asks to decide on or to sign: their files are looked at before it is taken."""

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
    nothing. Which documents they are, the engine tells by its reasons, were all of them unfit.
    """
    loaded = load(work, dossier)
    case, by = loaded.case, work.actor_id or ""
    if transition not in loaded.workflow.transitions:
        return
    newest = {
        name: content if content.obstacle else replace(content, obstacle=f"#{name}")
        for name, content in case.newest_versions.items()
    }
    asked = replace(case, newest_versions=newest)
    reasons = engine.available_transitions(loaded.workflow, asked, loaded.context, by, None).get(transition, [])
    decided = [name for name in newest if any(reason.endswith(f" #{name}") for reason in reasons)]
    if len(decided) == len(reasons):  # nothing else stands against the step
        look_at_versions(work, dossier, decided)
