"""Votes and signatures on a seat, and changes of who holds a seat while a round is open (W7, W8, P25).

Approve, reject, sign, decline, delegate, ask for an opinion, add and remove approvers; the four-eyes principle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from formengine.errors import Refused
from formengine.workflow.definition.round_rules import IN_APP
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.bound_versions import hashes_of, versions_record
from formengine.workflow.engine.case import VOTED, Case, Round, Seat
from formengine.workflow.engine.claims import release_of_closed_account
from formengine.workflow.engine.document_binding import (
    drafts_missing,
    newest_versions,
    require_approved_version,
    require_fit_documents,
)
from formengine.workflow.engine.document_titles import document_name
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.in_charge import is_in_charge, report_lost_charge
from formengine.workflow.engine.readers import is_out_of_seat
from formengine.workflow.engine.roles import is_guest, people_of_roles
from formengine.workflow.engine.round_fields import asked_fields, require_asked_fields
from formengine.workflow.engine.round_timers import escalate_seat, require_in_time
from formengine.workflow.engine.seat_changes import require_fit
from formengine.workflow.engine.signing_parties import ADDED, require_may_still_sign
from formengine.workflow.engine.state_entry import follow_outcome
from formengine.workflow.engine.tally import CASTING_ALONE, current_seats, standing
from formengine.workflow.engine.unasked_entries import is_released_by_answers

Decision = Literal["approve", "reject", "abstain"]
_STATUSES: Final[Mapping[str, Literal["approved", "rejected", "abstained"]]] = {
    "approve": "approved",
    "reject": "rejected",
    "abstain": "abstained",
}


def open_seats_of(case: Case, person: str) -> list[tuple[Round, Seat]]:
    """The open seats of a person, the oldest round first."""
    return [(round_, seat) for round_ in case.rounds for seat in seats.open_seats(round_) if seat.person == person]


def act_on_seat(execution: Execution, by: str, kind: str | None, seat: Seat | None) -> tuple[Round, Seat]:
    """Make a person the actor; returns `seat`, else the person's seat in the oldest open round of a kind.

    Raises Refused without one, and where the time of each such round is over.
    """
    execution.actor, expired = by, None
    for round_, candidate in open_seats_of(execution.case, by):
        if kind not in (None, round_.kind):
            continue
        if seat is None or candidate is seat or (seat.key is not None and candidate.key == seat.key):
            if not _is_too_late(execution, round_):
                return round_, candidate
            expired = expired or round_
    if expired is not None:
        require_in_time(execution, expired)
    rounds_of_kind = [r for r in execution.case.rounds if kind is None or r.kind == kind]
    _refuse_not_needed(execution, by, rounds_of_kind, seat)
    if any(s.person == by and s.status in VOTED for r in rounds_of_kind for s in r.seats):
        execution.refuse("You have decided already, or the round has closed.")
    if kind == "acknowledgement":
        execution.refuse("Your acknowledgement is not asked for now.")
    if kind == "signature":
        execution.refuse("Your signature is not asked for now.")
    execution.refuse("Your decision is not asked for now.")


def _is_too_late(execution: Execution, round_: Round) -> bool:
    """Whether a round has expired; what a provider reports was signed or declined there before, and is not late."""
    return round_.has_expired(execution.now) and execution.rule_of(round_).provider == IN_APP


def _refuse_not_needed(execution: Execution, by: str, rounds_of_kind: list[Round], seat: Seat | None) -> None:
    """Raise Refused where `seat`, else the person's newest one, is not needed by the votes of others or the answers."""
    own = [(round_, own) for round_ in rounds_of_kind for own in round_.seats if own.person == by]
    asked = [pair for pair in own if seat is None or pair[1] is seat or (seat.key and pair[1].key == seat.key)]
    if not asked or asked[-1][1].status != "not_needed":
        return
    sentences = {
        "approval": "Enough others have decided: your decision is not needed any more.",
        "signature": "Enough others have signed: your signature is not needed any more.",
        "acknowledgement": "Enough others have acknowledged: your acknowledgement is not needed any more.",
    }
    if is_released_by_answers(execution, *asked[-1]):
        execution.refuse("The answers have changed: by what they say now, your decision is not needed.")
    execution.refuse(sentences[asked[-1][0].kind])


def _require_collaboration(execution: Execution, by: str) -> None:
    """P25: raise Refused for a client without the collaboration permission."""
    if not is_guest(by) and not execution.context.directory.may_collaborate(by):
        execution.refuse("Your account does not have the permission to approve, reject or sign.")


