"""A step that extends a deadline: `do: [{extend: DEADLINE, by: LENGTH, at_most: 1}]` (W18)."""

from __future__ import annotations

from collections.abc import Iterator

from formengine.conditions.durations import Duration
from formengine.workflow.definition.actions import ExtendDeadlineAction
from formengine.workflow.definition.model import DeadlineRule, Transition
from formengine.workflow.engine import deadlines
from formengine.workflow.engine.case import Child, Deadline
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import fact_title
from formengine.workflow.engine.periods import Due, extended_from, whole_number
from formengine.workflow.engine.roles import people_of_roles
from formengine.workflow.engine.state_entry import mailed_comment


def extension_reasons(execution: Execution, transition: Transition, child: Child | None) -> list[str]:
    """Sentences that say why a step may not extend its deadlines now; inputs still to be filled in are no reasons."""
    reasons = []
    for action in _extensions(transition):
        rule, deadline = _running(execution, action, child)
        name = execution.pick(rule.name) if rule else action.deadline
        if deadline is None:
            reasons.append(execution.say("The deadline “{deadline}” is not running.", deadline=name))
        elif action.at_most == 1 and deadline.extensions:
            reasons.append(execution.say("The deadline “{deadline}” has been extended already.", deadline=name))
        elif action.at_most is not None and len(deadline.extensions) >= action.at_most:
            reasons.append(
                execution.say(
                    "The deadline “{deadline}” has been extended {number} times already.",
                    deadline=name,
                    number=action.at_most,
                )
            )
        elif action.by_fact is not None and action.by_fact not in transition.requires:
            reasons += _length_reasons(execution, action, rule, child)
    return reasons


def check_lengths(execution: Execution, transition: Transition, child: Child | None) -> list[str]:
    """Sentences that say why deadlines cannot be extended by the lengths in the step's fields; [] when they can."""
    reasons = []
    for action in _extensions(transition):
        rule, deadline = _running(execution, action, child)
        length_reasons = _length_reasons(execution, action, rule, child)
        if not length_reasons and rule is not None and deadline is not None:
            length = _length(execution, action, rule, child)
            due = _due_after(execution, rule, deadline, [length] if length else [], child)
            if due is None or deadline.due is None or due.at <= deadline.due:
                name = execution.pick(rule.name)
                length_reasons = [execution.say("The deadline “{deadline}” cannot be extended by that.", deadline=name)]
        reasons += length_reasons
    return reasons


def extend(
    execution: Execution,
    action: ExtendDeadlineAction,
    transition: Transition,
    by: str,
    comment: str | None,
    child: Child | None,
) -> None:
    """Extend a deadline, with an entry in the history (the comment of the step is its reason), and a mail to those whom
    it tells. Does nothing where it has ended since the step was asked for (`approval_first`).
    """
    rule, deadline = _running(execution, action, child)
    length = _length(execution, action, rule, child) if rule else None
    if rule is None or deadline is None or length is None:
        return
    due = _due_after(execution, rule, deadline, [length], child)
    if due is None or deadline.due is None or due.at <= deadline.due:
        return
    before = {"due": deadline.due.isoformat(), "last_day": deadline.last_day}
    added = {"amount": length.amount, "unit": length.unit}
    extension = {**added, "at": execution.now.isoformat(), "by": by, "comment": comment, "before": before}
    deadline.extensions = [*deadline.extensions, extension]
    deadlines.move(execution, rule, deadline, due)
    after = {"due": due.at.isoformat(), "last_day": due.last_day}
    data = {"name": deadline.name, "rule": rule.id, "length": added, "from_due": before, "to_due": after}
    execution.record_history("extended", by, comment=comment, data=data)
    people = [
        person
        for person in people_of_roles(execution, rule.tell, deadlines.child_of(execution, deadline))
        if person != by
    ]
    deadlines.tell(
        execution, "extended", people, rule, deadline, before=before, **mailed_comment(transition, comment, child)
    )


def _extensions(transition: Transition) -> Iterator[ExtendDeadlineAction]:
    return (action for action in transition.do if isinstance(action, ExtendDeadlineAction))


def _running(
    execution: Execution, action: ExtendDeadlineAction, child: Child | None
) -> tuple[DeadlineRule | None, Deadline | None]:
    """The rule that an action names (of the step's child first), and its deadline while it runs or is paused."""
    owners = [(execution.machine_of(child), child)] if child is not None else []
    for machine, owner in (*owners, (execution.machine_of(None), None)):
        rule = next((rule for rule in machine.deadlines.values() if rule.own_id == action.deadline), None)
        if rule is not None:
            return rule, deadlines.running(execution, rule, owner)
    return None, None


def _length(
    execution: Execution, action: ExtendDeadlineAction, rule: DeadlineRule, child: Child | None
) -> Duration | None:
    if action.by is not None:
        return action.by
    unit = action.unit or (rule.length.unit if rule.length else None)
    amount = whole_number(execution.values(child).get(action.by_fact or ""))
    return Duration(amount, unit) if unit and amount else None


def _length_reasons(
    execution: Execution, action: ExtendDeadlineAction, rule: DeadlineRule | None, child: Child | None
) -> list[str]:
    if rule is None or _length(execution, action, rule, child) is not None:
        return []
    title = fact_title(
        execution.workflow, action.by_fact or "", execution.context.language, child.kind if child else None
    )
    return [execution.say("“{fact}” has to say by how much, as a whole number.", fact=title)]


def _due_after(
    execution: Execution, rule: DeadlineRule, deadline: Deadline, more: list[Duration], child: Child | None
) -> Due | None:
    """When a deadline is due after further extensions: counted from its anchor or, where a pause has moved it, from
    where it stands.
    """
    if deadline.shifted and deadline.due is not None:
        return extended_from(execution.calendar, rule, Due(deadline.due, deadline.last_day), more)
    owner = child if deadline.child is not None else None
    return deadlines.due_with(execution, rule, deadline, more, owner)
