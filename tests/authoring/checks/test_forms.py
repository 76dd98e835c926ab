"""What the compiler of forms says is told at its place: widgets that cannot stand there, keywords of other drafts."""

from __future__ import annotations

import pytest

from formengine.authoring import check_site
from formengine.authoring.checks.forms import form_findings
from formengine.workflow.definition.fact_types import fact_types
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import FORM, REQUEST, bundle, read_document, request_type

WORDS = Vocabulary.builtin()


@pytest.mark.parametrize("name", ["question", "/question"])
def test_a_widget_that_does_not_fit_is_a_warning(name: str) -> None:
    """F2: `checkboxes` for a text field: the form shows the field's usual control, and a warning names the widget."""
    text = FORM + f"ui: {{fields: {{{name}: {{widget: checkboxes}}}}}}\n"
    parsed, wrong = request_type(text)
    document, _ = read_document(text.encode(), REQUEST)
    assert parsed is not None, wrong
    assert document is not None
    findings = form_findings(document, parsed, ("en", "fr"), {}, {})
    assert [(finding.severity, finding.code) for finding in findings] == [("warning", "widget")]
    assert "checkboxes" in findings[0].message
    assert findings[0].line == len(FORM.splitlines()) + 1


ERRORS = [
    ("questoin: {any: {en: X, fr: X}}", "error", 'did you mean "question"', 1),
    ("question: {requierd: {en: X, fr: X}}", "error", 'did you mean "required"', 1),
    ("question: {pattern: {en: X, fr: X}}", "error", "question has no pattern", 1),
    ("question: {any: {en: X}}", "warning", "no text in fr; add fr:", 1),
    ("question: {en: X, fr: X}", "error", "write {any: ...} for one sentence", 1),
    ("question: X", "error", "write {any: ...} for one sentence", 1),
    ("question: {required: [X]}", "error", "required", 1),
    ("[question]", "error", "errors takes a map", 0),
]


@pytest.mark.parametrize(("line", "severity", "says", "below"), ERRORS)
def test_error_messages_that_nobody_would_read_are_found(line: str, severity: str, says: str, below: int) -> None:
    """F18, A1: at their line, with what to write."""
    text = FORM + f"errors:{chr(10) if below else ''}  {line}\n"
    (finding,) = check_site(bundle({REQUEST: text}), WORDS)
    assert (finding.file, finding.line, finding.severity) == (REQUEST, len(FORM.splitlines()) + 1 + below, severity)
    assert says in finding.message


def test_error_messages_of_a_form_are_read() -> None:
    """F18: and are among the rules of the request type."""
    text = FORM + "errors:\n  question: {required: {en: Ask us something., fr: Posez une question.}}\n"
    assert check_site(bundle({REQUEST: text}), WORDS) == []
    parsed, _ = request_type(text)
    assert parsed is not None
    assert parsed.rules == {
        "errors": {"question": {"required": {"en": "Ask us something.", "fr": "Posez une question."}}}
    }


DRAFT_4_FORM = """\
title: {en: Question, fr: Question}
category: advice
practice_area: general
form:
  $schema: "http://json-schema.org/draft-04/schema#"
  id: "https://example.com/question#"
  type: object
  required: [age]
  properties:
    age: {title: {en: Age, fr: Âge}, type: integer, minimum: 0, exclusiveMinimum: true}
    pair: {type: array, items: [{type: string, pattern: "["}, {type: integer}]}
    law: {enum: [fr, de], enumNames: [{en: French, fr: français}, {en: German, fr: allemand}]}
    paper: {type: string, const: ours, default: 3}
"""


def _findings(text: str) -> list[tuple[str, str, int]]:
    parsed, wrong = request_type(text)
    document, _ = read_document(text.encode(), REQUEST)
    assert parsed is not None, wrong
    assert document is not None
    found = wrong + form_findings(document, parsed, ("en", "fr"), {}, {})
    return [(finding.severity, finding.code, finding.line) for finding in found]


def test_a_form_of_draft_4() -> None:
    """F1, F2: a form of an older draft is published in 2020-12; findings stand where its author wrote them."""
    assert _findings(DRAFT_4_FORM) == [("error", "form", 11)]
    text = DRAFT_4_FORM.replace('"["', '"^a"')
    assert _findings(text) == [("warning", "draft", 13), ("warning", "default", 13)]
    parsed, _ = request_type(text)
    assert parsed is not None
    assert parsed.form["$schema"].endswith("draft-04/schema#")
    properties = parsed.schema("fr")["properties"]
    assert properties["age"] == {"title": "Âge", "type": "integer", "exclusiveMinimum": 0}
    assert properties["pair"]["prefixItems"][1] == {"type": "integer"}
    assert properties["law"]["enumNames"] == ["français", "allemand"]
    facts = fact_types({}, {"question": parsed.schema_in_all})
    assert facts["law"].values == {"fr": {"en": "French", "fr": "français"}, "de": {"en": "German", "fr": "allemand"}}


@pytest.mark.parametrize(
    ("names", "severity"), [("[French]", "warning"), ("French", "error"), ("[1, {xx-: a}]", "error")]
)
def test_names_of_options_that_do_not_fit(names: str, severity: str) -> None:
    """F1: `enumNames` takes one text for each value."""
    text = FORM + f"    law: {{enum: [fr, de], enumNames: {names}}}\n"
    _, wrong = request_type(text)
    assert {(finding.severity, finding.line) for finding in wrong} == {(severity, len(text.splitlines()))}


FINDINGS: list[tuple[str, str | None]] = [
    ("  definitions: {common: {text: {type: string}, name: {type: string}}}", None),
    ("    b: {type: string, examples: []}", None),
    ("    b: {oneOf: [{properties: {k: {const: a}}}], discriminator: {propertyName: k}}", None),
    ("    b: {type: string, id: b}", "write $id"),
    ("    b: {type: number, divisibleBy: 2}", "write multipleOf"),
    ("    b: {type: string, pattern: '(?i)abc'}", "write both cases"),
    ("    b: {enum: [x, y], default: [x, y]}", '["x", "y"] is not one of the choices'),
    ("    b: {type: array, enum: [x, y]}", "write those of its entries under items: {enum: [...]}"),
    ("    b: {enum: [{en: One, fr: Un}, {en: Two, fr: Deux}]}", "in place of enum"),
    ("    b: {type: object, container: {type: string}}", "write b: {type: object, properties: {container: {...}}}"),
    ("    b: {type: object, propertes: {c: {type: string}}}", 'did you mean "properties"'),
]


@pytest.mark.parametrize(("line", "says"), FINDINGS)
def test_findings_about_schemas_that_others_wrote(line: str, says: str | None) -> None:
    """F2, A1: what is right has no finding; what is not has one that says what to write."""
    findings = check_site(bundle({REQUEST: f"{FORM}{line}\n"}), WORDS)
    assert len(findings) == (says is not None), findings
    assert says is None or says in findings[0].message