def require_document(execution: Execution, round_: Round) -> None:
    """Raise Refused when a document to approve or sign does not exist yet, or the round waits for its next draft."""
    if sentences := drafts_missing(execution, round_):
        raise Refused(sentences)
    for document in execution.rule_of(round_).documents:
        if not execution.case.documents.get(document):
            execution.refuse("The document “{document}” is still missing.", document=document_name(execution, document))


def decide(
    execution: Execution,
    by: str,
    decision: Decision,
    comment: str | None = None,
    seat: Seat | None = None,
    fields: Mapping[str, Any] | None = None,
) -> None:
    """Operation: approve, reject or abstain on a seat (None: the person's oldest); a rejection needs a comment.

    `fields` are those asked with an approval. Raises Refused to people who are not asked or may not decide, while the
    round's document is missing, for an abstention where there is none, for fields that are missing or not asked, and
    for approval of a version that is damaged, or holds remarks of its authors still, where it is to be signed.
    """
    if decision not in _STATUSES:
        execution.refuse("A decision is approve, reject or abstain.")
    round_, own_seat = act_on_seat(execution, by, "approval", seat)
    _require_collaboration(execution, by)
    require_document(execution, round_)
    if decision == "reject" and not (comment or "").strip():
        execution.refuse("Say in the comment why you reject.", about="comment")
    voted_seats = seats_of_vote(round_, own_seat)
    if decision == "abstain":
        _require_abstention(execution, round_, voted_seats)
    if decision == "approve":
        require_fit_documents(execution, execution.rule_of(round_))
    is_asked = decision == "approve" and own_seat.returns_to is None
    require_asked_fields(execution, asked_fields(execution, round_) if is_asked else (), fields or {})
    status = _STATUSES[decision]
    for voted in voted_seats:
        voted.fields = dict(fields or {})
    values = {"values": dict(fields)} if fields else {}
    record_vote(execution, "decided", round_, own_seat, voted_seats, status, comment, decision=status, **values)
    if own_seat.returns_to is not None:
        _return_to_asker(execution, round_, voted_seats)
    elif status == "rejected":
        rounds.apply_rejection(execution, round_)
    else:
        rounds.count_vote(execution, round_)
    follow_outcome(execution, round_)


def _require_abstention(execution: Execution, round_: Round, voted_seats: list[Seat]) -> None:
    """Raise Refused where seats may not abstain: the rule does not say so, or one is there for the casting vote."""
    if any(seat.casting == CASTING_ALONE for seat in voted_seats):
        execution.refuse("The votes are tied and yours decides: approve or reject.")
    if not execution.rule_of(round_).steps[round_.step].voting.abstain:
        execution.refuse("Nobody can abstain in this approval.")


def seats_of_vote(round_: Round, own_seat: Seat) -> list[Seat]:
    """The open seats of the same person in the step: a person who holds several votes once, in all of them."""
    same = (own_seat.person, own_seat.returns_to)
    return [seat for seat in seats.open_seats(round_) if (seat.person, seat.returns_to) == same]


def record_vote(
    execution: Execution,
    kind: str,
    round_: Round,
    own_seat: Seat,
    voted_seats: list[Seat],
    status: Literal["approved", "rejected", "abstained", "signed", "declined", "acknowledged"],
    comment: str | None,
    **data: Any,
) -> None:
    """Set the status of the seats that vote, and record one history entry of a kind."""
    bound = newest_versions(execution, execution.rule_of(round_))
    for seat in voted_seats:
        seat.status, seat.at, seat.comment = status, execution.now, comment
        seat.document_hashes = hashes_of(bound)
    behalf, data = own_seat.on_behalf_of, {**data, **versions_record(bound), "role": own_seat.role}
    rounds.record_round(execution, kind, own_seat.person, round_, comment=comment, on_behalf_of=behalf, **data)


def _return_to_asker(execution: Execution, round_: Round, opinions: list[Seat]) -> None:
    """After an opinion was given, return the decision to the person who asked for it."""
    for opinion in opinions:
        asker = opinion.returns_to or ""
        earlier = [s for s in current_seats(round_) if s.person == asker and s.entry == opinion.entry]
        returned = _add_seat_like(execution, round_, opinion, asker)
        returned.on_behalf_of = earlier[-1].on_behalf_of if earlier else None
        if not seats.may_decide(execution, asker, round_.kind):  # the account was closed meanwhile
            _pass_on(execution, round_, returned)
    if seats.may_decide(execution, opinions[0].returns_to or "", round_.kind):
        rounds.notify_asked(execution, round_, opinions[0].returns_to or "")


