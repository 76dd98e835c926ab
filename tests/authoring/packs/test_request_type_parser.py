"""What of a request type's YAML can be wrong, and that each mistake has its place and says what to write."""

from __future__ import annotations

import pytest

from tests.authoring.sites import FORM, codes, request_type

FILE = """\
    paper: {title: {en: P, fr: P}, enum: [ours, theirs]}
    upload: {title: {en: U, fr: U}, $ref: "formengine:file"}
"""


@pytest.mark.parametrize("key", ["show_when", "required_when"])
@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("cap over 50.000 EUR", "write cap over 50000 EUR"),
        ("[question is x, cap over 50.000 EUR]", "write cap over 50000 EUR"),
        ("cap over 50 000 EUR", "write cap over 50000 EUR"),
        ("cap is 50 000 EUR", "write cap is 50000 EUR"),
        ("markets is FR", "write markets contains FR"),
    ],
)
def test_a_condition_of_a_form_is_refused_as_one_of_a_workflow_is(key: str, sentence: str, says: str) -> None:
    """W13: marks of thousands would be read as a point before cents; a list is no single value."""
    money = '    cap: {title: {en: Cap, fr: Plafond}, $ref: "formengine:money"}\n'
    markets = "    markets: {title: {en: Markets, fr: Marchés}, type: array, items: {type: string}}\n"
    why = f"    why: {{title: {{en: Why, fr: Motif}}, type: string, {key}: {sentence}}}\n"
    _, findings = request_type(FORM + money + markets + why)
    assert [(f.code, f.severity) for f in findings] == [("condition", "error")]
    assert findings[0].message.endswith(says)


def test_the_base_form_has_nothing_to_mend() -> None:
    parsed, findings = request_type(FORM)
    assert findings == []
    assert parsed is not None
    assert parsed.properties == ("question",)


