"""Votes and signatures on a seat, and changes of who holds a seat while a round is open (W7, W8, P25)."""

from __future__ import annotations

from typing import Any, Literal

from formengine.errors import Refused
from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import Case, Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.roles import is_guest, people_of
from formengine.workflow.engine.round_timers import escalate_seat
from formengine.workflow.engine.state_entry import follow_outcome

Decision = Literal["approve", "reject"]


def open_seats_of(case: Case, person: str) -> list[tuple[Round, Seat]]:
    """The open seats of a person, the oldest round first."""
    return [(round_, seat) for round_ in case.rounds for seat in seats.open_seats(round_) if seat.person == person]


def seat_for(execution: Execution, by: str, kind: str | None, seat: Seat | None) -> tuple[Round, Seat]:
    """The seat to act on: `seat`, else the person's seat in the oldest open round; raises Refused without one."""
    own_seats = [(r, s) for r, s in open_seats_of(execution.case, by) if kind is None or r.kind == kind]
    for round_, own in own_seats:
        if seat is None or own is seat or (seat.key is not None and own.key == seat.key):
            return round_, own
    voted = ("approved", "rejected", "signed")
    rounds_of_kind = [r for r in execution.case.rounds if kind is None or r.kind == kind]
    if any(s.person == by and s.status in voted for r in rounds_of_kind for s in r.seats):
        execution.refuse("You have decided already, or the round has closed.")
    if kind == "signature":
        execution.refuse("Your signature is not asked for now.")
    execution.refuse("Your decision is not asked for now.")


def _require_collaboration(execution: Execution, by: str) -> None:
    """P25: raise Refused for a client without the collaboration permission."""
    if not is_guest(by) and not execution.context.directory.may_collaborate(by):
        execution.refuse("Your account does not have the permission to approve, reject or sign.")


def _require_document(execution: Execution, rule: RoundRule) -> None:
    """Raise Refused when the document to approve or sign does not exist yet."""
    if rule.document is not None and not execution.case.documents.get(rule.document):
        execution.refuse("The document “{document}” is still missing.", document=rule.document.replace("_", " "))


def decide(execution: Execution, by: str, decision: Decision, comment: str | None, seat: Seat | None) -> None:
    """Approve or reject; a rejection needs a comment."""
    if decision not in ("approve", "reject"):
        execution.refuse("A decision is approve or reject.")
    execution.actor = by
    round_, own_seat = seat_for(execution, by, "approval", seat)
    rule = execution.wf.round_rule(round_.rule)
    _require_collaboration(execution, by)
    _require_document(execution, rule)
    if decision == "reject" and not (comment or "").strip():
        execution.refuse("Say in the comment why you reject.")
    status: Literal["approved", "rejected"] = "approved" if decision == "approve" else "rejected"
    voted_seats = _record_vote(execution, round_, own_seat, by, status, comment)
    data = {**rounds.round_data(rule, round_), "decision": status, "role": own_seat.role}
    execution.record_history("decided", by, comment=comment, on_behalf_of=own_seat.on_behalf_of, data=data)
    if own_seat.returns_to is not None:
        _return_to_asker(execution, rule, round_, voted_seats)
    elif status == "approved":
        rounds.advance(execution, rule, round_)
    else:
        rounds.apply_rejection(execution, rule, round_)
    follow_outcome(execution, round_)


def _record_vote(
    execution: Execution,
    round_: Round,
    own_seat: Seat,
    by: str,
    status: Literal["approved", "rejected", "signed"],
    comment: str | None,
    evidence: dict[str, Any] | None = None,
) -> list[Seat]:
    """Record a vote in every seat that the person holds in the step, and return them: a person votes once."""
    own_seats = [
        seat for seat in seats.open_seats(round_) if seat.person == by and seat.returns_to == own_seat.returns_to
    ]
    for seat in own_seats:
        seat.status, seat.at, seat.comment = status, execution.now, comment
        seat.evidence = dict(evidence or {})
    return own_seats


