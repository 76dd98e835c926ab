"""Notes: the conversation between client and legal team on a dossier, with files (P19, P20, D5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError, Upload
from formengine.i18n import say
from formengine.mail import to_html
from formengine.services.access.enforcement import has_permission, is_client_side, people_of_dossier, require_permission
from formengine.services.case.new_dossier_mails import team_to_notify
from formengine.services.case.repository import get_dossier
from formengine.services.core import rate_limits
from formengine.services.core.audit_log import append_entry
from formengine.services.core.rate_limits import Limit
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import add_attachment
from formengine.services.notifications.mails import actor_name, notify
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, Note

EDIT_PERIOD: Final = timedelta(minutes=15)
MAX_NOTE_LENGTH: Final = 20_000


def note_html(text: str) -> Markup:
    """A note as HTML: sanitised Markdown without pictures or scripts; links send no referrer."""
    return Markup(to_html(text))  # made safe there  # nosec B704


def list_notes(work: UnitOfWork, dossier: Dossier) -> list[Note]:
    """The notes that the actor may read, the oldest first."""
    require_permission(work, "dossier.read", dossier)
    query = (
        select(Note)
        .where(Note.dossier_id == dossier.id)
        .options(joinedload(Note.author), selectinload(Note.attachments).joinedload(Attachment.file))
        .order_by(Note.id)
    )
    if not has_permission(work, "dossier.read_internal", dossier):
        query = query.where(Note.internal.is_(False))
    return list(work.session.scalars(query))


def add_note(work: UnitOfWork, reference: str, text: str, internal: bool = False, files: Sequence[Upload] = ()) -> Note:
    """Write a note, with files, and notify the other side (P20); an internal note notifies only the legal team.

    Raises NotFound and Refused; Invalid for a note that is empty or too long; TooManyTries for a client who wrote as
    many in this hour as the setting `client_notes` allows; DocumentRefused for a file that is too large.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.note_internal" if internal else "dossier.note", dossier)
    _check_text(work, text, has_files=bool(files))
    _count_note(work)
    recipients = _recipients(work, dossier, internal)
    note = Note(
        dossier_id=dossier.id,
        text=text.strip(),
        internal=internal,
        written_at=work.now,
        written_by=work.person.id,
        attachments=[],
    )
    with work.session.no_autoflush:
        work.session.add(note)
        for upload in files:
            add_attachment(work, dossier, upload, internal=internal, note=note)
        entry = append_entry(
            work, "note", lambda: {"note": note.id, "internal": internal}, dossier, visible_to_client=not internal
        )
        data = {"note": {"text": note.text, "author": actor_name(work)}}
        notify(work, "note", recipients, data, dossier=dossier, entry=entry.number)
    work.session.flush()
    return note


def _count_note(work: UnitOfWork) -> None:
    """Count a client's note, which mails everybody on the dossier (P20)."""
    allowed = work.platform.settings.client_notes
    if allowed and is_client_side(work):
        rate_limits.consume(work, (Limit("notes", allowed, timedelta(hours=1)), work.person.id))


def _check_text(work: UnitOfWork, text: str, *, has_files: bool) -> None:
    if not text.strip() and not has_files:
        message = say(work.language, "Write a note, or attach a file.")
        raise Invalid([FieldError("/text", "text", "required", message)])
    if len(text) > MAX_NOTE_LENGTH:
        message = say(work.language, "A note has at most {n} characters.", n=MAX_NOTE_LENGTH)
        raise Invalid([FieldError("/text", "text", "maxLength", message)])


def _recipients(work: UnitOfWork, dossier: Dossier, internal: bool) -> list[str]:
    """The people to notify: everybody on the dossier, and its team while it is not assigned; never the author."""
    ids = people_of_dossier(work.session, dossier)
    known_people(work).expect_ids(ids)
    team = team_to_notify(work, dossier) if dossier.assignee_id is None else []
    people = sorted(filter(None, map(known_people(work).get, ids)), key=lambda person: person.email)
    recipients = [person.id for person in people if not internal or person.role in ("counsel", "legal_admin")] + team
    return [person for person in dict.fromkeys(recipients) if person != work.actor_id]


def edit_note(work: UnitOfWork, note_id: int, text: str) -> Note:
    """Correct one's own note within 15 minutes of writing it; the earlier text stays in the history.

    Raises NotFound for an unknown note; Refused for somebody else's note and after that time; Invalid as `add_note`
    does.
    """
    note = work.session.get(Note, note_id, with_for_update=True, populate_existing=True)
    if note is None:
        raise NotFound(f"no note {note_id}")
    dossier = work.session.get_one(Dossier, note.dossier_id)
    require_permission(work, "dossier.note", dossier)
    if note.written_by != work.person.id:
        raise Refused([say(work.language, "Only its author may change a note.")])
    if work.now - note.written_at > EDIT_PERIOD:
        raise Refused([say(work.language, "A note can be changed for 15 minutes; write another one.")])
    _check_text(work, text, has_files=bool(note.attachments))
    append_entry(work, "note_edited", {"note": note.id, "before": note.text, "internal": note.internal}, dossier)
    note.text, note.edited_at = text.strip(), work.now
    return note
