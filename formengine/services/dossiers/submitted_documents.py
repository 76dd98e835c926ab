"""Documents that come with a request: uploaded as an answer, or drafted from a template when it is sent (S1, S2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from formengine.authoring import RequestType
from formengine.errors import Refused
from formengine.forms import FieldError
from formengine.services.access.enforcement import current_site
from formengine.services.case.draft_jobs import enqueue_draft, fixed_reasons
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.decided_documents import fixed_documents
from formengine.services.dossiers.document_holders import US
from formengine.services.dossiers.documents import (
    add_version,
    require_usable_document,
    why_no_document,
)
from formengine.services.dossiers.version_consequences import (
    EndedSignatures,
    agreed_rounds,
    ended_by_step,
    ended_signatures,
    over_uploads_of_step,
    require_consent,
)
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.workflow.engine.document_kinds import kind_of
from formengine.workflow.engine.execution import Execution


@dataclass(frozen=True)
class ConsentsOfCorrection:
    """What a correction of answers needs consent for: the open signatures that it may end, each once, and what is said
    of drafts over versions that people wrote, where the actor may add versions.
    """

    ended_signatures: list[EndedSignatures]
    over_uploads: list[str]


def create_submitted_documents(
    loaded: LoadedCase,
    request_type: RequestType,
    answers: Mapping[str, Any],
    files: Iterable[StoredFile],
) -> None:
    """On submission: an uploaded document becomes its first version, unless a template makes it."""
    rows = {row.id: row for row in files}
    for document, rule in request_type.documents.items():
        when = Execution(loaded.workflow, loaded.case, loaded.context).holds(rule.when)
        answer = answers.get(rule.from_) if rule.from_ else None
        stored = rows.get(str(answer.get("id"))) if isinstance(answer, Mapping) else None
        if stored is not None:
            require_usable_document(loaded, document, rule.from_ or "", stored)
        if stored is not None and not (rule.template and when):
            add_version(loaded, document, stored, US)


def request_first_drafts(loaded: LoadedCase, request_type: RequestType) -> None:
    """On submission, before the first state is entered: what a template makes is asked for, so that rounds which that
    state opens wait for it.
    """
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    for document, rule in request_type.documents.items():
        if rule.template and rule.draft_on == "submit" and execution.holds(rule.when):
            enqueue_draft(loaded, document, "first")


def replace_submitted_documents(
    loaded: LoadedCase,
    request_type: RequestType,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    files: Iterable[StoredFile],
    *,
    ends_signatures: bool = False,
) -> None:
    """When answers are corrected: every document that was drafted from them, by whatever step, is drafted anew, and
    another file in the answer that a document is made from becomes its next version. `ends_signatures`: as in
    `new_document_version`.

    Raises Refused for a document that is fixed, and where signatures are open and the actor has not agreed to end them.
    """
    drafted, uploaded = documents_of_correction(loaded, request_type, before, after, files)
    for document in drafted:
        _draft_corrected(loaded, document, ends_signatures=ends_signatures)
    for document, stored in uploaded.items():
        require_usable_document(loaded, document, request_type.documents[document].from_ or "", stored)
        require_consent(loaded, document, given=ends_signatures)
        add_version(loaded, document, stored, US)


def documents_of_correction(
    loaded: LoadedCase,
    request_type: RequestType,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    files: Iterable[StoredFile],
) -> tuple[list[str], dict[str, StoredFile]]:
    """The documents that change when answers are corrected: those that are drafted anew, and the files that become the
    next version of others.
    """
    rows = {row.id: row for row in files}
    corrected = Execution(loaded.workflow, replace(loaded.case, answers=after), loaded.context)
    names = drafted_documents(loaded, request_type) if dict(before) != dict(after) else ()
    drafted = [name for name in names if corrected.holds(request_type.documents[kind_of(name)].when)]
    uploaded: dict[str, StoredFile] = {}
    for document, rule in request_type.documents.items():
        is_drafted = bool(rule.template and corrected.holds(rule.when))
        answer = after.get(rule.from_) if rule.from_ and not is_drafted else None
        if isinstance(answer, Mapping) and answer != before.get(rule.from_ or ""):
            stored = rows.get(str(answer.get("id")))
            uploaded |= {document: stored} if stored is not None else {}
    return drafted, uploaded


def drafted_documents(loaded: LoadedCase, request_type: RequestType) -> list[str]:
    """The documents whose text follows the answers: the newest version was drafted from a template; or there is none
    yet, and a draft is due or submission drafts it. Not one of which somebody uploaded the newest version, since what
    people wrote into it is not in the answers, nor one that everybody has signed.
    """
    case, fixed = loaded.case, fixed_documents(loaded)
    names = dict.fromkeys([*request_type.documents, *case.documents, *sorted(case.drafts_due)])

    def follows(name: str) -> bool:
        rule, newest = request_type.documents.get(kind_of(name)), case.newest_versions.get(name)
        if rule is None or not rule.template or name in fixed:
            return False
        return newest.drafted if newest else name in case.drafts_due or rule.draft_on == "submit"

    return [name for name in names if follows(name)]


def require_draftable(loaded: LoadedCase, documents: Iterable[str]) -> None:
    """Raise Refused where a document that follows the answers may not change once they are corrected: it is out for
    signature as it was approved, and the step that sent the answers has not ended that.
    """
    if loaded.workflow.states[loaded.case.state].ends:
        return
    reasons = [reason for document in documents for reason in fixed_reasons(loaded, document)]
    if reasons:
        raise Refused(reasons)


def consents_of_correction(work: UnitOfWork, dossier: Dossier, step: str) -> ConsentsOfCorrection:
    """What is to be agreed to before answers are corrected and the step (the id of a transition) that sends them is
    taken: documents may be made of the answers, or be drafted by the step.
    """
    loaded = load(work, dossier)
    rule = loaded.workflow.transitions[step]
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    made = [name for name, made_of in request_type.documents.items() if made_of.from_]
    made += drafted_documents(loaded, request_type)
    rounds = [ended for document in dict.fromkeys(made) for ended in ended_signatures(loaded, document)]
    rounds += ended_by_step(loaded, rule)
    ended = {round_.round_id: round_ for round_ in rounds}
    return ConsentsOfCorrection(list(ended.values()), over_uploads_of_step(loaded, rule))


def _draft_corrected(loaded: LoadedCase, document: str, *, ends_signatures: bool) -> None:
    require_consent(loaded, document, given=ends_signatures)
    after, agreed = loaded.case.documents.get(document, 0), agreed_rounds(loaded, document)
    cause, moment = f"{loaded.dossier.version}-corrected", loaded.work.now.isoformat()
    enqueue_draft(loaded, document, cause, after=after, ends=agreed, asked_at=moment)


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
