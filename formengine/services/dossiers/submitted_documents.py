"""Documents that come with a request: uploaded as an answer, or drafted from a template when it is sent (S1, S2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from formengine.authoring import RequestType
from formengine.forms import FieldError
from formengine.services.access.enforcement import current_site
from formengine.services.case.draft_jobs import enqueue_draft
from formengine.services.case.guest_links import newest_version
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.documents import add_version, require_usable_document, why_no_document
from formengine.services.dossiers.version_consequences import (
    EndedSignatures,
    agreed_rounds,
    ended_by_document,
    ended_by_step,
    require_consent,
)
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.workflow.engine.execution import Execution


def create_submitted_documents(
    work: UnitOfWork,
    loaded: LoadedCase,
    request_type: RequestType,
    answers: Mapping[str, Any],
    files: Iterable[StoredFile],
) -> None:
    """On submission: an uploaded document becomes its first version; one that a template makes is asked for."""
    rows = {row.id: row for row in files}
    for document, rule in request_type.documents.items():
        when = Execution(loaded.workflow, loaded.case, loaded.context).holds(rule.when)
        answer = answers.get(rule.from_) if rule.from_ else None
        stored = rows.get(str(answer.get("id"))) if isinstance(answer, Mapping) else None
        if stored is not None:
            require_usable_document(loaded, document, rule.from_ or "", stored)
        if stored is not None and not (rule.template and when):
            add_version(loaded, document, stored, US)
        elif rule.template and when and rule.draft_on == "submit":
            enqueue_draft(work, loaded.dossier, document, "first")


def replace_submitted_documents(
    loaded: LoadedCase,
    request_type: RequestType,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    files: Iterable[StoredFile],
    *,
    ends_signatures: bool = False,
) -> None:
    """When answers are corrected: another file in the answer that a document is made from becomes its next version.
    `ends_signatures`: as in `new_document_version`.

    Raises Refused for a document that is fixed, and where signatures are open and the actor has not agreed to end them.
    """
    rows = {row.id: row for row in files}
    corrected = Execution(loaded.workflow, replace(loaded.case, answers=after), loaded.context)
    for document, rule in request_type.documents.items():
        is_drafted = bool(rule.template and corrected.holds(rule.when))
        answer = after.get(rule.from_) if rule.from_ and not is_drafted else None
        if is_drafted and rule.draft_on == "submit" and dict(before) != dict(after):
            _draft_corrected(loaded, document, ends_signatures=ends_signatures)
        if not isinstance(answer, Mapping) or answer == before.get(rule.from_ or ""):
            continue
        if (stored := rows.get(str(answer.get("id")))) is not None:
            require_usable_document(loaded, document, rule.from_ or "", stored)
            require_consent(loaded, document, given=ends_signatures)
            add_version(loaded, document, stored, US)


def ended_by_correction(work: UnitOfWork, dossier: Dossier, step: str) -> list[EndedSignatures]:
    """The signatures that a correction of the answers may end, since a document is made of them, or is drafted by the
    step (the id of a transition) that sends them; each once.
    """
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    made = [name for name, rule in request_type.documents.items() if rule.from_ or rule.draft_on == "submit"]
    rounds = [ended for by_document in ended_by_document(work, dossier, made).values() for ended in by_document]
    loaded = load(work, dossier)
    rounds += ended_by_step(loaded, loaded.workflow.transitions[step])
    return list({ended.round_id: ended for ended in rounds}.values())


def _draft_corrected(loaded: LoadedCase, document: str, *, ends_signatures: bool) -> None:
    """Have a document drafted from corrected answers, unless somebody uploaded its newest version: what people wrote
    into it is not in the answers.
    """
    work, dossier, after = loaded.work, loaded.dossier, loaded.case.documents.get(document, 0)
    newest = newest_version(work, dossier, document) if after else None
    if newest is not None and newest.made_by is not None:
        return
    require_consent(loaded, document, given=ends_signatures)
    agreed, moment = agreed_rounds(loaded, document), work.now.isoformat()
    cause = f"{dossier.version}-corrected"
    enqueue_draft(work, dossier, document, cause, after=after, ends=agreed, asked_at=moment)


def wrong_documents(work: UnitOfWork, request_type: RequestType, data: Mapping[str, Any]) -> list[FieldError]:
    """The errors of answers from which a document is made, and which are no Word file or PDF, would run or fetch
    something, or are to be signed and bear a signature already; for the page on which they are given, before anything
    is sent.
    """
    workflow = current_site(work).packs[request_type.pack].workflow
    errors = []
    for document, rule in request_type.documents.items():
        answer = data.get(rule.from_) if rule.from_ else None
        if isinstance(answer, Mapping):
            type_, sha256 = str(answer.get("type")), str(answer.get("sha256"))
            if sentence := why_no_document(work, workflow, document, type_, sha256):
                errors.append(FieldError(f"/{rule.from_}", None, "file", sentence))
    return errors
