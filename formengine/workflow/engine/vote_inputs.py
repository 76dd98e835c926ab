"""The inputs of the form that an approval asks for with a vote (W22)."""

from __future__ import annotations

from formengine.conditions.evaluation import is_empty
from formengine.workflow.engine.availability import NO_INPUTS, TransitionInputs, input_schema
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.round_fields import asked_fields


def inputs_of_vote(execution: Execution, round_: Round, seat: Seat) -> TransitionInputs:
    """The fields asked with an approval on an open seat, with the values that the facts already have."""
    if seat.returns_to is not None or not (names := asked_fields(execution, round_)):
        return NO_INPUTS
    facts = execution.facts()
    return TransitionInputs(
        names=names,
        properties={name: input_schema(execution, name, None) for name in names},
        data={name: facts[name] for name in names if not is_empty(facts.get(name))},
        required=names,
    )
