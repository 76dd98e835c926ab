"""The languages that the documents of a dossier are written in."""

from __future__ import annotations

from collections.abc import Collection

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier


def drafted_languages(work: UnitOfWork, dossier: Dossier, documents: Collection[str] | None = None) -> list[str]:
    """The languages that documents of a dossier are drafted in, each once; of some `documents`, else of all.

    Nothing is known of documents that people upload.
    """
    submission = dossier.submission
    rules = work.platform.definitions.request_type(work.session, submission.form_hash).documents
    drafted = [rule for name, rule in rules.items() if rule.templates and (documents is None or name in documents)]
    return list(dict.fromkeys(rule.language_for(submission.answers, submission.language) for rule in drafted))
