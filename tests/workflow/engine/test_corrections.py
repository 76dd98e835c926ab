"""Answers that are sent back for correction (F19)."""

from __future__ import annotations

import pytest

from formengine.conditions.parser import parse_condition
from formengine.workflow import Simulation
from formengine.workflow.engine.case import HistoryRecorded
from tests.workflow.builders import refusal, simulate

TEXT = """
starts_in: review
fields:
  note_of_counsel: {type: string}
states:
  review: {}
  second: {}
  correcting: {category: waiting}
  done: {ends: true}
transitions:
  send_back: {from: [review, second], to: correcting, who: [drafter], requires_comment: true, reopens: all}
  ask_paper: {from: review, to: correcting, who: [drafter], reopens: [paper, years]}
  forward: {from: review, to: second, who: [drafter], requires: [years, note_of_counsel]}
  finish: {from: [review, second, correcting], to: done, who: [drafter]}
"""
NAMED = """
starts_in: review
states:
  review: {}
  correcting: {}
  checked: {}
  done: {ends: true}
transitions:
  send_back: {from: review, to: correcting, who: [drafter], reopens: all, answered_by: corrected, notify: [requester]}
  corrected:
    {title: Corrected, from: correcting, to: checked, who: [requester], when: years over 3, notify: [finance]}
  finish: {from: [correcting, checked], to: done, who: [drafter]}
"""
ANSWERS = {"paper": "ours", "years": 2, "note": "As last year"}


def sent_back(step: str = "send_back", text: str = TEXT) -> Simulation:
    sim = simulate(text, answers=ANSWERS)
    sim.do(step, by="ana", comment="Which paper?")
    return sim


def told(sim: Simulation) -> list[tuple[str, str]]:
    """The mails after those of the submission: (kind, recipient)."""
    return [(mail.kind, mail.to) for mail in sim.mails if mail.kind not in ("submission", "new_dossier")]


def test_the_requester_corrects_and_the_dossier_goes_back_to_where_it_was() -> None:
    """F19: the whole form is open; the step leads back, and every sending is kept."""
    sim = sent_back()
    assert sim.state == "correcting"
    assert sim.allowed("cleo") == {"finish": sim.allowed("cleo")["finish"], "answer": []}
    sim.do("answer", by="cleo", fields={"paper": "theirs"}, comment="Theirs, sorry")
    assert sim.state == "review"
    assert sim.facts["paper"] == "theirs"
    assert sim.submissions == [ANSWERS, {**ANSWERS, "paper": "theirs"}]
    entry = next(e for e in sim.effects if isinstance(e, HistoryRecorded) and e.kind == "answers")
    assert entry.data == {"corrected": ["paper"]}
    assert entry.by == "cleo"


def test_who_sent_it_and_who_sent_it_back_are_told() -> None:
    """F19, N1: the requester by a mail of its own, whoever sent it back when the answers come."""
    sim = sent_back()
    assert told(sim) == [("sent_back", "cleo")]
    sim.do("answer", by="cleo", fields={"paper": "theirs"})
    assert told(sim)[1:] == [("transition", "ana")]


def test_only_the_named_parts_are_open() -> None:
    """F19: another answer is refused by its title, and nothing changes."""
    sim = sent_back("ask_paper")
    reasons = refusal(lambda: sim.do("answer", by="cleo", fields={"paper": "theirs", "note": "Other"}))
    assert reasons == ["“Note” is not open for correction."]
    assert sim.submissions == [ANSWERS]
    sim.do("answer", by="cleo", fields={"paper": "theirs", "years": 5})
    assert sim.facts["years"] == 5


def test_nobody_else_answers() -> None:
    """F19: the drafter who sent it back does not fill the form in for the client."""
    sim = sent_back()
    assert "Only" in refusal(lambda: sim.do("answer", by="ana", fields={"paper": "theirs"}))[0]
    assert sim.state == "correcting"


def test_an_answer_takes_the_place_of_what_a_step_wrote() -> None:
    """F19: facts do not contradict the form; fields of the workflow stay."""
    sim = simulate(TEXT, answers=ANSWERS)
    sim.do("forward", by="ana", fields={"years": 9, "note_of_counsel": "Long"})
    sim.do("send_back", by="ana", comment="Nine years?")
    sim.do("answer", by="cleo", fields={"paper": "theirs"})
    assert sim.state == "second"
    assert (sim.facts["years"], sim.facts["note_of_counsel"]) == (9, "Long")
    assert sim.submissions[-1]["years"] == 9
    sim.do("send_back", by="ana", comment="Nine years?")
    sim.do("answer", by="cleo", fields={"years": 3})
    assert sim.facts["years"] == 3


