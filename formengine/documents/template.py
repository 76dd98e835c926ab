"""Fills Word templates (docxtpl) with the facts of a dossier, written in the language of the document.

Legal admins write templates in Word with `{{ fact }}`, `{% if %}` and `{% for %}`. They are rendered by Jinja's sandbox
in a sandboxed process, from JSON values only; facts are escaped, so that what people typed is neither markup nor
invalid XML.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError, TemplateSyntaxError

from formengine.content_type import DOCX, sniff
from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.zip_safety import check_zip
from formengine.errors import DocumentRefused

if TYPE_CHECKING:
    from formengine.documents.word_templates.field_types import FieldType


@dataclass(frozen=True)
class Writing:
    """How facts are written: the language of the document, the types of the fields, the particulars of our companies by
    key, and the names of accounts by id.
    """

    language: str = "en"
    types: Mapping[str, FieldType] = field(default_factory=dict)
    companies: Mapping[str, Any] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FilledTemplate:
    """A document made from a template: its bytes, and the answers (as paths in dots) that the template writes bare and
    that are not there, so that their places are empty (`written_answers`).
    """

    content: bytes
    missing: list[str]


def fill(
    template: bytes, facts: Mapping[str, Any], writing: Writing | None = None, *, limits: SandboxLimits | None = None
) -> bytes:
    """The document that `filled_template` makes."""
    return filled_template(template, facts, writing, limits=limits).content


def filled_template(
    template: bytes, facts: Mapping[str, Any], writing: Writing | None = None, *, limits: SandboxLimits | None = None
) -> FilledTemplate:
    """Fill a `.docx` template with facts (JSON values and dates, by name); a missing fact is empty.

    Raises DocumentRefused for a file that is no template or not safe, a syntax error, an unsafe expression, a reference
    to a clause that is left out, or one that exceeds the limits.
    """
    from formengine.documents.word_templates.field_types import values_of

    require_template(template)
    how = writing or Writing()
    values = values_of(facts, how.types, how.companies, how.people)
    task = {"language": how.language, "values": values}
    missing, _, content = run_in_sandbox("formengine.documents.template", task, template, limits).partition(b"\n")
    return FilledTemplate(content, json.loads(missing))


def template_variables(template: bytes) -> set[str]:
    """The names of the facts that a template uses. Raises DocumentRefused for a file that is no template."""
    check_template(template)
    from docxtpl import DocxTemplate

    from formengine.documents.word_templates.environment import environment_in

    try:
        return set(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables(environment_in("en")))
    except TemplateSyntaxError as error:
        raise DocumentRefused(f"the template cannot be read: {error.message}") from error
    except Exception as error:  # python-docx and lxml raise many for malformed files
        raise DocumentRefused(f"the template cannot be opened: {error or type(error).__name__}") from error


def check_template(template: bytes) -> None:
    """Raise DocumentRefused unless the bytes are a Word document without macros that is safe to open."""
    content_type = sniff(template)
    if content_type != DOCX:
        raise DocumentRefused(f"a template must be a .docx document without macros; this is {content_type}")
    check_zip(template)


def require_template(template: bytes) -> None:
    """Raise DocumentRefused unless the bytes are a Word document in which nothing runs or fetches."""
    from formengine.documents.word_templates.safety import require_safe_template

    check_template(template)
    require_safe_template(template)


def sandboxed_task(task: dict[str, Any], template: bytes) -> bytes:
    """`filled_template` within the sandboxed process: a line of JSON with the missing answers, then the document.

    Raises DocumentRefused for a template that cannot be filled.
    """
    from docxtpl import DocxTemplate

    from formengine.documents.word_templates.clause_numbers import update_references
    from formengine.documents.word_templates.environment import environment_in
    from formengine.documents.word_templates.values import decoded

    language = task["language"]
    values = {name: decoded(value, language) for name, value in task["values"].items()}
    document, environment = DocxTemplate(io.BytesIO(template)), environment_in(language)
    try:
        document.render(values, environment, autoescape=True)
    except TemplateError as error:
        raise DocumentRefused(f"the template cannot be filled: {error}") from error
    update_references(document.docx)
    result = io.BytesIO()
    document.save(result)
    return json.dumps(list(environment.missing)).encode() + b"\n" + result.getvalue()
