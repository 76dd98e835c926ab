"""Changes of who is asked in an open round: corrected, replaced, added, removed, in copy (S9)."""

from __future__ import annotations

from typing import Final

from formengine.email_addresses import is_email_address
from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.approvals.decisions import round_with_id
from formengine.services.case.repository import LoadedCase, load, load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import has_visible, is_readable
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round, Seat

PERMISSION: Final = "dossier.assign"
MAX_NAME: Final = 200


def correct_seat(
    work: UnitOfWork, reference: str, round_id: int | None, seat_id: int | None, name: str = "", email: str = ""
) -> Dossier:
    """Correct the name or the address of a signer, who gets a fresh link; a link to an earlier address ends.

    Raises NotFound, Invalid for what is no e-mail address, and Refused without charge. So do the other changes.
    """
    loaded, seat = loaded_seat(work, reference, round_id, seat_id)
    if not name.strip() and not email.strip():
        raise Invalid(
            [FieldError("/email", None, "required", say(work.language, "Write a name or an e-mail address."))]
        )
    address = address_of(work, email) if email.strip() else None
    return loaded.run(engine.correct_seat, seat, work.actor_id or "", clean_name(work, name), address)


def replace_seat(
    work: UnitOfWork, reference: str, round_id: int | None, seat_id: int | None, person: str, name: str = ""
) -> Dossier:
    """Put another account or e-mail address in the place of a signer or approver."""
    loaded, seat = loaded_seat(work, reference, round_id, seat_id)
    return loaded.run(engine.replace_seat, seat, _person(work, person), work.actor_id or "", clean_name(work, name))


def remove_seat(work: UnitOfWork, reference: str, round_id: int | None, seat_id: int | None) -> Dossier:
    """Ask somebody no longer; refused where nobody could decide then."""
    loaded, seat = loaded_seat(work, reference, round_id, seat_id)
    return loaded.run(engine.remove_seat, seat, work.actor_id or "")


def add_seat(
    work: UnitOfWork, reference: str, round_id: int | None, person: str, name: str = "", step: int | None = None
) -> Dossier:
    """Ask one more person or address: in the step that is asked now, or in a later one (from 0) when it starts; in an
    acknowledgement, the workflow may let others do so (W19).
    """
    loaded = load_for_update(work, reference)
    round_ = _round(loaded, round_id)
    if round_.kind != "acknowledgement":
        require_permission(work, PERMISSION, loaded.dossier)
    wanted, called, actor = _person(work, person), clean_name(work, name), work.actor_id or ""
    if step is None or step == round_.step:
        return loaded.run(engine.add_seat, round_, wanted, actor, called)
    return loaded.run(engine.add_approver, wanted, step, actor, round_, called)


def add_copy(work: UnitOfWork, reference: str, round_id: int | None, email: str, name: str = "") -> Dossier:
    """Put somebody in copy: they get what is put to signature now, and what was signed, and are called by their name
    where it is given.
    """
    called = clean_name(work, name)
    loaded = load_for_update(work, reference, PERMISSION)
    return loaded.run(engine.add_copy, _round(loaded, round_id), address_of(work, email), work.actor_id or "", called)


def is_held(work: UnitOfWork, dossier: Dossier, *, round_id: int | None = None, seat_id: int | None = None) -> bool:
    """Whether nobody is told yet that they are asked in a round, or in that of a seat: a document is not clean."""
    held = [round_ for round_ in load(work, dossier).case.rounds if round_.status == "open" and round_.unasked]
    seats = {seat.key for round_ in held for seat in round_.seats}
    return round_id in {round_.key for round_ in held} if seat_id is None else seat_id in seats


def _round(loaded: LoadedCase, round_id: int | None) -> Round:
    """The round with an id; raises NotFound, and Refused where a form sent none."""
    round_ = round_with_id(loaded, round_id)
    if round_ is None:
        raise Refused([say(loaded.work.language, "This signature or decision is not asked for any more.")])
    return round_


def loaded_seat(work: UnitOfWork, reference: str, round_id: int | None, seat_id: int | None) -> tuple[LoadedCase, Seat]:
    """The seat with an id, of a round with an id (None: of any)."""
    loaded = load_for_update(work, reference, PERMISSION)
    if seat_id is None:
        raise Refused([say(work.language, "This signature or decision is not asked for any more.")])
    rounds = loaded.case.rounds if round_id is None else [_round(loaded, round_id)]
    for round_ in rounds:
        for seat in round_.seats:
            if seat.key is not None and seat.key == seat_id:
                return loaded, seat
    raise NotFound(f"no seat {seat_id}")


def _person(work: UnitOfWork, person: str) -> str:
    """An account id as it is, an e-mail address checked."""
    return address_of(work, person) if "@" in person or not person.strip() else person.strip()


def address_of(work: UnitOfWork, email: str) -> str:
    address = email.strip().lower()
    if not is_email_address(address):
        sentence = say(work.language, "Write a whole e-mail address, such as maya@example.com.")
        raise Invalid([FieldError("/email", None, "format", sentence)])
    return address


def clean_name(work: UnitOfWork, name: str) -> str | None:
    """A name on one line; None for none. Raises Invalid for invisible characters, and for more than MAX_NAME."""
    line = " ".join(name.split())
    if len(line) > MAX_NAME:
        sentence = say(work.language, "Write at most {n} characters.", n=MAX_NAME)
        raise Invalid([FieldError("/name", None, "maxLength", sentence)])
    if line and not (is_readable(line) and has_visible(line)):
        sentence = say(work.language, "This name holds invisible characters; type it anew.")
        raise Invalid([FieldError("/name", None, "format", sentence)])
    return line or None