@pytest.mark.parametrize(
    ("columns", "messages"),
    [
        ("{ends_on: day, amount: fee, counterparty: contract.name}", []),
        ("{ends_on: contract.until, amount: contract.fee}", []),
        (
            "{ends_on: contract.name, amount: contract.until}",
            [
                "ends_on takes a date (type: string, format: date), and contract.name is none; name another field",
                "amount takes an amount of money ($ref: formengine:money), and contract.until is none; name another",
            ],
        ),
        ("{amount: contract, ends_on: fee.currency}", ["amount takes an amount", "ends_on takes a date"]),
        ('{counterparty: ""}', ["counterparty takes the name of a field, such as counterparty: contract_counterparty"]),
    ],
)
def test_columns_take_fields_of_their_kind(columns: str, messages: list[str]) -> None:
    """P14: also of fields that refer to a definition of the form, and of a part of a group."""
    form = """title: {en: Contract, fr: Contrat}
form:
  type: object
  $defs:
    day: {type: string, format: date}
    fee: {$ref: "formengine:money"}
  properties:
    day: {title: {en: Day, fr: Jour}, $ref: "#/$defs/day"}
    fee: {title: {en: Fee, fr: Prix}, $ref: "#/$defs/fee"}
    contract:
      title: {en: Contract, fr: Contrat}
      type: object
      properties:
        name: {title: {en: Name, fr: Nom}, type: string}
        until: {title: {en: Until, fr: Fin}, $ref: "#/$defs/day"}
        fee: {title: {en: Fee, fr: Prix}, $ref: "#/$defs/fee"}
"""
    _, findings = request_type(f"{form}columns: {columns}\n")
    told = [finding.message for finding in findings]
    assert len(told) == len(messages), told
    assert all(message.startswith(start) for message, start in zip(told, messages, strict=True)), told


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("intake: letter", "unknown", "known are questionnaire, upload"),
        ("audience: anybody", "unknown", "everyone"),
        ("audience: {teams: [x]}", "unknown-key", "roles"),
        ("legal_notice: {en: Agree, fr: 5, xx: [1]}", "text", "takes a text"),
        ("dossier_title: About {questoin}", "unknown-field", 'did you mean "question"'),
        ("dossier_title: About {question.nom}", "unknown-field", "question has no parts; write {question}"),
        ("dossier_title: About {question", "dossier-title", "brace is left open"),
        ("dossier_title: About {__class__.__init__}", "unknown-field", "__class__"),
        ("columns: {counterparty: questoin}", "unknown-field", 'did you mean "question"'),
        ("columns: {counterparty: question.name}", "unknown-field", "question has no parts; write question"),
        ("columns: {ends_on: question}", "kind", "ends_on takes a date"),
        ("columns: {party: question}", "unknown-key", "counterparty"),
        ("prefill: {question: never}", "unknown", "known are last, link, profile"),
        ("prefill: {other: last}", "unknown-field", "other"),
        ("prefill: {question: [last, profil]}", "unknown", 'did you mean "profile"'),
        ("retention: {after: a while}", "duration", "10 years|not a duration"),
        ("retention: {then: erase}", "missing", "after"),
        ("ui: {steps: [{title: {en: A, fr: A}, fields: [questions]}]}", "unknown-field", "question"),
        ("ui: {steps: [{title: {en: A, fr: A}, fields: [question, question]}]}", "steps", "page 1 already"),
        ("ui: {fields: {question: {widget: slider}}}", "unknown", "slider"),
        ("ui: {fields: {question: {rows: many}}}", "number", "whole number"),
        ("ui: {fields: {question: {hlep: x}}}", "unknown-key", 'did you mean "help"'),
        ("ui: {fields: {/answer/due: {help: x}}}", "unknown-field", "answer"),
        ("documents: {paper: {title: {en: P, fr: P}}}", "missing", "template"),
        ("documents: {paper: {template: paper.docx}}", "unknown-file", 'did you mean "papers.docx"'),
        ("documents: {paper: {from: question}}", "kind", "formengine:file"),
        ("documents: {paper: {from: upload}}", "unknown-field", "upload"),
        ("documents: {paper: {template: papers.docx, draft_on: later}}", "unknown", "submit"),
        ("documents: {Paper: {template: papers.docx}}", "identifier", "small letters"),
        ("documents: {paper: {template: {en: papers.docx}}}", "languages", "no template in fr"),
        ("documents: {paper: {template: {en: papers.docx, fr: paper.docx}}}", "unknown-file", "papers.docx"),
        ("documents: {paper: {template: papers.docx, language: queston}}", "language", 'did you mean "question"'),
        ("documents: {paper: {template: papers.docx, leaves_out: [questions]}}", "unknown-field", "question"),
        ("keywords: {en: [NDA], de: [Geheimhaltung]}", "language", "de is no language of this portal"),
        ("keywords: {en: [NDA, '--'], fr: [NDA]}", "keyword", "no letter"),
        (f"keywords: [{'long ' * 20}]", "keyword", "longer than 80"),
        ("keywords: NDA", "kind", "keywords takes a map"),
        ("colour: red", "unknown-key", "colour"),
        ("drafts: {expire_after: 3 days}", "unknown-key", "drafts: {expire_after: 30 days} in config/portal.yaml"),
        ("roles: {}", "unknown-key", "workflow.yaml"),
        ("fields: {}", "unknown-key", "form: {properties: {...}}"),
    ],
)
def test_a_mistake_has_its_line_and_says_what_to_write(line: str, code: str, says: str) -> None:
    """A1, W13: file, line, column, and what to write instead."""
    parsed, findings = request_type(FORM + line + "\n", "workflows/question/documents/papers.docx")
    assert parsed is None
    matching = [finding for finding in findings if finding.code == code]
    assert matching, findings
    assert any(part in matching[0].message for part in says.split("|")), matching[0]
    assert matching[0].line == FORM.count("\n") + 1


def test_a_category_that_the_portal_has_not_is_told() -> None:
    _, findings = request_type(FORM.replace("category: advice", "category: advise"))
    assert 'did you mean "advice"' in findings[0].message
    assert (findings[0].line, findings[0].column) == (2, 11)


