"""Compiles each form in each language, and places what the forms engine refuses in the YAML."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from formengine import json_pointer
from formengine.authoring.config.lists import Lists, kinds_with_lists
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.schema_files import first_reference, key_of
from formengine.authoring.packs.schema_texts import localised
from formengine.authoring.packs.shorthand import expanded
from formengine.authoring.packs.untyped_questions import has_unknown_word, says_what
from formengine.conditions.condition_words import NO_WORDS, Words
from formengine.errors import FormError
from formengine.json_pointer import path_of
from formengine.json_schema import every_schema
from formengine.source import Document, Finding, Path, Severity

if TYPE_CHECKING:
    from formengine.forms import Form
    from formengine.forms.schema.form_finding import FormFinding

Kinds = Mapping[str, Any]
"""JSON Schemas of field kinds, by name."""
log = logging.getLogger(__name__)


def form_findings(
    document: Document,
    request_type: RequestType,
    languages: tuple[str, ...],
    lists: Lists,
    field_kinds: Kinds,
    words: Words = NO_WORDS,
) -> list[Finding]:
    """The first error in a form, in the first language that has one; else what the forms engine finds in it."""
    for language in languages:
        kinds = {**field_kinds, **kinds_with_lists(language, lists)}
        form = _compiled(request_type, language, kinds, words)
        if isinstance(form, FormError):
            written = request_type.converted_form.written_pointer(form.pointer)
            path = path_of(written, request_type.form)
            return [_at_reference(document, request_type, path, "form", form.message, "error")]
    kinds = {**field_kinds, **kinds_with_lists(languages[0], lists)}
    return [
        *_draft_findings(document, request_type),
        *_file_findings(document, request_type),
        *_default_findings(document, request_type, languages[0], kinds),
        *_other_findings(document, request_type, lists, field_kinds, words),
    ]


def _draft_findings(document: Document, request_type: RequestType) -> Iterator[Finding]:
    """A warning for each keyword that the form's draft of JSON Schema does not read."""
    for note in request_type.converted_form.notes:
        yield _at_reference(document, request_type, note.path, "draft", note.message, "warning")


def _file_findings(document: Document, request_type: RequestType) -> Iterator[Finding]:
    """The errors in schemas of other files that compile all the same: the form's own were found as it was read."""
    from formengine.forms.schema.advice import remarks

    for remark in remarks(request_type.form):
        path = remark.path
        if remark.severity == "error" and key_of(path) is not None and ("form", *path[:2]) not in document.places:
            yield _at_reference(document, request_type, path, remark.code, remark.message, "error")


def _at_reference(
    document: Document, request_type: RequestType, path: Path, code: str, message: str, severity: Severity
) -> Finding:
    """A finding at a place of a form; about the schema of another file, at the reference that leads to it."""
    file = None if ("form", *path[:2]) in document.places else key_of(path)
    if file is None:
        return document.finding(("form", *path), code, message, severity)
    message = f"{file}, at {json_pointer.join(path[2:]) or 'its beginning'}: {message}"
    return document.finding(("form", *first_reference(request_type.form, file)), code, message, severity)


def _default_findings(document: Document, request_type: RequestType, language: str, kinds: Kinds) -> Iterator[Finding]:
    """A warning for each default that would be refused as an answer: the form would begin with a wrong one."""
    from formengine.forms.validation.schema_findings import default_problem

    conversion = request_type.converted_form
    whole = localised(conversion.schema, language)
    for place, schema in every_schema(whole):
        path = path_of(conversion.written_pointer(json_pointer.join(place)), request_type.form)
        if schema.get("default") is None or _is_misspelt_boolean(document, path, schema):
            continue
        name = str(place[-1]) if place else "FIELD"
        message = default_problem(expanded(schema, whole), whole, "2020-12", kinds, language, name)
        if message is not None:
            yield _at_reference(document, request_type, (*path, "default"), "default", message, "warning")


def _is_misspelt_boolean(document: Document, path: Path, schema: Mapping[str, Any]) -> bool:
    """Whether a default is `TRUE` or `yes` for true, of which the reader of YAML has warned already."""
    is_bare = ("form", *path, "default") in document.bare
    return is_bare and schema.get("type") == "boolean" and isinstance(schema["default"], str)


def _other_findings(
    document: Document, request_type: RequestType, lists: Lists, field_kinds: Kinds, words: Words
) -> list[Finding]:
    """What the forms engine finds in `ui` and in the rules, in English."""
    if not (request_type.source.get("ui") or {}).get("fields") and not request_type.rules:
        return []
    form = _compiled(request_type, "en", {**field_kinds, **kinds_with_lists("en", lists)}, words)
    if isinstance(form, FormError):
        return []
    findings = [finding for finding in form.findings if finding.part != "schema"]
    return [_in_yaml(document, finding) for finding in findings if not _is_follower(request_type, finding)]


def _is_follower(request_type: RequestType, finding: FormFinding) -> bool:
    """Whether a widget fits nothing because its field does not say what it is, or by a word that means nothing."""
    path = json_pointer.split(finding.pointer)
    fields = request_type.form.get("properties") or {}
    field = fields.get(path[1]) if finding.code == "widget" and len(path) > 1 else None
    return isinstance(field, dict) and (not says_what(field) or has_unknown_word(field))


def _in_yaml(document: Document, finding: FormFinding) -> Finding:
    """A finding of the forms engine at its place in the file of a request type."""
    if finding.part == "rules":
        path = path_of(finding.pointer, document.value)
        return document.finding(path, finding.code, finding.message, finding.severity, at_key=True)
    path = path_of(json_pointer.join([finding.part]) + finding.pointer, document.value)
    return document.finding(path, finding.code, finding.message, finding.severity)


def _compiled(request_type: RequestType, language: str, kinds: Kinds, words: Words) -> Form | FormError:
    ui = request_type.ui(language)
    return compile_form(request_type.schema(language), ui, language, kinds, request_type.rules, words)


def compile_form(
    schema: Mapping[str, Any],
    ui: Mapping[str, Any] | None,
    language: str,
    kinds: Kinds,
    rules: Mapping[str, Any] | None = None,
    words: Words = NO_WORDS,
) -> Form | FormError:
    """A compiled form, or the error that keeps it from being one, also where the forms engine fails unexpectedly."""
    from formengine.forms import Form

    try:
        return Form(schema, ui=ui, locale=language, kinds=kinds, rules=rules, words=words)
    except FormError as error:
        return error
    except Exception as error:  # a check never raises, whatever an author wrote; the log has the traceback
        log.exception("a form cannot be compiled")
        return FormError("", f"this form cannot be compiled: {type(error).__name__}: {str(error)[:200]}")
