"""The check of a Word template: what is wrong, where, around which words, and what to write instead (S1)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from formengine.conditions.parser import parse_condition
from formengine.documents.word_templates.field_types import FieldType, types_of
from formengine.documents.word_templates.lint import TemplateFields, lint, where
from formengine.documents.word_templates.presence import Presence, presences
from formengine.documents.word_templates.tag_balance import TemplateFinding
from formengine.forms import KINDS
from tests.documents.conftest import changed, saved, word

FORM: dict[str, Any] = {
    "required": ["paper", "name", "party", "secret", "reason", "start"],
    "properties": {
        "paper": {"oneOf": [{"const": "ours", "title": "Ours"}, {"const": "theirs", "title": "Theirs"}]},
        "name": {"type": "string"},
        "party": {"$ref": "formengine:party"},
        "secret": {"type": "boolean"},
        "reason": {"type": "string", "show_when": "secret is true"},
        "place": {"type": "string", "show_when": "paper is ours", "required_when": "paper is ours"},
        "start": {"type": "string", "format": "date"},
        "end": {"type": "string", "format": "date"},
        "courts": {"type": "string"},
        "rows": {
            "type": "array",
            "items": {"type": "object", "required": ["what"], "properties": {"what": {}, "due": {}}},
        },
    },
}

COMPUTED = {"end": "start + 1 years"}


def fields(**options: Any) -> TemplateFields:
    types = {**types_of(FORM, KINDS, {}), "today": FieldType("date")}
    presence = {**presences(FORM, COMPUTED), "today": Presence(True)}
    return TemplateFields(types, presence, **options)


def findings(*paragraphs: str, language: str = "en", **options: Any) -> list[TemplateFinding]:
    return lint(word(*paragraphs), fields(**options), language)


def sentence(*paragraphs: str, **options: Any) -> str:
    (finding,) = findings(*paragraphs, **options)
    return f"{finding.severity} {finding.paragraph}: {finding.message}"


SOUND = [
    "{{ name }} {{ party.name }} {{ start }} {{ end }} {{ today }}",
    "{% if courts %}{{ courts }}{% endif %}",
    "{{ courts|default('the courts of Paris') }} {{ courts or name }} {{ courts if courts else name }}",
    "{% if secret %}{{ reason }}{% else %}{{ name }}{% endif %}",
    "{% if paper == 'ours' %}{{ place }}{% endif %}",
    "{% if paper != 'theirs' %}{{ place }}{% endif %}",
    "{% if paper == 'theirs' %}{{ name }}{% else %}{{ place }}{% endif %}",
    "{% if courts and name %}{{ courts }}{% endif %}",
    "{% if not courts %}{{ name }}{% else %}{{ courts }}{% endif %}",
    "{% if party.country is defined %}{{ party.country }}{% endif %}",
    "{{ party|party(by=courts) }}",
    "{% for row in rows %}{{ loop.index }} {{ row.what }}{% if row.due %}{{ row.due }}{% endif %}{% endfor %}",
    "{% set us = name %}{{ us }}",
    "{{ name | upper }}",
]


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_template_has_no_findings(text: str) -> None:
    """S1: an answer that may be missing is guarded by what the form says of it."""
    assert findings(text) == []


def absent(path: str) -> str:
    write = f'write {{% if {path} %}} before it and {{% endif %}} behind it, or {{{{ {path}|default("…") }}}}.'
    return f"warning 1: {path} may have no answer; {write}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Between {{ nmae }}.", "error 1: nmae is no field of the form or the workflow. Did you mean name?"),
        ("{{ party.nme }}", "error 1: party has no part nme. Did you mean name?"),
        ("{{ name|en_lettres }}", "error 1: There is no filter en_lettres. Did you mean in_words?"),
        ("{{ name|uper }}", "error 1: There is no filter uper. Did you mean upper?"),
        ("{{ courts }}", absent("courts")),
        ("{{ reason }}", absent("reason")),
        ("{% if paper == 'theirs' %}{{ place }}{% endif %}", absent("place")),
        ("{{ party.country }}", absent("party.country")),
        ("{% for row in rows %}{{ row.due }}{% endfor %}", absent("row.due")),
        ("{% if name %}x", "error 1: {% if name %} is never closed; write {% endif %} after what it is for."),
        ("x{% endif %}", "error 1: {% endif %} belongs to nothing that was opened before it; take it out."),
        (
            "{% for row in rows %}{% endif %}",
            "error 1: {% endif %} stands where {% for row in rows %} has to end; write {% endfor %}.",
        ),
        ("{{ name", "error 1: The tag {{ name is not whole; a tag begins and ends in one paragraph."),
        ("{ name }", "error 1: { name } would be printed as it is; write {{ name }}."),
        (
            "{%p if name %} and more",
            "error 1: {%p if name %} stands for its whole paragraph, so the other words of it are lost; put it into a "
            "paragraph of its own.",
        ),
        ("{% include 'x' %}", "error 1: {% include 'x' %} is not allowed in a template; write if, for or set."),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_what_to_write_instead(text: str, told: str) -> None:
    """S1: unknown field, part or filter; an answer that may be missing; tags that are not closed or not whole."""
    assert told in [f"{f.severity} {f.paragraph}: {f.message}" for f in findings(text)]


def test_a_finding_says_where_it_is() -> None:
    """S1: the number of the paragraph, and the words around it."""
    (finding,) = findings(
        "First.", "", "The seat of the company is in {{ plase }} since its foundation in the year 1998."
    )
    assert (finding.paragraph, where(finding, "en"), where(finding, "fr")) == (3, "paragraph 3", "paragraphe 3")
    assert finding.around.startswith("The seat") or finding.around.startswith("…")
    assert "is in {{ plase }}" in finding.around


def test_findings_speak_french() -> None:
    """S1, O7."""
    assert sentence("{{ nmae }}", language="fr") == (
        "error 1: nmae n’est un champ ni du formulaire ni du circuit. Vouliez-vous dire name\u00a0?"
    )
    assert "peut rester sans réponse" in sentence("{{ courts }}", language="fr")


def test_a_field_that_no_clause_uses_is_told() -> None:
    """S1: what the form asks and the contract does not say."""
    told = [f.message for f in findings("{{ name }}", expected={"name": "Name", "courts": "Courts"})]
    assert told == [
        "No clause uses the field courts (Courts): write it into the text, or name it under leaves_out: of the "
        "document."
    ]


def test_the_condition_of_the_document_holds_in_its_template() -> None:
    """S1: drafted on our paper alone, so what is asked with our paper is there."""
    assert findings("{{ place }}", when=parse_condition("paper is ours")) == []
    assert len(findings("{{ place }}", when=parse_condition("paper is theirs"))) == 1


def test_blocks_that_end_in_another_paragraph_stand_in_their_own() -> None:
    """S1: a tag within a paragraph cannot take others away."""
    assert "write {%p if name %} in a paragraph of its own" in sentence("A {% if name %}b", "c{% endif %} d")
    assert findings("{%p if name %}", "b", "{%p endif %}") == []


def test_headers_footers_tables_and_text_boxes_are_read() -> None:
    """S1: everything that Word shows."""
    document = Document()
    document.sections[0].header.paragraphs[0].text = "{{ in_header }}"
    document.sections[0].footer.paragraphs[0].text = "{{ in_footer }}"
    document.add_table(1, 1).cell(0, 0).text = "{{ in_table }}"
    box = (
        f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>{{{{ in_box }}}}</w:t></w:r></w:p></w:txbxContent>"
        "</w:pict></w:r>"
    )
    document.add_paragraph("{{ outside }}")._p.append(parse_xml(box))
    told = {(finding.part, finding.message.split()[0]) for finding in lint(saved(document), fields(), "en")}
    assert told == {
        ("header1", "in_header"), ("footer1", "in_footer"), ("document", "in_table"), ("document", "in_box"),
        ("document", "outside"),
    }  # fmt: skip


def test_footnotes_are_read_and_end_notes_are_not_filled() -> None:
    """S1: docxtpl fills footnotes, and neither end notes nor comments."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def part(name: str, text: str) -> bytes:
        return f"<w:{name} {space}><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{name}>".encode()

    template = changed(
        word("x"),
        {
            "word/footnotes.xml": part("footnotes", "{{ nmae }}"),
            "word/endnotes.xml": part("endnotes", "{{ name }}"),
        },
    )
    told = {finding.part: finding.message for finding in lint(template, fields(), "en")}
    assert "nmae is no field" in told["footnotes"]
    assert told["endnotes"].startswith("Tags in end notes and comments are not filled")


