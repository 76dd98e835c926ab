"""One mail for each event: of several notices of one event to the same person, the one that says most (N1).

An event is what an operation does at once: a step with what follows it, a vote with the outcome it leads to, or one
timer. Asked to decide and in copy, told and escalated to, named by a role, as the requester and by an address: a person
gets one notice about each round, and a notice of the step alone where nothing else tells them of the event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from formengine.workflow.engine.case import Case, Effect, NotifyPeople
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import person_key

_OF_ROUNDS: Final = (
    ("approval_asked", "signature_asked", "acknowledgement_asked"),
    ("copy",),
    ("approval_decided", "signature_done", "signature_declined", "outcome"),
    ("approval_reminder", "signature_reminder", "acknowledgement_reminder"),
)
"""Kinds of notices about a round; an earlier group stands for the later ones."""
_RANKS: Final = {kind: rank for rank, kinds in enumerate(_OF_ROUNDS) for kind in kinds}

Notice = tuple[int, str]
"""The index of an effect, and one of the people whom it notifies."""


def is_sent_signed_copy(case: Case, effect: NotifyPeople, person: str) -> bool:
    """Whether somebody without an account, who signed in the portal, is mailed the signed PDF in place of this notice:
    it tells the same (S4).
    """
    if effect.kind != "signature_done" or "@" not in person or effect.data.get("document") is None:
        return False
    about = (effect.data.get("rule"), effect.data.get("number"))
    seats = [seat for round_ in case.rounds if (round_.rule, round_.number) == about for seat in round_.seats]
    return any(seat.person == person and seat.status == "signed" for seat in seats)


def merge_notices(execution: Execution) -> None:
    """Take out of the effects the notices that others of the same event make superfluous."""
    effects = execution.effects
    superfluous = {
        notice
        for start, end in pairwise([*execution.event_starts, len(effects)])
        for notice in _superfluous(execution, range(start, end))
    }
    if superfluous:
        execution.effects = list(_without(effects, superfluous))


def _superfluous(execution: Execution, event: range) -> Iterator[Notice]:
    """The superfluous notices of one event, which are the effects of a range."""
    by_person: dict[str, list[Notice]] = {}
    for index in event:
        effect = execution.effects[index]
        if isinstance(effect, NotifyPeople):
            for person in effect.to:
                by_person.setdefault(person_key(execution, person), []).append((index, person))
    for notices in by_person.values():
        if len(notices) > 1:
            yield from _all_but_best(execution, notices)


def _all_but_best(execution: Execution, notices: Sequence[Notice]) -> Iterator[Notice]:
    steps, rounds, others = list[Notice](), dict[tuple[object, object], list[Notice]](), False
    for notice in notices:
        effect = execution.effects[notice[0]]
        assert isinstance(effect, NotifyPeople)
        if effect.kind == "transition":
            if effect.data.get("state") in ("", *execution.workflow.states):  # else it is about a child
                steps.append(notice)
            continue
        others = True
        if effect.kind in _RANKS:
            rounds.setdefault((effect.data.get("rule"), effect.data.get("number")), []).append(notice)
    yield from steps if others else steps[:-1]
    for same in rounds.values():
        best = min(reversed(same), key=lambda notice: _RANKS[_kind(execution, notice)])
        yield from (notice for notice in same if notice != best)


def _kind(execution: Execution, notice: Notice) -> str:
    effect = execution.effects[notice[0]]
    return effect.kind if isinstance(effect, NotifyPeople) else ""


def _without(effects: Iterable[Effect], superfluous: set[Notice]) -> Iterator[Effect]:
    for index, effect in enumerate(effects):
        if not isinstance(effect, NotifyPeople):
            yield effect
            continue
        people = tuple(person for person in effect.to if (index, person) not in superfluous)
        if people:
            yield effect if people == effect.to else replace(effect, to=people)
