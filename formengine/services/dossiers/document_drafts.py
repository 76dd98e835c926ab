"""Drafting of documents from templates, as a job: its failure is shown on the dossier, and it is tried again (S1).

The template is filled in a sandboxed process, in a transaction that holds no lock; a failure that another try would not
mend (a template that cannot be filled) is stored at once, any other after the last try.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import update

from formengine.errors import DocumentRefused, NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, require_permission
from formengine.services.case.document_failures import tell_failed_document
from formengine.services.case.draft_jobs import document_row, enqueue_draft
from formengine.services.case.repository import get_dossier, load, load_for_update
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers.document_holders import require_not_edited
from formengine.services.dossiers.documents import (
    draft_document,
    may_draft,
    require_document,
)
from formengine.services.dossiers.empty_places import LONGEST_FAILURE, missing_answers
from formengine.services.dossiers.version_consequences import UNAGREED, agreed_rounds, require_consent
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.document_kinds import kind_of
from formengine.workflow.engine.fact_titles import path_title

log = logging.getLogger(__name__)

UNEXPECTED = "error"
"""What is stored of a failure that is no fault of the template; the log has its traceback."""
_LEFT_OUT = re.compile(r"refers to the clause '_?(\w+)', which is left out")


def make_draft(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> None:
    """Draft a document (in a job); `args` are the dossier's id, the document's, the number of versions it had, and the
    signatures that the draft may end (`ends`, `asked_at`: `require_agreed`).

    Raises what another try may mend: the storage or the database that does not answer, answers that changed meanwhile.
    """
    dossier, document, after = int(args["dossier"]), str(args["document"]), int(args.get("after", 0))
    agreed, asked_at = list(args.get("ends", ())), str(args.get("asked_at", ""))

    def operation(work: UnitOfWork) -> object:
        work.language = current_site(work).portal.languages[0]
        if draft_document(work, dossier, document, after, agreed, asked_at) is None:
            _give_up(work, dossier, document, after)
        return None

    try:
        run_in_transaction(platform, operation)
    except DocumentRefused as error:
        log.warning("the document %s of dossier %s cannot be drafted: %s", document, dossier, error)
        _store_failure(platform, args, str(error))
    except Exception:
        if last_attempt:
            _store_failure(platform, args, UNEXPECTED)
        raise


def _give_up(work: UnitOfWork, dossier_id: int, document: str, after: int) -> None:
    """Where nothing was drafted and no version has come since, none may be added any more: rounds that wait for the
    draft go on without it.
    """
    dossier = work.session.get_one(Dossier, dossier_id)
    case = load(work, dossier).case
    if document in case.drafts_due and case.documents.get(document, 0) <= after:
        loaded = load_for_update(work, dossier.reference)
        document_row(work, dossier, document).draft_due = False
        loaded.run(engine.give_up_draft, document)


def draft_again(work: UnitOfWork, reference: str, document: str, *, ends_signatures: bool = False) -> None:
    """Have a document drafted anew from the answers as they stand: after a failure, or over an earlier draft.
    `ends_signatures`: as in `new_document_version`.

    Raises NotFound for a document without a template, and Refused for somebody who may not add a version now and where
    none may be drafted: it is signed, or the dossier has ended.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.add_version", dossier)
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    rule = request_type.documents.get(kind_of(document))
    if rule is None or not rule.template:
        raise NotFound(f"no template for the document {document}")
    loaded = load(work, dossier)
    require_document(loaded, document)
    after = loaded.case.documents.get(document, 0)
    if not may_draft(loaded, document, after):
        raise Refused([say(work.language, "This document can no longer be drafted.")])
    require_consent(loaded, document, given=ends_signatures)
    require_not_edited(loaded, document_row(work, dossier, document))
    moment = f"{work.now:%Y%m%d%H%M%S%f}"
    row = enqueue_draft(loaded, document, moment, after=after, ends=agreed_rounds(loaded, document))
    row.draft_failure = None


def failure_sentence(failure: str, language: str, workflow: Workflow, *, is_team: bool) -> str:
    """What a reader is told of a draft that failed or has empty places; the reason speaks of the template, and is for
    the legal team ("" for others where there is a draft). `workflow` has the titles of the dossier's facts.
    """
    missing = missing_answers(failure)
    if not is_team:
        return "" if missing else say(language, "This document could not be drafted yet. The legal team sees why.")
    if failure == UNEXPECTED:
        return say(language, "This document could not be drafted: something unexpected went wrong.")
    if failure == UNAGREED:
        return say(
            language,
            "This document was not drafted: people are asked to sign it, which a new version would end. Draft it again "
            "to agree to that.",
        )
    if match := _LEFT_OUT.search(failure):
        return say(
            language,
            "This document could not be drafted: its text refers to the clause {name}, which these answers leave out.",
            name=match[1],
        )
    if missing:
        titles = [path_title(workflow, path, language) for path in missing]
        return say(
            language,
            "The newest draft has empty places: its text writes {names}, and there is no answer. Give the answer and "
            "try again, add a version that is complete, or have the template say what it writes without one.",
            names=", ".join(titles),
        )
    return say(language, "This document could not be drafted: {reason}", reason=failure)


def _store_failure(platform: Platform, args: Mapping[str, Any], failure: str) -> None:
    """Show a failure on the dossier, and tell whoever is in charge, once for each version that the draft was to
    follow.
    """
    dossier_id, document = int(args["dossier"]), str(args["document"])

    def operation(work: UnitOfWork) -> None:
        dossier = work.session.get(Dossier, dossier_id)
        if dossier is None:
            return
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        reason = partial(failure_sentence, failure, workflow=workflow, is_team=True)
        tell_failed_document(work, dossier, [document], "draft", str(args.get("after", 0)), reason)
        insert_if_absent(work.session, Document, dossier_id=dossier_id, name=document)
        row = update(Document).where(Document.dossier_id == dossier_id, Document.name == document)
        work.session.execute(row.values(draft_failure=failure[:LONGEST_FAILURE]))

    run_in_transaction(platform, operation)
