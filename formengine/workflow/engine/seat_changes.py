"""Changes to the people of an open round: seats corrected, replaced, added or removed, and copies (S9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from formengine.errors import Refused
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.in_charge import is_in_charge
from formengine.workflow.engine.readers import is_out_of_seat
from formengine.workflow.engine.roles import is_guest, people_of_roles
from formengine.workflow.engine.round_timers import require_in_time
from formengine.workflow.engine.signing_parties import require_may_sign_for
from formengine.workflow.engine.state_entry import follow_outcome


def correct_seat(
    execution: Execution, seat: Seat | str, by: str, name: str | None = None, email: str | None = None
) -> None:
    """Operation: correct the name or the e-mail address of a signer; they get a fresh link, and the old one ends.

    `seat` is an open one, or its person. Raises Refused to people who are not in charge, and for a name of an account.
    """
    round_, own_seat = open_seat_in_charge(execution, seat, by)
    if email is None and not is_guest(own_seat.person):
        execution.refuse("{person} has an account, whose name is their own.", person=_name(execution, own_seat.person))
    before, person = own_seat.person, execution.context.directory.named(email) if email else own_seat.person
    if person != before:
        own_seat = hand_over(execution, round_, own_seat, person)
    if name or not is_guest(person) or own_seat.name == before:
        own_seat.name, own_seat.name_is_typed = name if is_guest(person) else None, True
    rounds.record_round(execution, "seat_corrected", by, round_, person=before, to=person, name=name)
    rounds.notify_asked(execution, round_, person)


def replace_seat(execution: Execution, seat: Seat | str, person: str, by: str, name: str | None = None) -> None:
    """Operation: put somebody else, an account or an e-mail address, in the place of a signer or approver.

    Raises Refused to people who are not in charge, and where the other person cannot be asked.
    """
    round_, own_seat = open_seat_in_charge(execution, seat, by)
    before, person = own_seat.person, execution.context.directory.named(person)
    added = hand_over(execution, round_, own_seat, person)
    added.name, added.on_behalf_of = name if is_guest(person) else None, None
    rounds.record_round(execution, "seat_replaced", by, round_, person=before, to=person)
    rounds.notify_asked(execution, round_, person)


def add_seat(execution: Execution, round_: Round, person: str, by: str, name: str | None = None) -> None:
    """Operation: ask one more person in the current step of an open round.

    Raises Refused to people who are not in charge, and where the person cannot be asked.
    """
    _require_charge(execution, round_, by, adding=True)
    person = execution.context.directory.named(person)
    entry = seats.entry_of_added(execution, round_)
    _require_addable(execution, round_, entry, person)
    role = seats.role_of_added(execution, round_, entry)
    round_.added.append({"person": person, "step": round_.step, "by": by, "role": role})
    rounds.record_round(execution, "approver_added", by, round_, person=person, at_step=round_.step)
    seat = seats.assign_seat(execution, round_, entry, role, person, added_by=by)
    seat.name = name if is_guest(person) else None
    rounds.notify_asked(execution, round_, seat.person)
    rounds.ask_again(execution, round_)
    rounds.update_nobody(execution, round_)


def remove_seat(execution: Execution, seat: Seat | str, by: str) -> None:
    """Operation: remove a seat.

    Raises Refused to people who are not in charge, and where nobody could decide without it.
    """
    round_, own_seat = open_seat_in_charge(execution, seat, by)
    rounds.take_seats(execution, round_, own_seat.person, [own_seat])
    rounds.record_round(execution, "approver_removed", by, round_, person=own_seat.person)
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def add_copy(execution: Execution, round_: Round, person: str, by: str, name: str | None = None) -> None:
    """Operation: send somebody copies of the document to sign and of the signed one, without giving them a seat. While
    a document holds remarks of its authors, the first waits for a clean version.
    """
    _require_charge(execution, round_, by)
    person = execution.context.directory.named(person)
    if person in round_.copies:
        execution.refuse("{person} is in copy already.", person=_name(execution, person))
    round_.copies.append(person)
    named: dict[str, Any] = {"name": name} if name and is_guest(person) else {}
    if named:
        round_.copy_names[person] = named["name"]
    rounds.record_round(execution, "copy_added", by, round_, person=person, **named)
    if not round_.unasked:
        execution.tell("copy", [person], status="open", **rounds.round_data(execution, round_))


def open_round_of(execution: Execution) -> Round:
    """The newest open round of signatures, else the newest open one; raises Refused without one."""
    running = [round_ for round_ in execution.case.rounds if round_.status == "open"]
    signatures = [round_ for round_ in running if round_.kind == "signature"]
    if not running:
        execution.refuse("No decision or signature is being asked for now.")
    return (signatures or running)[-1]


def open_seat_in_charge(execution: Execution, seat: Seat | str, by: str) -> tuple[Round, Seat]:
    """An open seat, or that of a person, with its round; Refused where there is none, to people not in charge,
    and once its time is over.
    """
    for round_ in reversed(execution.case.rounds):
        for candidate in seats.open_seats(round_):
            if candidate is seat or candidate.person == seat:
                _require_charge(execution, round_, by)
                return round_, candidate
    execution.refuse("This signature or decision is not asked for any more.")


def may_add(execution: Execution, round_: Round, by: str) -> bool:
    """Whether somebody may add people to an open round: those in charge, and those in a role that `adds` names."""
    rule = execution.rule_of(round_)
    allowed = is_in_charge(execution, by) or by in people_of_roles(execution, rule.adds)
    return allowed and round_.status == "open" and not rule.fixed and not round_.has_expired(execution.now)


def _require_charge(execution: Execution, round_: Round, by: str, *, adding: bool = False) -> None:
    execution.actor = by
    rule = execution.rule_of(round_)
    if not (is_in_charge(execution, by) or (adding and by in people_of_roles(execution, rule.adds))):
        execution.refuse(
            "Only whoever has taken the dossier, or a {role}, may change who approves or signs.",
            role=role_title(execution, "legal_admin"),
        )
    if round_.status != "open":
        execution.refuse("This signature or decision is not asked for any more.")
    if rule.fixed:
        execution.refuse("Who is asked in “{round}” is fixed.", round=execution.pick(rule.title))
    require_in_time(execution, round_)


def _require_askable(execution: Execution, round_: Round, person: str, *, outside: bool) -> None:
    """Raise Refused for somebody who cannot be asked in a round.

    An address without an account takes the seat of another one, or signs in addition (`outside`): in the place of an
    account, whoever is in charge could decide through a mailbox of their own.
    """
    if not is_guest(person):
        reason = seats.reason_not_to_ask(execution, round_, person)
        if reason is not None:
            raise Refused([reason], about="person")
    elif not outside:
        execution.refuse("Only somebody with an account can be asked here.", about="email")
    elif seats.holds_seat(round_, person):
        execution.refuse("{person} has a seat in this step already.", person=person)


def hand_over(execution: Execution, round_: Round, seat: Seat, person: str) -> Seat:
    """End a seat, and with it the link to it, and give an equal one to another person or e-mail address."""
    require_fit(execution, round_, seat, person)
    new = replace(seat, person=person, opened_at=execution.now, reminded_at=None, evidence={}, forward=None, key=None)
    new.name_is_typed = True
    seat.status, seat.at = "removed", execution.now
    round_.seats.append(new)
    for addition in round_.added:
        if addition["person"] == seat.person:
            addition["person"] = person
    return new


def fits_seat(execution: Execution, round_: Round, seat: Seat, person: str) -> bool:
    """Whether an open seat may be given to another account (`hand_over`)."""
    try:
        require_fit(execution, round_, seat, person)
    except Refused:
        return False
    return True


def is_addable(execution: Execution, round_: Round, person: str) -> bool:
    """Whether an account may be added to the current step of an open round (`add_seat`)."""
    try:
        _require_addable(execution, round_, seats.entry_of_added(execution, round_), person)
    except Refused:
        return False
    return True


def require_fit(execution: Execution, round_: Round, seat: Seat, person: str) -> None:
    """Raise Refused for somebody who cannot have a seat in the place of its holder."""
    _require_askable(execution, round_, person, outside=is_guest(seat.person))
    if is_out_of_seat(execution, round_.rule, seat.role, person):
        sentence = "{person} may not decide here: it has to be somebody else's eyes."
        execution.refuse(sentence, about="person", person=_name(execution, person))
    require_may_sign_for(execution, round_, seat, person, about="person")


def _require_addable(execution: Execution, round_: Round, entry: int, person: str) -> None:
    """Raise Refused for somebody who cannot be asked in addition, in an entry of the current step by its index."""
    _require_askable(execution, round_, person, outside=round_.kind != "approval")
    reason = seats.reason_not_to_add(execution, round_, person) or seats.reason_not_to_join(
        execution, round_, round_.step, entry, person
    )
    if reason is not None:
        raise Refused([reason], about="person")


def _name(execution: Execution, person: str) -> str:
    return execution.context.directory.name(person)
