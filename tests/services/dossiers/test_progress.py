"""What is asked of the reader of a dossier, and to which of it the page offers to jump."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from formengine.services.dossiers.progress import Ask, Progress
from formengine.workflow.diagram import Graph

WAITS = Ask("approval", "Consent", seat=1, missing=("Contract",))
TO_SIGN = Ask("signature", "Signature", seat=2)
TO_HANDLE = Ask("handle", "Close")


@pytest.mark.parametrize(
    ("asks", "decision", "is_calm"),
    [
        ([], None, True),
        ([TO_HANDLE], None, True),
        ([WAITS, Ask("acknowledgement", "Rules", seat=3)], None, False),
        ([WAITS, TO_SIGN, Ask("approval", "Price", seat=4)], TO_SIGN, False),
    ],
)
def test_first_decision_that_can_be_given_now(asks: list[Ask], decision: Ask | None, is_calm: bool) -> None:
    """P17, W7: not one whose documents are missing, nor an acknowledgement; to handle a dossier is nothing urgent."""
    progress = Progress([], Graph((), ()), Markup(), asks, [], None)
    assert (progress.decision, progress.is_calm) == (decision, is_calm)
