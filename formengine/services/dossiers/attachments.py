"""Files of a dossier: attached by themselves or with a note, and those of the answers (P18, D6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from formengine.errors import Invalid, NotFound
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.case.repository import get_dossier
from formengine.services.case.search_documents import add_words
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.files.previews import preview_kind
from formengine.services.files.uploads import store_uploads
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, Note, StoredFile

Visibility = Literal["client", "held", "internal"]
VISIBILITIES: Final[tuple[Visibility, ...]] = get_args(Visibility)
"""Who sees an attachment: the client's side too; not before the legal team approves it; the legal team alone."""


@dataclass(frozen=True)
class AttachmentView:
    """An attachment as shown to a reader."""

    id: int
    name: str
    size: int
    type: str
    sha256: str
    at: datetime
    by_name: str
    by_id: str
    internal: bool
    from_note: bool
    held: bool = False
    read_only: bool = False
    series: int = 0
    """The id of the first version of this file; its own for that one."""
    number: int = 1
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_reason: str = ""
    is_shown: bool = False
    """Whether a page can show it."""


def list_attachments(work: UnitOfWork, dossier: Dossier) -> list[AttachmentView]:
    """The attachments that the actor may see, newest first; those that were withdrawn among them."""
    return [attachment_view(work, row) for row in attachment_rows(work, dossier)]


def attachment_rows(work: UnitOfWork, dossier: Dossier) -> list[Attachment]:
    """The rows of the attachments that the actor may see, newest first."""
    require_permission(work, "dossier.read", dossier)
    query = select(Attachment).where(Attachment.dossier_id == dossier.id).options(joinedload(Attachment.file))
    if not has_permission(work, "dossier.read_internal", dossier):
        query = query.where(Attachment.internal.is_(False))
    rows = list(work.session.scalars(query.order_by(Attachment.id.desc())))
    known_people(work).expect_ids(person for row in rows for person in (row.added_by, row.withdrawn_by))
    return rows


def shown_files(work: UnitOfWork, dossier: Dossier, note: Note) -> list[Attachment]:
    """The files of a note that the actor may see, those that were withdrawn among them."""
    sees_all = has_permission(work, "dossier.read_internal", dossier)
    return [row for row in note.attachments if sees_all or not row.internal]


def attachment_view(work: UnitOfWork, row: Attachment) -> AttachmentView:
    """An attachment as shown to the actor."""
    return AttachmentView(
        id=row.id,
        name=row.file.name,
        size=row.file.size,
        type=row.file.type,
        sha256=row.file.sha256,
        at=row.added_at,
        by_name=person_name(work, row.added_by),
        by_id=row.added_by,
        internal=row.internal,
        from_note=row.note_id is not None,
        held=row.held,
        read_only=row.read_only,
        series=row.series or row.id,
        number=row.number,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=person_name(work, row.withdrawn_by),
        withdrawn_reason=row.withdrawn_reason or "",
        is_shown=preview_kind(row.file.type) != "none",
    )


def attach_files(
    work: UnitOfWork,
    reference: str,
    files: Sequence[Upload],
    internal: bool = False,
    *,
    held: bool = False,
    read_only: bool = False,
    with_step: bool = False,
) -> list[Attachment]:
    """Add files to a dossier: for the legal team alone where they are `internal`, or until it approves them (`held`).

    `with_step` locks the dossier when they are stored: two changes of it, each of which first locks the history and
    then the dossier, or the other way round, would wait for each other.

    Raises NotFound and Refused; Invalid without a file; DocumentRefused for one that is too large.
    """
    dossier = get_dossier(work, reference)
    of_counsel = internal or held or read_only
    require_permission(work, "dossier.note_internal" if of_counsel else "dossier.attach", dossier)
    if not files:
        raise Invalid([FieldError("/files", "files", "required", say(work.language, "Choose a file first."))])
    with work.session.no_autoflush:
        stored_files = store_uploads(work, files, dossier)
        if with_step:
            get_dossier(work, reference, lock=True)
        rows = [
            add_attachment(work, dossier, stored, internal=internal or held, held=held, read_only=read_only)
            for stored in stored_files
        ]
        add_words(work, dossier.id, [stored.name for stored in stored_files], internal=internal or held)
    work.session.flush()
    return rows


def add_attachment(
    work: UnitOfWork,
    dossier: Dossier,
    stored: StoredFile,
    *,
    internal: bool = False,
    note: Note | None = None,
    held: bool = False,
    read_only: bool = False,
) -> Attachment:
    """Make a stored file an attachment, with its entry in the history; not flushed yet."""
    stored.dossier_id = dossier.id
    row = new_attachment(work, dossier, stored, internal=internal, note=note, held=held, read_only=read_only)
    work.session.add(row)

    def payload() -> dict[str, object]:
        return {"attachment": row.id, "name": stored.name, "sha256": stored.sha256, "internal": internal}

    append_entry(work, "attached", payload, dossier, visible_to_client=not internal)
    return row


def new_attachment(
    work: UnitOfWork,
    dossier: Dossier,
    stored: StoredFile,
    *,
    internal: bool = False,
    note: Note | None = None,
    held: bool = False,
    read_only: bool = False,
) -> Attachment:
    """The row of a stored file as an attachment, not yet in the session."""
    return Attachment(
        dossier_id=dossier.id,
        file_id=stored.id,
        note=note,
        internal=internal,
        held=held,
        read_only=read_only,
        number=1,
        added_at=work.now,
        added_by=work.actor_id or "",
    )


def get_attachment(work: UnitOfWork, attachment_id: int) -> Attachment:
    """An attachment that the actor may open; NotFound otherwise. One that was withdrawn is for readers of internal
    content alone.
    """
    row = work.session.get(Attachment, attachment_id)
    if row is None:
        raise NotFound(f"no attachment {attachment_id}")
    dossier = work.session.get_one(Dossier, row.dossier_id)
    require_permission(work, "dossier.read", dossier)
    if (row.internal or row.withdrawn_at is not None) and not has_permission(work, "dossier.read_internal", dossier):
        raise NotFound(f"no attachment {attachment_id}")
    return row
