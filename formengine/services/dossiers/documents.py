"""Documents of a dossier: uploaded, or drafted from a template by a job; every version is kept (S1-S3)."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from formengine.authoring import RequestType
from formengine.documents import DOCX, PDF, Writing, filled_template
from formengine.errors import ConcurrentChange, Invalid, NotFound, Refused
from formengine.forms import FieldError, Upload
from formengine.services.access.enforcement import current_site, has_permission, require_permission
from formengine.services.case.document_sight import client_sight, readable_versions, sight_of
from formengine.services.case.document_titles import document_title, draft_name, own_titles, title_of_kind
from formengine.services.case.draft_jobs import document_row, may_draft, shown_failure
from formengine.services.case.guest_links import set_newest_version
from formengine.services.case.repository import LoadedCase, get_dossier, load, load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.decided_documents import incomplete_documents, settled_documents
from formengine.services.dossiers.document_holders import (
    SIDES,
    US,
    EditLock,
    Turn,
    edit_lock_of,
    end_edit_lock,
    give_turn,
    record_lock,
    require_not_edited,
    turn_of,
)
from formengine.services.dossiers.possible_holders import require_holder
from formengine.services.dossiers.template_facts import people_in, writing_for
from formengine.services.dossiers.version_consequences import held_documents, require_agreed, require_consent
from formengine.services.files.document_safety import (
    findings_in,
    misnamed_sentence,
    unsafe_sentence,
    wrong_type_sentence,
)
from formengine.services.files.reading_copies import request_reading_copy
from formengine.services.files.signable_pdfs import unsignable_sentence
from formengine.services.files.uploads import assign_to_dossier, store_upload
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile
from formengine.workflow.definition.model import DocumentSight, Workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.awaited_documents import awaited_documents
from formengine.workflow.engine.document_kinds import in_order, kind_of, rule_of_document
from formengine.workflow.engine.execution import Execution


def new_document_version(
    work: UnitOfWork,
    reference: str,
    document: str,
    upload: Upload,
    holder: str = US,
    *,
    ends_signatures: bool = False,
) -> DocumentVersion:
    """Add a version of a document, from a file; approvals and signatures on the earlier version end. It is the turn of
    `holder` then (`document_holders`). `ends_signatures` says that the actor agrees that open signatures end.

    Raises NotFound for a document that the dossier's request type does not name, and Refused for somebody who may not
    add a version now (`upload_reasons`), while somebody else edits the document, for a file whose content is neither a
    Word document nor a PDF, and for one that would run or fetch something where it is opened, or bears a signature that
    signing it here would break; and where signatures are open and the actor has not agreed to end them.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.add_version", dossier)
    loaded = load(work, dossier)
    require_replaceable(loaded, document)
    require_consent(loaded, document, given=ends_signatures)
    require_holder(loaded, document, holder)
    stored = stored_document(work, dossier, document, upload)  # before the dossier is locked: the storage may be slow
    with work.session.no_autoflush:  # all of it is computed before the write lock, which a flush takes
        loaded = load_for_update(work, reference, "dossier.add_version")
        require_replaceable(loaded, document)
        require_consent(loaded, document, given=ends_signatures)
        version = add_version(loaded, document, stored, holder)
    work.session.flush()
    return version


def stored_document(work: UnitOfWork, dossier: Dossier, document: str, upload: Upload) -> StoredFile:
    """Store a file that is to become a version of a document; raises Refused where it cannot (`why_no_document`)."""
    stored = store_upload(work, upload, dossier)
    if sentence := misnamed_sentence(work, upload.name, stored.type):
        raise Refused([sentence], about="files")
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    if sentence := why_no_document(work, workflow, document, stored.type, stored.sha256):
        raise Refused([sentence], about="files")
    return stored


def require_replaceable(loaded: LoadedCase, document: str) -> None:
    """Raise NotFound for a document that the dossier does not have, and Refused where the actor may not replace it."""
    require_document(loaded, document)
    reasons = upload_reasons(loaded, document)
    if reasons:
        raise Refused(reasons)


def require_document(loaded: LoadedCase, document: str) -> None:
    """Raise NotFound for a document that the dossier does not have, and for one that is kept from the actor."""
    work, dossier = loaded.work, loaded.dossier
    if document not in names_of_documents(loaded) or sight_of(work, dossier, document) == "never":
        raise NotFound(f"no document {document}")