def test_shorthand_is_read_where_it_stands() -> None:
    """W13: every field of a condition exists, with a fitting type."""
    text = FORM + "    more: {title: {en: M, fr: M}, type: string, show_when: questoin is x}\n"
    _, findings = request_type(text)
    assert codes(findings) == ["condition"]
    assert (findings[0].line, findings[0].column) == (9, 60)


def test_shorthand_beside_properties_is_told() -> None:
    _, findings = request_type(FORM.replace("  type: object", "  type: object\n  show_when: a is b"))
    assert codes(findings) == ["shorthand"]


def test_a_document_that_is_chosen_by_a_sentence_is_checked_too() -> None:
    """S1: `when` chooses between the template and an upload."""
    good = FORM + FILE + "documents: {paper: {template: papers.docx, from: upload, when: paper is ours}}\n"
    parsed, findings = request_type(good, "workflows/question/documents/papers.docx")
    assert findings == []
    assert parsed is not None
    _, findings = request_type(good.replace("is ours", "is our"), "workflows/question/documents/papers.docx")
    assert codes(findings) == ["condition"]


def test_a_text_that_lacks_a_language_is_a_warning() -> None:
    parsed, findings = request_type(FORM.replace("{en: Your question, fr: Votre question}", "{en: Your question}"))
    assert parsed is not None
    assert [(finding.severity, finding.line) for finding in findings] == [("warning", 8)]
    assert "add fr: with the French text" in findings[0].message


def test_a_field_that_stands_on_no_page_is_told() -> None:
    """F7: in a form with pages, a field that is on none of them is a finding: nobody would see it."""
    text = FORM + "    more: {type: string}\nui: {steps: [{title: {en: A, fr: A}, fields: [question]}]}\n"
    _, findings = request_type(text)
    assert codes(findings) == ["steps"]


@pytest.mark.parametrize(
    ("field", "code", "severity", "says"),
    [
        ("{type: string, fromat: date}", "keyword", "warning", 'did you mean "format"'),
        ("{type: string, format: dat}", "format", "warning", 'did you mean "date"'),
        ("{type: integer, maximum: 1.000}", "number", "warning", "write 1000, or 1 if that is meant"),
        ("{type: string, minLength: 9, maxLength: 3}", "bounds", "error", "nothing could be answered"),
        ("{enum: [a, b], default: c}", "default", "error", "not one of the choices"),
        ("{type: string, show_when: more is a}", "condition", "error", "more cannot be shown by its own answer"),
        ("{enum: []}", "kind", "error", "takes a list"),
        ("{type: object, properties: [a]}", "kind", "error", "takes a map"),
        ("{type: object, properties: {a: {type: string}}, required: [aa]}", "required", "error", 'did you mean "a"'),
        ("{type: string, description: {en: X, fr: X, english: Y}}", "language", "error", "language code"),
    ],
)
def test_what_json_schema_allows_but_nobody_means(field: str, code: str, severity: str, says: str) -> None:
    """F2, W13: typing errors in keywords, bounds that cross, a name required that no field has."""
    _, findings = request_type(FORM + f"    more: {field}\n")
    assert [(finding.code, finding.severity, finding.line) for finding in findings] == [(code, severity, 9)]
    assert says in findings[0].message


def test_a_name_required_in_a_branch_is_looked_for_in_the_whole_object() -> None:
    """F4: a branch of a condition may require fields that are declared outside of it."""
    rule = "  allOf: [{if: {required: [question]}, then: {required: [%s], properties: {reason: {type: string}}}}]\n"
    assert request_type(FORM + rule % "reason")[1] == []
    assert request_type(FORM + rule % "question")[1] == []
    assert codes(request_type(FORM + rule % "raeson")[1]) == ["required"]


def test_a_form_is_a_map_of_fields() -> None:
    assert codes(request_type("title: {en: X, fr: X}\nform: {type: array}\n")[1]) == ["kind"]
    assert codes(request_type("title: {en: X, fr: X}\nform: [a]\n")[1]) == ["kind"]
    assert codes(request_type("title: {en: X, fr: X}\n")[1]) == ["missing"]
    assert codes(request_type("[a, b]\n")[1]) == ["kind"]


