"""What time brings: reminders, deadlines missed, seats late, rounds expired; in the order they fell due (W9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine import deadlines
from formengine.workflow.engine import round_timers as round_moments
from formengine.workflow.engine.case import Case, Child, Deadline
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.roles import people_of, told

PRIORITIES: Final = ("low", "normal", "high", "critical")
MOST_AT_ONCE: Final = 500


def next_moment(case: Case) -> datetime | None:
    """When something next happens without anybody acting; None when nothing will."""
    moments = [d.next_at for d in case.deadlines if d.next_at is not None]
    moments += [r.next_at for r in case.rounds if r.status == "open" and r.next_at is not None]
    return min(moments, default=None)


def fire_due(turn: Turn) -> None:
    """Fire everything that is due now, the earliest first."""
    for _ in range(MOST_AT_ONCE):
        moment = next_moment(turn.case)
        if moment is None or moment > turn.now:
            return
        fire_one(turn, moment)
        deadlines.sync(turn)
        round_moments.schedule(turn)


def fire_one(turn: Turn, moment: datetime) -> None:
    """Fire the first thing whose moment this is."""
    from formengine.workflow.engine.state_entry import follow  # which tells of deadlines missed

    for deadline in turn.case.deadlines:
        if deadline.next_at == moment:
            fire_deadline(turn, deadline)
            return
    for found in turn.case.rounds:
        if found.status == "open" and found.next_at == moment:
            round_moments.fire_round(turn, found, moment)
            follow(turn, found)
            return


def fire_deadline(turn: Turn, deadline: Deadline) -> None:
    """A reminder goes out, or the deadline has fallen due: met when its condition says so, else missed."""
    from formengine.workflow.engine.state_entry import enter

    rule = turn.compiled.deadlines[deadline.rule]
    if deadline.due is None or deadline.due > turn.now:
        _remind(turn, rule, deadline)
        return
    if deadline.next_at is not None and deadline.next_at < deadline.due:
        deadline.next_at = (
            deadline.due
        )  # a reminder slept through; the deadline has its turn when others due before it had
        return
    child = child_of(turn, deadline)
    if not missed(turn, rule, deadline) or rule.then.go is None:
        return
    turn.automatic_steps = 0
    if child is None:
        enter(turn, rule.then.go, "deadline", None)
    else:
        from formengine.workflow.engine.children import enter_child

        enter_child(turn, child, rule.then.go, "deadline", None)


def child_of(turn: Turn, deadline: Deadline) -> Child | None:
    """The child that a deadline belongs to."""
    return next((c for c in turn.case.children if deadline.child == (c.kind, c.number)), None)


def _remind(turn: Turn, rule: DeadlineRule, deadline: Deadline) -> None:
    deadlines.remind(turn, rule, deadline)
    turn.tell("deadline_near", told(turn, rule.tell), deadline=_described(rule, deadline))


def _described(rule: DeadlineRule, deadline: Deadline) -> dict[str, object]:
    due = deadline.due.isoformat() if deadline.due else None
    return {"name": rule.name, "due": due}


def missed(turn: Turn, rule: DeadlineRule, deadline: Deadline) -> bool:
    """A deadline has fallen due: met when its conditions say so; else note it and tell whom its rule names. Whether it
    was missed; where it leads is the caller's matter."""
    child = child_of(turn, deadline)
    if turn.holds(rule.when, child) is not True or (rule.unless is not None and turn.holds(rule.unless, child)):
        deadlines.settle(turn, deadline, missed=False)
        return False
    deadlines.settle(turn, deadline, missed=True)
    turn.happened("deadline_missed", None, data={"name": deadline.name, "due": _described(rule, deadline)["due"]})
    then = rule.then
    people = told(turn, then.tell)
    if then.escalate_to is not None:
        superiors = people_of(turn, then.escalate_to)
        turn.case.escalated_to = list(dict.fromkeys([*turn.case.escalated_to, *superiors]))
        people += superiors
    turn.tell("deadline_missed", people, deadline=_described(rule, deadline))
    if then.raise_priority:
        raise_priority(turn)
    return True


def raise_priority(turn: Turn) -> None:
    """One step up, at most to critical."""
    before = turn.case.priority if turn.case.priority in PRIORITIES else "normal"
    after = PRIORITIES[min(PRIORITIES.index(before) + 1, len(PRIORITIES) - 1)]
    if after != before:
        turn.case.priority = after
        turn.happened("priority", None, data={"before": before, "after": after})