def names_of_documents(loaded: LoadedCase) -> list[str]:
    """The names of a dossier's documents, in the order in which their kinds are declared: those that are stored, those
    that the present state waits for, and each of which there is one.
    """
    return _present(loaded.work, loaded.dossier, set(awaited_ids(loaded)))


def _present(work: UnitOfWork, dossier: Dossier, awaited: Set[str]) -> list[str]:
    declared, stored = document_ids(work, dossier), own_titles(work, dossier)
    there = [name for name in declared if name in awaited or not may_have_several(work, dossier, name)]
    return in_order({*stored, *there}, declared)


def upload_reasons(loaded: LoadedCase, document: str) -> list[str]:
    """Why the actor may not add a version of a document now, as sentences; [] when they may (S2, T15)."""
    by = loaded.work.actor_id or ""
    return engine.document_upload_reasons(loaded.workflow, loaded.case, loaded.context, document, by)


def replaceable_documents(work: UnitOfWork, dossier: Dossier) -> set[str]:
    """The documents of which the actor may add a version now."""
    if not has_permission(work, "dossier.add_version", dossier):
        return set()
    loaded = load(work, dossier)
    return {document for document in names_of_documents(loaded) if not upload_reasons(loaded, document)}


def document_ids(work: UnitOfWork, dossier: Dossier) -> list[str]:
    """The ids of a dossier's documents: those that its request type declares, and those that its workflow names."""
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    spoken = [name for rule in workflow.rounds for name in rule.documents]
    spoken += [t.requires_document for t in workflow.transitions.values() if t.requires_document]
    for child in workflow.children.values():
        spoken += [t.requires_document for t in child.transitions.values() if t.requires_document]
    return list(dict.fromkeys([*request_type.documents, *workflow.document_rules, *spoken]))


def add_version(
    loaded: LoadedCase,
    document: str,
    stored: StoredFile,
    holder: str | None = None,
    title: str | None = None,
    missing: Sequence[str] = (),
) -> DocumentVersion:
    """Make a stored file the next version of a document, and run the engine's operation for a changed document; not
    flushed yet. It is the turn of `holder` then (None: of whom it was before), and nobody edits it any more. `title` is
    that of a document which is new, where it has one of its own. `missing`: the answers that a draft lacks.

    Raises Refused while somebody else edits it.
    """
    with loaded.work.session.no_autoflush:
        return _add_version(loaded, document, stored, holder, title, missing)


def _add_version(
    loaded: LoadedCase, document: str, stored: StoredFile, holder: str | None, title: str | None, missing: Sequence[str]
) -> DocumentVersion:
    work, dossier = loaded.work, loaded.dossier
    assign_to_dossier(dossier, [stored])
    row = document_row(work, dossier, document)
    row.title = row.title or title
    require_not_edited(loaded, row)
    if work.actor_id is not None and edit_lock_of(row, work.now) is not None:
        end_edit_lock(row)
        record_lock(loaded, row, "ended")
    row.draft_after, row.draft_asked_at, row.draft_failure = None, None, None
    remarks = findings_in(work.platform, stored.sha256, stored.type).remarks
    version = DocumentVersion(
        document=row,
        number=loaded.case.documents.get(document, 0) + 1,
        file_id=stored.id,
        file=stored,
        made_at=work.now,
        made_by=work.actor_id,
        remarks=remarks,
        missing_answers=list(missing) or None,
    )
    work.session.add(version)
    request_reading_copy(work, stored)
    set_newest_version(work, dossier, document, version)
    by = work.actor_id
    loaded.run(engine.document_changed, document, by, stored.sha256, remarks=bool(remarks), missing=missing)
    if holder is not None:
        give_turn(loaded, row, holder, with_version=True)
    return version


def why_no_document(work: UnitOfWork, workflow: Workflow, document: str, type_: str, sha256: str) -> str:
    """Why a stored file is not taken as a document, in the actor's language; "" where it is."""
    if type_ not in (DOCX, PDF):
        return wrong_type_sentence(work, type_)
    if sentence := unsafe_sentence(work, sha256, type_):
        return sentence
    is_signed_here = any(document in rule.documents for rule in workflow.signatures.values())
    return unsignable_sentence(work, sha256, type_) if is_signed_here else ""