def test_tags_that_word_cut_in_two_are_told() -> None:
    """S1: pieces of one row of runs are joined; a tab, a link or a tracked change between them is not."""
    document = Document()
    whole = document.add_paragraph("Dear {{ na")
    whole.add_run("me }}").bold = True
    cut = document.add_paragraph()
    cut.add_run("{{ na")
    xml = f'<w:ins {nsdecls("w")} w:id="1" w:author="x"><w:r><w:t>me }}}}</w:t></w:r></w:ins>'
    cut._p.append(parse_xml(xml))
    tab = document.add_paragraph("{{ na")
    tab.add_run().add_tab()
    tab.add_run("me }}")
    told = lint(saved(document), fields(), "en")
    assert [(finding.paragraph, finding.code) for finding in told] == [(2, "template-split"), (3, "template-split")]
    assert "type it again in one go" in told[0].message


def test_quotation_marks_that_word_made_curly_are_read() -> None:
    """S1: Word's autocorrection is no mistake of the author."""
    assert findings("{% if paper == “ours” %}{{ place }}{% endif %}") == []


def test_a_part_that_is_no_xml_is_refused() -> None:
    from formengine.errors import DocumentRefused

    with pytest.raises(DocumentRefused, match="cannot be opened"):
        lint(changed(word("x"), {"word/document.xml": b"<w:document"}), fields(), "en")


