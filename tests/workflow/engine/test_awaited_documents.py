"""The documents for which a dossier waits in its present state (S2)."""

from __future__ import annotations

from formengine.workflow.engine.awaited_documents import awaited_documents
from formengine.workflow.engine.execution import Execution
from formengine.workflow.simulation import Simulation
from tests.workflow.builders import simulate

TEXT = """
starts_in: a
states:
  a: {when_true: [{when: document notice is there and document draft is not there, go: b}]}
  b: {approval: own, approved: c, rejected: c}
  c: {}
  z: {ends: true}
transitions:
  ask: {from: a, to: b, who: [drafter], requires_document: minutes}
  look: {from: a, to: b, who: [drafter], when: document opinion is there}
  note: {from: a, to: same, who: [drafter], requires_document: memo, when: document report is there}
  end: {from: any, to: z, who: [requester]}
  visit: {from: c, to: same, who: [drafter], starts: {visit: 1}}
approvals:
  own: {document: contract, steps: [{name: Finance, approvers: [finance]}]}
documents: {memo: {}, minutes: {title: Minutes}, notice: {}, draft: {}, opinion: {}, contract: {}, report: {}}
children:
  visit:
    starts_in: planned
    states: {planned: {}, made: {ends: true}}
    transitions:
      make: {from: planned, to: made, who: [drafter], requires_document: report}
"""


def awaited(sim: Simulation) -> list[str]:
    return awaited_documents(Execution(sim.workflow, sim.case, sim._context()))


def test_steps_conditions_rounds_and_children_wait_for_documents() -> None:
    """S2, W21: as long as there is no version, in the state that speaks of the document; not one that has ended, nor
    for a step that leaves the state as it is, which nobody has to take."""
    sim = simulate(TEXT)
    assert awaited(sim) == ["minutes", "opinion", "notice"]
    sim.document("opinion", by="ana")
    assert awaited(sim) == ["minutes", "notice"]
    sim.document("minutes", by="ana")
    sim.do("ask", by="ana")
    assert awaited(sim) == ["contract"]
    sim.document("contract", by="ana")
    sim.decide("approve", by="bo")
    assert (sim.state, awaited(sim)) == ("c", [])
    sim.do("visit", by="ana")
    assert awaited(sim) == ["report"]
    sim.do("end", by="cleo")
    assert awaited(sim) == []