def require_usable_document(loaded: LoadedCase, document: str, field: str, stored: StoredFile) -> None:
    """Raise Invalid for a file that `wrong_documents` refuses; `field` is the answer that it is in."""
    if sentence := why_no_document(loaded.work, loaded.workflow, document, stored.type, stored.sha256):
        raise Invalid([FieldError(f"/{field}", None, "file", sentence)])


def draft_document(
    work: UnitOfWork, dossier_id: int, document: str, after: int, agreed: Collection[int] = (), asked_at: str = ""
) -> DocumentVersion | None:
    """Make a version of a document from its template and the dossier's facts (in a job).

    `agreed` and `asked_at`: the signatures that it may end (`require_agreed`). `after` is the number of versions when
    the draft was asked for. Returns None where the dossier has no template for the document; where a version was added
    since, so that an upload stays the newest and a repeated job drafts once; where the document is signed, or out for
    signature as it was approved; and where the dossier has ended (T16). Empty places: see `empty_places`.
    Raises DocumentRefused for a template that cannot be filled, and where it would end other signatures.
    """
    dossier = work.session.get_one(Dossier, dossier_id)
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    rule = request_type.documents.get(kind_of(document))
    if rule is None or not rule.template:
        return None
    loaded = load(work, dossier)
    if not may_draft(loaded, document, after):
        return None
    require_agreed(loaded, document, agreed, asked_at)
    facts = _template_facts(loaded)
    language = rule.language_for(facts, dossier.submission.language)
    writing = _writing(loaded, request_type, facts, language)
    filled = filled_template(loaded.pack.templates[rule.template_in(language)], facts, writing)
    upload = Upload(draft_name(loaded, document, language), DOCX, io.BytesIO(filled.content))
    stored = store_upload(work, upload)  # filled and stored before the dossier is locked: both may be slow
    findings_in(work.platform, stored.sha256, stored.type)
    with work.session.no_autoflush:  # all of it is computed before the write lock, which a flush takes
        loaded = load_for_update(work, dossier.reference)
        if not may_draft(loaded, document, after):
            return None
        require_agreed(loaded, document, agreed, asked_at)
        if _template_facts(loaded) != facts:
            raise ConcurrentChange(f"{dossier.reference} changed while its document was filled")
        return add_version(loaded, document, stored, missing=filled.missing)


def _template_facts(loaded: LoadedCase) -> dict[str, Any]:
    """What a template is filled with; the day is that of the portal's clock."""
    today = loaded.work.now.astimezone(ZoneInfo(current_site(loaded.work).portal.zone)).date().isoformat()
    return {**loaded.case.values(), "reference": loaded.dossier.reference, "today": today}


def _writing(loaded: LoadedCase, request_type: RequestType, facts: Mapping[str, Any], language: str) -> Writing:
    """How the facts of a dossier are written in a language, with the names of the people in them."""
    site = current_site(loaded.work)
    writing = writing_for(site, request_type, loaded.pack, language, {})
    ids = people_in(facts, writing.types)
    return replace(writing, people={id_: person_name(loaded.work, id_) for id_ in sorted(ids)}) if ids else writing


_DOCUMENTS: Final = (
    select(Document)
    .where(Document.dossier_id == bindparam("dossier"))
    .options(joinedload(Document.versions).joinedload(DocumentVersion.file))
)


@dataclass(frozen=True)
class DocumentView:
    """A document of a dossier with its versions, the newest first; `versions` is empty while there is none.

    They are those that the actor reads; `client` says what the client does. `is_awaited` says that the present state
    waits for the first one; `failure` why it could not be drafted ("" where nothing failed), and `is_drafted` that it
    has a template. `kind` is the title of its kind, where it is one of several with a title of its own. `is_whole` says
    that the actor reads all versions, and how it stands. `turn` is None unless it is under negotiation: not while
    it is decided on or signed, nor afterwards; `edit_lock` counts then, too, as long as the dossier is open.
    """

    id: str
    title: str
    versions: list[DocumentVersion]
    is_awaited: bool = False
    failure: str = ""
    is_drafted: bool = False
    turn: Turn | None = None
    edit_lock: EditLock | None = None
    client: DocumentSight = "sees"
    kind: str = ""
    is_whole: bool = True
    is_due: bool = False  # a draft was asked for, and neither is there yet nor could not be made
    is_failed: bool = False  # it could not be made, or is late
    is_incomplete: bool = False  # its newest version has empty places, and nobody has said that it stays so
    is_held: bool = False
    """Whether nobody is asked to decide on its newest version, since it holds remarks of its authors (`Round.unasked`).
    """


