"""Votes and signatures: on a seat, by whoever holds it; and who holds it, changed while a round runs (W7, W8, P25)."""

from __future__ import annotations

from typing import Any, Literal

from formengine.errors import Refused
from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import Case, Round, Seat
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.roles import is_outside, people_of
from formengine.workflow.engine.round_timers import escalate_seat
from formengine.workflow.engine.state_entry import follow

Decision = Literal["approve", "reject"]


def seats_of(case: Case, person: str) -> list[tuple[Round, Seat]]:
    """The open seats of somebody, of the oldest round first."""
    return [(one, seat) for one in case.rounds for seat in seats.open_seats(one) if seat.person == person]


def seat_for(turn: Turn, by: str, kind: str | None, seat: Seat | None) -> tuple[Round, Seat]:
    """The seat to act on: the one given, else that of the oldest open round; Refused when there is none of theirs."""
    mine = [(r, s) for r, s in seats_of(turn.case, by) if kind is None or r.kind == kind]
    for found, own in mine:
        if seat is None or own is seat or (seat.key is not None and own.key == seat.key):
            return found, own
    voted = ("approved", "rejected", "signed")
    alike = [one for one in turn.case.rounds if kind is None or one.kind == kind]
    if any(s.person == by and s.status in voted for one in alike for s in one.seats):
        turn.refuse("You have decided already, or the round has closed.")
    if kind == "signature":
        turn.refuse("Your signature is not asked for now.")
    turn.refuse("Your decision is not asked for now.")


def _may_act(turn: Turn, by: str) -> None:
    """P25: a client needs the collaboration permission."""
    if not is_outside(by) and not turn.around.directory.may_collaborate(by):
        turn.refuse("Your account does not have the permission to approve, reject or sign.")


def _has_document(turn: Turn, rule: RoundRule) -> None:
    """What is not there can be neither approved nor signed."""
    if rule.document is not None and not turn.case.documents.get(rule.document):
        turn.refuse("The document “{document}” is still missing.", document=rule.document.replace("_", " "))


def decide(turn: Turn, by: str, decision: Decision, comment: str | None, seat: Seat | None) -> None:
    """Approve or reject; rejecting asks for a comment."""
    if decision not in ("approve", "reject"):
        turn.refuse("A decision is approve or reject.")
    turn.actor = by
    found, place = seat_for(turn, by, "approval", seat)
    rule = turn.wf.round_rule(found.rule)
    _may_act(turn, by)
    _has_document(turn, rule)
    if decision == "reject" and not (comment or "").strip():
        turn.refuse("Say in the comment why you reject.")
    status: Literal["approved", "rejected"] = "approved" if decision == "approve" else "rejected"
    settled = _settle(turn, found, place, by, status, comment)
    data = {**rounds.described(rule, found), "decision": status, "role": place.role}
    turn.happened("decided", by, comment=comment, on_behalf_of=place.on_behalf_of, data=data)
    if place.returns_to is not None:
        _hand_back(turn, rule, found, settled)
    elif status == "approved":
        rounds.take_stock(turn, rule, found)
    else:
        rounds.rejected(turn, rule, found)
    follow(turn, found)


def _settle(
    turn: Turn,
    found: Round,
    place: Seat,
    by: str,
    status: Literal["approved", "rejected", "signed"],
    comment: str | None,
    evidence: dict[str, Any] | None = None,
) -> list[Seat]:
    """One act settles every seat that somebody holds in the step, and answers them: they are asked once."""
    mine = [seat for seat in seats.open_seats(found) if seat.person == by and seat.returns_to == place.returns_to]
    for seat in mine:
        seat.status, seat.at, seat.comment = status, turn.now, comment
        seat.evidence = dict(evidence or {})
    return mine


