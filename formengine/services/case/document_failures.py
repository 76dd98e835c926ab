"""Mails about a document that could not be made: a draft from a template, or the signed PDF (S1, S4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from formengine.i18n import pick
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import people_in_charge


def tell_failed_document(
    work: UnitOfWork,
    dossier: Dossier,
    documents: Sequence[str],
    status: Literal["draft", "signed"],
    cause: str,
    reason: Callable[[str], str],
) -> None:
    """Tell whoever is in charge of a dossier, by mail and in the inbox, that documents could not be made.

    `reason` says why, in a language. The same `cause` is told once to each person, however often it is tried again.
    """
    loaded = load(work, dossier)
    titles = [title_in_all_languages(loaded, name) for name in documents]

    def data(to: Recipient) -> dict[str, object]:
        named = ", ".join(pick(title, to.language) for title in titles)
        return {"document": named, "failure": reason(to.language), "status": status}

    people = people_in_charge(Execution(loaded.workflow, loaded.case, loaded.context))
    notify(work, "draft_failed", people, data, dossier=dossier, entry=f"{status}-{documents[0]}-{cause}")
