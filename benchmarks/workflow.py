"""Cost of a workflow step: in memory beside the libraries transitions and python-statemachine, and persisted.

    python -m benchmarks.workflow

In memory there are two lines. *A step* is what a request that performs a transition does: build the case from its
stored values, check the guards of the transition, move. *A page* is what a request that shows the buttons does: which
transitions are available, with every reason against the others. The libraries are used as their documentation says,
with a machine for each request, and give no reasons. Persisted, a step through the service is compared with the same
rows written by plain statements.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from transitions import Machine

from benchmarks.submission import WARM, rows_of, site, submitting, timed, writing
from benchmarks.timing import medians, report
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.transitions import perform
from formengine.source import read_yaml
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person
from formengine.workflow import parse_workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Case, EngineContext
from formengine.workflow.simulated_directory import StaticDirectory

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TEXT = """
title: Contract
kind: contract
starts_in: draft
fields: {risk: {enum: [low, high]}}
roles:
  requester: {is: submitter}
  drafter: {team: contracts, one_person: true}
states:
  draft: {}
  review: {}
  negotiation: {category: waiting}
  done: {category: done, ends: true, reopen_within: always}
  withdrawn: {category: cancelled, ends: true}
transitions:
  send: {from: draft, to: review, who: [drafter], when: value over 1000 EUR and paper is ours}
  return: {from: review, to: draft, who: [drafter, legal_admin], when: risk is not high}
  negotiate: {from: review, to: negotiation, who: [drafter], when: [paper is theirs, value over 1000 EUR]}
  sign: {from: [review, negotiation], to: done, who: [drafter], when: risk is low}
  withdraw: {from: any, to: withdrawn, who: [requester]}
  reopen: {from: done, to: draft, who: [legal_admin]}
"""
FORM = {"properties": {"value": {"$ref": "formengine:money"}, "paper": {"enum": ["ours", "theirs"]}}}
ANSWERS = {"value": {"amount": 5000, "currency": "EUR"}, "paper": "ours"}
TEAM = ("ana", "al")
Candidates = dict[str, Callable[[], Any]]


BATCH = 50
"""Requests that a candidate serves before the next has its turn, as a busy process would."""


def main() -> None:
    peers = {"formengine": _ours(), "transitions as documented": _transitions(), "python-statemachine": _statemachine()}
    for title in ("a step", "a page"):
        times = medians({name: _batch(calls[title]) for name, calls in peers.items() if calls}, 2.0)
        report(f"{title}, in memory", {name: microseconds / BATCH for name, microseconds in times.items()})
    _persisted()


def _batch(once: Callable[[], Any]) -> Callable[[], None]:
    def batch() -> None:
        for _ in range(BATCH):
            once()

    return batch


def _ours() -> Candidates:
    document, _ = read_yaml(TEXT, "workflow.yaml")
    assert document is not None
    workflow, findings = parse_workflow(document, "bench", {"ask": FORM})
    assert workflow is not None, findings
    people = {"requester": ["cleo"], "team:contracts": TEAM, "legal_admin": ["lea"]}
    around = EngineContext(NOW, StaticDirectory(people))

    def stored() -> Case:
        fields = {"risk": "low"}
        return Case("BENCH-1", "cleo", "ask", ANSWERS, NOW, "review", NOW, fields=fields, claims={"drafter": "ana"})

    def step() -> str:
        case = stored()
        engine.run(engine.perform, workflow, case, around, "sign", "ana")
        return case.state

    def page() -> dict[str, list[str]]:
        return engine.available_transitions(workflow, stored(), around, "ana")

    assert step() == "done"
    assert {name: bool(reasons) for name, reasons in page().items()} == BUTTONS
    return {"a step": step, "a page": page}


class _Dossier:
    """What the peers' guards read."""

    def __init__(self) -> None:
        self.state = "review"
        self.value, self.currency, self.paper, self.risk = 5000, "EUR", "ours", "low"
        self.actor = "ana"

    def is_drafter(self, *_: Any) -> bool:
        return self.actor in TEAM

    def is_requester(self, *_: Any) -> bool:
        return self.actor == "cleo"

    def is_admin(self, *_: Any) -> bool:
        return self.actor == "lea"

    def is_large_and_ours(self, *_: Any) -> bool:
        return self.currency == "EUR" and self.value > 1000 and self.paper == "ours"

    def is_large_and_theirs(self, *_: Any) -> bool:
        return self.currency == "EUR" and self.value > 1000 and self.paper == "theirs"

    def is_not_risky(self, *_: Any) -> bool:
        return self.risk != "high"

    def is_low(self, *_: Any) -> bool:
        return self.risk == "low"


