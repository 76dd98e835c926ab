"""Who is told: on arrival in a state, of a new dossier, of an assignment (N1, P10)."""

from __future__ import annotations

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.new_dossier import people_to_tell
from tests.workflow.builders import simulate

FLOW = """
starts_in: a
states:
  a: {notify: [finance, requester]}
  b: {notify: [requester, board]}
  route: {decide: [{when: paper is ours, go: b}, {otherwise: z}]}
  z: {ends: true, notify: [chief]}
transitions:
  go: {from: a, to: b, who: [drafter], notify: [requester, chief]}
  sort: {from: [a, b], to: route, who: [drafter]}
  end: {from: b, to: z, who: [drafter, chief]}
  withdraw: {from: any, to: z, who: [requester]}
"""


def told(sim: Simulation, kind: str = "transition") -> list[str]:
    return [mail.to for mail in sim.mails if mail.kind == kind]


def test_the_first_state_tells_at_the_submission() -> None:
    """W2: nobody has taken a step yet."""
    assert told(simulate(FLOW)) == ["bo", "di", "cleo"]


def test_a_state_tells_on_arrival_and_everybody_once() -> None:
    """W2: whoever the step names too gets one mail, of one entry in the history."""
    sim = simulate(FLOW)
    sim.do("go", by="ana")
    assert told(sim)[3:] == ["cleo", "vi", "wu", "xi", "ines"]


def test_a_state_that_is_entered_by_itself_tells_too() -> None:
    """W6: after `decide`, and after the end."""
    sim = simulate(FLOW, answers={"paper": "ours"})
    sim.do("sort", by="ana")
    assert told(sim)[3:] == ["cleo", "vi", "wu", "xi"]
    sim.do("end", by="ana")
    assert told(sim)[-1] == "ines"


def test_an_assignee_is_told_by_others_only() -> None:
    """N1: assigned by a colleague, not by one's own claim or to oneself."""
    sim = simulate(FLOW)
    sim.assign("drafter", to="al", by="ana")
    assert told(sim, "assigned") == ["al"]
    sim.assign("drafter", to="ana", by="ana")
    sim.release(by="ana")
    sim.claim("drafter", by="al")
    assert told(sim, "assigned") == ["al"]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("[drafter]", ["ana", "al"]),
        ("[drafter, chief]", ["ana", "al", "ines"]),
        ("[requester]", ["ana", "al"]),
        ("[chief, counsel]", ["ana", "al", "ines"]),
    ],
)
def test_who_will_handle_it_is_told_of_a_new_dossier(who: str, expected: list[str]) -> None:
    """P10: its team, and whoever holds a position that may act in the first state."""
    text = f"""
starts_in: a
states: {{a: {{}}, z: {{ends: true}}}}
transitions:
  go: {{from: a, to: z, who: {who}}}
  withdraw: {{from: a, to: z, who: [requester]}}
"""
    sim = simulate(text)
    assert people_to_tell(Execution(sim.workflow, sim.case, sim._context())) == expected


def test_a_new_version_is_told_to_counsel() -> None:
    """N1: the team, once taken whoever is in charge; not who added it, nor what was drafted or sent along."""
    text = (
        FLOW
        + """documents: {paper: {may_replace: [requester, drafter]}}
"""
    )
    sim = simulate(text)
    sim.document("paper", by="cleo")
    assert told(sim, "version") == []
    sim.document("paper", by="cleo")
    assert told(sim, "version") == ["ana", "al"]
    sim.claim("drafter", by="al")
    sim.document("paper", by="cleo")
    sim.document("paper", by="al")
    sim.document("paper")
    assert told(sim, "version") == ["ana", "al", "al"]


def test_a_new_version_is_told_to_who_is_asked() -> None:
    """N1, W7: where the approval goes on (`keep`)."""
    sim = simulate(
        """
starts_in: a
states:
  a: {approval: internal, approved: z, rejected: z}
  z: {ends: true}
transitions: {withdraw: {from: any, to: z, who: [requester]}, go: {from: a, to: z, who: [drafter]}}
approvals: {internal: {document: paper, if_document_changes: keep, steps: [{name: Finance, approvers: [finance]}]}}
""",
        documents=("paper",),
    )
    sim.claim("drafter", by="ana")
    sim.document("paper", by="ana")
    assert told(sim, "version") == ["bo", "di"]