def test_once_the_state_is_left_nothing_can_be_corrected() -> None:
    """F19: counsel may go on without the answers."""
    sim = sent_back()
    sim.do("finish", by="ana")
    assert refusal(lambda: sim.do("answer", by="cleo", fields={"paper": "theirs"}))
    assert sim.submissions == [ANSWERS]


def test_a_step_of_the_workflow_sends_the_answers() -> None:
    """F19: `answered_by` is judged on the new answers, and is refused without them."""
    sim = sent_back(text=NAMED)
    assert told(sim) == [("sent_back", "cleo")]
    assert sim.allowed("cleo")["corrected"] == [], "it is judged when the answers come"
    assert "answer" not in sim.allowed("cleo")
    assert refusal(lambda: sim.do("corrected", by="cleo", fields={"years": 3}))
    sim.do("corrected", by="cleo", fields={"years": 4})
    assert sim.state == "checked"
    assert set(told(sim)[1:]) == {("transition", "bo"), ("transition", "di"), ("transition", "ana")}


def test_a_state_for_corrections_that_was_entered_otherwise_is_not_open() -> None:
    """F19: the step that sends answers again is not offered where nothing was sent back."""
    text = TEXT.replace("  finish:", "  wait: {from: review, to: correcting, who: [drafter]}\n  finish:")
    sim = simulate(text, answers=ANSWERS)
    sim.do("wait", by="ana")
    assert sim.allowed("cleo")["answer"] == ["The answers are not open for correction."]


@pytest.mark.parametrize("step", ["send_back", "ask_paper"])
def test_sending_the_same_answers_again_is_an_answer(step: str) -> None:
    """F19: the requester may say in the comment that all is right as it is."""
    sim = sent_back(step)
    sim.do("answer", by="cleo", fields={}, comment="It is right.")
    assert sim.state == "review"


def test_a_correction_that_the_form_would_not_take_is_refused() -> None:
    """F19, W15: as in the portal, each answer by its schema."""
    sim = sent_back()
    assert "Years" in refusal(lambda: sim.do("answer", by="cleo", fields={"years": "many"}))[0]
    assert sim.submissions == [ANSWERS]


def test_a_deadline_whose_answers_may_be_corrected_still_runs() -> None:
    """F19, W18: where answers may be sent back, a condition on one is never settled."""
    deadline = "deadlines: [{name: Long, within: 9 days, when: paper is theirs, then: {tell: [drafter]}}]"
    sim = simulate(f"{deadline}{TEXT}", answers=ANSWERS)
    assert [deadline.status for deadline in sim.deadlines] == ["running"]


DRAFTED = """
starts_in: review
states:
  review: {approval: internal, approved: ready, rejected: review}
  ready: {}
  correcting: {category: waiting}
  done: {ends: true}
transitions:
  send_back: {from: [review, ready], to: correcting, who: [drafter], reopens: all, answered_by: corrected}
  corrected: {from: correcting, to: ready, who: [requester]}
  finish: {from: [ready, correcting], to: done, who: [drafter]}
approvals:
  internal: {document: contract, steps: [{name: Finance, approvers: [finance]}]}
"""


@pytest.mark.parametrize("is_written", [False, True])
def test_what_was_drafted_is_drafted_anew_from_corrected_answers(is_written: bool) -> None:
    """F19, S1, W15: as in the portal the approval of the earlier draft is void; what people wrote stays as it is."""
    theirs = parse_condition("paper is theirs")
    sim = simulate(DRAFTED, answers=ANSWERS, drafted={"contract": None, "annex": theirs})
    assert sim.case.documents == {"contract": 1}
    if is_written:
        sim.document("contract", by="ana")
    sim.decide("approve", by="bo")
    sim.do("send_back", by="ana")
    sim.do("corrected", by="cleo", fields={"paper": "theirs"})
    assert sim.case.documents == {"contract": 2, "annex": 1}
    approvals = [round_.status for round_ in sim.case.rounds]
    assert approvals == (["superseded", "approved"] if is_written else ["superseded"])
    sim.do("send_back", by="ana")
    sim.do("corrected", by="cleo", fields={})
    assert sim.case.documents == {"contract": 2, "annex": 1}  # nothing was changed