def sign(execution: Execution, by: str, evidence: dict[str, Any] | None = None, seat: Seat | None = None) -> None:
    """Operation: sign on a seat (None: the person's oldest). `evidence` records how the person signed (S6).

    Raises Refused to people who are not asked or may not sign, and while the document is missing, or its newest
    version is another one than was approved.
    """
    round_, own_seat = act_on_seat(execution, by, "signature", seat)
    _require_collaboration(execution, by)
    require_document(execution, round_)
    require_approved_version(execution, round_)
    require_may_still_sign(execution, round_, own_seat)
    voted_seats = seats_of_vote(round_, own_seat)
    for voted in voted_seats:
        voted.evidence = dict(evidence or {})
    record_vote(execution, "signed", round_, own_seat, voted_seats, "signed", None)
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def decline(execution: Execution, by: str, reason: str, seat: Seat | None = None) -> None:
    """Operation: decline to sign, which closes the round; raises Refused without a reason."""
    round_, own_seat = act_on_seat(execution, by, "signature", seat)
    _require_collaboration(execution, by)
    if not reason.strip():
        execution.refuse("Say why you decline to sign.", about="reason")
    record_vote(execution, "declined", round_, own_seat, [own_seat], "declined", reason)
    rounds.close_round(execution, round_, "declined")
    follow_outcome(execution, round_)


def delegate(execution: Execution, by: str, to: str, seat: Seat | None = None, returns: bool = False) -> None:
    """Operation: delegate a seat; with `returns` ask for an opinion, after which the seat comes back.

    Raises Refused when the rule does not allow it, when the other person cannot be asked, and for an opinion outside
    approvals: nobody signs for it.
    """
    round_, own_seat = act_on_seat(execution, by, None, seat)
    if not execution.rule_of(round_).may_delegate:
        execution.refuse("This cannot be handed to somebody else.")
    if returns and round_.kind != "approval":
        execution.refuse("An opinion is asked for in an approval alone: hand it over, or ask in a note.")
    if returns and own_seat.returns_to is not None:
        execution.refuse("You are asked for your opinion; you cannot ask somebody else for theirs.")
    if is_guest(to):
        execution.refuse("{person} has no active account.", about="person", person=to)
    require_fit(execution, round_, own_seat, to)
    for delegated in seats_of_vote(round_, own_seat):
        delegated.status, delegated.at = "delegated", execution.now
        new = _add_seat_like(execution, round_, delegated, to)
        new.returns_to = by if returns else delegated.returns_to
        new.on_behalf_of = None if returns else delegated.on_behalf_of or by
    rounds.record_round(execution, "delegated", by, round_, to=to, returns=returns)
    rounds.notify_asked(execution, round_, to)


def _add_seat_like(execution: Execution, round_: Round, own_seat: Seat, person: str) -> Seat:
    """Add a seat that represents the same entry as another one."""
    seat = Seat(round_.step, own_seat.entry, own_seat.role, person, opened_at=execution.now)
    seat.added_by, seat.escalated, seat.casting = own_seat.added_by, own_seat.escalated, own_seat.casting
    round_.seats.append(seat)
    return seat


def _require_askable(execution: Execution, round_: Round, person: str) -> None:
    reason = seats.reason_not_to_ask(execution, round_, person)
    if reason is not None:
        raise Refused([reason], about="person")


def _manage_round(execution: Execution, by: str, wanted: Round | None, *, adding: bool = False) -> Round:
    """Make a person the actor; returns the `wanted` round, else the newest open approval, else the newest open round.

    Raises Refused without one, to people who are neither in charge nor a legal admin, for a round that is fixed, and
    for one whose time is over; with `adding`, those who may add people to an acknowledgement (`adds`) have that.
    """
    execution.actor = by
    running = [r for r in execution.case.rounds if r.status == "open" and wanted in (None, r)]
    if not is_in_charge(execution, by):
        own = [r for r in running if adding and by in people_of_roles(execution, execution.rule_of(r).adds)]
        if not own:
            execution.refuse(
                "Only whoever has taken the dossier, or a {role}, may change who approves.",
                role=role_title(execution, "legal_admin"),
            )
        running = own
    approvals = [r for r in running if r.kind == "approval"]
    if not running:
        execution.refuse("No approval is being asked for now.")
    round_ = (approvals or running)[-1]
    rule = execution.rule_of(round_)
    if rule.fixed:
        execution.refuse("Who is asked in “{round}” is fixed.", round=execution.pick(rule.title))
    require_in_time(execution, round_)
    return round_