def test_keywords_are_words_of_each_language() -> None:
    """F1: all are found in any language; what is missing, or written twice, is a warning."""
    parsed, findings = request_type(FORM + "keywords: {en: [NDA, secrecy], fr: [NDA, secret]}\n")
    assert findings == []
    assert parsed is not None
    assert parsed.keywords == ("NDA", "secrecy", "secret")
    parsed, findings = request_type(FORM + "keywords: [nda, NDA]\n")
    assert parsed is not None
    assert [finding.message for finding in findings] == ["NDA stands here twice; take one of them out"]
    _, findings = request_type(FORM + "keywords: {en: [NDA]}\n")
    assert [finding.code for finding in findings] == ["missing-language"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("prefill: {upload: link}", "a file, which people choose themselves"),
        ("prefill: {pieces: profile}", "a profile has nothing for pieces"),
        ("prefill: {pieces: profile.name}", "profile.name is a text"),
        ("prefill: {sum_of: last}", "sum_of is computed"),
    ],
)
def test_prefill_that_nothing_can_fill_is_told(line: str, says: str) -> None:
    """F10: at its line."""
    fields = (
        '    upload: {title: {en: U, fr: U}, $ref: "formengine:file"}\n'
        "    pieces: {title: {en: P, fr: P}, type: integer}\n"
        "    sum_of: {title: {en: S, fr: S}, type: integer}\n"
    )
    _, findings = request_type(FORM + fields + "computed: {sum_of: number of pieces}\n" + line + "\n")
    assert any(says in finding.message and finding.code == "prefill" for finding in findings), findings


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("{firm.nam} and {fee.currency}", 'firm has no part nam; did you mean "name"?'),
        ("{firm.nom}", "firm has no part nom"),
        ("{fee.value}", "fee has no part value; known are amount, currency"),
        ("{seat.city.name}", "seat.city has no parts; write {seat.city}"),
        ("{seat.town}", "seat has no part town"),
        ("{firm.name}, {fee}, {fee.amount}, {seat.city}, {rate}, {site.name}, {other.name}", None),
        ("{site.nam}", 'site has no part nam; did you mean "name"?'),
    ],
)
def test_parts_of_fields_in_the_title_of_a_dossier(pattern: str, says: str | None) -> None:
    """F1: W13: a part that the field does not have is an error, as a field that the form does not have."""
    fields = {
        "firm": '$ref: "formengine:party"',
        "fee": '$ref: "formengine:money"',
        "seat": '$ref: "#/$defs/seat"',
        "rate": '$ref: "formengine:percentage"',
        "site": '$ref: "acme:site"',
        "other": '$ref: "acme:other"',
    }
    lines = [f"    {name}: {{title: {{en: T, fr: T}}, {schema}}}" for name, schema in fields.items()]
    city = "  $defs: {seat: {type: object, properties: {city: {title: {en: C, fr: V}, type: string}}}}"
    text = "\n".join([FORM.rstrip(), *lines, city, f"dossier_title: '{pattern}'", ""])
    kinds = {"acme:site": {"type": "object", "properties": {"name": {"type": "string"}}}}
    found = [finding.message for finding in request_type(text, kinds=kinds)[1] if finding.code == "unknown-field"]
    assert len(found) == (says is not None), found
    assert all(message.startswith(says or "") for message in found), found


def test_a_title_of_a_group_names_one_of_its_parts() -> None:
    """A2: a title leaves an address out; it has the name of a party, and an amount of money."""
    kinds = {"home": "address", "firm": "party", "fee": "money"}
    lines = [f"    {name}: {{title: {{en: T, fr: T}}, $ref: 'formengine:{kind}'}}" for name, kind in kinds.items()]
    text = "\n".join([FORM.rstrip(), *lines, "dossier_title: '{home} {firm} {fee} {home.city}'", ""])
    (told,) = [finding.message for finding in request_type(text)[1] if finding.code == "title-of-group"]
    assert told == "a title leaves {home} out, which has several parts; write one of them: {home.postcode}"
