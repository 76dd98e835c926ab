"""The documents that people decide on or sign, and those that a step asks for it: their files are looked at before it
is taken, and what is empty in them is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from formengine.services.case.repository import LoadedCase, load
from formengine.services.case.unfit_documents import look_at_versions
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.document_binding import empty_places
from formengine.workflow.engine.execution import Execution


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


def empty_places_of(loaded: LoadedCase, documents: Iterable[str]) -> list[str]:
    """What is said of the empty places of the newest versions of documents: a sentence for each that has any."""
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    return [sentence for name in documents if (sentence := empty_places(execution, name))]


def unsigned_empty_places(loaded: LoadedCase) -> dict[str, str]:
    """The same, by document, of those whose empty places nobody has said to keep, for whoever opens the dossier."""
    newest, signed = loaded.case.newest_versions, fixed_documents(loaded)
    open_ = [name for name, content in newest.items() if content.missing and not content.kept and name not in signed]
    return {name: sentence for name in open_ for sentence in empty_places_of(loaded, [name])}


def settled_documents(loaded: LoadedCase) -> set[str]:
    """The documents that are decided on or signed at the moment, or were signed."""
    rounds = [round_ for round_ in loaded.case.rounds if round_.status in ("open", "signed")]
    return {name for round_ in rounds for name in loaded.workflow.round_rule(round_.rule).documents}


def fixed_documents(loaded: LoadedCase) -> set[str]:
    """The documents that everybody has signed: their newest version stays the last one (S2)."""
    signed = [loaded.workflow.round_rule(round_.rule) for round_ in loaded.case.rounds if round_.status == "signed"]
    return {name for rule in signed for name in rule.documents}