def add_approver(
    execution: Execution, person: str, step: int, by: str, wanted: Round | None = None, name: str | None = None
) -> None:
    """Operation: ask one more person in the current step at once, or in a later one when it starts.

    `step` counts from 0; `wanted` is the round, by default the newest open approval; `name` is that of somebody without
    an account. Raises Refused when the step is over, or the person cannot be asked.
    """
    round_ = _manage_round(execution, by, wanted, adding=True)
    if round_.kind != "approval":
        person = execution.context.directory.named(person)
    steps = execution.rule_of(round_).steps
    if not round_.step <= step < len(steps):
        execution.refuse("This step is over, or there is none of that number.")
    if any(addition["person"] == person and addition["step"] == step for addition in round_.added):
        name = execution.context.directory.name(person)
        execution.refuse("{person} has a seat in this step already.", about="person", person=name)
    if step == round_.step:
        _require_askable(execution, round_, person)
        entry = seats.entry_of_added(execution, round_)
    else:
        entry = seats.joined_entry(steps[step], len(steps[step].entries), range(len(steps[step].entries)))
    reason = seats.reason_not_to_add(execution, round_, person)
    reason = reason or seats.reason_not_to_join(execution, round_, step, entry, person)
    if reason is not None:
        raise Refused([reason], about="person")
    called = {"name": name} if name and is_guest(person) else {}
    role = seats.role_of_added(execution, round_, entry) if step == round_.step else ADDED
    round_.added.append({"person": person, "step": step, "by": by, "role": role, **called})
    rounds.record_round(execution, "approver_added", by, round_, person=person, at_step=step)
    if step == round_.step:
        seats.assign_seat(execution, round_, entry, role, person, added_by=by)
        rounds.notify_asked(execution, round_, person)
        rounds.ask_again(execution, round_)
        rounds.update_nobody(execution, round_)


def remove_approver(execution: Execution, person: str, by: str, wanted: Round | None = None) -> None:
    """Operation: remove an approver from the current step of a round (`wanted`: as above) and from later ones.

    Raises Refused when they have no seat, and when nobody could decide in the step any more.
    """
    round_ = _manage_round(execution, by, wanted)
    name = execution.context.directory.name(person)
    own_seats = [seat for seat in seats.open_seats(round_) if seat.person == person]
    added_later = any(addition["person"] == person and addition["step"] > round_.step for addition in round_.added)
    if not own_seats and not added_later:
        execution.refuse("{person} has no open seat in this approval.", person=name)
    rounds.take_seats(execution, round_, person, own_seats)
    rounds.record_round(execution, "approver_removed", by, round_, person=person)
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def account_closed(execution: Execution, person: str) -> None:
    """Operation: escalate the open seats of a closed account; where that is impossible, note that nobody can decide.

    Whoever is in charge of the dossier is told of children that nobody is in charge of any more; what the person had
    claimed is released.
    """
    release_of_closed_account(execution, person)
    for round_ in seats.running_rounds(execution):
        if round_.kind == "acknowledgement" and seats.may_decide(execution, person, round_.kind):
            continue  # the account may no longer decide, but it still reads
        for seat in [seat for seat in seats.open_seats(round_) if seat.person == person]:
            _pass_on(execution, round_, seat)
            follow_outcome(execution, round_)
    report_lost_charge(execution, person)


def _pass_on(execution: Execution, round_: Round, seat: Seat) -> None:
    """Escalate the seat of a closed account; without it the other votes may suffice, or nobody can decide."""
    seat.status, seat.at = "removed", execution.now
    rounds.record_round(execution, "approver_removed", None, round_, person=seat.person, closed=True)
    if escalate_seat(execution, round_, seat):
        seat.status = "closed"  # it still counts where all votes are needed, since others vote instead
    rounds.advance(execution, round_)


def enforce_four_eyes(execution: Execution) -> None:
    """Remove open seats of people who came to be excluded (four eyes) after the seats were assigned.

    Where nobody else could decide, the seat goes to the person that the rule escalates to. Earlier votes stay.
    """
    for round_ in seats.running_rounds(execution):
        rule = execution.rule_of(round_)
        barred = seats.excluded(execution, rule)
        removed = [
            seat
            for seat in seats.open_seats(round_)
            if seat.person in barred or is_out_of_seat(execution, rule.id, seat.role, seat.person)
        ]
        for seat in removed:
            seat.status, seat.at = "removed", execution.now
            rounds.record_round(execution, "approver_removed", None, round_, person=seat.person, kept_out=True)
        if removed and standing(rule, round_) == "lost":
            escalate_seat(execution, round_, removed[0])
        if removed:
            rounds.advance(execution, round_)
            follow_outcome(execution, round_)
