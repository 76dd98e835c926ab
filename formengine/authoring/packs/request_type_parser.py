"""Reading `requests/<id>.yaml`: everything about it that can be wrong without asking the forms engine."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from formengine import json_pointer
from formengine.authoring.config.portal import Portal
from formengine.authoring.packs.form_parser import read_form
from formengine.authoring.packs.request_type import AUDIENCE_KEYS, INTAKES, RequestType
from formengine.authoring.packs.shorthand import condition_schema
from formengine.authoring.packs.title_pattern import names_in
from formengine.source import Document, Finding, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.conditions import parse_condition
from formengine.workflow.definition.durations import parse_duration

KEYS: Final = (
    "title", "description", "category", "practice_area", "intake", "audience", "legal_notice", "dossier_title",
    "form", "ui", "documents", "prefill", "retention",
)  # fmt: skip
PREFILLS: Final = ("link", "last", "profile")
FIELD_KEYS: Final = ("help", "placeholder", "rows", "columns", "widget")
WIDGETS: Final = (
    "text", "textarea", "select", "radios", "checkbox", "checkboxes", "password", "range", "color", "hidden",
)  # fmt: skip
FILES: Final = ("formengine:file", "formengine:files")


@dataclass(frozen=True)
class CheckContext:
    """What a request type is checked against: its site's portal, and the paths of all files; a portal that
    could not be read is not checked against."""

    portal: Portal
    files: Collection[str] = ()
    portal_read: bool = True


def read_request_type(
    document: Document, name: str, pack: str, context: CheckContext
) -> tuple[RequestType | None, list[Finding]]:
    """The request type that a file describes, or None when it has errors, and what to mend in it."""
    cursor = YamlCursor(document)
    if not isinstance(cursor.value, dict):
        cursor.error("kind", "a request type begins with title: and form:, each on a line of its own")
        return None, cursor.findings
    cursor.only(*KEYS)
    _finite(cursor)
    _texts(cursor, context.portal.languages)
    _words(cursor, context)
    if (form := cursor.need("form", "{type: object, properties: {...}}")) is not None:
        read_form(form, context.portal.languages)
    properties = _properties(cursor)
    _ui(cursor, properties, context.portal.languages)
    _documents(cursor, properties, context.portal.languages, pack, context.files)
    _prefill(cursor, properties)
    _retention(cursor)
    if any(finding.severity == "error" for finding in cursor.findings):
        return None, cursor.findings
    return RequestType(id=name, pack=pack, source=cursor.value), cursor.findings


def _finite(cursor: YamlCursor) -> None:
    """Numbers that JSON has not (1e999 is infinite) cannot be kept."""
    value = cursor.value
    if isinstance(value, float) and not math.isfinite(value):
        cursor.error("number", "this number is too large; write a smaller one, or put it between quotation marks")
    elif isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            _finite(cursor.at(key))


def _texts(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    title = cursor.need("title", "{en: Non-disclosure agreement, fr: Accord de confidentialité}")
    for one in (title, cursor.get("description"), cursor.get("legal_notice")):
        if one is not None:
            one.text(languages)
    pattern = cursor.get("dossier_title")
    text = pattern.text(languages) if pattern else None
    for said in text.values() if isinstance(text, dict) else (text,) if isinstance(text, str) else ():
        _pattern(cursor, pattern or cursor, said)


def _pattern(cursor: YamlCursor, pattern: YamlCursor, said: str) -> None:
    properties = _properties(cursor)
    try:
        for name in names_in(said):
            if name not in properties:
                pattern.error("unknown-field", f"{name} is not a field of this form{did_you_mean(name, properties)}")
    except ValueError as error:
        pattern.error("dossier-title", str(error))


def _words(cursor: YamlCursor, context: CheckContext) -> None:
    portal = context.portal
    if (category := cursor.get("category")) is not None and context.portal_read:
        category.word(portal.categories, "category in config/portal.yaml called")
    if (area := cursor.get("practice_area")) is not None and context.portal_read:
        area.word(portal.practice_areas, "practice area in config/portal.yaml called")
    if (intake := cursor.get("intake")) is not None:
        intake.word(INTAKES, "intake")
    audience = cursor.get("audience")
    if audience is not None and isinstance(audience.value, dict):
        audience.only(*AUDIENCE_KEYS)
        for entry in audience.entries():
            entry.strings()
    elif audience is not None:
        audience.word(("everyone", "public"), "audience")


def _properties(cursor: YamlCursor) -> dict[str, Any]:
    form = cursor.value.get("form")
    found = form.get("properties") if isinstance(form, dict) else None
    return found if isinstance(found, dict) else {}


def _ui(cursor: YamlCursor, properties: dict[str, Any], languages: tuple[str, ...]) -> None:
    ui = cursor.get("ui")
    if ui is None:
        return
    ui.only("steps", "fields")
    placed: dict[str, int] = {}
    steps = ui.get("steps")
    for number, step in enumerate(steps.items() if steps else (), 1):
        _step(step, number, properties, placed, languages)
    if placed and steps:
        for name in properties:
            if name not in placed and properties[name] is not False:
                steps.error("steps", f"{name} stands on no page, so nobody would be asked; add it to the fields of one")
    fields = ui.get("fields")
    for one in fields.entries() if fields else ():
        _field(one, properties, languages)


def _step(
    step: YamlCursor, number: int, properties: dict[str, Any], placed: dict[str, int], languages: tuple[str, ...]
) -> None:
    if not isinstance(step.value, dict):
        step.error("kind", "a page is written {title: ..., fields: [...]}")
        return
    step.only("title", "fields")
    title, fields = step.need("title", "{en: The parties, fr: Les parties}"), step.need("fields", "[counterparty]")
    if title:
        title.text(languages)
    for one in fields.items() if fields else ():
        name = one.string()
        if name is not None and name not in properties:
            one.error("unknown-field", f"{name} is not a field of this form{did_you_mean(name, properties)}")
        elif name in placed:
            one.error("steps", f"{name} stands on page {placed[name]} already; keep it on one page")
        elif name is not None:
            placed[name] = number


def _field(cursor: YamlCursor, properties: dict[str, Any], languages: tuple[str, ...]) -> None:
    first = json_pointer.first(cursor.name) if cursor.name.startswith("/") else cursor.name
    if first not in properties:
        cursor.error(
            "unknown-field", f"{first} is not a field of this form{did_you_mean(first, properties)}", at_key=True
        )
    if not isinstance(cursor.value, dict):
        cursor.error("kind", f"{cursor.name} takes a map: {{help: ...}}")
        return
    cursor.only(*FIELD_KEYS)
    for key in ("help", "placeholder"):
        if (text := cursor.get(key)) is not None:
            text.text(languages)
    if (widget := cursor.get("widget")) is not None:
        widget.word(WIDGETS, "widget")
    for key in ("rows", "columns"):
        if (number := cursor.get(key)) is not None and (not isinstance(number.value, int) or number.value < 1):
            number.error("number", f"{key} takes a whole number from 1")


def _documents(
    cursor: YamlCursor, properties: dict[str, Any], languages: tuple[str, ...], pack: str, files: Collection[str]
) -> None:
    given = cursor.get("documents")
    for one in given.identifiers() if given else ():
        if not isinstance(one.value, dict):
            one.error("kind", f"{one.name} takes a map: {{title: ..., template: {one.name}.docx, draft_on: submit}}")
            continue
        one.only("title", "template", "draft_on", "when", "from")
        if (title := one.get("title")) is not None:
            title.text(languages)
        if (draft_on := one.get("draft_on")) is not None:
            draft_on.word(("submit",), "moment to draft called")
        _template(one, pack, files)
        _source(one, properties)
        _when(one, properties)


def _template(cursor: YamlCursor, pack: str, files: Collection[str]) -> None:
    template = cursor.get("template")
    name = template.string() if template else None
    folder = f"workflows/{pack}/documents/"
    if template and name is not None and f"{folder}{name}" not in files:
        known = [path.removeprefix(folder) for path in files if path.startswith(folder)]
        template.error("unknown-file", f"there is no file {folder}{name}{did_you_mean(name, known)}")
    if template is None and cursor.get("from") is None:
        cursor.error(
            "missing", "a document needs template: (a file in documents/) or from: (a field with an uploaded file)"
        )


def _source(cursor: YamlCursor, properties: dict[str, Any]) -> None:
    source = cursor.get("from")
    name = source.string() if source else None
    if source is None or name is None:
        return
    schema = properties.get(name)
    if name not in properties:
        source.error("unknown-field", f"{name} is not a field of this form{did_you_mean(name, properties)}")
    elif not isinstance(schema, dict) or schema.get("$ref") not in FILES:
        source.error("kind", f"{name} is no file; give that field $ref: formengine:file")


def _when(cursor: YamlCursor, properties: dict[str, Any]) -> None:
    when = cursor.get("when")
    if when is None:
        return
    try:
        parse_condition(when.value)
        condition_schema(when.value, properties)
    except ValueError as error:
        if not str(error).endswith("cannot be used on it"):
            when.error("condition", str(error))
    if cursor.get("template") is None or cursor.get("from") is None:
        when.warn("when", "when chooses between template and from; without both of them it is not read", at_key=True)


def _prefill(cursor: YamlCursor, properties: dict[str, Any]) -> None:
    given = cursor.get("prefill")
    for one in given.entries() if given else ():
        if one.name not in properties:
            one.error("unknown-field", f"{one.name} is not a field of this form{did_you_mean(one.name, properties)}")
        one.word(PREFILLS, "way to prefill called")


def _retention(cursor: YamlCursor) -> None:
    given = cursor.get("retention")
    if given is None:
        return
    given.only("after", "then")
    after, then = given.need("after", "10 years"), given.get("then")
    if then is not None:
        then.word(("anonymise", "erase"), "way to end called")
    try:
        if after is not None:
            parse_duration(after.value)
    except ValueError as error:
        (after or given).error("duration", str(error))
