"""Approval and signature rounds: opening, advancing from step to step, rejection, closing (W7, W8).

`state_entry.follow_outcome` enters the state that a closed round leads to.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import Round, RoundStatus
from formengine.workflow.engine.document_binding import bind_newest_version, require_approved_version
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.roles import people_of
from formengine.workflow.engine.seats import (
    applies,
    assign_seats,
    current_seats,
    eligible,
    has_enough_people,
    is_lost,
    is_met,
    open_seats,
)

OUTCOMES: Final = ("approved", "rejected", "signed", "declined", "expired")
"""The statuses of a closed round that lead to another state and are told to people."""
VOTED: Final = ("approved", "rejected", "signed", "declined")
"""The statuses of a seat that somebody has decided or signed on."""
_MAILS: Final = {"signed": "signature_done", "approved": "approval_decided", "rejected": "approval_decided"}


def open_round(execution: Execution, rule: RoundRule, *, supersedes: Round | None = None, **attributes: Any) -> Round:
    """Open a round in the current state. `attributes` are further fields of a round that `approval_first` opens.

    Raises Refused when a person's step opens it, and nobody could decide in it and the rule says `if_nobody: refuse`,
    or it asks for signatures on a version that was not approved.
    """
    case = execution.case
    number = 1 + max((earlier.number for earlier in case.rounds if earlier.rule == rule.id), default=0)
    round_ = Round(rule.id, rule.kind, number, execution.now, state=case.state, **attributes)
    bind_newest_version(execution, round_)
    if supersedes is not None:
        round_.added = list(supersedes.added)
    if execution.strict:
        refuse_if_nobody(execution, rule)
        require_approved_version(execution, rule)
    if rule.expires is not None:
        round_.expires_at = later(execution.calendar, execution.now, rule.expires)
    case.rounds.append(round_)
    by = execution.actor if attributes.get("asked_by") else None
    record_round(execution, "round_opened", by, round_, **execution.pop_written())
    start_step(execution, round_, 0)
    return round_


def round_data(execution: Execution, round_: Round) -> dict[str, Any]:
    """A round as plain values, for the history and for mails."""
    rule = execution.rule_of(round_)
    name = stored_text(rule.steps[round_.step].name) if round_.step < len(rule.steps) else ""
    return {
        "rule": rule.id,
        "round_kind": rule.kind,
        "number": round_.number,
        "title": rule.title,
        "document": rule.document,
        "step": round_.step,
        "step_name": name,
    }


def record_round(
    execution: Execution,
    kind: str,
    by: str | None,
    round_: Round,
    *,
    comment: str | None = None,
    on_behalf_of: str | None = None,
    changes: bool = True,
    **data: Any,
) -> None:
    """Record a history entry about a round; `data` are values beside those of the round."""
    data = {**round_data(execution, round_), **data}
    execution.record_history(kind, by, comment=comment, on_behalf_of=on_behalf_of, changes=changes, data=data)


def refuse_if_nobody(execution: Execution, rule: RoundRule, *, whole: bool = True) -> None:
    """Raise Refused when too few people could decide in one of the steps that would be asked now.

    Where the rule says `if_nobody: skip`, only when every step would be skipped: no round is approved without a vote.
    `whole` is false for a rule of which some steps are not known yet.
    """
    asked = [
        (step, entry)
        for step in rule.steps
        if applies(execution, step.when)
        for entry in step.entries
        if applies(execution, entry.when)
    ]
    lacking = [(step, entry) for step, entry in asked if not has_enough_people(execution, rule, entry)]
    if whole and not asked:
        execution.refuse(
            "Nobody is asked in “{round}”: no condition of its steps holds.", round=execution.pick(rule.title)
        )
    if not lacking or (rule.if_nobody == "skip" and not (whole and len(lacking) == len(asked))):
        return
    step, entry = lacking[0]
    may, name = len(eligible(execution, rule, entry)), execution.pick(step.name)
    if may == 0:
        execution.refuse("Nobody can decide in the step “{step}”.", step=name)
    sentence = "Too few people can decide in the step “{step}”: {needed} are needed, {may} may."
    execution.refuse(sentence, step=name, needed=entry.need, may=may)


def start_step(execution: Execution, round_: Round, step: int) -> None:
    """Start the first step from `step` on in which anybody is asked; after the last one the round is complete."""
    rule = execution.rule_of(round_)
    round_.nobody = False
    for index in range(step, len(rule.steps)):
        round_.step = index
        for seat in round_.seats:
            seat.past = seat.past or seat.step == index
        if assign_seats(execution, round_, rule.steps[index]):
            notify_asked(execution, round_, *[seat.person for seat in open_seats(round_)])
            update_nobody(execution, round_)
            return
        round_.skipped_steps.append(index)
    if any(seat.status in ("approved", "signed") for seat in round_.seats):
        close_round(execution, round_, "approved" if rule.kind == "approval" else "signed")
    else:
        set_nobody(execution, round_)


def notify_asked(execution: Execution, round_: Round, *people: str) -> None:
    """Notify people that their decision or signature is asked for."""
    execution.tell(f"{round_.kind}_asked", people, **round_data(execution, round_))


def advance(execution: Execution, round_: Round) -> None:
    """After a vote, start the next step when every entry has its votes (quorum), else note whether it still can."""
    if round_.status != "open":
        return
    if not is_met(execution.rule_of(round_), round_):
        update_nobody(execution, round_)
        return
    for seat in open_seats(round_):
        seat.status, seat.at = "not_needed", execution.now
    start_step(execution, round_, round_.step + 1)


def apply_rejection(execution: Execution, round_: Round) -> None:
    """Apply a rejection as the rule says: it closes the round, counts as a vote, or returns to the previous step."""
    rule = execution.rule_of(round_)
    if rule.rejection == "counts" and not is_lost(rule, round_):
        advance(execution, round_)
        return
    earlier_steps = [i for i in range(round_.step) if i not in round_.skipped_steps]
    if rule.rejection != "returns_one_step" or not earlier_steps:
        close_round(execution, round_, "rejected")
        return
    for seat in current_seats(round_):
        seat.past = True
        if seat.status == "open":
            seat.status, seat.at = "closed", execution.now
    round_.skipped_steps = [i for i in round_.skipped_steps if i < earlier_steps[-1]]
    start_step(execution, round_, earlier_steps[-1])


def update_nobody(execution: Execution, round_: Round) -> None:
    """Note whether the current step waits for votes that nobody can give."""
    if is_lost(execution.rule_of(round_), round_):
        set_nobody(execution, round_)
    else:
        round_.nobody = False


def set_nobody(execution: Execution, round_: Round) -> None:
    """Note that nobody can decide in a round, and tell the legal admins, who can add people."""
    if not round_.nobody:
        round_.nobody = True
        record_round(execution, "nobody", None, round_)
        execution.tell("nobody", people_of(execution, "legal_admin"), **round_data(execution, round_))


def close_round(execution: Execution, round_: Round, status: RoundStatus) -> None:
    """Close a round and the seats that are still open.

    Its outcome is told to who asked, whoever is in charge, the requester, and everybody who has decided or signed.
    """
    for seat in round_.seats:
        if seat.status == "open":
            seat.status, seat.at = "closed", execution.now
    round_.status, round_.closed_at, round_.next_at, round_.nobody = status, execution.now, None, False
    record_round(execution, "round_closed", execution.actor, round_, status=status)
    if status not in OUTCOMES:
        return
    role = execution.workflow.team_role
    people = [round_.asked_by] if round_.asked_by else []
    people += [execution.case.claims[role.id]] if role and role.id in execution.case.claims else []
    people += [execution.case.submitter, *[seat.person for seat in round_.seats if seat.status in VOTED]]
    kind = _MAILS.get(status, "signature_declined")
    execution.tell(kind, people, status=status, **round_data(execution, round_))
