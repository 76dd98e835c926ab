"""Fills Word templates (docxtpl) with the facts of a dossier.

Legal admins write templates in Word with `{{ fact }}`, `{% if %}` and `{% for %}`. They are rendered by Jinja's sandbox
in a sandboxed process, from JSON values only; facts are escaped, so that what people typed is neither markup nor
invalid XML.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from jinja2 import ChainableUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from formengine.content_type import DOCX, sniff
from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.zip_safety import check_zip
from formengine.errors import DocumentRefused

# Characters that XML 1.0 does not allow, and two that docxtpl turns into paragraph and page breaks.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def fill(template: bytes, facts: Mapping[str, Any], *, limits: SandboxLimits | None = None) -> bytes:
    """Fill a `.docx` template with facts (JSON values and dates, by name); a missing fact is empty.

    Raises DocumentRefused for a file that is no template, a syntax error, an unsafe expression, or one that exceeds
    the limits.
    """
    check_template(template)
    return run_in_sandbox("formengine.documents.template", _to_json(facts), template, limits)


def template_variables(template: bytes) -> set[str]:
    """The names of the facts that a template uses. Raises DocumentRefused for a file that is no template."""
    check_template(template)
    from docxtpl import DocxTemplate

    try:
        return set(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables(_environment()))
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


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=ChainableUndefined)


def _to_json(value: Any) -> Any:
    """The value as JSON, its texts without characters that XML does not allow."""
    if isinstance(value, Mapping):
        return {str(key): _to_json(member) for key, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_to_json(item) for item in value]
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else _UNWRITABLE.sub("", str(value))


def sandboxed_task(facts: dict[str, Any], template: bytes) -> bytes:
    """`fill` within the sandboxed process; raises DocumentRefused for a template that cannot be filled."""
    from docxtpl import DocxTemplate

    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(facts, _environment(), autoescape=True)
    except TemplateError as error:
        raise DocumentRefused(f"the template cannot be filled: {error}") from error
    result = io.BytesIO()
    document.save(result)
    return result.getvalue()
