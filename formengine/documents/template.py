"""Filling: a Word template and the facts of a dossier make a document.

Templates are written by legal admins in Word with `{{ fact }}`, `{% if %}` and `{% for %}` (docxtpl). They are filled
in a sandbox, in a confined process, with plain values; what people typed can neither be markup nor break the XML.
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

# What XML 1.0 cannot hold, and two characters that docxtpl takes for breaks of paragraph and page.
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def fill(template: bytes, facts: Mapping[str, Any], *, bounds: SandboxLimits | None = None) -> bytes:
    """The document that a `.docx` template makes of facts (JSON values, dates too); a missing fact is empty.

    Raises DocumentRefused, saying why, for a template that is none, cannot be read, reaches beyond its facts, or takes
    more than `bounds`.
    """
    check_template(template)
    return run_in_sandbox("formengine.documents.template", _plain(facts), template, bounds)


def template_variables(template: bytes) -> set[str]:
    """The facts that a template uses, by their first name. Raises DocumentRefused for a template that is none."""
    check_template(template)
    from docxtpl import DocxTemplate

    try:
        return set(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables(_environment()))
    except TemplateSyntaxError as error:
        raise DocumentRefused(f"the template cannot be read: {error.message}") from error
    except Exception as error:  # whatever python-docx and lxml say of a file that only looks like one
        raise DocumentRefused(f"the template cannot be opened: {error or type(error).__name__}") from error


def check_template(template: bytes) -> None:
    """Raise DocumentRefused unless the bytes are a Word document without macros that is safe to open."""
    content_type = sniff(template)
    if content_type != DOCX:
        raise DocumentRefused(f"a template must be a .docx document without macros; this is {content_type}")
    check_zip(template)


def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=ChainableUndefined)


def _plain(value: Any) -> Any:
    """JSON values alone, with texts that XML can hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else _UNWRITABLE.sub("", str(value))


def work_confined(facts: dict[str, Any], template: bytes) -> bytes:
    """What `fill` does, inside the confined process."""
    from docxtpl import DocxTemplate

    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(facts, _environment(), autoescape=True)
    except TemplateError as error:
        raise DocumentRefused(f"the template cannot be filled: {error}") from error
    result = io.BytesIO()
    document.save(result)
    return result.getvalue()
