"""Notes: the conversation between client and legal team on a dossier, with files (P19, P20, D5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
from formengine.services.case.search_documents import add_words, replace_note_words
from formengine.services.core import rate_limits
from formengine.services.core.audit_log import append_entry
from formengine.services.core.rate_limits import Limit
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import AttachmentView, add_attachment, attachment_view, shown_files
from formengine.services.dossiers.mentions import mentioned_people, with_marks
from formengine.services.files.uploads import store_uploads
from formengine.services.notifications.mails import Recipient, actor_name, notify
from formengine.services.people.displayed_names import has_visible
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, Mention, Note
from formengine.storage.models.people import Organisation
from formengine.workflow.definition.site_roles import CLIENT_ROLES, LEGAL_TEAM_ROLES

EDIT_PERIOD: Final = timedelta(minutes=15)
MAX_NOTE_LENGTH: Final = 20_000


@dataclass(frozen=True)
class NoteView:
    """A note as shown to a reader: its text as HTML, its files that they may see, and the names of those mentioned."""

    note: Note
    html: Markup
    files: list[AttachmentView]
    mentioned: list[str]
    may_change: bool


@dataclass(frozen=True)
class Audience:
    """Who will read a note: the names of the clients among them, and of those who are told by mail."""

    clients: list[str]
    organisation: str
    """The organisation whose people all read it, "" where the dossier is not shared with one."""
    told: list[str]
    """Who is told of a public note, and"""
    told_internally: list[str]
    """of an internal one."""


def note_html(text: str, mentioned: Sequence[str] = ()) -> Markup:
    """A note as HTML: sanitised Markdown without pictures or scripts; links send no referrer."""
    return with_marks(to_html(text), mentioned)


def note_views(work: UnitOfWork, dossier: Dossier) -> list[NoteView]:
    """The notes that the actor may read, the oldest first, as a page shows them."""
    notes = list_notes(work, dossier)
    known_people(work).expect_ids(mention.person_id for note in notes for mention in note.mentions)
    known_people(work).expect_ids(attachment.added_by for note in notes for attachment in note.attachments)
    views = []
    for note in notes:
        mentioned = [person_name(work, mention.person_id) for mention in note.mentions]
        files = [attachment_view(work, row) for row in shown_files(work, dossier, note)]
        html = _erased(work) if not note.text and not note.attachments else note_html(note.text, mentioned)
        views.append(NoteView(note, html, files, mentioned, _may_change(work, note)))
    return views


def _erased(work: UnitOfWork) -> Markup:
    """What stands for a note without text and files: it was erased, for none is written so."""
    return Markup("<p><em>{}</em></p>").format(say(work.language, "The text of this note was erased."))


def _may_change(work: UnitOfWork, note: Note) -> bool:
    return note.written_by == work.actor_id and work.now - note.written_at <= EDIT_PERIOD


def audience(work: UnitOfWork, dossier: Dossier) -> Audience:
    """Who would read a note written now, for its author to choose by; for those who may write internal ones."""
    people = (known_people(work).get(person) for person in people_of_dossier(work.session, dossier))
    clients = [person for person in people if person is not None and person.role in CLIENT_ROLES]
    organisation = None
    if dossier.shared_with_organisation and dossier.organisation_id is not None:
        organisation = work.session.get(Organisation, dossier.organisation_id)
    return Audience(
        clients=sorted(person.name for person in clients if person.state != "closed"),
        organisation=organisation.name if organisation else "",
        told=_names_told(work, dossier, internal=False),
        told_internally=_names_told(work, dossier, internal=True),
    )


def _names_told(work: UnitOfWork, dossier: Dossier, internal: bool) -> list[str]:
    people = (known_people(work).get(person) for person in _recipients(work, dossier, internal))
    return [person.name for person in people if person is not None and person.state != "closed"]


def list_notes(work: UnitOfWork, dossier: Dossier) -> list[Note]:
    """The notes that the actor may read, the oldest first."""
    require_permission(work, "dossier.read", dossier)
    query = (
        select(Note)
        .where(Note.dossier_id == dossier.id)
        .options(joinedload(Note.author), selectinload(Note.attachments).joinedload(Attachment.file))
        .options(selectinload(Note.mentions))
        .order_by(Note.id)
    )
    if not has_permission(work, "dossier.read_internal", dossier):
        query = query.where(Note.internal.is_(False))
    return list(work.session.scalars(query))


def add_note(
    work: UnitOfWork,
    reference: str,
    text: str,
    internal: bool = False,
    files: Sequence[Upload] = (),
    mentions: Sequence[str] = (),
) -> Note:
    """Write a note, with files, and notify the other side (P20) and the people mentioned, by account id or as `@name`
    in the text; an internal note notifies only the legal team.

    Raises NotFound; Refused, also for somebody mentioned who may not read it; Invalid for a note that is empty or too
    long; TooManyTries for a client who wrote as many in this hour as the setting `client_notes` allows; DocumentRefused
    for a file that is too large.
    """
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.note_internal" if internal else "dossier.note", dossier)
    _check_text(work, text, has_files=bool(files))
    _count_note(work)
    mentioned = [person.id for person in mentioned_people(work, dossier, text, mentions, internal)]
    recipients = dict.fromkeys([*_recipients(work, dossier, internal), *mentioned])
    note = Note(
        dossier_id=dossier.id,
        text=text.strip(),
        internal=internal,
        written_at=work.now,
        written_by=work.person.id,
        attachments=[],
        mentions=[Mention(person_id=person) for person in mentioned],
    )
    with work.session.no_autoflush:
        stored_files = store_uploads(work, files, dossier)  # before the end of the history is locked
        work.session.add(note)
        for stored in stored_files:
            add_attachment(work, dossier, stored, internal=internal, note=note)
        entry = append_entry(
            work, "note", lambda: {"note": note.id, "internal": internal}, dossier, visible_to_client=not internal
        )
        names = [stored.name for stored in stored_files]
        add_words(work, dossier.id, [note.text, *names], internal=internal)
        _tell(work, dossier, note, entry.number, recipients, names)
    work.session.flush()
    return note


def _tell(
    work: UnitOfWork, dossier: Dossier, note: Note, entry: int, recipients: Iterable[str], files: list[str]
) -> None:
    """Mail a note to its recipients but for its author; those mentioned read that they are."""
    mentioned = {mention.person_id for mention in note.mentions}
    tab = f"{work.platform.settings.base_url.rstrip('/')}/dossiers/{dossier.reference}?tab=notes"
    values = {"text": note.text, "author": actor_name(work), "internal": note.internal, "files": files}

    def data(recipient: Recipient) -> dict[str, object]:
        return {"note": {**values, "mentioned": recipient.person in mentioned}, "link": lambda: f"{tab}#note-{note.id}"}

    told = [person for person in recipients if person != work.actor_id]
    notify(work, "note", told, data, dossier=dossier, entry=entry)


def _count_note(work: UnitOfWork) -> None:
    """Count a client's note, which mails everybody on the dossier (P20)."""
    allowed = work.platform.settings.client_notes
    if allowed and is_client_side(work):
        rate_limits.consume(work, (Limit("notes", allowed, timedelta(hours=1)), work.person.id))


def _check_text(work: UnitOfWork, text: str, *, has_files: bool) -> None:
    if not has_visible(text) and not has_files:
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
    recipients = [person.id for person in people if not internal or person.role in LEGAL_TEAM_ROLES] + team
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
    replace_note_words(work, dossier, changed=note)
    return note