def test_a_large_template_is_checked() -> None:
    document = Document()
    for _ in range(400):
        document.add_paragraph("{% if courts %}{{ courts }}{% endif %} {{ name }}")
    stream = io.BytesIO()
    document.save(stream)
    assert lint(stream.getvalue(), fields(), "en") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ " + "(" * 4000 + "name" + ")" * 4000 + " }}", "nested too deeply"),
        ("{{" * 15_000, "more than 20000 characters"),
        ("{% if name %}" * 3000, "more than 20000 characters"),
    ],
)
def test_a_hostile_template_is_refused_at_once(text: str, told: str) -> None:
    """T31: neither the stack nor the time of the check is without end."""
    assert any(told in finding.message for finding in findings(text))


LINES: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {"required": ["amount", "hours"], "properties": {
        "amount": {"$ref": "formengine:money"}, "bonus": {"$ref": "formengine:money"}, "hours": {"type": "number"},
    }},
}  # fmt: skip


@pytest.mark.parametrize(
    ("computed", "lines", "required", "is_sure"),
    [
        ("sum of lines.amount", LINES, ["lines"], True),
        ("highest of lines.hours", LINES, ["lines"], True),
        ("sum of lines.amount", LINES, [], False),
        ("sum of lines.amount", {**LINES, "minItems": 0}, ["lines"], False),
        ("sum of lines.bonus", LINES, ["lines"], False),
        ("sum of lines.amount", {**LINES, "show_when": "many is true"}, ["lines"], False),
        ("sum of lines.hours", {**LINES, "minItems": 0}, [], True),
        ("number of lines", LINES, [], True),
        ("lowest of lines.hours", LINES, [], False),
        ("starts + months months", LINES, ["starts", "months"], True),
        ("starts + months months", LINES, ["starts"], False),
        ("today + 1 month", LINES, [], True),
        ("other", LINES, ["lines"], True),
        ("cannot be read", LINES, ["lines"], False),
    ],
)
def test_a_computed_answer_may_be_missing_where_what_it_is_computed_from_may(
    computed: str, lines: dict[str, Any], required: list[str], is_sure: bool
) -> None:
    """S1: F17: the sum of amounts that nobody has to give is no price; numbers of no rows add up to 0."""
    named = ("starts", "months", "many", "total", "other")
    form = {"required": required, "properties": {"lines": lines, **{name: {} for name in named}}}
    rules = {"total": computed, "other": "sum of lines.amount"}
    assert presences(form, rules)["total"].is_sure({}) is is_sure


def test_a_computed_answer_that_is_not_always_shown_may_be_missing() -> None:
    """S1: F17: a condition of its own counts, and one of what it reads."""
    form = {"required": ["starts"], "properties": {"starts": {}, "ends": {"show_when": "fixed is true"}, "fixed": {}}}
    ends = presences(form, {"ends": "starts + 1 year"})["ends"]
    assert not ends.is_sure({})
    assert ends.is_sure({"fixed": frozenset(("true",))})
