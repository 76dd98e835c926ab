"""What can be foreseen of a step before it is taken: that a round which it would open could be decided by nobody (W5).

What the step asks, or writes, is not known yet: whatever hangs on those facts is left to the step itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from formengine.errors import Refused
from formengine.workflow.definition.conditions import Condition, Use, comparisons
from formengine.workflow.definition.model import Approver, Role, SetFields, Transition
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.rounds import refuse_if_nobody

FARTHEST: Final = 20
"""Decisions that are followed; a loop of more is stopped when the step is taken."""


def round_reasons(turn: Turn, transition: Transition, to: str, role: str | None) -> list[str]:
    """An approval that is being asked already, and rounds that nobody could decide in. `role` is the actor's: acting
    takes it, which may keep the actor out."""
    state = turn.wf.states[to]
    if transition.approval_first is None and not (state.decide or state.approval or state.signatures):
        return []
    if transition.approval_first is not None:
        if any(r.status == "open" and r.transition == transition.id for r in turn.case.rounds):
            return [turn.say("Approval for this step has been asked already; wait for the decision.")]
        rules: Iterable[str | None] = (transition.approval_first,)
        unknown = set(transition.requires)
    else:
        unknown = written(transition)
        rules = _rounds_of(turn, to, unknown)
    found = [rule for rule in rules if rule is not None]
    return _nobody(_as_taken(turn, role), found, unknown) if found else []


def written(transition: Transition) -> set[str]:
    """The facts that a step may change."""
    found = set(transition.requires)
    for one in transition.do:
        found |= set(one.values) if isinstance(one, SetFields) else set()
    return found | {f"{word}_{kind}" for kind in transition.starts for word in ("open", "all")}


def _rounds_of(turn: Turn, to: str, unknown: set[str]) -> tuple[str | None, ...]:
    """The rounds of the state in which a move will come to rest; none when that hangs on what is not known yet."""
    for _ in range(FARTHEST):
        state = turn.wf.states[to]
        if not state.decide:
            return state.approval, state.signatures
        for branch in state.decide:
            if hangs_on(branch.when, unknown):
                return ()
            if branch.when is None or turn.holds(branch.when):
                to = branch.go
                break
    return ()


def _as_taken(turn: Turn, role_id: str | None) -> Turn:
    """The same with the role taken that acting takes."""
    role = turn.wf.roles.get(role_id or "")
    if role is None or not role.one_person or turn.actor is None or turn.case.claims.get(role.id) == turn.actor:
        return turn
    case = replace(turn.case, claims={**turn.case.claims, role.id: turn.actor})
    return Turn(turn.wf, case, turn.around, turn.actor)


def _nobody(turn: Turn, rules: Iterable[str], unknown: set[str]) -> list[str]:
    for name in rules:
        rule = turn.wf.round_rule(name)
        if rule.if_nobody != "refuse":
            continue
        steps = [
            replace(step, entries=tuple(e for e in step.entries if not _entry_hangs_on(turn, e, unknown)))
            for step in rule.steps
            if not hangs_on(step.when, unknown)
        ]
        try:
            refuse_if_nobody(turn, replace(rule, steps=tuple(steps)) if unknown else rule)
        except Refused as refused:
            return refused.reasons
    return []


def hangs_on(condition: Condition | None, unknown: set[str]) -> bool:
    """Whether a condition may come out otherwise once these facts have changed."""
    return bool(unknown) and any(isinstance(leaf, Use) or leaf.fact in unknown for leaf in comparisons(condition))


def _entry_hangs_on(turn: Turn, entry: Approver, unknown: set[str]) -> bool:
    kind, _, name = entry.source.partition(":")
    role = turn.wf.roles.get(name) if kind == "role" else None
    return hangs_on(entry.when, unknown) or (role is not None and _role_hangs_on(turn, role, unknown))


def _role_hangs_on(turn: Turn, role: Role, unknown: set[str]) -> bool:
    of = turn.wf.roles.get(role.source_name)
    match role.source_kind:
        case "field":
            return role.source_name in unknown
        case "requested_for" | "watchers":
            return role.source_kind in unknown
        case "resolver":
            return bool(unknown)
        case "manager_of" | "head_of_department_of":
            return of is not None and _role_hangs_on(turn, of, unknown)
    return False