def _hand_back(turn: Turn, rule: RoundRule, found: Round, opinions: list[Seat]) -> None:
    """An opinion was given: the decision is with who asked for it again."""
    for opinion in opinions:
        asker = opinion.returns_to or ""
        handed = [seat for seat in seats.here(found) if seat.person == asker and seat.entry == opinion.entry]
        _beside(turn, found, opinion, asker).on_behalf_of = handed[-1].on_behalf_of if handed else None
    rounds.tell_asked_one(turn, rule, found, opinions[0].returns_to or "")


def sign(turn: Turn, by: str, evidence: dict[str, Any] | None, seat: Seat | None) -> None:
    """Sign; `evidence` says how, for the record (S6)."""
    turn.actor = by
    found, place = seat_for(turn, by, "signature", seat)
    rule = turn.wf.round_rule(found.rule)
    _may_act(turn, by)
    _has_document(turn, rule)
    _settle(turn, found, place, by, "signed", None, evidence)
    data = {**rounds.described(rule, found), "role": place.role}
    turn.happened("signed", by, on_behalf_of=place.on_behalf_of, data=data)
    rounds.take_stock(turn, rule, found)
    follow(turn, found)


def decline(turn: Turn, by: str, reason: str, seat: Seat | None) -> None:
    """Decline to sign, with a reason: the round is over."""
    turn.actor = by
    found, place = seat_for(turn, by, "signature", seat)
    rule = turn.wf.round_rule(found.rule)
    _may_act(turn, by)
    if not reason.strip():
        turn.refuse("Say why you decline to sign.")
    place.status, place.at, place.comment = "declined", turn.now, reason
    data = {**rounds.described(rule, found), "role": place.role}
    turn.happened("declined", by, comment=reason, on_behalf_of=place.on_behalf_of, data=data)
    rounds.close(turn, rule, found, "declined")
    follow(turn, found)


def delegate(turn: Turn, by: str, to: str, seat: Seat | None, *, returns: bool) -> None:
    """Hand a seat to somebody else; with `returns` to ask for an opinion, after which it comes back."""
    turn.actor = by
    found, place = seat_for(turn, by, None, seat)
    rule = turn.wf.round_rule(found.rule)
    if not rule.may_delegate:
        turn.refuse("This cannot be handed to somebody else.")
    if returns and place.returns_to is not None:
        turn.refuse("You are asked for your opinion; you cannot ask somebody else for theirs.")
    _may_be_asked(turn, rule, found, to)
    for own in [one for one in seats.open_seats(found) if one.person == by and one.returns_to == place.returns_to]:
        own.status, own.at = "delegated", turn.now
        new = _beside(turn, found, own, to)
        new.returns_to = by if returns else own.returns_to
        new.on_behalf_of = None if returns else own.on_behalf_of or by
    turn.happened("delegated", by, data={**rounds.described(rule, found), "to": to, "returns": returns})
    rounds.tell_asked_one(turn, rule, found, to)


def _beside(turn: Turn, found: Round, place: Seat, person: str) -> Seat:
    """A new seat for what another one stands for."""
    seat = Seat(found.step, place.entry, place.role, person, opened_at=turn.now)
    seat.added_by, seat.escalated = place.added_by, place.escalated
    found.seats.append(seat)
    return seat


def _may_be_asked(turn: Turn, rule: RoundRule, found: Round, person: str) -> None:
    reason = seats.against_asking(turn, rule, found, person)
    if reason is not None:
        raise Refused([reason])


def _open_round(turn: Turn, by: str) -> tuple[RoundRule, Round]:
    """The newest open approval, for whoever has taken the dossier, or a legal admin."""
    if by not in turn.case.claims.values() and by not in people_of(turn, "legal_admin"):
        turn.refuse(
            "Only whoever has taken the dossier, or a {role}, may change who approves.",
            role=role_title(turn, "legal_admin"),
        )
    running = [r for r in turn.case.rounds if r.status == "open" and r.kind == "approval"]
    if not running:
        turn.refuse("No approval is being asked for now.")
    return turn.wf.round_rule(running[-1].rule), running[-1]


