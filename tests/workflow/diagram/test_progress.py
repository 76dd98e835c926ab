"""The line of progress: where a dossier has been, is, and is expected to go, in the reader's words (P17, D3)."""

from __future__ import annotations

import pytest

from formengine.workflow.diagram import progress_line
from tests.workflow.diagram.test_graph import workflow_of


def line(pack: str, state: str, left: list[str], *, client: bool = False) -> list[tuple[str, str]]:
    steps = progress_line(workflow_of(pack), state, left, "en", client=client, holds=lambda when: when is None)
    return [(step.title, step.status) for step in steps]


def test_the_line_goes_from_the_first_state_to_the_result() -> None:
    """P17: done, here, expected; a detour is not expected."""
    assert line("contract_review", "in_review", ["submitted"]) == [
        ("Submitted", "done"),
        ("Legal review", "here"),
        ("Internal approval", "next"),
        ("Out for signature", "next"),
        ("In force", "next"),
    ]


def test_a_client_reads_the_words_for_clients() -> None:
    """W2, P17: also of what is expected."""
    assert line("legal_advice", "received", [], client=True) == [
        ("Received", "here"),
        ("With the legal team", "next"),
        ("Answered", "next"),
    ]


def test_what_came_back_is_on_the_line_once() -> None:
    """P17: a dossier that went back to review has not been approved yet, whatever it went through."""
    left = ["submitted", "in_review", "approval", "in_review", "approval"]
    assert line("contract_review", "in_review", left)[:3] == [
        ("Submitted", "done"),
        ("Legal review", "here"),
        ("Internal approval", "next"),
    ]


def test_a_detour_leads_back_to_where_the_work_goes_on() -> None:
    """P17: while information is awaited, what was done stays done, and the result stays in sight."""
    waiting = line("legal_advice", "more_information", ["received", "under_review"])
    assert waiting == [
        ("Received", "done"),
        ("Under review", "done"),
        ("Waiting for the requester", "here"),
        ("Answered", "next"),
    ]
    court = line("litigation_notice", "more_information", ["received", "assessment"])
    assert court[-1] == ("Closed", "next")


@pytest.mark.parametrize("state", ["withdrawn", "answered", "redirected"])
def test_nothing_is_expected_after_an_end(state: str) -> None:
    """P17: the line of a dossier that has ended ends there."""
    assert line("legal_advice", state, ["received", "under_review"])[-1][1] == "here"


def test_states_that_the_workflow_no_longer_has_are_left_out() -> None:
    """W12: a dossier that was moved to another version may have left states that this one lacks."""
    assert line("legal_advice", "under_review", ["once", "received"])[0] == ("Received", "done")
