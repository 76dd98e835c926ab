"""Steps that ask for a decision or signatures on a document with tracked changes, comments or hidden text: cleaned and
sent in one act (S3, S10).

What is approved and signed is one version, by its hash, so a clean version is a new one: approvals of an earlier
version are asked for again. Such a step is offered only where it is possible with the clean version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from formengine.errors import Refused
from formengine.i18n import pick, say
from formengine.services.access.enforcement import has_permission
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.clean_versions import CleanContent, clean_content
from formengine.services.dossiers.document_holders import lock_of_another
from formengine.services.dossiers.documents import upload_reasons
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.bound_versions import VersionContent


@dataclass(frozen=True)
class UncleanDocument:
    """A document that is cleaned with a step: its id, its title in the actor's language, and the number of its newest
    version.
    """

    id: str
    title: str
    number: int


def unclean_documents(loaded: LoadedCase, transition: str) -> list[UncleanDocument]:
    """The documents that have to be cleaned before the actor can take a step of the dossier, and which they may clean
    now: nobody else edits them. [] where that alone would not make it possible.

    A document that the step neither asks to decide on nor to sign stays as it is: it may be under negotiation.
    """
    case = loaded.case
    remarked = sorted(name for name, content in case.newest_versions.items() if content.remarks)
    if not remarked or not has_permission(loaded.work, "dossier.add_version", loaded.dossier):
        return []
    if not _is_possible(loaded, transition, remarked):
        return []
    needed = [name for name in remarked if not _is_possible(loaded, transition, [o for o in remarked if o != name])]
    edited = _edited_by_others(loaded) if needed else set()
    if any(name in edited or upload_reasons(loaded, name) for name in needed):
        return []
    titles = {name: pick(title_in_all_languages(loaded, name), loaded.work.language) for name in needed}
    return [UncleanDocument(name, title, case.documents[name]) for name, title in titles.items()]


def _is_possible(loaded: LoadedCase, transition: str, cleaned: Sequence[str]) -> bool:
    """Whether the actor could take a step if these documents had a clean version."""
    return _reasons_when_clean(loaded, tuple(cleaned)).get(transition) == []


def _reasons_when_clean(loaded: LoadedCase, cleaned: tuple[str, ...]) -> Mapping[str, list[str]]:
    """The steps, with the reasons against each, if these documents had a clean version; found once for all steps."""
    work, case = loaded.work, loaded.case

    def find() -> Mapping[str, list[str]]:
        changed = replace(
            case,
            documents={**case.documents, **{name: case.documents[name] + 1 for name in cleaned}},
            newest_versions={**case.newest_versions, **{name: VersionContent("", work.now) for name in cleaned}},
        )
        return engine.available_transitions(loaded.workflow, changed, loaded.context, work.actor_id or "", None)

    versions = tuple(sorted(case.documents.items()))
    key = ("reasons when clean", loaded.dossier.id, case.version, versions, work.actor_id, cleaned)
    return work.remember(key, find)


def _edited_by_others(loaded: LoadedCase) -> set[str]:
    """The documents of a dossier that somebody else edits."""
    work, dossier = loaded.work, loaded.dossier

    def read() -> set[str]:
        rows = work.session.scalars(select(Document).where(Document.dossier_id == dossier.id, Document.editor != ""))
        return {row.name for row in rows if lock_of_another(work, row) is not None}

    return work.remember(("edited by others", dossier.id, work.actor_id), read)


def cleaned_with_step(
    work: UnitOfWork, dossier: Dossier, unclean: Sequence[UncleanDocument], shown: Mapping[str, int | None]
) -> list[CleanContent]:
    """The clean contents of the documents of a step, made before the dossier is locked. `shown` are the numbers of the
    versions that the actor agreed to have cleaned, by document.

    Raises Refused where they did not agree, or a newer version came meanwhile.
    """
    for document in unclean:
        if shown.get(document.id) is None:
            sentence = "“{document}” has to be cleaned first: agree to it, or go back."
            raise Refused([say(work.language, sentence, document=document.title)])
    return [clean_content(work, dossier, document.id, shown[document.id]) for document in unclean]
