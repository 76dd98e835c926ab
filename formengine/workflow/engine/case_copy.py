"""Copies of a case that may be changed and discarded. Field values are shared: the engine replaces, never mutates."""

from __future__ import annotations

from copy import copy

from formengine.workflow.engine.case import Case, Child, Round


def copy_case(case: Case) -> Case:
    """A copy of everything in a case that the engine mutates."""
    copied = copy(case)
    copied.fields, copied.claims, copied.documents = dict(case.fields), dict(case.claims), dict(case.documents)
    copied.left_states, copied.escalated_to = list(case.left_states), list(case.escalated_to)
    copied.rounds = [_copy_round(round_) for round_ in case.rounds]
    copied.deadlines = [copy(deadline) for deadline in case.deadlines]
    copied.children = [_copy_child(child) for child in case.children]
    return copied


def _copy_round(round_: Round) -> Round:
    copied = copy(round_)
    copied.seats = [copy(seat) for seat in round_.seats]
    copied.skipped_steps, copied.asked_entries = list(round_.skipped_steps), list(round_.asked_entries)
    copied.added, copied.fields = list(round_.added), dict(round_.fields)
    return copied


def _copy_child(child: Child) -> Child:
    copied = copy(child)
    copied.fields, copied.left_states = dict(child.fields), list(child.left_states)
    return copied
