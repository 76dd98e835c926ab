"""Fields and rounds: those asked with a vote, and those written by the step that an approval held back (W22, W3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from formengine.conditions.evaluation import is_empty
from formengine.errors import Refused
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import fact_title
from formengine.workflow.engine.obsolete_answers import hidden_inputs, settle_answers

_ABSENT: Final = object()


def asked_fields(execution: Execution, round_: Round) -> tuple[str, ...]:
    """The names of the fields that are asked with an approval in the current step."""
    return execution.rule_of(round_).steps[round_.step].voting.asks


def require_asked_fields(execution: Execution, asked: Iterable[str], fields: Mapping[str, Any]) -> None:
    """Raise Refused for fields that are asked and have no value, and for those that are not asked."""
    names, facts = tuple(asked), execution.facts()
    hidden = hidden_inputs(execution, fields, None) if names else frozenset()
    refusals = [
        execution.say(
            "“{fact}” has to be filled in.", fact=fact_title(execution.workflow, name, execution.context.language)
        )
        for name in names
        if name not in hidden and is_empty(fields[name] if name in fields else facts.get(name))
    ]
    unknown = [name for name in fields if name not in names]
    refusals += [execution.say("This step does not ask for “{fact}”.", fact=name) for name in unknown]
    if refusals:
        raise Refused(refusals)


def write_asked_fields(execution: Execution, round_: Round) -> None:
    """Write the fields given with the votes of an approved round; where values differ, that of the last approval."""
    votes = [seat for seat in round_.seats if seat.status == "approved" and not seat.past and seat.fields]
    for seat in sorted(votes, key=lambda seat: seat.at or execution.now):
        for name, value in seat.fields.items():
            execution.write(name, value)
    settle_answers(execution)


def replaced_fields(execution: Execution, written: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a step is about to write, each with the earlier value of the field, for `restore_fields`."""
    fields = execution.case.fields
    return [
        {"name": name, "value": value, "before": [fields[name]] if name in fields else []}
        for name, value in written.items()
    ]


def restore_fields(execution: Execution, round_: Round) -> None:
    """Undo what a step wrote whose approval was then rejected; a field changed since keeps its new value."""
    for field in round_.replaced:
        if execution.case.fields.get(field["name"], _ABSENT) != field["value"]:
            continue
        if field["before"]:
            execution.write(field["name"], field["before"][0])
        else:
            execution.drop(field["name"])
    settle_answers(execution)
