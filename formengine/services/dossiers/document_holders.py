"""Who holds a document: whose turn it is in the negotiation, and who edits it at the moment (S2).

Both are of the document, not of a version, and neither changes what is approved or signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from formengine.errors import Refused
from formengine.i18n import pick, say
from formengine.services.access.enforcement import is_client_side
from formengine.services.case.document_sight import client_sight
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.case.repository import LoadedCase
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.files_and_notes import Document
from formengine.value_format import format_date_time
from formengine.workflow.definition.site_roles import CLIENT_ROLES
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import takers_or_team

US: Final = "us"
"""The legal team, as the holder of a document."""
COUNTERPARTY: Final = "counterparty"
SIDES: Final = (US, COUNTERPARTY)
"""The holders that are no account."""


@dataclass(frozen=True)
class Turn:
    """Whose turn it is, one of SIDES or the id of an account, and since when."""

    holder: str
    since: datetime


@dataclass(frozen=True)
class EditLock:
    """The account that edits a document; the lock ends by itself at `until`."""

    person: str
    since: datetime
    until: datetime


def turn_of(document: Document) -> Turn | None:
    """Whose turn it is: the legal team's where nobody was named since the newest version; None without a version."""
    if not document.versions:
        return None
    return Turn(document.turn or US, document.turn_since or document.versions[-1].made_at)


def edit_lock_of(document: Document, now: datetime) -> EditLock | None:
    """Who edits a document; None where nobody does, or the time has passed."""
    if document.editor is None or document.editing_since is None or document.editing_until is None:
        return None
    if document.editing_until <= now:
        return None
    return EditLock(document.editor, document.editing_since, document.editing_until)


def lock_of_another(work: UnitOfWork, document: Document) -> EditLock | None:
    """The lock that keeps the actor from adding a version of a document; None for a job, which no lock keeps back."""
    lock = edit_lock_of(document, work.now)
    return None if lock is None or work.actor_id in (None, lock.person) else lock


def end_edit_lock(document: Document) -> None:
    """Say that nobody edits a document."""
    document.editor = document.editing_since = document.editing_until = None


def record_lock(loaded: LoadedCase, row: Document, status: str, person: str | None = None) -> None:
    """Add an entry of a lock to the history: `status` is "begun", "ended", or "taken" from or "ended for" a person."""
    title = title_in_all_languages(loaded, row.name)
    payload = {"title": title, "document": row.name, "status": status}
    append_entry(loaded.work, "edit_lock", {**payload, "person": person} if person else payload, loaded.dossier)


def holder_name(work: UnitOfWork, holder: str) -> str:
    """What the holder of a document is called in the actor's language. A client reads *the legal team* for those of it:
    not every lawyer who has it for a day is theirs to know.
    """
    if is_team_for_client(work, holder):
        holder = US
    names = {US: say(work.language, "The legal team"), COUNTERPARTY: say(work.language, "The counterparty")}
    return names.get(holder) or person_name(work, holder)


def is_team_for_client(work: UnitOfWork, holder: str) -> bool:
    """Whether the actor is a client, and the holder somebody of the legal team."""
    person = known_people(work).get(holder) if holder not in SIDES and is_client_side(work) else None
    return person is not None and person.role not in CLIENT_ROLES


def require_not_edited(loaded: LoadedCase, row: Document) -> None:
    """Raise Refused where somebody else edits a document; what nobody does, such as a draft by a job, is not kept
    back.
    """
    work, lock = loaded.work, lock_of_another(loaded.work, row)
    if lock is None:
        return
    sentence = (
        "{person} is editing “{document}” until {until}, so nothing was added to it. Ask {person} to finish, or wait"
        " until then; whoever is in charge can take the editing over. Keep your file: it has to be chosen again."
    )
    if is_team_for_client(work, lock.person):
        sentence = (
            "The legal team is editing “{document}” until {until}, so nothing was added to it. Wait until then, or "
            "write a note. Keep your file: it has to be chosen again."
        )
    until = format_date_time(lock.until, work.language, work.zone)
    title = pick(title_in_all_languages(loaded, row.name), work.language)
    values = {"person": person_name(work, lock.person), "document": title, "until": until}
    raise Refused([say(work.language, sentence, **values)], about="files")


def give_turn(loaded: LoadedCase, row: Document, holder: str, *, with_version: bool) -> None:
    """Give the turn to a holder, with an entry and mails where it was another's before.

    By mail, a person learns that it is their turn, and the requester that it is the counterparty's; whoever is in
    charge, too, unless it comes `with_version`, of which they have a mail already.
    """
    before = row.turn or US
    with loaded.work.session.no_autoflush:  # whom to tell is read before the write lock is taken
        if before != holder:
            _tell_turn(loaded, row, holder, with_version=with_version)
        if before != holder or row.turn_since is None:
            row.turn, row.turn_since = holder, loaded.work.now


def _tell_turn(loaded: LoadedCase, row: Document, holder: str, *, with_version: bool) -> None:
    work = loaded.work
    title = title_in_all_languages(loaded, row.name)
    status = holder if holder in SIDES else "person"
    payload = {"title": title, "document": row.name, "status": status}
    if holder not in SIDES:
        payload["person"] = holder
    is_seen = client_sight(work, loaded.dossier, row.name) == "sees"
    entry = append_entry(work, "handed_over", payload, loaded.dossier, visible_to_client=is_seen)
    people = [] if holder in SIDES else [holder]
    if holder == COUNTERPARTY:
        people.append(loaded.dossier.requester_id)
    if holder in SIDES and not with_version:
        people += takers_or_team(Execution(loaded.workflow, loaded.case, loaded.context))

    def data(to: Recipient) -> dict[str, object]:
        return {"document": pick(title, to.language), "status": status}

    told = [person for person in people if person != work.actor_id]
    notify(work, "turn", told, data, dossier=loaded.dossier, entry=entry.number)
