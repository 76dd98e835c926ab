"""What the documents of a dossier are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from formengine.i18n import Text, pick
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine.document_binding import title_of_document

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase


def title_in_all_languages(loaded: LoadedCase, document: str) -> Text:
    """The title of a document in every language that it has, for the history and for mails to several people."""
    return title_of_document(document, loaded.workflow, loaded.context.document_titles)


def document_title(work: UnitOfWork, dossier: Dossier, document: str) -> str:
    """The title of a document in the actor's language, with a capital, as a heading."""
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    title = pick(title_of_document(document, workflow, request_type.document_titles), work.language)
    return title[:1].upper() + title[1:]


def titles_of_several(work: UnitOfWork, dossier: Dossier, documents: Sequence[str], language: str) -> str:
    """The titles of the documents of a round in a language, for a mail about it; "" of one alone, which the name of the
    round says.
    """
    if len(documents) < 2:
        return ""
    reader = replace(work, language=language)
    return ", ".join(document_title(reader, dossier, name) for name in documents)