def _return_to_asker(execution: Execution, rule: RoundRule, round_: Round, opinions: list[Seat]) -> None:
    """After an opinion was given, return the decision to the person who asked for it."""
    for opinion in opinions:
        asker = opinion.returns_to or ""
        asker_seats = [
            seat for seat in seats.current_seats(round_) if seat.person == asker and seat.entry == opinion.entry
        ]
        _add_seat_like(execution, round_, opinion, asker).on_behalf_of = (
            asker_seats[-1].on_behalf_of if asker_seats else None
        )
    rounds.notify_asked(execution, rule, round_, opinions[0].returns_to or "")


def sign(execution: Execution, by: str, evidence: dict[str, Any] | None, seat: Seat | None) -> None:
    """Sign. `evidence` records how the person signed (S6)."""
    execution.actor = by
    round_, own_seat = seat_for(execution, by, "signature", seat)
    rule = execution.wf.round_rule(round_.rule)
    _require_collaboration(execution, by)
    _require_document(execution, rule)
    _record_vote(execution, round_, own_seat, by, "signed", None, evidence)
    data = {**rounds.round_data(rule, round_), "role": own_seat.role}
    execution.record_history("signed", by, on_behalf_of=own_seat.on_behalf_of, data=data)
    rounds.advance(execution, rule, round_)
    follow_outcome(execution, round_)


def decline(execution: Execution, by: str, reason: str, seat: Seat | None) -> None:
    """Decline to sign, with a reason; this closes the round."""
    execution.actor = by
    round_, own_seat = seat_for(execution, by, "signature", seat)
    rule = execution.wf.round_rule(round_.rule)
    _require_collaboration(execution, by)
    if not reason.strip():
        execution.refuse("Say why you decline to sign.")
    own_seat.status, own_seat.at, own_seat.comment = "declined", execution.now, reason
    data = {**rounds.round_data(rule, round_), "role": own_seat.role}
    execution.record_history("declined", by, comment=reason, on_behalf_of=own_seat.on_behalf_of, data=data)
    rounds.close_round(execution, rule, round_, "declined")
    follow_outcome(execution, round_)


def delegate(execution: Execution, by: str, to: str, seat: Seat | None, *, returns: bool) -> None:
    """Delegate a seat; with `returns` ask for an opinion, after which the seat comes back."""
    execution.actor = by
    round_, own_seat = seat_for(execution, by, None, seat)
    rule = execution.wf.round_rule(round_.rule)
    if not rule.may_delegate:
        execution.refuse("This cannot be handed to somebody else.")
    if returns and own_seat.returns_to is not None:
        execution.refuse("You are asked for your opinion; you cannot ask somebody else for theirs.")
    _require_askable(execution, rule, round_, to)
    for delegated in [s for s in seats.open_seats(round_) if s.person == by and s.returns_to == own_seat.returns_to]:
        delegated.status, delegated.at = "delegated", execution.now
        new = _add_seat_like(execution, round_, delegated, to)
        new.returns_to = by if returns else delegated.returns_to
        new.on_behalf_of = None if returns else delegated.on_behalf_of or by
    execution.record_history("delegated", by, data={**rounds.round_data(rule, round_), "to": to, "returns": returns})
    rounds.notify_asked(execution, rule, round_, to)


def _add_seat_like(execution: Execution, round_: Round, own_seat: Seat, person: str) -> Seat:
    """Add a seat that represents the same entry as another one."""
    seat = Seat(round_.step, own_seat.entry, own_seat.role, person, opened_at=execution.now)
    seat.added_by, seat.escalated = own_seat.added_by, own_seat.escalated
    round_.seats.append(seat)
    return seat


def _require_askable(execution: Execution, rule: RoundRule, round_: Round, person: str) -> None:
    reason = seats.reason_not_to_ask(execution, rule, round_, person)
    if reason is not None:
        raise Refused([reason])


def _open_round(execution: Execution, by: str) -> tuple[RoundRule, Round]:
    """The newest open approval round; raises Refused for people who are neither in charge nor a legal admin."""
    if by not in execution.case.claims.values() and by not in people_of(execution, "legal_admin"):
        execution.refuse(
            "Only whoever has taken the dossier, or a {role}, may change who approves.",
            role=role_title(execution, "legal_admin"),
        )
    running = [r for r in execution.case.rounds if r.status == "open" and r.kind == "approval"]
    if not running:
        execution.refuse("No approval is being asked for now.")
    return execution.wf.round_rule(running[-1].rule), running[-1]