def documents(work: UnitOfWork, dossier: Dossier) -> list[DocumentView]:
    """Every document of a dossier that the actor reads, with or without versions: without those that are kept from the
    client. Raises Refused or NotFound where the actor may not read the dossier.
    """
    require_permission(work, "dossier.read", dossier)
    rows = {row.name: row for row in work.session.scalars(_DOCUMENTS, {"dossier": dossier.id}).unique()}
    loaded = load(work, dossier) if dossier.ended_at is None else None
    awaited = set(awaited_ids(loaded)) if loaded else set()
    present = _present(work, dossier, awaited)
    settled = settled_documents(loaded) if loaded else set(present)
    shown = ((row.turn, row.editor, *(version.made_by for version in row.versions)) for row in rows.values())
    known_people(work).expect_ids(id_ for ids in shown for id_ in ids if id_ not in SIDES)
    held = held_documents(loaded) if loaded else set()
    due, failed = (loaded.case.drafts_due, loaded.case.drafts_failed) if loaded else (set(), set())
    views = [_view(work, dossier, name, rows.get(name)) for name in present]
    return [
        replace(
            view,
            is_awaited=view.id in awaited,
            turn=view.turn if view.id not in settled else None,
            edit_lock=view.edit_lock if loaded else None,
            is_held=view.id in held,
            failure=shown_failure(view.failure, is_failed=view.id in failed),
            is_due=view.id in due - failed,
            is_failed=view.id in failed,
            is_incomplete=loaded is not None and view.id in incomplete_documents(loaded),
        )
        if view.is_whole
        else view
        for view in views
        if view is not None
    ]


def _view(work: UnitOfWork, dossier: Dossier, name: str, row: Document | None) -> DocumentView | None:
    """A document with the versions that the actor reads; None where it is kept from them, or none was shared yet."""
    sight, client = sight_of(work, dossier, name), client_sight(work, dossier, name)
    versions = readable_versions(row.versions, sight)[::-1] if row else []
    if sight == "never" or (sight == "when_shared" and not versions):
        return None
    title = document_title(work, dossier, name)
    view = DocumentView(name, title, versions, client=client, is_whole=sight == "sees")
    if not view.is_whole or row is None:
        return replace(view, is_drafted=view.is_whole and has_template(work, dossier, name))
    return replace(
        view,
        failure=row.draft_failure or "",
        is_drafted=has_template(work, dossier, name),
        turn=turn_of(row),
        edit_lock=edit_lock_of(row, work.now),
        kind=title_of_kind(work, dossier, kind_of(name)) if row.title else "",
    )


def has_template(work: UnitOfWork, dossier: Dossier, document: str) -> bool:
    """Whether the request type of a dossier has a template for a document."""
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    rule = request_type.documents.get(kind_of(document))
    return rule is not None and bool(rule.template)


def may_have_several(work: UnitOfWork, dossier: Dossier, document: str) -> bool:
    """Whether a dossier may have several documents of the kind of this one."""
    rule = rule_of_document(work.platform.definitions.pack(work.session, dossier.pack_hash).workflow, document)
    return rule is not None and rule.several


def awaited_ids(loaded: LoadedCase) -> list[str]:
    """The ids of the documents without a version for which the dossier waits in its present state."""
    return awaited_documents(Execution(loaded.workflow, loaded.case, loaded.context))


def get_version(work: UnitOfWork, version_id: int) -> DocumentVersion:
    """A version of a document that the actor may read; NotFound otherwise."""
    version = work.session.get(DocumentVersion, version_id)
    if version is None:
        raise NotFound(f"no version {version_id}")
    document = work.session.get_one(Document, version.document_id)
    dossier = work.session.get_one(Dossier, document.dossier_id)
    get_dossier(work, dossier.reference)
    if not readable_versions([version], sight_of(work, dossier, document.name)):
        raise NotFound(f"no version {version_id}")
    return version
