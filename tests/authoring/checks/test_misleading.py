"""Mistakes of authors whose message once misled: each is told once, where it is, with what to write (A1, W13)."""

from __future__ import annotations

import pytest

from tests.authoring.misleading import CHECK, FLOW, FORM, WORKFLOW, changed, site_findings
from tests.authoring.misleading_rows import ROWS


def told(path: str, text: str | bytes) -> list[str]:
    """The findings of the pack with one file changed, without its name."""
    findings = site_findings({path: text})
    assert {finding.file for finding in findings} <= {path}, findings
    return [f"{finding.line}:{finding.column}: {finding.severity}: {finding.message}" for finding in findings]


def test_the_pack_itself_has_no_findings() -> None:
    """W13: no false alarm."""
    assert site_findings({}) == []


@pytest.mark.parametrize(("path", "old", "new", "expected"), ROWS, ids=range(len(ROWS)))
def test_a_mistake_is_told_once_with_what_to_write(path: str, old: str, new: str, expected: list[str]) -> None:
    """W13: one cause, one finding, in its place."""
    assert told(path, changed(path, old, new)) == expected


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (CHECK, "mark: {title:", "mark: {titel:", 'titel means nothing in a form; did you mean "title"?'),
        (
            CHECK,
            "  properties:\n    mark",
            "  checks: [{when: mark is not empty, says: x}]\n  properties:\n    mark",
            "checks means nothing in a form; it stands beside form:, not under it: begin it in the column of form:, "
            'in Python rules={"checks": ...}',
        ),
        (
            CHECK,
            "  properties:\n    mark",
            "  ui: {steps: []}\n  properties:\n    mark",
            "ui means nothing in a form, so nothing under it is asked; it stands beside form:, not under it: begin it "
            "in the column of form:",
        ),
        (
            CHECK,
            "maxLength: 200",
            "maxLength: 1,5",
            "a comma ends a value inside { }: write 1.5, with a point before the decimals",
        ),
        (CHECK, "DE]}", "DE], enumname: [F, D]}", 'enumname means nothing in a form; did you mean "enumNames"?'),
        (
            CHECK,
            "  properties:\n    mark",
            "  properties:\n    required: [mark]\n    mark",
            "required stands under properties:, as if it were a question; begin it in the column of properties:",
        ),
        (
            CHECK,
            "expiry_date: {title: {en: Expiry, fr: Échéance}, type: string, format: date}",
            "expiry_date: {title: {en: Expiry, fr: Échéance}, type: string, format: date, minimum: 2026-01-01}",
            "minimum says nothing of a text; write it among checks: {when: expiry_date on or after 2026-01-31, "
            "says: ...}",
        ),
        (
            CHECK,
            "enum: [FR, DE]}",
            "enum: {FR: France, DE: Germany}}",
            "enum takes a list: [FR, DE]; where choices have titles, write oneOf: [{const: FR, title: ...}, ...]",
        ),
        (
            CHECK,
            "required: [mark]",
            'required: ["mark, already_used"]',
            "mark, already_used is required but is not a field here; write a list: [mark, already_used]",
        ),
        (
            CHECK,
            "type: integer}",
            "type: integer, show_when: 'country in [FR]'}",
            "country in [FR]: write country is one of FR",
        ),
        (
            CHECK,
            "type: integer}",
            "type: integer, show_when: country in [FR]}",
            "a [ stands in this text: put the text in quotation marks: show_when: '...'",
        ),
        (
            CHECK,
            "type: integer}",
            "type: integer, show_when: 'country is FR, DE'}",
            "FR, DE are several choices of country; write country is one of FR, DE",
        ),
        (
            CHECK,
            "grantor_name: {",
            "nom du mandant é: {",
            "no condition and no calculation can name `nom du mandant é`; write nom_du_mandant_e, and the words under "
            "title:",
        ),
        (
            CHECK,
            "fr: Chiffre d’affaires}, type: integer}",
            'fr: Chiffre d’affaires}, type: array, items: "formengine:money"}',
            'items takes a schema; write {$ref: "formengine:money"}',
        ),
        (FLOW, "{is: submitter}", "{is: requester}", 'is cannot be requester; did you mean "submitter"?'),
        (FLOW, "who: [requester]}", "role: [requester]}", 'role is not a key here; did you mean "who"?'),
        (
            FLOW,
            "from: any, to: withdrawn",
            "from: received or examined, to: withdrawn",
            "there is no state `received or examined`; write a list: [received, examined]",
        ),
        (
            FLOW,
            "\ntransitions:\n  search:\n    {",
            "\n  transitions:\n    search:\n      {",
            "transitions is indented as if it were a state; begin it in the column of states:",
        ),
        (FLOW, "\ntransitions:", "", "search is a step, and stands among the states; write it under transitions:"),
        (CHECK, "enum: [FR, DE]}", "options: [FR, DE]}", 'options means nothing in a form; did you mean "enum"?'),
        (
            CHECK,
            "enum: [FR, DE]}",
            "enumNames: [F, D]}",
            "enumNames names the values of enum, and there is no enum beside it; write for example enum: [low, high]",
        ),
        (
            CHECK,
            "type: integer}",
            "type: int}\n          why: {title: {en: Why, fr: Pourquoi}, type: string, show_when: turnover over 3}",
            'type may not be "int"; did you mean "integer"?',
        ),
        (
            CHECK,
            "type: integer}",
            "type: integer, show_when: markets.country is FR}",
            "markets.country is FR: write country is FR, as country stands beside this field",
        ),
        (
            CHECK,
            "show_when: already_used is true",
            "show_when: agent.email is not empty",
            "agent.email is not empty: the condition of a field reads fields beside it, and cannot look into agent; "
            "ask for it in a field beside",
        ),
        (
            CHECK,
            "  type: object\n  required",
            "  $schema: draft-04\n  type: object\n  required",
            "draft-04 is not known here; write http://json-schema.org/draft-04/schema#",
        ),
        (
            FLOW,
            "when: already_used is true",
            "when: agent.email is not empty",
            "agent.email is not empty: agent is no list of rows, and a condition cannot look into it; "
            "make email a question beside it",
        ),
    ],
)
def test_a_word_from_elsewhere_is_told_once_with_the_right_one(path: str, old: str, new: str, expected: str) -> None:
    """W13: words of other form builders, types of other languages, and names that look into a group."""
    assert [text.split(": ", 2)[2] for text in told(path, changed(path, old, new))] == [expected]


