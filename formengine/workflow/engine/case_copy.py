"""A copy of a case that may be changed and thrown away. Values in it are replaced, never changed: they are shared."""

from __future__ import annotations

from copy import copy

from formengine.workflow.engine.case import Case, Child, Round


def clone(case: Case) -> Case:
    """A case whose every part that the engine changes is its own."""
    found = copy(case)
    found.fields, found.claims, found.documents = dict(case.fields), dict(case.claims), dict(case.documents)
    found.left_states, found.escalated_to = list(case.left_states), list(case.escalated_to)
    found.rounds = [_round(one) for one in case.rounds]
    found.deadlines = [copy(one) for one in case.deadlines]
    found.children = [_child(one) for one in case.children]
    return found


def _round(one: Round) -> Round:
    found = copy(one)
    found.seats = [copy(seat) for seat in one.seats]
    found.skipped_steps, found.asked_entries = list(one.skipped_steps), list(one.asked_entries)
    found.added, found.fields = list(one.added), dict(one.fields)
    return found


def _child(one: Child) -> Child:
    found = copy(one)
    found.fields, found.left_states = dict(one.fields), list(one.left_states)
    return found
