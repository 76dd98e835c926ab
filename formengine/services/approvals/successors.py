"""A signer forwards the request to the right person; whoever is in charge confirms it, or refuses (S9)."""

from __future__ import annotations

from dataclasses import dataclass

from formengine.errors import Invalid, Refused, TooManyTries
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.approvals.decisions import load_for_decision, seat_with_id
from formengine.services.approvals.guest_signing import code_mistake, redeem
from formengine.services.approvals.seat_changes import address_of, clean_name, loaded_seat
from formengine.services.case.guest_links import get_usable_link
from formengine.services.case.repository import LoadedCase
from formengine.services.core.rate_limits import FORWARDING_SEAT, consume
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import has_visible
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Seat


@dataclass(frozen=True)
class Successor:
    """Whom a signer names: name and e-mail address, as they were typed, and why."""

    name: str
    email: str
    reason: str


def ask_to_forward(work: UnitOfWork, reference: str, seat_id: int | None, successor: Successor) -> Dossier:
    """Ask, as a signer with an account, that somebody else signs in one's place.

    Raises NotFound, Stale for a seat that is closed by now, Invalid for what is missing or no e-mail address, and
    Refused where it cannot be forwarded.
    """
    loaded = load_for_decision(work, reference)
    return _ask(loaded, seat_with_id(loaded, seat_id), work.actor_id or "", successor)


def guest_forward(work: UnitOfWork, token: str, code: str, successor: Successor) -> Dossier:
    """Ask the same by a link; the link stays valid until the wish is confirmed. Raises LinkSpent besides; Refused for a
    wrong code, which is among the errors of Invalid where something else is missing, and for a seat on which too many
    people were named already.
    """
    try:
        _name, address = _checked(work, successor)  # before a code is used up
    except Invalid as error:
        mistake = code_mistake(work, token, code)
        raise Invalid([*([FieldError("/code", None, "code", mistake)] if mistake else []), *error.errors]) from None
    seat_id = get_usable_link(work, token).seat_id
    try:  # counts in a transaction of its own: before any lock
        consume(work, (FORWARDING_SEAT, str(seat_id)), once=f"{seat_id}-{address}")
    except TooManyTries:
        sentence = "Too many people were named here; write to whoever asked you to sign."
        raise Refused([say(work.language, sentence)], about="email") from None
    loaded, seat = redeem(work, token, code, spend=False)
    return _ask(loaded, seat, seat.person, successor)


def _ask(loaded: LoadedCase, seat: Seat | None, by: str, successor: Successor) -> Dossier:
    name, address = _checked(loaded.work, successor)
    return loaded.run(engine.ask_to_forward, seat, address, by, successor.reason, name)


def _checked(work: UnitOfWork, successor: Successor) -> tuple[str | None, str]:
    """The name and the address; raises Invalid with everything that is missing."""
    errors: list[FieldError] = []
    name = None
    try:
        name = clean_name(work, successor.name)
    except Invalid as error:
        errors += error.errors
    if name is None and not errors:
        errors.append(FieldError("/name", None, "required", say(work.language, "Write the name of the right person.")))
    if not has_visible(successor.reason):
        errors.append(FieldError("/reason", None, "required", say(work.language, "Say why you forward it.")))
    try:
        address = address_of(work, successor.email)
    except Invalid as error:
        errors += error.errors
    if errors:
        raise Invalid(errors)
    return name, address


def confirm_forward(work: UnitOfWork, reference: str, round_id: int | None, seat_id: int | None) -> Dossier:
    """Ask whom the signer has named, who gets a fresh link; the signer's own link ends.

    Raises NotFound, and Refused without charge, without a wish, and where that person cannot be asked.
    """
    loaded, seat = loaded_seat(work, reference, round_id, seat_id)
    return loaded.run(engine.confirm_forward, seat, work.actor_id or "")


def refuse_forward(
    work: UnitOfWork, reference: str, round_id: int | None, seat_id: int | None, comment: str = ""
) -> Dossier:
    """Leave the signer in place, who is told so with the comment. Raises NotFound, and Refused as above."""
    loaded, seat = loaded_seat(work, reference, round_id, seat_id)
    return loaded.run(engine.refuse_forward, seat, work.actor_id or "", comment.strip() or None)