def add_approver(execution: Execution, person: str, step: int, by: str) -> None:
    """Add an approver to the current step at once, or to a later step for when it starts."""
    execution.actor = by
    rule, round_ = _open_round(execution, by)
    if not round_.step <= step < len(rule.steps):
        execution.refuse("This step is over, or there is none of that number.")
    if any(addition["person"] == person and addition["step"] == step for addition in round_.added):
        execution.refuse("{person} has a seat in this step already.", person=execution.context.directory.name(person))
    if step == round_.step:
        _require_askable(execution, rule, round_, person)
    round_.added.append({"person": person, "step": step, "by": by})
    execution.record_history(
        "approver_added", by, data={**rounds.round_data(rule, round_), "person": person, "at_step": step}
    )
    if step == round_.step:
        entry = 1 + max([len(rule.steps[step].entries) - 1, *(s.entry for s in seats.current_seats(round_))])
        seats.assign_seat(execution, rule, round_, entry, seats.ADDED, person, added_by=by)
        rounds.notify_asked(execution, rule, round_, person)
        rounds.update_nobody(rule, round_)


def remove_approver(execution: Execution, person: str, by: str) -> None:
    """Remove an approver; raises Refused when nobody could decide in the step any more."""
    execution.actor = by
    rule, round_ = _open_round(execution, by)
    name = execution.context.directory.name(person)
    held = [s for s in seats.open_seats(round_) if s.person == person]
    later = [addition for addition in round_.added if addition["person"] == person and addition["step"] > round_.step]
    if not held and not later:
        execution.refuse("{person} has no open seat in this approval.", person=name)
    for seat in held:
        seat.status, seat.at = "removed", execution.now
    round_.added = [addition for addition in round_.added if addition["person"] != person]
    if held:
        rounds.update_nobody(rule, round_)
        if round_.nobody:
            execution.refuse("Without {person} nobody could decide in this step.", person=name)
    execution.record_history("approver_removed", by, data={**rounds.round_data(rule, round_), "person": person})
    rounds.advance(execution, rule, round_)
    follow_outcome(execution, round_)


def enforce_four_eyes(execution: Execution) -> None:
    """Remove open seats of people who came to be excluded (four eyes) after the seats were assigned.

    Where nobody else could decide, the seat goes to the person that the rule escalates to. Earlier votes stay.
    """
    for round_ in list(execution.case.rounds):
        rule = execution.wf.round_rule(round_.rule)
        if round_.status != "open" or not rule.not_same_person_as:
            continue
        excluded = seats.excluded(execution, rule)
        removed = [seat for seat in seats.open_seats(round_) if seat.person in excluded]
        for seat in removed:
            seat.status, seat.at = "removed", execution.now
            data = {**rounds.round_data(rule, round_), "person": seat.person, "kept_out": True}
            execution.record_history("approver_removed", None, data=data)
        if removed and seats.is_lost(rule, round_):
            escalate_seat(execution, rule, round_, removed[0])
        if removed:
            rounds.advance(execution, rule, round_)
            follow_outcome(execution, round_)


def document_changed(execution: Execution, document: str, by: str | None) -> None:
    """Count a new version of a document, and restart open rounds about it.

    A round stays open when this is its first version or when its rule says that it does not start again.
    """
    execution.actor = by
    version = execution.case.documents[document] = execution.case.documents.get(document, 0) + 1
    changed = execution.changed
    execution.record_history("document", by, data={"document": document, "version": version})
    execution.changed = changed  # like a note or a file, a new version alone does not change the dossier's version
    for round_ in list(execution.case.rounds):
        rule = execution.wf.round_rule(round_.rule)
        if round_.status != "open" or rule.document != document:
            continue
        if round_.document_version is None or not rule.start_again:
            round_.document_version = round_.document_version or version
            continue
        rounds.close_round(execution, rule, round_, "superseded")
        asked = {"asked_by": round_.asked_by, "transition": round_.transition, "comment": round_.comment}
        follow_outcome(
            execution, rounds.open_round(execution, rule, supersedes=round_, fields=dict(round_.fields), **asked)
        )
