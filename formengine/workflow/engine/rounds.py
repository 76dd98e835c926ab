"""Rounds of approval and signature: opened, taken step by step, closed. Where a round leads is `moving`."""

from __future__ import annotations

from typing import Any

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import Round, RoundStatus
from formengine.workflow.engine.execution import Turn, text_of
from formengine.workflow.engine.seats import enough, give_seats, here, is_asked, is_lost, is_met, open_seats


def open_round(turn: Turn, rule: RoundRule, *, supersedes: Round | None = None, **asked: Any) -> Round:
    """Ask for approval or signature in the present state. `asked` are the fields of a round asked by `approval_first`.

    Raises Refused when a person's step would open it and nobody could decide in it (`if_nobody: refuse`).
    """
    case = turn.case
    number = 1 + max((one.number for one in case.rounds if one.rule == rule.id), default=0)
    version = case.documents.get(rule.document or "") or None
    found = Round(rule.id, rule.kind, number, turn.now, state=case.state, document_version=version, **asked)
    if supersedes is not None:
        found.added = list(supersedes.added)
    if rule.if_nobody == "refuse" and turn.strict:
        refuse_if_nobody(turn, rule)
    if rule.expires is not None:
        found.expires_at = later(turn.calendar, turn.now, rule.expires)
    case.rounds.append(found)
    data = {**described(rule, found), **turn.take_written()}
    turn.happened("round_opened", turn.actor if asked.get("asked_by") else None, data=data)
    begin_step(turn, rule, found, 0)
    return found


def described(rule: RoundRule, found: Round) -> dict[str, Any]:
    """A round in plain values, for the history and for mails."""
    name = text_of(rule.steps[found.step].name) if found.step < len(rule.steps) else ""
    return {
        "rule": rule.id,
        "round_kind": rule.kind,
        "number": found.number,
        "title": rule.title,
        "document": rule.document,
        "step": found.step,
        "step_name": name,
    }


def refuse_if_nobody(turn: Turn, rule: RoundRule) -> None:
    """Raise Refused when a step of a round that would be asked now has nobody who could decide in it."""
    for step in rule.steps:
        if not is_asked(turn, step.when):
            continue
        for entry in step.entries:
            if is_asked(turn, entry.when) and not enough(turn, rule, entry):
                turn.refuse("Nobody can decide in the step “{step}”.", step=turn.pick(step.name))


def begin_step(turn: Turn, rule: RoundRule, found: Round, step: int) -> None:
    """The turn of a step has come: give its seats, or go past it when nobody is asked; past the last, it is done."""
    found.nobody = False
    for index in range(step, len(rule.steps)):
        found.step = index
        for seat in found.seats:
            seat.past = seat.past or seat.step == index
        if give_seats(turn, rule, found, rule.steps[index]):
            people = [seat.person for seat in open_seats(found)]
            turn.tell(f"{rule.kind}_asked", people, **described(rule, found))
            check_nobody(rule, found)
            return
        found.skipped_steps.append(index)
    close(turn, rule, found, "approved" if rule.kind == "approval" else "signed")


def tell_asked_one(turn: Turn, rule: RoundRule, found: Round, person: str) -> None:
    turn.tell(f"{rule.kind}_asked", [person], **described(rule, found))


def take_stock(turn: Turn, rule: RoundRule, found: Round) -> None:
    """After a vote: go on to the next step when every entry is met, else see whether it can still be."""
    if found.status != "open":
        return
    if not is_met(rule, found):
        check_nobody(rule, found)
        return
    for seat in open_seats(found):
        seat.status, seat.at = "not_needed", turn.now
    begin_step(turn, rule, found, found.step + 1)


def rejected(turn: Turn, rule: RoundRule, found: Round) -> None:
    """A rejection has been voted: what it means is the rule's to say."""
    if rule.rejection == "counts":
        if is_lost(rule, found):
            close(turn, rule, found, "rejected")
        else:
            take_stock(turn, rule, found)
        return
    before = [i for i in range(found.step) if i not in found.skipped_steps]
    if rule.rejection == "stops" or not before:
        close(turn, rule, found, "rejected")
        return
    for seat in here(found):
        seat.past = True
        if seat.status == "open":
            seat.status, seat.at = "closed", turn.now
    found.skipped_steps = [i for i in found.skipped_steps if i < before[-1]]
    begin_step(turn, rule, found, before[-1])


def check_nobody(rule: RoundRule, found: Round) -> None:
    """Note whether the present step waits for somebody who is not there."""
    found.nobody = is_lost(rule, found)


def close(turn: Turn, rule: RoundRule, found: Round, status: RoundStatus) -> None:
    """End a round; seats still open are closed."""
    for seat in found.seats:
        if seat.status == "open":
            seat.status, seat.at = "closed", turn.now
    found.status, found.closed_at, found.next_at, found.nobody = status, turn.now, None, False
    turn.happened("round_closed", turn.actor, data={**described(rule, found), "status": status})
    if status in ("approved", "rejected", "signed", "declined", "expired"):
        _tell_outcome(turn, rule, found, status)


def _tell_outcome(turn: Turn, rule: RoundRule, found: Round, status: str) -> None:
    role = turn.wf.team_role
    people = [found.asked_by] if found.asked_by else []
    people += [turn.case.claims[role.id]] if role and role.id in turn.case.claims else []
    if status == "signed":
        people += [turn.case.submitter, *[s.person for s in found.seats if s.status == "signed"]]
    kind = {"signed": "signature_done", "approved": "approval_decided", "rejected": "approval_decided"}
    turn.tell(kind.get(status, "signature_declined"), people, status=status, **described(rule, found))
