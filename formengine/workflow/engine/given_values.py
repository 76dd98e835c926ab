"""Values that a step gives to fields: literals, copies of facts, look-ups and sentences (W3, W21)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from formengine.conditions.calculation import UNDECIDED, value_of
from formengine.conditions.fact_types import is_calculated
from formengine.conditions.operands import OfRows, parse_operand
from formengine.workflow.definition.actions import OpenRequestAction, SetFieldsAction
from formengine.workflow.definition.model import FactType, Transition
from formengine.workflow.definition.tables import is_lookup, parse_lookup
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import ConditionContext, Execution
from formengine.workflow.engine.fact_titles import fact_title, fact_type
from formengine.workflow.engine.lookups import look_up
from formengine.workflow.engine.roles import people_of_cell

MIXED: Final = (
    "“{field}” cannot be calculated: the amounts of “{rows}” are in several currencies. Bring them into one first."
)
"""Why a step is refused that would calculate with amounts for which no rate is known."""


def value_to_set(
    execution: Execution,
    name: str,
    value: Any,
    child: Child | None,
    kind: str | None = None,
    entry: Mapping[str, Any] | None = None,
) -> Any:
    """The value that a step gives to a field: `{from: FACT}` copies a fact, `{lookup: TABLE}` takes it from a table.

    A sentence is calculated where the field is a date, a date-time, a number or money (`end_date + 12 months`);
    anything else stands for itself. `child` is that whose facts are read; `kind` is that of the child whose field it
    is, where it is another one. `entry` has what a look-up reads of the entry that a child is opened for. Where the
    field is a person, a look-up gives whoever has the e-mail address or the position.
    """
    values = execution.values(child)
    fact = fact_type(execution.workflow, name, kind or (child.kind if child else None))
    if is_lookup(value):
        lookup, facts, given = parse_lookup(value), execution.facts(child), entry or {}
        names = [rule.fact for rule in lookup.where if rule.fact is not None]
        read = {name: given[name] if name in given else facts.get(name) for name in names}
        cell = look_up(execution.workflow.tables, lookup, read)
        if fact is None or fact.kind not in ("person", "people"):
            return cell
        people = people_of_cell(execution, cell)
        return people if fact.kind == "people" else next(iter(people), None)
    if isinstance(value, Mapping) and set(value) == {"from"}:
        return values.get(str(value["from"]))
    if not isinstance(value, str) or fact is None or not is_calculated(fact, value):
        return value
    if (rows := mixed_rows(execution, value, child)) is not None:
        _record_empty(execution, fact, rows)
        return None
    calculated = values.get(value)
    return calculated if fact.kind != "money" or isinstance(calculated, Mapping) else None  # the sum of no rows is 0


def mixed_amounts(execution: Execution, transition: Transition, child: Child | None) -> list[str]:
    """Sentences that say which fields a step cannot calculate, its own and those of the children and the requests that
    it opens, since the amounts are in several currencies, for which no rate is known; [] when it can.
    """
    workflow, kind = execution.workflow, child.kind if child else None
    given = [(action.values, kind) for action in transition.do if isinstance(action, SetFieldsAction)]
    given += [(rule.values, opened) for opened, rule in transition.starts_each.items()]
    titles = partial(fact_title, workflow, language=execution.context.language)
    mixed = [
        (titles(name, child=of_kind), rows)
        for values, of_kind in given
        for name, value in values.items()
        if (fact := fact_type(workflow, name, of_kind)) is not None and isinstance(value, str)
        if is_calculated(fact, value) and (rows := mixed_rows(execution, value, child)) is not None
    ]
    opening = [action.values for action in transition.do if isinstance(action, OpenRequestAction)]
    mixed += [
        (name.replace("_", " "), rows)  # its title is in a form that the workflow does not know
        for values in opening
        for name, value in values.items()
        if isinstance(value, str) and (rows := mixed_rows(execution, value, child)) is not None
    ]
    return [execution.say(MIXED, field=field, rows=titles(rows, child=kind)) for field, rows in mixed]


def mixed_rows(execution: Execution, sentence: str, child: Child | None) -> str | None:
    """The list whose amounts, in several currencies, a sentence would calculate with; None where there is none."""
    operand = parse_operand(sentence)
    if not isinstance(operand, OfRows):
        return None
    is_mixed = value_of(operand, execution.facts(child), ConditionContext(execution, child)) is UNDECIDED
    return operand.rows if is_mixed else None


def _record_empty(execution: Execution, fact: FactType, rows: str) -> None:
    """Say in the history that a field stays empty in a step that nobody can be refused."""
    listed = fact_type(execution.workflow, rows)
    data = {"title": fact.title, "name": listed.title if listed is not None else rows}
    execution.record_history("not_calculated", None, changes=False, data=data)
