"""What a client reads of a dossier while what a step wrote waits for its approval (W3, P28)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from formengine.services.approvals import decisions
from formengine.services.case.repository import get_dossier
from formengine.services.dossiers import assignment, transitions
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.dossiers.overview import facts, papers
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, Opened, app, opened, signed_in

__all__ = ["app", "opened", "signed_in"]
MEMO = {**ADVICE, "answer_form": "memo", "priority": "critical", "priority_reason": "Now"}
Reads = Callable[[str], tuple[object, list[str], bool]]


@pytest.fixture
def memo(opened: Opened, acting: Acting, people: People) -> str:
    """A question whose answer waits for its second reading."""
    reference = opened("legal_advice", MEMO)
    with acting(people("ana")) as work:
        assignment.claim(work, reference)
    for step, fields in (("take", None), ("give_memo", {"answer": "Terminate in September."})):
        with acting(people("ana")) as work:
            transitions.perform(work, reference, step, get_dossier(work, reference).version, fields)
    return reference


@pytest.fixture
def reads(memo: str, acting: Acting, people: People) -> Reads:
    """`reads("maya")`: the answer among the facts, the texts that Maya reads, and whether a word of it finds it."""

    def read(name: str) -> tuple[object, list[str], bool]:
        with acting(people(name)) as work:
            dossier = get_dossier(work, memo)
            texts = [paper.text for paper in papers(work, dossier)]
            return facts(work, dossier).get("answer"), texts, bool(dossier_page(work, ListFilter(q="September")).items)

    return read


TEXT = "Terminate in September."
READ, NOT_READ = (TEXT, [TEXT], True), (None, [], False)


def test_a_client_reads_an_answer_once_it_is_approved(memo: str, reads: Reads, acting: Acting, people: People) -> None:
    """P28, W3: before, the legal team alone reads it and finds the dossier by its words."""
    assert (reads("maya"), reads("ana"), reads("ines")) == (NOT_READ, READ, READ)
    with acting(people("ines")) as work:
        decisions.decide(work, memo, "approve", None)
    assert (reads("maya"), reads("ana")) == (READ, READ)


def test_a_client_never_reads_an_answer_that_is_rejected(
    memo: str, reads: Reads, acting: Acting, people: People
) -> None:
    """P28, W3: it is dropped."""
    with acting(people("ines")) as work:
        decisions.decide(work, memo, "reject", "Not before October.")
    assert (reads("maya"), reads("ana")) == (NOT_READ, NOT_READ)


def test_a_client_does_not_read_an_answer_that_is_being_corrected(
    memo: str, reads: Reads, acting: Acting, people: People
) -> None:
    """W3: neither the new text nor, as if it still held, the earlier one; among the facts the earlier one stands."""
    with acting(people("ines")) as work:
        decisions.decide(work, memo, "approve", None)
    for name, step, fields, comment in (
        ("maya", "reopen", None, "And in Lille?"),
        ("ana", "give_memo", {"answer": "Wait until May."}, None),
    ):
        with acting(people(name)) as work:
            transitions.perform(work, memo, step, get_dossier(work, memo).version, fields, comment)
    assert reads("maya") == (TEXT, [], False)
    assert reads("ana")[:2] == ("Wait until May.", ["Wait until May."])
