"""The documents that people decide on or sign, and those that a step asks for it: their files are looked at before it
is taken, and what is empty in them is said.
"""

from __future__ import annotations

from formengine.services.case.empty_places import empty_places_of
from formengine.services.case.repository import LoadedCase, load
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


def empty_places_decided(work: UnitOfWork, dossier: Dossier, transition: str) -> list[str]:
    """What is said of empty places before a step that asks to decide on documents; [] for a step that is refused."""
    loaded = load(work, dossier)
    asked, by = (loaded.workflow, loaded.case, loaded.context), work.actor_id or ""
    if engine.available_transitions(*asked, by).get(transition) != []:
        return []
    return empty_places_of(loaded, engine.documents_decided(*asked, by, transition))


def unsigned_empty_places(loaded: LoadedCase) -> dict[str, str]:
    """What is said, by document, of the empty places of `incomplete_documents`, for whoever opens the dossier."""
    return {name: sentence for name in incomplete_documents(loaded) for sentence in empty_places_of(loaded, [name])}


def incomplete_documents(loaded: LoadedCase) -> list[str]:
    """The documents whose newest versions have empty places that nobody has said to keep: without those that everybody
    has signed, and those of which another draft is under way.
    """
    settled = fixed_documents(loaded) | (loaded.case.drafts_due - loaded.case.drafts_failed)
    newest = loaded.case.newest_versions
    return [name for name, content in newest.items() if content.is_incomplete and name not in settled]


def settled_documents(loaded: LoadedCase) -> set[str]:
    """The documents that are decided on or signed at the moment, or were signed."""
    rounds = [round_ for round_ in loaded.case.rounds if round_.status in ("open", "signed")]
    return {name for round_ in rounds for name in loaded.workflow.round_rule(round_.rule).documents}


def fixed_documents(loaded: LoadedCase) -> set[str]:
    """The documents that everybody has signed: their newest version stays the last one (S2)."""
    signed = [loaded.workflow.round_rule(round_.rule) for round_ in loaded.case.rounds if round_.status == "signed"]
    return {name for rule in signed for name in rule.documents}
