"""Checks of workflows against their site: documents that are drafted, or written by people (S1, S2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formengine.authoring import check_site
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import FORM, PORTAL, REQUEST, WORKFLOW, bundle, codes

STORY = (
    "- story: Minutes\n  request: question\n  people: {requester: maya, adviser: [ana]}\n  answers: {question: Why}\n"
)


def findings(lines: str, step: str = "", story: str = "") -> list[tuple[str, str]]:
    """Codes and messages of the base site with lines added to its workflow and to its step `answer`."""
    text = WORKFLOW.replace("who: [adviser]}", f"who: [adviser]{step}}}") + lines
    files = {"workflows/question/workflow.yaml": text}
    if story:
        files["workflows/question/stories.yaml"] = STORY + story
    found = check_site(bundle(files), Vocabulary.builtin())
    return list(zip(codes(found), [finding.message for finding in found], strict=True))


@pytest.mark.parametrize("step", [", requires_document: minuts", ", when: document minuts is there"])
def test_a_document_that_no_document_is_named_like(step: str) -> None:
    """W13: nothing in the site declares a document, and still it is found."""
    assert findings("", step) == [("unknown-document", "there is no document `minuts`; declare it under documents:")]
    found = findings("documents: {minutes: {title: {en: Minutes, fr: Procès-verbal}}}\n", step)
    assert found == [("unknown-document", 'there is no document `minuts`; did you mean "minutes"?')]


def test_what_people_write_is_not_drafted() -> None:
    """S1, S2: no request type has a template for it, so that the step would leave nothing behind."""
    lines = "documents: {minutes: {title: {en: Minutes, fr: Procès-verbal}}}\n"
    (found,) = findings(lines, ", do: [{draft: minutes}]")
    assert found[0] == "no-template"
    assert "people write it" in found[1]


def test_a_story_names_documents_that_there_are() -> None:
    """W15: a step of a story with another name is a finding that suggests the right one."""
    lines = "documents: {minutes: {title: {en: Minutes, fr: Procès-verbal}}}\n"
    assert findings(lines, story="  steps: [{by: ana, document: minutes}]\n") == []
    (found,) = findings(lines, story="  steps: [{by: ana, document: minuts}]\n")
    assert "did you mean “minutes”" in found[1]


PAGED = FORM + "ui:\n  steps: [{id: facts, title: {en: Facts, fr: Faits}, fields: [question]}]\n"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ("[facts]", None),
        ("[question]", None),
        ("[fact]", 'there is no field or page of the form `fact`; did you mean "facts"?'),
        ("[questoin]", 'there is no field or page of the form `questoin`; did you mean "question"?'),
    ],
)
def test_what_is_sent_back_is_a_field_or_a_page(parts: str, words: str | None) -> None:
    """F19, W13: a name that is neither is found, with the nearest one."""
    step = f"  send_back: {{title: {{en: B, fr: B}}, from: received, to: again, who: [adviser], reopens: {parts}}}\n"
    text = WORKFLOW.replace("  answer: {", "  reply: {").replace(
        "states:\n", "states:\n  again: {title: {en: Again, fr: Encore}, category: waiting}\n"
    )
    files = {
        "workflows/question/workflow.yaml": text.replace("from: received, to: withdrawn", "from: any, to: withdrawn")
        + step
    }
    found = check_site(bundle({**files, REQUEST: PAGED}), Vocabulary.builtin())
    assert [finding.message for finding in found] == ([] if words is None else [words])


@pytest.mark.parametrize(
    ("kind", "condition", "words"),
    [
        ("formengine:percentage", "rate over 5 %", "`rate` is a number; write rate over 5"),
        ("formengine:percentage", '"rate at most 7,5%"', "write rate at most 7.5"),
        ("acme:rate", "rate over 10%", "`rate` is a number; write rate over 10"),
        ("acme:rate", "rate over 10", None),
    ],
)
def test_a_condition_on_a_field_of_a_kind_is_checked(kind: str, condition: str, words: str | None) -> None:
    """W4, W13: the kind behind the `$ref` tells the type, also one of a plugin; in a step as in a check of the form."""
    kinds = {"acme:rate": {"type": "number", "minimum": 0}}
    form = FORM + f'    rate: {{title: {{en: Rate, fr: Taux}}, $ref: "{kind}"}}\n'
    step = WORKFLOW.replace("who: [adviser]}", f"who: [adviser], when: {condition}}}")
    check = f"checks: [{{when: {condition}, says: {{en: Less., fr: Moins.}}}}]\n"
    vocabulary = replace(Vocabulary.builtin(), field_kinds=kinds)
    for files in ({"workflows/question/workflow.yaml": step, REQUEST: form}, {REQUEST: form + check}):
        found = [finding.message for finding in check_site(bundle(files), vocabulary)]
        assert len(found) == (words is not None), found
        assert all(message.endswith(words or "") for message in found), found


@pytest.mark.parametrize(
    ("anchor", "calendar_rolls", "is_found"),
    [
        ("after: 1 month", "", True),
        ("after: 1 month, rolls: none", "", False),
        ("after: 1 month", ", rolls: none", False),
        ("after: 3 working days", "", False),
        ("before: 1 month", "", False),
    ],
)
def test_a_period_of_which_nothing_says_what_a_closed_day_does(
    anchor: str, calendar_rolls: str, is_found: bool
) -> None:
    """W18, W13: an appeal would end on a Sunday; the calendar is the portal's, which the workflow does not name."""
    served = "    served_on: {title: {en: Served, fr: Signifié}, type: string, format: date}\n"
    files = {
        "config/portal.yaml": PORTAL + "calendar: office\n",
        "config/calendars.yaml": f"office: {{zone: Europe/Paris, country: FR{calendar_rolls}}}\n",
        REQUEST: FORM + served,
        "workflows/question/workflow.yaml": f"{WORKFLOW}deadlines: [{{{anchor}, of: served_on, stops_in: [answered]}}]",
    }
    found = check_site(bundle(files), Vocabulary.builtin())
    assert ("closed-day" in codes(found)) is is_found, found
