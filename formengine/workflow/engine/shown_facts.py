"""The facts that a seat shows to its holder, so that nobody decides on what they have not read (W7, W19)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.evaluation import is_empty
from formengine.conditions.fact_types import describe, properties
from formengine.conditions.parser import Comparison, Condition, comparisons
from formengine.workflow.definition.model import FactType, RoundRule, RoundStep, Workflow
from formengine.workflow.engine.case import Asking, Case, Round, Seat
from formengine.workflow.engine.execution import NOBODY_ASKED, Facts
from formengine.workflow.engine.roles import is_guest

CHOSEN_KINDS: Final = ("money", "number", "date", "date-time", "unknown")
"""The kinds of answers that a seat shows where the workflow does not say what, beside other parties and a summary.

"unknown" are decimal texts, numbers that may be null, and what plugins add: rather read too much than decide unread.
"""
SHOWN: Final = "shows"
"""The key of a seat's evidence under which an acknowledgement keeps the facts that were shown."""
_PROSE: Final = ("formengine:text", "formengine:markdown")


def shown_facts(workflow: Workflow, case: Case, round_: Round, seat: Seat) -> dict[str, Any]:
    """The facts that a seat shows, by name, in the order in which they are read; empty ones are left out.

    First those of `shows` (of the step, else of the round) or, where neither says, those that `_chosen` chooses, then
    those that the step which asked required. An acknowledgement shows `shows` alone; so does a signature to somebody
    outside, who may be the other party, and is not to read our risks and limits. Somebody who has acknowledged reads
    the facts as they were then.
    """
    if seat.status == "acknowledged" and SHOWN in seat.evidence:
        return dict(seat.evidence[SHOWN])
    rule = workflow.round_rule(round_.rule)
    step = rule.steps[seat.step] if seat.step < len(rule.steps) else None
    declared = step.shows if step is not None and step.shows is not None else rule.shows
    names: Iterable[str] = declared or ()
    if reads_request(rule, seat):
        chosen = _chosen(workflow, case, step) if declared is None else declared
        names = chain(chosen, _required(workflow, round_))
    facts = Facts(workflow, case)
    return {name: facts[name] for name in dict.fromkeys(names) if not is_empty(facts.get(name))}


def shown_asking(workflow: Workflow, round_: Round, seat: Seat) -> Asking:
    """Who asked, by which step and with what comment; empty where the holder of a seat does not read the request."""
    return round_.asking if reads_request(workflow.round_rule(round_.rule), seat) else NOBODY_ASKED


def reads_request(rule: RoundRule, seat: Seat) -> bool:
    """Whether a seat shows the request and what was said by who asked: in approvals, and to signers with an account."""
    return rule.kind == "approval" or (rule.kind == "signature" and not is_guest(seat.person))


def _chosen(workflow: Workflow, case: Case, step: RoundStep | None) -> list[str]:
    """Of the answers, in the form's order: amounts, numbers, dates, other parties, a summary, what the step depends on,
    and lists and groups with any of the first three.

    The other parties are contacts where the form asks for no party; the summary is the first text in prose, else the
    first that is no choice.
    """
    types = {name: fact for name, fact in workflow.fact_types.items() if name in case.answers}
    kinds = {*CHOSEN_KINDS, "party" if any(fact.kind == "party" for fact in types.values()) else "contact"}
    texts = [name for name, fact in types.items() if fact.kind == "text" and not fact.values]
    summary = next((name for name in texts if _is_prose(types[name])), texts[0] if texts else None)
    asked_on = dict.fromkeys(_facts_of(step))
    chosen = [name for name, fact in types.items() if name == summary or name in asked_on or _holds_kind(fact, kinds)]
    return [*chosen, *(name for name in asked_on if name in case.fields)]


def _holds_kind(fact: FactType, kinds: Collection[str], depth: int = 3) -> bool:
    """Whether a fact is of one of the kinds, or a column of a list is, or a value of a group; groups may hold
    themselves, so that no more than `depth` of them are looked into.
    """
    if fact.kind in kinds:
        return True
    if fact.kind == "object" and depth:
        root = {"$defs": fact.definitions, "definitions": fact.definitions}
        reference = str(fact.schema.get("$ref", ""))
        group = json_pointer.resolve(root, reference) if reference.startswith("#/") else fact.schema
        parts = properties(group).items() if isinstance(group, Mapping) else ()
        return any(_holds_kind(describe(name, schema, root), kinds, depth - 1) for name, schema in parts)
    return fact.kind == "list" and any(_holds_kind(column, kinds) for column in fact.columns.values())


def _is_prose(fact: FactType) -> bool:
    return str(fact.schema.get("$ref", "")).endswith(_PROSE)


def _facts_of(step: RoundStep | None) -> list[str]:
    """The facts of the conditions on which a step, or one of its entries, is asked."""
    conditions: list[Condition | None] = [] if step is None else [step.when, *(entry.when for entry in step.entries)]
    leaves = chain.from_iterable(comparisons(condition) for condition in conditions)
    return [leaf.fact for leaf in leaves if isinstance(leaf, Comparison)]


def _required(workflow: Workflow, round_: Round) -> tuple[str, ...]:
    transition = workflow.transitions.get(round_.asking.step or "")
    return transition.requires if transition is not None else ()
