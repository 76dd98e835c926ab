"""Check of a Word template against the fields of its form and workflow, for `formengine check` and the templates page.

Every part that Word shows is read: text, tables, text boxes, headers, footers, footnotes. Each finding says where it
is, and what to write instead, in a language.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from jinja2 import TemplateSyntaxError

from formengine.conditions.parser import Condition
from formengine.documents.word_templates.expressions import ExpressionCheck
from formengine.documents.word_templates.field_types import FieldType
from formengine.documents.word_templates.presence import Presence, known_by
from formengine.documents.word_templates.source import Paragraph, paragraphs_of
from formengine.documents.word_templates.syntax_reasons import syntax_reason
from formengine.documents.word_templates.tag_balance import Report, TemplateFinding, around, check_tags
from formengine.i18n import say
from formengine.source.findings import Severity

LONGEST: Final = 20_000
"""Of a paragraph with tags, in characters."""
PARTS: Final = {
    "document": "paragraph {n}",
    "header": "header, paragraph {n}",
    "footer": "footer, paragraph {n}",
    "footnotes": "footnotes, paragraph {n}",
    "endnotes": "end notes, paragraph {n}",
    "comments": "comments, paragraph {n}",
}


@dataclass(frozen=True)
class TemplateFields:
    """What a template may name: the types of fields by name, whether they have an answer, and which have to be used.

    `expected` are the titles, by name, of the fields of the form that some clause should use; `when` is the condition
    under which the document is drafted.
    """

    types: Mapping[str, FieldType]
    presence: Mapping[str, Presence] = field(default_factory=dict)
    expected: Mapping[str, str] = field(default_factory=dict)
    when: Condition | None = None


def lint(template: bytes, fields: TemplateFields, language: str) -> list[TemplateFinding]:
    """The findings of a template, in the order of its parts and paragraphs, their sentences in a language.

    The template is safe to open (`check_template`). Raises DocumentRefused for a part that is no XML.
    """
    return lint_with_fields(template, fields, language)[0]


def lint_with_fields(
    template: bytes, fields: TemplateFields, language: str
) -> tuple[list[TemplateFinding], frozenset[str]]:
    """The same, with the names of the fields that the template writes or tests."""
    parts = paragraphs_of(template)
    findings: set[TemplateFinding] = set()
    used: set[str] = set()
    sound = True
    for name, paragraphs in parts.items():
        sound = _lint_part(name, paragraphs, fields, language, findings, used) and sound
    if sound:
        findings |= set(_unused(fields, used, language))
    return sorted(findings), frozenset(used)


def where(finding: TemplateFinding, language: str) -> str:
    """Where a finding is: *paragraph 12*, *header, paragraph 1*; "" for one of the whole document."""
    if not finding.paragraph:
        return ""
    return say(language, PARTS[finding.part.rstrip("0123456789")], n=finding.paragraph)


def _lint_part(
    name: str,
    paragraphs: list[Paragraph],
    fields: TemplateFields,
    language: str,
    findings: set[TemplateFinding],
    used: set[str],
) -> bool:
    def report(paragraph: Paragraph, severity: Severity, code: str, tag: str, sentence: str) -> None:
        words = around(paragraph.text, tag)
        findings.add(TemplateFinding(name, paragraph.number, severity, code, words, sentence))

    if not _is_readable(paragraphs, language, report):
        return False
    filled = [paragraph for paragraph in paragraphs if paragraph.part not in ("endnotes", "comments")]
    if not check_tags(name, paragraphs, fields.types.keys(), language, report):
        return False
    try:
        tree = _parsed("\n".join(paragraph.source for paragraph in filled))
    except TemplateSyntaxError as error:
        reason = syntax_reason(error.message or "", language)
        sentence = say(language, "The tag cannot be read ({reason}); write it as in the examples.", reason=reason)
        report(filled[error.lineno - 1], "error", "template-syntax", "", sentence)
        return False
    except RecursionError:
        report(filled[0], "error", "template-syntax", "", say(language, "The tags are nested too deeply."))
        return False
    check = ExpressionCheck(
        fields.types, fields.presence, language, lambda line, *what: report(filled[line - 1], *what)
    )
    check.statements(tree.body, {}, known_by(fields.when))
    used |= check.used
    return True


def _is_readable(paragraphs: list[Paragraph], language: str, report: Report) -> bool:
    """Whether no paragraph with tags is longer than those of contracts: the check would take too long (T31)."""
    long = [paragraph for paragraph in paragraphs if len(paragraph.text) > LONGEST and "{" in paragraph.text]
    for paragraph in long:
        sentence = say(language, "This paragraph has more than {n} characters; divide it.", n=LONGEST)
        report(paragraph, "error", "template-long", "", sentence)
    return not long


def _parsed(source: str) -> Any:
    from formengine.documents.word_templates.environment import environment_in

    return environment_in("en").parse(source)


def _unused(fields: TemplateFields, used: Collection[str], language: str) -> list[TemplateFinding]:
    sentences = {
        name: say(
            language,
            "No clause uses the field {name} ({title}): write it into the text, or name it under leaves_out: of the "
            "document.",
            name=name,
            title=title,
        )
        for name, title in fields.expected.items()
        if name not in used
    }
    return [TemplateFinding("document", 0, "warning", "template-unused", "", text) for text in sentences.values()]
