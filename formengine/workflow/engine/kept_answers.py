"""What the answers are is kept with a round that is decided: whom they name for approvals and parties, and, once
everybody has signed, all of them (S10, W7).
"""

from __future__ import annotations

from collections.abc import Iterator

from formengine.workflow.engine.case import Round
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.people_from_answers import is_noted, note_answers
from formengine.workflow.engine.seats import note_named
from formengine.workflow.engine.signed_texts import hash_of_answers


def keep_answers(execution: Execution) -> None:
    """Keep what the answers are, before an operation changes anything, with the rounds that hold nothing of them: those
    that everybody has signed since, and those of earlier releases, for which the answers count as they are now.
    """
    for round_ in execution.case.rounds:
        if round_.kind == "signature" and round_.status == "signed" and round_.answered is None:
            round_.answered = hash_of_answers(execution)
        elif round_.kind == "signature" and round_.status == "open":
            for entry in [entry for entry in round_.asked_entries if str(entry) not in round_.named]:
                note_named(execution, round_, entry)
        elif round_.kind == "approval" and round_.status in ("open", "approved"):
            for step, entry in _unnoted_entries(execution, round_):
                note_answers(execution, round_, step, entry)


def _unnoted_entries(execution: Execution, round_: Round) -> Iterator[tuple[int, int]]:
    """The entries of an approval that were asked, by the indexes of their step and their own, for which nothing is
    noted.
    """
    steps = execution.rule_of(round_).steps
    for step, entry in sorted({(seat.step, seat.entry) for seat in round_.seats if not seat.past}):
        if step < len(steps) and entry < len(steps[step].entries) and not is_noted(round_, step, entry):
            yield step, entry
