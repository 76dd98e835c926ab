"""What whoever is in charge of a request does while its parts are filled in: remind, ask somebody else, open again,
withdraw (F20).
"""

from __future__ import annotations

from formengine.authoring.packs.form_parts import REQUESTER
from formengine.errors import Invalid, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.approvals.seat_changes import address_of, clean_name
from formengine.services.core.rate_limits import SIGNING_SEAT, reset_limit
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.storage import discard_drafts
from formengine.services.intake.fillings import open_part
from formengine.services.intake.loaded_fillings import (
    FILLING,
    LoadedFilling,
    get_filling,
    keep_files,
    load_filling,
    lock_filling,
    log_event,
)
from formengine.services.intake.part_mails import tell_withdrawn
from formengine.services.intake.part_people import Asked, may_fill, people_of, without_role
from formengine.services.intake.part_timers import remind, set_timers
from formengine.services.people.lookup import known_people
from formengine.services.people.workflow_directory import WorkflowDirectory
from formengine.storage.models.fillings import FilledPart, Filling


def remind_part(work: UnitOfWork, filling_id: int, part_id: str) -> list[str]:
    """Remind the people of an open part now; a person outside gets a new link. Returns who was told.

    Raises NotFound, and Refused where the part is not open. So do the other changes.
    """
    loaded, part = _open(work, filling_id, part_id)
    if not people_of(work, [row.source for row in part.sources]):
        raise Refused([say(work.language, "Nobody can fill in this part now. Ask somebody else.")])
    reset_limit(work.session, SIGNING_SEAT, link_subject(part))
    return remind(loaded, part)


def reassign_part(work: UnitOfWork, filling_id: int, part_id: str, person: str, name: str = "") -> Filling:
    """Ask somebody else to fill in a part: an account by its id, or an e-mail address. Links to others end.

    An address without an account is asked where the form lets people outside fill in this part. Raises Invalid for what
    names nobody.
    """
    loaded, part = _open(work, filling_id, part_id)
    source, names = _source(work, loaded, part, person.strip(), name)
    open_part(loaded, part, Asked([source], names))
    set_timers(loaded)
    return loaded.filling


def _source(
    work: UnitOfWork, loaded: LoadedFilling, part: FilledPart, person: str, name: str
) -> tuple[str, dict[str, str]]:  # fmt: skip
    directory = WorkflowDirectory(work)
    asked = directory.named(address_of(work, person)) if "@" in person else person
    if "@" not in asked:
        control = "/email" if takes_outsiders(loaded, part) else "/person"
        row = known_people(work).get(asked) if asked else None
        if row is None or row.state != "active":
            sentence = say(work.language, "Choose a person, or write an e-mail address.")
            raise Invalid([FieldError(control, None, "required", sentence)])
        if not may_fill(work, row.id):
            sentence = say(
                work.language, "{person} is an auditor, who changes nothing. Ask somebody else.", person=row.name
            )
            raise Invalid([FieldError(control, None, "person", sentence)])
        return f"person:{row.id}", {}
    if not takes_outsiders(loaded, part):
        sentence = say(work.language, "Nobody with this address has an account, and this part needs one.")
        raise Invalid([FieldError("/person", None, "person", sentence)])
    cleaned = clean_name(work, name)
    return asked, {asked: cleaned} if cleaned else {}


def takes_outsiders(loaded: LoadedFilling, part: FilledPart) -> bool:
    """Whether somebody without an account may fill in a part."""
    rule = loaded.rules.get(part.part)
    return rule is not None and without_role(rule.fill, loaded.pack.workflow).outside


def reopen_part(work: UnitOfWork, filling_id: int, part_id: str) -> Filling:
    """Open a part again that was sent, with what was sent; its people are asked again."""
    loaded = load_filling(work, get_filling(work, filling_id))
    part = loaded.part(part_id)
    if part.state != "sent" or loaded.filling.state != FILLING:
        raise Refused([say(work.language, "Only a part that was sent can be opened again.")])
    lock_filling(loaded)
    loaded.filling.version += 1
    log_event(loaded, "reopened", part.part)
    if part.part == REQUESTER:
        part.state, part.opened_at = "open", work.now
    else:
        open_part(loaded, part, Asked([row.source for row in part.sources], part.names), again=True)
    set_timers(loaded)
    return loaded.filling


def withdraw(work: UnitOfWork, filling_id: int, comment: str = "") -> Filling:
    """Withdraw a request: nothing of it is kept but that it was withdrawn; those who were asked are told."""
    loaded = load_filling(work, get_filling(work, filling_id))
    filling = loaded.filling
    if filling.state != FILLING:
        raise Refused([say(work.language, "This request has ended.")])
    lock_filling(loaded)
    filling.version += 1
    asked = [person for part in filling.parts if part.state != "waiting" for person in _told(work, part)]
    log_event(loaded, "withdrawn")
    filling.state, filling.ended_at = "withdrawn", work.now
    filling.title = ""  # it is made of answers
    for part in filling.parts:
        part.answers = {}
        keep_files(work, part, [])
    discard_drafts(work, [part.key for part in filling.parts])
    people = [person for person in dict.fromkeys(asked) if person != work.actor_id]
    tell_withdrawn(work, filling, loaded.request_type, people, comment)
    set_timers(loaded)
    return filling


def _told(work: UnitOfWork, part: FilledPart) -> list[str]:
    return people_of(work, [row.source for row in part.sources])


def _open(work: UnitOfWork, filling_id: int, part_id: str) -> tuple[LoadedFilling, FilledPart]:
    """An open part, with the request locked for a change."""
    loaded = load_filling(work, get_filling(work, filling_id))
    part = loaded.part(part_id)
    if part.state != "open" or loaded.filling.state != FILLING:
        raise Refused([say(work.language, "This part is not open: it was sent, or the request has ended.")])
    lock_filling(loaded)
    loaded.filling.version += 1
    return loaded, part


def link_subject(part: FilledPart) -> str:
    """What wrong codes for a part are counted by."""
    return part.key