MOVES: list[tuple[str, list[str], str, list[str]]] = [
    ("submit", ["draft"], "review", ["is_drafter", "is_large_and_ours"]),
    ("back", ["review"], "draft", ["is_drafter", "is_not_risky"]),
    ("negotiate", ["review"], "negotiation", ["is_drafter", "is_large_and_theirs"]),
    ("sign", ["review", "negotiation"], "done", ["is_drafter", "is_low"]),
    ("withdraw", ["draft", "review", "negotiation"], "withdrawn", ["is_requester"]),
    ("reopen", ["done"], "draft", ["is_admin"]),
]
STATES = ["draft", "review", "negotiation", "done", "withdrawn"]
BUTTONS = {"return": False, "negotiate": True, "sign": False, "withdraw": True}
FROM_REVIEW = [name for name, sources, _, _ in MOVES if "review" in sources]


def _transitions() -> Candidates:
    def dossier() -> Any:
        model: Any = _Dossier()
        machine = Machine(model, STATES, initial=model.state, auto_transitions=False, send_event=True)
        for name, sources, to, guards in MOVES:
            machine.add_transition(name, [*sources], to, conditions=[*guards])
        return model

    def step() -> str:
        model = dossier()
        model.sign()
        return str(model.state)

    def page() -> list[str]:
        model = dossier()
        return [name for name in FROM_REVIEW if getattr(model, f"may_{name}")()]

    assert step() == "done"
    assert page() == ["back", "sign"]
    return {"a step": step, "a page": page}


def _statemachine() -> Candidates | None:
    """python-statemachine, when it is installed; its class is made once, as its documentation does."""
    try:
        from statemachine import State, StateMachine
    except ImportError:
        return None
    states = {name: State(name, value=name, initial=name == "draft", final=name == "withdrawn") for name in STATES}
    body: dict[str, Any] = dict(states)
    for name, sources, to, guards in MOVES:
        moves = [states[source].to(states[to], cond=guards) for source in sources]
        body[name] = (
            moves[0] if len(moves) == 1 else moves[0] | moves[1] if len(moves) == 2 else moves[0] | moves[1] | moves[2]
        )
    contract = type(StateMachine)("Contract", (StateMachine,), body)

    def step() -> str:
        dossier = _Dossier()
        contract(dossier).send("sign")
        return str(dossier.state)

    def page() -> list[str]:
        return [event.id for event in contract(_Dossier()).enabled_events()]

    assert step() == "done"
    assert page() == ["back", "sign"]
    return {"a step": step, "a page": page}


def _persisted(count: int = 60) -> None:
    """One step through the service, a transaction each, on SQLite with synchronous FULL; and its rows by hand."""
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (platform, people):
        maya = people["maya"]
        for number in range(count + WARM + 1):
            submitting(platform, maya)(number)
        with platform.database.transaction() as session:
            waiting = list(session.scalars(select(Dossier.reference)))

        def once(_number: int) -> None:
            with platform.database.transaction() as session:
                work = UnitOfWork(platform, session, session.get_one(Person, maya.id))
                reference = waiting.pop()
                dossier = session.scalars(select(Dossier).where(Dossier.reference == reference)).one()
                perform(work, reference, "withdraw", dossier.version)

        rows = rows_of(platform, lambda: once(-1))
        times = {"formengine": timed(count, once), "the rows by hand": timed(count, writing(Path(folder), rows))}
    report("a step, persisted", {name: statistics.median(seconds) * 1e6 for name, seconds in times.items()})


if __name__ == "__main__":
    main()
