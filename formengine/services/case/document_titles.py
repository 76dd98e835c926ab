"""What the documents of a dossier are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, select

from formengine.i18n import Text, pick
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.workflow.engine.document_kinds import rule_of_document
from formengine.workflow.engine.document_titles import title_of_document

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase


def title_in_all_languages(loaded: LoadedCase, document: str) -> Text:
    """The title of a document in every language that it has, for the history and for mails to several people."""
    return title_of_document(document, loaded.workflow, loaded.context.document_titles)


def draft_name(loaded: LoadedCase, document: str, language: str) -> str:
    """The name of the Word file of a draft: the reference and the document's title in the language of the draft."""
    title = pick(title_in_all_languages(loaded, document), language)
    plain = title.replace("/", "-").replace("\\", "-")  # a name is what stands after the last of these
    return f"{loaded.dossier.reference} {plain[:1].upper()}{plain[1:]}.docx"


def own_titles(work: UnitOfWork, dossier: Dossier) -> dict[str, str]:
    """The documents that are stored of a dossier, by name, each with the title of its own; "" where it has none."""
    if inspect(dossier).pending:
        return {}
    query = select(Document.name, Document.title).where(Document.dossier_id == dossier.id)
    return work.remember(
        own_titles_key(dossier), lambda: {name: title or "" for name, title in work.session.execute(query)}
    )


def own_titles_key(dossier: Dossier) -> tuple[str, int]:
    """The key by which a unit of work remembers them: whoever reads all rows of a case reads them, too."""
    return ("own titles of documents", dossier.id)


def document_title(work: UnitOfWork, dossier: Dossier, document: str) -> str:
    """The title of a document in the actor's language: its own, else that of its kind as a heading."""
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    rule = rule_of_document(workflow, document)
    own = own_titles(work, dossier).get(document) if rule is not None and rule.several else ""
    return own or title_of_kind(work, dossier, document)


def title_of_kind(work: UnitOfWork, dossier: Dossier, document: str) -> str:
    """What a document without a title of its own is called in the actor's language, with a capital, as a heading."""
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    title = pick(title_of_document(document, workflow, request_type.document_titles), work.language)
    return title[:1].upper() + title[1:]
