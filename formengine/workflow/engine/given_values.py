"""Values that a step gives to fields: literals, copies of facts, look-ups and sentences (W3, W21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.conditions.fact_types import is_calculated
from formengine.workflow.definition.tables import is_lookup, parse_lookup
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import fact_type
from formengine.workflow.engine.lookups import look_up
from formengine.workflow.engine.roles import people_of_cell


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
    return values.get(value) if isinstance(value, str) and fact is not None and is_calculated(fact, value) else value
