"""Compiles each form in each language, and places what the forms engine refuses in the YAML."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from formengine import json_pointer
from formengine.authoring.config.lists import Lists
from formengine.authoring.packs.request_type import RequestType
from formengine.errors import FormError
from formengine.source import Document, Finding, Path

if TYPE_CHECKING:
    from formengine.forms import Form

Kinds = Mapping[str, Any]
"""JSON Schemas of field kinds, by name."""
log = logging.getLogger(__name__)


def form_findings(
    document: Document, request_type: RequestType, languages: tuple[str, ...], lists: Lists, field_kinds: Kinds
) -> list[Finding]:
    """The first error in a form, in the first language that has one; else its widgets that are not supported.

    Such a widget is a warning: the form shows the usual control of the field.
    """
    for language in languages:
        kinds = {**field_kinds, **request_type.kinds_for(language, lists)}
        form = compile_form(request_type.schema(language), request_type.ui(language), language, kinds)
        if isinstance(form, FormError):
            path = path_of(form.pointer, request_type.form)
            return [document.finding(("form", *path), "form", form.message)]
    return _widget_findings(document, request_type, lists, field_kinds)


def _widget_findings(document: Document, request_type: RequestType, lists: Lists, field_kinds: Kinds) -> list[Finding]:
    fields = (request_type.source.get("ui") or {}).get("fields") or {}
    kinds = {**field_kinds, **request_type.kinds_for("en", lists)}
    names = {name if name.startswith("/") else json_pointer.join([name]): name for name in fields}
    form = compile_form(request_type.schema("en"), request_type.ui("en"), "en", kinds) if fields else None
    if form is None or isinstance(form, FormError):
        return []
    return [
        document.finding(("ui", "fields", names[pointer], "widget"), "widget", message, "warning")
        for pointer, message in form.findings
        if pointer in names
    ]


def compile_form(
    schema: Mapping[str, Any], ui: Mapping[str, Any] | None, language: str, kinds: Kinds
) -> Form | FormError:
    """A compiled form, or the error that keeps it from being one, also where the forms engine fails unexpectedly."""
    from formengine.forms import Form

    try:
        return Form(schema, ui=ui, locale=language, kinds=kinds)
    except FormError as error:
        return error
    except Exception as error:  # a check never raises, whatever an author wrote; the log has the traceback
        log.exception("a form cannot be compiled")
        return FormError("", f"this form cannot be compiled: {type(error).__name__}: {str(error)[:200]}")


def path_of(pointer: str, value: Any) -> Path:
    """A JSON Pointer as a path into a value, as far as the value goes: list positions become numbers."""
    path: list[str | int] = []
    key: str | int
    for key in json_pointer.split(pointer):
        if isinstance(value, list) and str(key).isdecimal() and int(key) < len(value):
            key = int(key)
            value = value[key]
        elif isinstance(value, dict) and key in value:
            value = value[str(key)]
        else:
            break
        path.append(key)
    return tuple(path)
