"""Steps that draft a document anew unless people wrote its newest version (`if_written: keep`; S1, S2)."""

from __future__ import annotations

from typing import Final

import pytest

from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import DraftDocument, HistoryRecorded
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.written_texts import texts_kept
from tests.workflow.builders import run, simulate

CORRECTED: Final = """
states: {a: {}, z: {ends: true}}
starts_in: a
transitions:
  correct: {from: a, to: same, who: [drafter], requires: [note], do: [{draft: contract, if_written: keep}]}
  end: {from: a, to: z, who: [requester]}
"""


@pytest.mark.parametrize("by", [None, "ana"])
def test_only_a_draft_is_drafted_anew(by: str | None) -> None:
    """S1, S2: a correction leaves what people negotiated as it is, and says what is changed in it by hand."""
    sim = simulate(CORRECTED, {"note": "one"})
    run(sim, engine.document_changed, "contract", by, "a" * 64)
    told = texts_kept(Execution(sim.workflow, sim.case, sim._context()), sim.workflow.transitions["correct"])
    effects = run(sim, engine.perform, "correct", "ana", {"note": "two"})
    drafts = [effect for effect in effects if isinstance(effect, DraftDocument)]
    kept = [e.data for e in effects if isinstance(e, HistoryRecorded) and e.kind == "text_kept"]
    if by is None:
        assert (drafts, kept, told) == ([DraftDocument("contract", 1)], [], [])
        return
    assert (drafts, sim.case.drafts_due) == ([], set())
    assert [(data["document"], data["version"]) for data in kept] == [("contract", 1)]
    assert told == [
        "Somebody wrote version 1 of “contract”, which stays as it is. Change in it by hand what this step corrects"
        " (Note), and add that as a new version."
    ]
