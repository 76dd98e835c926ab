"""Predicts, before a step is performed, whether it would open a round that nobody could decide in (W5).

Facts that the step itself asks for or writes are unknown here; whatever depends on them is checked by the step.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from formengine.conditions.parser import Condition, GuardUse, comparisons
from formengine.errors import Refused
from formengine.workflow.definition.actions import SetFieldsAction
from formengine.workflow.definition.model import Approver, Role, RoundRule, State, Transition
from formengine.workflow.definition.tables import parse_lookup
from formengine.workflow.engine.document_binding import documents_decided_on, opening_reasons
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.rounds import refuse_if_nobody
from formengine.workflow.engine.signing_parties import conflicts_of_rule

MAX_DECISIONS: Final = 20
"""How many automatic decisions are followed; the step itself stops a longer loop."""


def round_reasons(execution: Execution, transition: Transition, to: str, role: str | None) -> list[str]:
    """Reasons against a step: its approval is already open, or it would open a round that nobody could decide in.

    `role` is the role in which the actor acts: acting claims it, which can exclude the actor (four eyes).
    """
    is_first = transition.approval_first is not None
    if is_first and any(r.status == "open" and r.transition == transition.id for r in execution.case.rounds):
        return [execution.say("Approval for this step has been asked already; wait for the decision.")]
    names, unknown = _rounds_opened(execution, transition, to)
    if not names:
        return []
    unready = [reason for name in names for reason in opening_reasons(execution, execution.workflow.round_rule(name))]
    undecidable = _undecidable_reasons(_with_role_claimed(execution, role), names, unknown)
    return undecidable or [*unready, *_party_conflicts(execution, transition, to, names, unknown)]


def party_conflicts(execution: Execution, transition: Transition, to: str) -> list[str]:
    """Who is named for two parties, or on the wrong side, in the signatures that a step would open, or of the state to
    which the approval leads that it would open: nobody is asked to write or to approve what cannot be signed. It is
    judged as soon as the step comes near, also while its document is still missing.
    """
    return _party_conflicts(execution, transition, to, *_rounds_opened(execution, transition, to))


def _party_conflicts(
    execution: Execution, transition: Transition, to: str, names: tuple[str, ...], unknown: set[str]
) -> list[str]:
    """`party_conflicts`, given the rules of the rounds that the step would open, and the facts that it may change."""
    rules = list(map(execution.workflow.round_rule, names))
    if any(rule.kind == "approval" for rule in rules):
        is_first = transition.approval_first is not None
        then = to if is_first else _outcome_of(execution, to, unknown)
        rules += map(execution.workflow.round_rule, _rounds_of(execution, then, unknown) if then is not None else ())
    signed = [_known_part(execution, rule, unknown) for rule in rules if rule.kind == "signature"]
    return list(dict.fromkeys(reason for rule in signed for reason in conflicts_of_rule(execution, rule)))


def documents_decided(execution: Execution, transition: Transition, to: str) -> list[str]:
    """The documents on whose newest versions a step would ask for approval or signatures."""
    names, _unknown = _rounds_opened(execution, transition, to)
    rules = [execution.workflow.round_rule(name) for name in names]
    return list(dict.fromkeys(name for rule in rules for name in documents_decided_on(execution, rule)))


def _rounds_opened(execution: Execution, transition: Transition, to: str) -> tuple[tuple[str, ...], set[str]]:
    """The ids of the rules of the rounds that a step would open, and the facts that are not known before it."""
    if transition.approval_first is not None:
        return (transition.approval_first,), set(transition.requires)
    state = execution.workflow.states[to]
    if transition.stays or not (state.decide or state.rounds):
        return (), set()
    unknown = _facts_written(transition)
    return _rounds_of(execution, to, unknown), unknown


def _facts_written(transition: Transition) -> set[str]:
    """The names of the facts that a step may change."""
    names = set(transition.requires)
    for action in transition.do:
        names |= set(action.values) if isinstance(action, SetFieldsAction) else set()
    return names | {
        f"{word}_{kind}" for kind in (*transition.starts, *transition.starts_each) for word in ("open", "all")
    }


def _rounds_of(execution: Execution, to: str, unknown: set[str]) -> tuple[str, ...]:
    """The ids of the round rules of the state in which a step ends; () when that depends on unknown facts."""
    state = _arrival(execution, to, unknown)
    return state.rounds if state is not None else ()


def _outcome_of(execution: Execution, to: str, unknown: set[str]) -> str | None:
    """The state to which an approval leads that a step opens in the state where it ends."""
    state = _arrival(execution, to, unknown)
    return state.approved if state is not None else None


def _arrival(execution: Execution, to: str, unknown: set[str]) -> State | None:
    """The state in which a step ends that leads to `to`; None when that depends on unknown facts."""
    for _ in range(MAX_DECISIONS):
        state = execution.workflow.states[to]
        if not state.decide:
            return state
        for branch in state.decide:
            if _depends_on(branch.when, unknown):
                return None
            if branch.when is None or execution.holds(branch.when):
                to = branch.go
                break
    return None


def _with_role_claimed(execution: Execution, role_id: str | None) -> Execution:
    """The execution after the actor has claimed the role that acting claims."""
    role, actor = execution.workflow.roles.get(role_id or ""), execution.actor
    if role is None or not role.one_person or actor is None:
        return execution
    case = replace(execution.case, claims={**execution.case.claims, role.id: actor})
    return Execution(execution.workflow, case, execution.context, actor)


def _undecidable_reasons(execution: Execution, rules: Iterable[str], unknown: set[str]) -> list[str]:
    """Why nobody could decide in one of these rounds; [] when somebody could, or when unknown facts decide it."""
    for name in rules:
        rule = execution.workflow.round_rule(name)
        judged = _known_part(execution, rule, unknown)
        try:
            refuse_if_nobody(execution, judged, whole=judged.steps == rule.steps)
        except Refused as refused:
            return refused.reasons
    return []


def _known_part(execution: Execution, rule: RoundRule, unknown: set[str]) -> RoundRule:
    """A rule without the steps and entries that depend on facts which are not known yet."""
    if not unknown:
        return rule
    steps = []
    for step in rule.steps:
        if not _depends_on(step.when, unknown):
            entries = tuple(entry for entry in step.entries if not _entry_depends_on(execution, entry, unknown))
            is_judged = rule.kind != "acknowledgement" or entries == step.entries  # its entries make up for others
            steps.append(replace(step, entries=entries if is_judged else ()))
    return replace(rule, steps=tuple(steps))


def _depends_on(condition: Condition | None, unknown: set[str]) -> bool:
    """Whether the result of a condition may change when these facts do."""
    return bool(unknown) and any(
        isinstance(leaf, GuardUse) or not unknown.isdisjoint(leaf.facts) for leaf in comparisons(condition)
    )


def _entry_depends_on(execution: Execution, entry: Approver, unknown: set[str]) -> bool:
    kind, _, name = entry.source.partition(":")
    role = execution.workflow.roles.get(name) if kind == "role" else None
    return _depends_on(entry.when, unknown) or (role is not None and _role_depends_on(execution, role, unknown))


def _role_depends_on(execution: Execution, role: Role, unknown: set[str]) -> bool:
    of = execution.workflow.roles.get(role.source_name)
    match role.source_kind:
        case "field":
            return role.source_name in unknown
        case "lookup":
            return any(rule.fact in unknown for rule in parse_lookup(role.options).where)
        case "requested_for" | "watchers":
            return role.source_kind in unknown
        case "resolver":
            return bool(unknown)
        case "manager_of" | "head_of_department_of":
            return of is not None and _role_depends_on(execution, of, unknown)
    return False
