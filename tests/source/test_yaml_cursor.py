"""YAML cursor: typed values, and one wording for one kind of mistake in every file of a site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formengine.authoring import check_site
from formengine.source.yaml_cursor import YamlCursor, read_document
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import BASE, REQUEST, bundle

WORKFLOW = "workflows/question/workflow.yaml"
PORTAL, TEAMS, STORIES = "config/portal.yaml", "config/teams.yaml", "workflows/question/stories.yaml"
STORY = "- story: S\n  request: question\n"


def cursor(text: str) -> YamlCursor:
    document, findings = read_document(text.encode(), "file.yaml")
    assert document is not None, findings
    return YamlCursor(document)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (lambda it: it.text(), "a: 1.10", "1.10"),
        (lambda it: it.texts(), "a: one", ("one",)),
        (lambda it: it.texts(), "a: [one, 2]", ("one", "2")),
        (lambda it: it.id(), "a:", None),
        (lambda it: [item.value for item in it.ids()], "a: [x, y]", ["x", "y"]),
        (lambda it: it.boolean(), "a: true", True),
        (lambda it: it.boolean(default=True), "b: 1", True),
        (lambda it: it.count(), "a: 3", 3),
        (lambda it: it.choice(("x", "y"), "x"), "b: 1", "x"),
        (lambda it: it.localized_text(("en",)), "a: {en: Yes, fr: Oui}", {"en": "Yes", "fr": "Oui"}),
        (lambda it: it.mapping("x").value, "a:", {}),
        (lambda it: it.name_of("team", {"x": 1}), "a: x", "x"),
    ],
)
def test_a_value_is_read_as_its_type(read: Callable[[YamlCursor], Any], text: str, value: object) -> None:
    it = cursor(text)
    assert (read(it.at("a")), it.findings) == (value, [])


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (lambda it: it.text(), "a: true", "a takes a text, not true; put it between quotation marks"),
        (lambda it: it.texts(), "a: [x, [y]]", "entry 2 of a takes a text, not a list"),
        (lambda it: it.id(), "a: 5", "a takes an id, not 5"),
        (lambda it: it.ids(), "a: [x, ]\nb: 1", None),
        (lambda it: it.ids(), "a:\n  - x\n  -", "entry 2 of a takes an id, not nothing"),
        (lambda it: it.boolean(), "a: ja", "a takes true or false, not ja"),
        (lambda it: it.count(2), "a: true", "a takes a whole number of at least 2, not true"),
        (lambda it: it.choice(("stops", "counts")), "a: stop", 'a cannot be stop; did you mean "stops"?'),
        (lambda it: it.localized_text(), "a: {en:From}", "write a space after the colon: en: From"),
        (lambda it: it.localized_text(), "a: {english: Yes}", "english is not a language code"),
        (lambda it: it.name_of("team", {"legal": 1}), "a: legl", 'there is no team legl; did you mean "legal"?'),
        (lambda it: it.require("title", "Review"), "a: {b: 1}", "title is missing; write for example title: Review"),
    ],
)
def test_a_value_that_does_not_fit_is_a_finding(
    read: Callable[[YamlCursor], Any], text: str, message: str | None
) -> None:
    """A1: at its line, and with what to write."""
    it = cursor(text)
    read(it.at("a"))
    assert [finding.message.startswith(message or "") for finding in it.findings] == ([True] if message else [])


def test_a_key_is_not_missing_where_it_is_misspelt() -> None:
    it = cursor("titel: Review").mapping("title", "form")
    it.require("title", "Review")
    assert [finding.message for finding in it.findings] == ['titel is not a key here; did you mean "title"?']


MISTAKES: dict[str, dict[str, str]] = {
    "{} is not a key here": {
        PORTAL: BASE[PORTAL] + "colour: red\n",
        TEAMS: BASE[TEAMS] + "colour: red\n",
        REQUEST: BASE[REQUEST] + "colour: red\n",
        WORKFLOW: BASE[WORKFLOW] + "colour: red\n",
        STORIES: STORY + "  steps: []\n  colour: red\n",
    },
    "{} takes a map: keys with values": {
        TEAMS: "teams: colour\n",
        PORTAL: BASE[PORTAL] + "sign_up: colour\n",
        WORKFLOW: BASE[WORKFLOW].replace("roles:\n", "approvals: colour\nroles:\n"),
    },
    "{} takes a list: [first, second]": {
        PORTAL: BASE[PORTAL].replace("[en, fr]", "{colour: en}"),
        WORKFLOW: BASE[WORKFLOW].replace("who: [adviser]", "who: {colour: adviser}"),
        STORIES: STORY + "  steps: {colour: red}\n",
    },
    "{} cannot be an id; write small letters": {
        TEAMS: BASE[TEAMS].replace("{advice:", "{Colour: {members: []}, advice:"),
        WORKFLOW: BASE[WORKFLOW].replace("roles:\n", "roles:\n  Colour: {is: submitter}\n"),
        REQUEST: BASE[REQUEST] + "documents: {Colour: {from: question}}\n",
    },
    "{} is missing; write for example": {
        REQUEST: BASE[REQUEST].replace("title: {en: Question", "colour: {en: Question"),
        WORKFLOW: BASE[WORKFLOW].replace("kind: matter\n", ""),
        STORIES: "- story: S\n  steps: []\n",
    },
    "{} cannot be colour; ": {
        REQUEST: BASE[REQUEST] + "intake: colour\n",
        WORKFLOW: BASE[WORKFLOW].replace("kind: matter", "kind: colour"),
        PORTAL: BASE[PORTAL] + "sign_up: {mode: colour}\n",
        STORIES: STORY + "  steps: [{by: ana, decide: colour}]\n",
    },
}


@pytest.mark.parametrize(
    ("wording", "file", "text"),
    [(wording, file, text) for wording, files in MISTAKES.items() for file, text in files.items()],
)
def test_one_kind_of_mistake_has_one_wording_in_every_file(wording: str, file: str, text: str) -> None:
    """A1: a misspelt key of a workflow is explained as one of a form is."""
    findings = check_site(bundle({file: text}), Vocabulary.builtin())
    if file == STORIES:  # stories run only where nothing else is wrong
        assert {finding.file for finding in findings} == {STORIES}
    words = wording.removeprefix("{}")
    assert any(words in finding.message for finding in findings if finding.file == file), findings
