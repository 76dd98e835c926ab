"""Drafting of documents from templates, as a job: its failure is shown on the dossier, and it is tried again (S1).

The template is filled in a sandboxed process, in a transaction that holds no lock; a failure that another try would not
mend (a template that cannot be filled) is stored at once, any other after the last try.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from formengine.errors import DocumentRefused, NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site, has_permission
from formengine.services.case.document_failures import tell_failed_document
from formengine.services.case.document_sight import client_sight, sight_of
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.case.draft_jobs import (
    LATE,
    OVER_VERSION,
    document_row,
    enqueue_draft,
    fixed_reasons,
    may_draft,
    over_version_sentence,
)
from formengine.services.case.guest_links import newest_version
from formengine.services.case.repository import LoadedCase, load, load_for_update
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import Platform, UnitOfWork, run_in_transaction
from formengine.services.dossiers.document_holders import require_not_edited
from formengine.services.dossiers.documents import (
    draft_document,
    has_template,
    require_document,
    require_replaceable,
)
from formengine.services.dossiers.version_consequences import (
    UNAGREED,
    agreed_rounds,
    require_consent_to_draft,
)
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import NO_DRAFT, Document
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Case

log = logging.getLogger(__name__)

UNEXPECTED = "error"
"""What is stored of a failure that is no fault of the template; the log has its traceback."""
LONGEST_FAILURE: Final = 500
"""The maximum length of what is stored of a failure, in characters."""
_LEFT_OUT = re.compile(r"refers to the clause '_?(\w+)', which is left out")


def make_draft(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> None:
    """Draft a document (in a job); `args` are the dossier's id, the document's, the number of versions it had, and the
    signatures that the draft may end (`ends`, `asked_at`: `require_agreed`).

    Raises what another try may mend: the storage or the database that does not answer, answers that changed meanwhile.
    """
    dossier, document, after = int(args["dossier"]), str(args["document"]), int(args.get("after", 0))
    agreed, asked_at = list(args.get("ends", ())), str(args.get("asked_at", ""))

    def operation(work: UnitOfWork) -> None:
        work.language = current_site(work).portal.languages[0]
        if draft_document(work, dossier, document, after, agreed, asked_at) is None:
            _end_draft(work, dossier, document, after)

    try:
        run_in_transaction(platform, operation)
    except DocumentRefused as error:
        log.warning("the document %s of dossier %s cannot be drafted: %s", document, dossier, error)
        _store_failure(platform, args, str(error))
    except Exception:
        if last_attempt:
            _store_failure(platform, args, UNEXPECTED)
        raise


def _end_draft(work: UnitOfWork, dossier_id: int, document: str, after: int) -> None:
    """Where nothing was drafted and no version has come since, none may be made any more: rounds that wait for the
    draft go on without it.
    """

    def is_due(case: Case) -> bool:
        return document in case.drafts_due and case.documents.get(document, 0) <= after

    dossier = work.session.get_one(Dossier, dossier_id)
    if is_due(load(work, dossier).case) and is_due((loaded := load_for_update(work, dossier.reference)).case):
        _forget_draft(loaded, document)


def _forget_draft(loaded: LoadedCase, document: str) -> None:
    row = document_row(loaded.work, loaded.dossier, document)
    row.draft_after, row.draft_asked_at, row.draft_failure = NO_DRAFT, None, None
    _record(loaded, "draft_given_up", document)
    loaded.run(engine.give_up_draft, document)


def _record(loaded: LoadedCase, kind: str, document: str) -> None:
    """Record that a draft was asked for or given up; a round that somebody opens at the same moment finds it so, since
    both write to the history.
    """
    is_seen = client_sight(loaded.work, loaded.dossier, document) == "sees"
    data = {"title": title_in_all_languages(loaded, document), "document": document}
    append_entry(loaded.work, kind, data, loaded.dossier, visible_to_client=is_seen)


def draft_again(
    work: UnitOfWork, reference: str, document: str, *, ends_signatures: bool = False, over_upload: bool = False
) -> None:
    """Have a document drafted anew from the answers as they stand: after a failure, or over an earlier draft.
    `ends_signatures`: as in `new_document_version`; `over_upload` says that the actor agrees that the draft follows a
    version which people added.

    Nothing where a draft is under way: it is written from the answers as they stand by then.

    Raises NotFound for a document that the dossier does not have, or one that the actor does not see, and Refused where
    none may be drafted: it has no template, it is signed, or the dossier has ended. Refused also for somebody who may
    not add a version now, unless a draft has failed or has empty places, which whoever has the permission may ask for
    again; and without the consent that it takes.
    """
    loaded = load_for_update(work, reference, "dossier.add_version")
    require_document(loaded, document)
    if not has_template(work, loaded.dossier, document):
        raise Refused([say(work.language, "This document has no template: add a version instead.")])
    if fixed_reasons(loaded, document):
        raise Refused([say(work.language, "This document can no longer be drafted.")])
    row = document_row(work, loaded.dossier, document)
    if row.draft_failure == OVER_VERSION or not _is_to_be_mended(loaded, row):
        require_replaceable(loaded, document)
        if document in loaded.case.drafts_due - loaded.case.drafts_failed:
            return
    elif sight_of(work, loaded.dossier, document) != "sees":
        raise NotFound(f"no document {document}")
    require_consent_to_draft(loaded, document, ends_signatures=ends_signatures, over_upload=over_upload)
    require_not_edited(loaded, row)
    moment, after = f"{work.now:%Y%m%d%H%M%S%f}", loaded.case.documents.get(document, 0)
    _record(loaded, "draft_asked", document)
    enqueue_draft(loaded, document, moment, after=after, ends=agreed_rounds(loaded, document))
    loaded.run(engine.pause_rounds)


def _is_to_be_mended(loaded: LoadedCase, row: Document) -> bool:
    """Whether the last draft of a document has failed, or is there with empty places and no other is under way."""
    if row.name in loaded.case.drafts_due:
        return row.name in loaded.case.drafts_failed
    newest = loaded.case.newest_versions.get(row.name)
    return bool(row.draft_failure) or (newest is not None and bool(newest.missing))


def give_up_draft(work: UnitOfWork, reference: str, document: str) -> None:
    """Keep the version that is there: in place of a draft that could not be made, or with its empty places (decision
    59), not both at once. It can be decided on, and rounds that waited go on with it. A job that drafts it later all
    the same adds nothing. That a version with empty places is to be signed as it is goes into the history.

    Raises NotFound for a document that there is not, and Refused for somebody who may not add a version now, for a
    document without a version, for a version that lacks nothing, and while the draft is under way. Refused also for
    whoever is not of the legal team, for a version with empty places.
    """
    loaded = load_for_update(work, reference, "dossier.add_version")
    require_replaceable(loaded, document)
    newest = loaded.case.newest_versions.get(document)
    if document not in loaded.case.drafts_due and newest is not None and newest.is_incomplete:
        _keep_empty_places(loaded, document)
        return
    if document not in loaded.case.drafts_failed:
        raise Refused([say(work.language, "No draft of this document has failed.")])
    if not loaded.case.documents.get(document):
        raise Refused([say(work.language, "There is no version to go on with yet: add one, or try again.")])
    _forget_draft(loaded, document)


def _keep_empty_places(loaded: LoadedCase, document: str) -> None:
    work, dossier = loaded.work, loaded.dossier
    if not has_permission(work, "dossier.read_internal", dossier):
        raise Refused([say(work.language, "Only the legal team may have a document signed with blanks.")])
    version = newest_version(work, dossier, document)
    if version is not None:
        version.empty_places_kept = True
    number = loaded.case.documents[document]
    data = {"title": title_in_all_languages(loaded, document), "document": document, "version": number}
    append_entry(work, "empty_places_kept", data, dossier)
    loaded.run(engine.keep_empty_places, document)


def failure_sentence(failure: str, language: str, *, is_team: bool, number: int = 0) -> str:
    """What a reader is told of a draft that failed; the reason speaks of the template, and is for the legal team (""
    for others where it was held). `number` is that of the newest version.
    """
    if not is_team:
        unseen = "This document could not be drafted yet. The legal team sees why."
        return "" if failure == OVER_VERSION else say(language, unseen)
    if failure == LATE:
        return say(
            language,
            "This document should have been drafted by now. Try again; if it stays so, ask an administrator whether "
            "jobs are running.",
        )
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
    if failure == OVER_VERSION:
        return over_version_sentence(language, number)
    return say(language, "This document could not be drafted: {reason}", reason=failure)


def _store_failure(platform: Platform, args: Mapping[str, Any], failure: str) -> None:
    """Show a failure on the dossier, and tell whoever is in charge, once for each version that the draft was to follow;
    nothing where a version has come since, or the draft was given up.
    """
    dossier_id, document, after = int(args["dossier"]), str(args["document"]), int(args.get("after", 0))

    def operation(work: UnitOfWork) -> None:
        dossier = work.session.get(Dossier, dossier_id)
        if dossier is None:
            return
        loaded = load_for_update(work, dossier.reference)
        if not may_draft(loaded, document, after):
            return
        reason = partial(failure_sentence, failure, is_team=True)
        tell_failed_document(work, dossier, [document], "draft", str(after), reason)
        document_row(work, dossier, document).draft_failure = failure[:LONGEST_FAILURE]
        loaded.case.drafts_failed.add(document)
        loaded.run(engine.pause_rounds)  # signatures go on with the version that is there

    run_in_transaction(platform, operation)
