"""Trying each form in each language with the forms engine, and pointing what it refuses back into the YAML."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from formengine import json_pointer
from formengine.authoring.config.lists import Lists
from formengine.authoring.packs.request_type import RequestType
from formengine.errors import FormError
from formengine.source import Document, Finding, Path

log = logging.getLogger(__name__)


def form_findings(
    document: Document, made: RequestType, languages: tuple[str, ...], lists: Lists, field_kinds: Mapping[str, Any]
) -> list[Finding]:
    """What the forms engine refuses in a request type; the same mistake is told once, not in each language."""
    for language in languages:
        kinds = {**field_kinds, **made.kinds_for(language, lists)}
        found = refused(made.schema(language), made.ui(language), language, kinds)
        if found is not None:
            pointer, message = found
            return [document.finding(("form", *path_of(pointer, made.form)), "form", message)]
    return widget_findings(document, made, lists, field_kinds)


def widget_findings(
    document: Document, made: RequestType, lists: Lists, field_kinds: Mapping[str, Any]
) -> list[Finding]:
    """Widgets that cannot stand where `ui` asks for them: a warning, because the form shows its usual control."""
    from formengine.forms import Form

    form = Form(made.schema("en"), ui=made.ui("en"), kinds={**field_kinds, **made.kinds_for("en", lists)})
    fields = (made.source.get("ui") or {}).get("fields") or {}
    places = {name if name.startswith("/") else json_pointer.join([name]): name for name in fields}
    return [
        document.finding(("ui", "fields", places[path], "widget"), "widget", message, "warning")
        for path, message in form.findings
        if path in places
    ]


def refused(
    schema: Mapping[str, Any], ui: Mapping[str, Any] | None, language: str, kinds: Mapping[str, Any]
) -> tuple[str, str] | None:
    """Why the forms engine refuses a schema - a pointer into it and a sentence - or None when it does not."""
    from formengine.forms import Form

    try:
        Form(schema, ui=ui, locale=language, kinds=kinds)
    except FormError as error:
        return error.pointer, error.message
    except Exception as error:  # the checker answers, whatever an author wrote; the log has the rest
        log.exception("a form cannot be compiled")
        return "", f"this form cannot be compiled: {type(error).__name__}: {str(error)[:200]}"
    return None


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
