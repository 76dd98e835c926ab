"""Stories in which several people fill in the form."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.authoring import check_site
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.stories.sent_parts import StoryFilling, UnfitAnswers
from formengine.errors import Refused
from formengine.forms import Form
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import bundle

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["subject", "budget", "address"],
    "properties": {
        "subject": {"type": "string"},
        "secret": {"type": "boolean"},
        "budget": {"type": "string", "maxLength": 5},
        "address": {"type": "string"},
        "measures": {"type": "string"},
    },
    "if": {"properties": {"secret": {"const": True}}, "required": ["secret"]},
    "then": {"required": ["measures"]},
    "else": {"properties": {"measures": False}},
}
PARTS = {
    "finance": {"fill": "adviser", "fields": ["budget"]},
    "supplier": {"fill": {"team": "x"}, "fields": ["address"]},
    "privacy": {"fill": {"team": "x"}, "fields": ["measures"]},
}
TYPE = RequestType("purchase", "purchase", {"title": "Purchase", "form": FORM, "parts": PARTS})
REQUEST = """\
title: {en: Question, fr: Question}
category: advice
form:
  type: object
  required: [question, budget]
  properties:
    question: {title: {en: Your question, fr: Votre question}, type: string}
    budget: {title: {en: Budget, fr: Budget}, type: string, maxLength: 5}
parts:
  money: {title: {en: Money, fr: Argent}, fill: adviser, fields: [budget]}
"""
HEAD = """\
- story: Two fill in the form
  request: question
  people: {requester: maya, adviser: [ana, paul]}
  answers: {question: Why}
  steps:
"""


def check(*steps: str) -> list[str]:
    """What the checker says of a story with these steps, each at its line."""
    text = HEAD + "".join(f"    - {step}\n" for step in steps)
    files = {"workflows/question/stories.yaml": text, "workflows/question/requests/question.yaml": REQUEST}
    return [f"{finding.line} {finding.message}" for finding in check_site(bundle(files), Vocabulary.builtin())]


@pytest.fixture
def filling() -> StoryFilling:
    begun = StoryFilling(TYPE, Form(FORM))
    begun.send("requester", {"subject": "Chairs"})
    return begun


def test_parts_are_open_as_the_form_asks(filling: StoryFilling) -> None:
    """F20, W14: those that conditions leave out wait; one that was sent opens again where an answer is called up."""
    assert filling.open == ["finance", "supplier"]
    filling.send("finance", {"budget": "B-1"})
    filling.send("supplier", {"address": "1 Street"})
    assert filling.open == []
    assert filling.whole() == {"subject": "Chairs", "budget": "B-1", "address": "1 Street"}
    filling.send("requester", {"subject": "Chairs", "secret": True})
    assert filling.open == ["privacy"]


def test_what_a_part_does_not_take_is_told(filling: StoryFilling) -> None:
    """F20, W14: answers of another part, answers that do not fit, parts that are not there or not open."""
    with pytest.raises(UnfitAnswers, match="by the part supplier"):
        filling.send("finance", {"budget": "B-1", "address": "x"})
    with pytest.raises(UnfitAnswers, match="form: budget: "):
        filling.send("finance", {"budget": "too long"})
    with pytest.raises(UnfitAnswers, match='did you mean "finance"'):
        filling.send("finnance", {})
    with pytest.raises(Refused):
        filling.send("privacy", {"measures": "x"})
    with pytest.raises(UnfitAnswers, match="under answers:"):
        filling.send("finance", {"subject": "x"})


FILL = "{by: ana, fill: money, fields: {budget: B-1}}"


def test_the_workflow_begins_when_all_parts_are_in() -> None:
    """F20, W14: what is open can be expected before; the clock runs meanwhile."""
    assert check(
        "expect: {open: [money]}", "wait: 2 days", FILL,
        "expect: {open: [], state: received, facts: {budget: B-1}}", "{by: ana, claim: adviser}",
        "{by: ana, do: answer}", "expect: {state: answered}",
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (["expect: {state: received}", FILL], "the request is not sent yet; open are money: fill them in first"),
        (["{by: ana, claim: adviser}", FILL], "the request is not sent yet"),
        (["expect: {open: []}", FILL], "open are money, not none"),
        ([FILL, "expect: {open: [money]}"], "open are no parts, not money"),
        ([FILL, FILL], "the request was sent already"),
        (["{by: bo, fill: money, fields: {budget: B-1}}"], "bo is not asked for money; asked are ana, paul"),
        (["{by: ana, fill: mony}"], 'there is no part mony; did you mean "money"?'),
        (["{by: ana, fill: money, fields: {budget: too long}}"], "these answers do not fit the form: budget"),
        (["{by: ana, fill: money, fields: {question: x}}"], "question is not filled in by money, but by the requester"),
        (["{by: ana, fill: money}"], "form: budget: "),
        (["{by: ana, fill: [money]}"], "fill"),
    ],
)
def test_a_part_that_cannot_be_sent_so_is_a_finding(steps: list[str], says: str) -> None:
    """F20, W14: at the step that does not hold."""
    findings = check(*steps)
    assert any(says in finding for finding in findings), findings