def add_approver(turn: Turn, person: str, step: int, by: str) -> None:
    """Ask one person more: in the present step at once, in a later one when its turn comes."""
    turn.actor = by
    rule, found = _open_round(turn, by)
    if not found.step <= step < len(rule.steps):
        turn.refuse("This step is over, or there is none of that number.")
    if any(one["person"] == person and one["step"] == step for one in found.added):
        turn.refuse("{person} has a seat in this step already.", person=turn.around.directory.name(person))
    if step == found.step:
        _may_be_asked(turn, rule, found, person)
    found.added.append({"person": person, "step": step, "by": by})
    turn.happened("approver_added", by, data={**rounds.described(rule, found), "person": person, "at_step": step})
    if step == found.step:
        entry = 1 + max([len(rule.steps[step].entries) - 1, *(s.entry for s in seats.here(found))])
        seats.give_seat(turn, rule, found, entry, seats.ADDED, person, added_by=by)
        rounds.tell_asked_one(turn, rule, found, person)
        rounds.check_nobody(rule, found)


def remove_approver(turn: Turn, person: str, by: str) -> None:
    """Ask one person less; refused when a step could not be met any more."""
    turn.actor = by
    rule, found = _open_round(turn, by)
    name = turn.around.directory.name(person)
    held = [s for s in seats.open_seats(found) if s.person == person]
    later = [one for one in found.added if one["person"] == person and one["step"] > found.step]
    if not held and not later:
        turn.refuse("{person} has no open seat in this approval.", person=name)
    for seat in held:
        seat.status, seat.at = "removed", turn.now
    found.added = [one for one in found.added if one["person"] != person]
    if held:
        rounds.check_nobody(rule, found)
        if found.nobody:
            turn.refuse("Without {person} nobody could decide in this step.", person=name)
    turn.happened("approver_removed", by, data={**rounds.described(rule, found), "person": person})
    rounds.take_stock(turn, rule, found)
    follow(turn, found)


def keep_apart(turn: Turn) -> None:
    """Four eyes, also of somebody who comes to have the role after the seats were given: open ones of theirs go, to
    whom the rule escalates to where nobody else could decide. What they voted before stands."""
    for found in list(turn.case.rounds):
        rule = turn.wf.round_rule(found.rule)
        if found.status != "open" or not rule.not_same_person_as:
            continue
        out = seats.excluded(turn, rule)
        kept_out = [seat for seat in seats.open_seats(found) if seat.person in out]
        for seat in kept_out:
            seat.status, seat.at = "removed", turn.now
            data = {**rounds.described(rule, found), "person": seat.person, "kept_out": True}
            turn.happened("approver_removed", None, data=data)
        if kept_out and seats.is_lost(rule, found):
            escalate_seat(turn, rule, found, kept_out[0])
        if kept_out:
            rounds.take_stock(turn, rule, found)
            follow(turn, found)


def document_changed(turn: Turn, document: str, by: str | None) -> None:
    """A new version of a document: rounds about it start again, unless it is their first or their rule keeps them."""
    turn.actor = by
    version = turn.case.documents[document] = turn.case.documents.get(document, 0) + 1
    changed = turn.changed
    turn.happened("document", by, data={"document": document, "version": version})
    turn.changed = changed  # like notes and files, a version alone is no step
    for found in list(turn.case.rounds):
        rule = turn.wf.round_rule(found.rule)
        if found.status != "open" or rule.document != document:
            continue
        if found.document_version is None or not rule.start_again:
            found.document_version = found.document_version or version
            continue
        rounds.close(turn, rule, found, "superseded")
        asked = {"asked_by": found.asked_by, "transition": found.transition, "comment": found.comment}
        follow(turn, rounds.open_round(turn, rule, supersedes=found, fields=dict(found.fields), **asked))