def test_a_name_that_cannot_be_an_id_is_told_once_however_often_it_is_used() -> None:
    """W13: what names the state by its right id, or by the wrong one, is no mistake of its own."""
    message = "cannot be an id; write small letters, digits and _, beginning with a letter: more_information"
    for used in ("more information", "more_information"):
        text = WORKFLOW.replace("answered", used).replace(f"  {used}: {{title", "  more information: {title")
        assert told(FLOW, text) == [f"21:3: error: 'more information' {message}"]


def test_an_empty_dash_for_questions_is_told_alone() -> None:
    """W13: a dash where questions stand by name."""
    text = FORM[: FORM.index("    mark: {title")] + "    -\n    - mark: {type: string}\n"
    message = "properties takes a map: a name and its schema on each line, without dashes"
    assert told(CHECK, text) == [f"8:3: error: {message}"]


def test_a_contact_needs_a_link_to_act() -> None:
    """W13: without an account, nobody would ever get the seat; with `outside: true` there is nothing to mend."""
    seated = changed(FLOW, "[{position: partner}]", "[outsider]")
    assert told(FLOW, seated) == []
    message = "the people in `agent` have no account; add outside: true"
    assert told(FLOW, seated.replace("{field: agent, outside: true}", "{field: agent}")) == [f"7:3: error: {message}"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04\x14\x00\xff", "this is a Word document or another packed file; save it as plain text (UTF-8)"),
        (FORM.encode("utf-16"), "this is a text in UTF-16; save it as plain text (UTF-8)"),
        (FORM.encode("utf-16-be"), "this is no plain text, or a text in UTF-16; save it as plain text (UTF-8)"),
    ],
    ids=["word", "utf-16", "utf-16 without mark"],
)
def test_a_file_that_is_no_plain_text_says_what_it_is(content: bytes, what: str) -> None:
    """A2: and not which of its bytes is wrong."""
    assert told(CHECK, content) == [f"1:1: error: {what}"]


@pytest.mark.parametrize(
    "path", ["requests/more.yml", "request/more.yaml", "more.yaml", "requests/more.yaml.txt", "requests/old/more.yaml"]
)
def test_a_request_type_that_would_leave_the_portal_is_an_error(path: str) -> None:
    """A1: a file that nobody reads is told with the name that it needs."""
    to = "workflows/mark/requests/more.yaml"
    message = f"request types lie in requests/ and end in .yaml; rename it to {to}"
    assert told(f"workflows/mark/{path}", FORM) == [f"1:1: error: {message}"]


@pytest.mark.parametrize(
    ("old", "new", "renamed"),
    [
        (FLOW, "workflows/mark/workflow.yml", "workflows/mark/workflow.yaml"),
        ("config/teams.yaml", "config/teams.yml", "config/teams.yaml"),
        ("config/teams.yaml", "config/team.yaml", "config/teams.yaml"),
        ("config/portal.yaml", "config/portal.yaml.txt", "config/portal.yaml"),
    ],
)
def test_a_misnamed_file_is_told_once(old: str, new: str, renamed: str) -> None:
    """A1: that the right one is missing follows from it."""
    findings = [finding for finding in site_findings({old: None, new: "x: 1\n"}) if finding.severity == "error"]
    assert [f"{f.file}: {f.message}" for f in findings if f.file.startswith((old[:-1], new))] == [
        f"{new}: this file is not read; rename it to {renamed}"
    ]
