"""A signer forwards the request to the right person; whoever is in charge confirms it, or refuses (S9).

Until then the other person is not told, and a signer without an account does not learn whether they have one; only that
an address cannot sign for their party.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.errors import Refused
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import people_in_charge
from formengine.workflow.engine.roles import is_guest
from formengine.workflow.engine.seat_changes import hand_over, open_seat_in_charge
from formengine.workflow.engine.signing_parties import party_of, reason_not_to_sign_for

MAX_FORWARDS: Final = 3
"""How often one signature may be put forward, refused wishes and those of its earlier signers included."""


def forward_reasons(execution: Execution, round_: Round, seat: Seat) -> list[str]:
    """Why the holder of an open seat may not ask to forward it now; [] when they may. Approvals are delegated."""
    rule = execution.rule_of(round_)
    if round_.kind != "signature" or round_.status != "open" or seat.status != "open":
        return [execution.say("This signature is not asked for any more.")]
    if round_.has_expired(execution.now):
        return [execution.say("The time to sign or to decide is over.")]
    if rule.fixed:
        return [execution.say("Who is asked in “{round}” is fixed.", round=execution.pick(rule.title))]
    if seat.forward is not None:
        return [execution.say("You have asked to forward it already; whoever is in charge decides on that.")]
    if seat.forwards >= MAX_FORWARDS:
        return [execution.say("It was put forward {n} times already; write to whoever is in charge.", n=MAX_FORWARDS)]
    return []


def ask_to_forward(
    execution: Execution, seat: Seat | None, address: str, by: str, reason: str, name: str | None = None
) -> None:
    """Operation: ask that somebody else signs instead of `by`; without `seat`, on their oldest open signature.

    Raises Refused to people without such a seat, without a reason, where the round is fixed, while an earlier
    request to forward is open, after MAX_FORWARDS, for somebody with an account who names an address without one, and
    for whoever may not sign for this party.
    """
    execution.actor = by
    round_, own_seat = _own_signature(execution, seat, by)
    reasons = forward_reasons(execution, round_, own_seat)
    if reasons:
        execution.refuse(reasons[0])
    if not reason.strip():
        execution.refuse("Say why you forward it.", about="reason")
    if execution.context.directory.named(address) == own_seat.person or address == own_seat.person:
        execution.refuse("This is your own address.", about="email")
    if not is_guest(by) and is_guest(execution.context.directory.named(address)):
        execution.refuse("Only somebody with an account can be asked here.", about="email")
    _require_other_party(execution, round_, own_seat, address, by)
    wish = {"to": address, "name": name, "reason": reason.strip(), "at": execution.now.isoformat()}
    own_seat.forward, own_seat.forwards = wish, own_seat.forwards + 1
    _record(execution, "forward_asked", round_, own_seat.person, wish, reason.strip())
    signer, words = own_seat.name or own_seat.person, {"successor": name or address, "address": address}
    words |= {**rounds.round_data(execution, round_), "signer": signer, "comment": reason.strip()}
    execution.tell("forward_asked", people_in_charge(execution), **words)


def confirm_forward(execution: Execution, seat: Seat | str, by: str) -> None:
    """Operation: give the seat to the person whom its signer has named; `seat` is the signer's seat, or their id.

    The new signer gets a fresh link, and the old one ends. Raises Refused to people who are not in charge, where no
    request to forward is open, and where the other person cannot be asked.
    """
    round_, own_seat = open_seat_in_charge(execution, seat, by)
    wish = _wish(execution, own_seat)
    before, person = own_seat.person, execution.context.directory.named(wish["to"])
    added = hand_over(execution, round_, own_seat, person)
    added.name, added.on_behalf_of = wish["name"] if is_guest(person) else None, None
    own_seat.forward = None
    rounds.record_round(execution, "seat_forwarded", by, round_, person=before, to=person, name=added.name)
    _tell_outcome(execution, round_, before, "confirmed", wish, None)
    rounds.notify_asked(execution, round_, person)


def refuse_forward(execution: Execution, seat: Seat | str, by: str, comment: str | None = None) -> None:
    """Operation: refuse a request to forward, so that the signer keeps the seat; they are told, with the comment.

    Raises Refused to people who are not in charge, and where no request to forward is open.
    """
    round_, own_seat = open_seat_in_charge(execution, seat, by)
    wish, own_seat.forward = _wish(execution, own_seat), None
    _record(execution, "forward_refused", round_, own_seat.person, wish, comment)
    _tell_outcome(execution, round_, own_seat.person, "refused", wish, comment)


def _own_signature(execution: Execution, seat: Seat | None, by: str) -> tuple[Round, Seat]:
    """The open signature of a person, with its round."""
    for round_ in execution.case.rounds:
        for candidate in seats.open_seats(round_):
            if round_.kind == "signature" and candidate.person == by and seat in (None, candidate):
                return round_, candidate
    execution.refuse("This signature is not asked for any more.")


def _require_other_party(execution: Execution, round_: Round, seat: Seat, address: str, by: str) -> None:
    """Raise Refused for who may not sign for the party of a seat; somebody without an account learns no more."""
    person = execution.context.directory.named(address)
    reason = reason_not_to_sign_for(execution, round_, party_of(execution, round_, seat), person)
    if reason is not None and is_guest(by):
        sentence = "Whoever has this address cannot sign here for your side: name somebody else of yours."
        execution.refuse(sentence, about="email")
    if reason is not None:
        raise Refused([reason], about="email")


def _record(
    execution: Execution, kind: str, round_: Round, signer: str, wish: Mapping[str, Any], comment: str | None
) -> None:
    by, to, name = execution.actor, wish["to"], wish["name"]
    rounds.record_round(execution, kind, by, round_, comment=comment, person=signer, to=to, name=name)


def _wish(execution: Execution, seat: Seat) -> dict[str, Any]:
    if seat.forward is None:
        execution.refuse("Nobody asks to forward this signature any more.")
    return seat.forward


def _tell_outcome(
    execution: Execution, round_: Round, signer: str, status: str, wish: Mapping[str, Any], comment: str | None
) -> None:
    """Tell the signer and the others in charge whether a request to forward was confirmed or refused."""
    people = [person for person in (signer, *people_in_charge(execution)) if person != execution.actor]
    words = {**rounds.round_data(execution, round_), "status": status, "comment": comment}
    execution.tell("forwarded", people, successor=wish["name"] or wish["to"], **words)
