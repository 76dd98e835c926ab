"""Stories: read kindly, and told through the real engine."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from formengine.authoring import check_site
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.stories.parser import Story, read_stories
from formengine.conditions.durations import Duration
from formengine.source import Finding
from formengine.source.yaml_cursor import YamlCursor, read_document
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import bundle, codes

HEAD = "- story: S\n  request: question\n  people: {requester: maya, adviser: [ana]}\n"
TYPES = {"question": RequestType("question", "question", {})}


def read(text: str) -> tuple[list[Story], list[Finding]]:
    document, findings = read_document(text.encode(), "stories.yaml")
    assert document is not None, findings
    cursor = YamlCursor(document)
    return read_stories(cursor, TYPES, "Europe/Paris"), cursor.findings


STORY_OF = {
    "workflows/question/stories.yaml": HEAD
    + "  answers: {question: Why}\n  steps:\n    - {by: ana, claim: adviser}\n    - {by: ana, do: answer}\n"
    "    - expect: {state: answered, facts: {question: Why}}\n"
}


@pytest.mark.parametrize(
    ("written", "instead", "line", "message"),
    [
        ("do: answer", "do: anwser", 7, 'there is no step anwser; did you mean "answer"?'),
        ("by: ana, do", "by: anna, do", 7, 'anna is nobody in people: of this story; did you mean "ana"?'),
        ("by: ana, do", "by: joe, do", 7, "; known are adviser, ana, counsel, legal_admin, maya, requester"),
        ("claim: adviser", "claim: advisor", 6, 'there is no role advisor; did you mean "adviser"?'),
        ("adviser: [ana]", "adviser_s: [ana]", 3, 'there is no role adviser_s; did you mean "adviser"?'),
        ("{question: Why}\n", "{qestion: Why}\n", 4, 'the form has no field qestion; did you mean "question"?'),
        ("{question: Why}\n", "{question: 7}\n", 4, "these answers do not fit the form: question:"),
        ("state: answered", "state: answred", 8, 'there is no state answred; did you mean "answered"?'),
        ("facts: {question: Why}", "facts: {queston: Why}", 8, 'there is no fact queston; did you mean "question"?'),
        ("facts: {question: Why}", "facts: {question: How}", 8, "S: question is Why, not How"),
        ("facts: {question: Why}", "mails: [requestor]", 8, 'there is no role requestor; did you mean "requester"?'),
        ("do: answer", "to: answer", 7, "to is not a key here"),
    ],
)
def test_a_misspelt_name_is_told_where_it_stands(written: str, instead: str, line: int, message: str) -> None:
    """W14: A2: one finding, with the nearest name, and values as people write them."""
    (path, story), *_ = STORY_OF.items()
    assert check_site(bundle(STORY_OF), Vocabulary.builtin()) == []
    (finding,) = check_site(bundle({path: story.replace(written, instead)}), Vocabulary.builtin())
    assert message in finding.message
    assert finding.line == line


def test_a_story_is_read() -> None:
    """W14: given, when and then."""
    stories, findings = read(
        HEAD + "  now: 2026-03-02 9:30\n  answers: {question: Why}\n  steps:\n"
        "    - expect: {state: received}\n    - wait: 2 days\n    - {by: ana, do: answer}\n"
    )
    assert findings == []
    (story,) = stories
    assert story.now == datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Europe/Paris"))
    assert story.people == {"requester": ["maya"], "adviser": ["ana"]}
    assert [step.kind for step in story.steps] == ["expect", "wait", "by"]
    assert story.steps[1].value == Duration(2, "days")


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        ("  steps: [{by: ana}]\n", "step"),
        ("  steps: [{by: ana, do: a, claim: b}]\n", "step"),
        ("  steps: [{do: answer}]\n", "missing"),
        ("  steps: [{by: ana, decide: maybe}]\n", "unknown"),
        ("  steps: [{by: ana, do: {}}]\n", "text"),
        ("  steps: [{by: ana, do: answer, comment: [x]}]\n", "text"),
        ("  steps: [{by: ana, do: answer, fields: [x]}]\n", "kind"),
        ("  steps: [{expect: {mails: 5}}]\n", "kind"),
        ("  steps: [{expect: {facts: [a]}}]\n", "kind"),
        ("  steps: [{wait: a while}]\n", "duration"),
        ("  steps: [{expect: {status: x}}]\n", "unknown-key"),
        ("  steps: [answer]\n", "kind"),
        ("  steps: []\n  now: tomorrow\n", "now"),
        ("  steps: []\n  now: 2026-02-30 10:00\n", "now"),
        ("  steps: []\n  answers: [a]\n", "kind"),
        ("  people: x\n", "duplicate-key"),
        ("  given: {}\n  steps: []\n", "unknown-key"),
    ],
)
def test_what_is_no_story_is_told(rest: str, code: str) -> None:
    """W14, A1: each mistake has its place."""
    document, findings = read_document((HEAD + rest).encode(), "stories.yaml")
    if document is not None:
        read_stories(YamlCursor(document, findings=findings), TYPES, "UTC")
    assert code in codes(findings)


def test_a_story_of_another_request_and_two_with_one_name_are_told() -> None:
    stories, findings = read(HEAD.replace("request: question", "request: qestion") + "  steps: []\n")
    assert stories == []
    assert 'did you mean "question"' in findings[0].message
    assert codes(read((HEAD + "  steps: []\n") * 2)[1]) == ["twice"]


def check(steps: str) -> list[Finding]:
    path = "workflows/question/stories.yaml"
    text = HEAD + "  answers: {question: Why}\n  steps:\n" + steps
    return check_site(bundle({path: text}), Vocabulary.builtin())


def test_a_story_that_holds_has_no_finding() -> None:
    """W14: run by the checker, with the real engine."""
    assert check(
        "    - expect: {state: received, client_sees: Received, facts: {question: Why}}\n"
        "    - {by: maya, do: answer, refused: adviser}\n"
        "    - {by: ana, claim: adviser}\n"
        "    - {by: ana, do: answer}\n"
        "    - expect: {state: answered, client_sees: Répondue}\n"
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("{expect: {state: answered}}", "the state is received, not answered"),
        ("{expect: {client_sees: Sent}}", "the client sees Received, not Sent"),
        ("{expect: {facts: {question: How}}}", "question is Why, not How"),
        ("{expect: {mails: [legal_admin]}}", "legal_admin was not told"),
        ("{expect: {mails: legal_admin}}", "legal_admin was not told"),
        ("{by: maya, do: answer}", "this is refused"),
        ("{by: ana, do: answer, refused: Only}", "it is not refused"),
        ("{by: maya, do: answer, refused: the weather}", "but because"),
        ("{by: ana, do: anser}", 'there is no step anser; did you mean "answer"?'),
        ("{by: ana, do: complete, child: task}", "no task is open"),
        ("{by: ana, do: complete, child: tsk}", 'there is no child tsk; did you mean "task"?'),
    ],
)
def test_a_step_that_does_not_hold_is_a_finding_there(step: str, says: str) -> None:
    """W14: the first step that does not hold, at its line."""
    (finding,) = check(f"    - {step}\n")
    assert (finding.code, finding.file, finding.line) == ("story", "workflows/question/stories.yaml", 6)
    assert says in finding.message


def test_answers_that_nobody_could_send_are_told() -> None:
    """W14, F3: a story's answers are judged like anybody's."""
    path = "workflows/question/stories.yaml"
    text = HEAD + "  answers: {question: 5}\n  steps: []\n"
    (finding,) = check_site(bundle({path: text}), Vocabulary.builtin())
    assert "do not fit the form: question" in finding.message


def test_a_role_of_a_team_is_known_by_its_people() -> None:
    """W14: where a story names the team's people, its roles have them, and the role itself whoever has taken it."""
    path = "workflows/question/stories.yaml"
    text = (
        '- story: S\n  request: question\n  people: {requester: maya, "team:advice": [ana, paul]}\n'
        "  answers: {question: Why}\n  steps:\n    - {by: ana, claim: adviser}\n    - {by: adviser, do: answer}\n"
    )
    assert check_site(bundle({path: text}), Vocabulary.builtin()) == []
