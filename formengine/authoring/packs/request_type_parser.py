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
from formengine.source.yaml_cursor import Place
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
class Around:
    """What a request type is checked against: its site's portal, and the paths of all files; a portal that
    could not be read is not checked against."""

    portal: Portal
    files: Collection[str] = ()
    portal_read: bool = True


def read_request_type(
    document: Document, name: str, pack: str, around: Around
) -> tuple[RequestType | None, list[Finding]]:
    """The request type that a file describes, or None when it has errors, and what to mend in it."""
    place = Place(document)
    if not isinstance(place.value, dict):
        place.error("kind", "a request type begins with title: and form:, each on a line of its own")
        return None, place.findings
    place.only(*KEYS)
    _finite(place)
    _texts(place, around.portal.languages)
    _words(place, around)
    if (form := place.need("form", "{type: object, properties: {...}}")) is not None:
        read_form(form, around.portal.languages)
    properties = _properties(place)
    _ui(place, properties, around.portal.languages)
    _documents(place, properties, around.portal.languages, pack, around.files)
    _prefill(place, properties)
    _retention(place)
    if any(one.severity == "error" for one in place.findings):
        return None, place.findings
    return RequestType(id=name, pack=pack, source=place.value), place.findings


def _finite(place: Place) -> None:
    """Numbers that JSON has not (1e999 is infinite) cannot be kept."""
    value = place.value
    if isinstance(value, float) and not math.isfinite(value):
        place.error("number", "this number is too large; write a smaller one, or put it between quotation marks")
    elif isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            _finite(place.at(key))


def _texts(place: Place, languages: tuple[str, ...]) -> None:
    title = place.need("title", "{en: Non-disclosure agreement, fr: Accord de confidentialité}")
    for one in (title, place.get("description"), place.get("legal_notice")):
        if one is not None:
            one.text(languages)
    pattern = place.get("dossier_title")
    text = pattern.text(languages) if pattern else None
    for said in text.values() if isinstance(text, dict) else (text,) if isinstance(text, str) else ():
        _pattern(place, pattern or place, said)


def _pattern(place: Place, pattern: Place, said: str) -> None:
    properties = _properties(place)
    try:
        for name in names_in(said):
            if name not in properties:
                pattern.error("unknown-field", f"{name} is not a field of this form{did_you_mean(name, properties)}")
    except ValueError as error:
        pattern.error("dossier-title", str(error))


def _words(place: Place, around: Around) -> None:
    portal = around.portal
    if (category := place.get("category")) is not None and around.portal_read:
        category.word(portal.categories, "category in config/portal.yaml called")
    if (area := place.get("practice_area")) is not None and around.portal_read:
        area.word(portal.practice_areas, "practice area in config/portal.yaml called")
    if (intake := place.get("intake")) is not None:
        intake.word(INTAKES, "intake")
    audience = place.get("audience")
    if audience is not None and isinstance(audience.value, dict):
        audience.only(*AUDIENCE_KEYS)
        for one in audience.entries():
            one.strings()
    elif audience is not None:
        audience.word(("everyone", "public"), "audience")


def _properties(place: Place) -> dict[str, Any]:
    form = place.value.get("form")
    found = form.get("properties") if isinstance(form, dict) else None
    return found if isinstance(found, dict) else {}


def _ui(place: Place, properties: dict[str, Any], languages: tuple[str, ...]) -> None:
    ui = place.get("ui")
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
    step: Place, number: int, properties: dict[str, Any], placed: dict[str, int], languages: tuple[str, ...]
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


def _field(place: Place, properties: dict[str, Any], languages: tuple[str, ...]) -> None:
    first = json_pointer.first(place.name) if place.name.startswith("/") else place.name
    if first not in properties:
        place.error(
            "unknown-field", f"{first} is not a field of this form{did_you_mean(first, properties)}", at_key=True
        )
    if not isinstance(place.value, dict):
        place.error("kind", f"{place.name} takes a map: {{help: ...}}")
        return
    place.only(*FIELD_KEYS)
    for key in ("help", "placeholder"):
        if (text := place.get(key)) is not None:
            text.text(languages)
    if (widget := place.get("widget")) is not None:
        widget.word(WIDGETS, "widget")
    for key in ("rows", "columns"):
        if (number := place.get(key)) is not None and (not isinstance(number.value, int) or number.value < 1):
            number.error("number", f"{key} takes a whole number from 1")


def _documents(
    place: Place, properties: dict[str, Any], languages: tuple[str, ...], pack: str, files: Collection[str]
) -> None:
    given = place.get("documents")
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


def _template(place: Place, pack: str, files: Collection[str]) -> None:
    template = place.get("template")
    name = template.string() if template else None
    folder = f"workflows/{pack}/documents/"
    if template and name is not None and f"{folder}{name}" not in files:
        known = [path.removeprefix(folder) for path in files if path.startswith(folder)]
        template.error("unknown-file", f"there is no file {folder}{name}{did_you_mean(name, known)}")
    if template is None and place.get("from") is None:
        place.error(
            "missing", "a document needs template: (a file in documents/) or from: (a field with an uploaded file)"
        )


def _source(place: Place, properties: dict[str, Any]) -> None:
    source = place.get("from")
    name = source.string() if source else None
    if source is None or name is None:
        return
    schema = properties.get(name)
    if name not in properties:
        source.error("unknown-field", f"{name} is not a field of this form{did_you_mean(name, properties)}")
    elif not isinstance(schema, dict) or schema.get("$ref") not in FILES:
        source.error("kind", f"{name} is no file; give that field $ref: formengine:file")


def _when(place: Place, properties: dict[str, Any]) -> None:
    when = place.get("when")
    if when is None:
        return
    try:
        parse_condition(when.value)
        condition_schema(when.value, properties)
    except ValueError as error:
        if not str(error).endswith("cannot be used on it"):
            when.error("condition", str(error))
    if place.get("template") is None or place.get("from") is None:
        when.warn("when", "when chooses between template and from; without both of them it is not read", at_key=True)


def _prefill(place: Place, properties: dict[str, Any]) -> None:
    given = place.get("prefill")
    for one in given.entries() if given else ():
        if one.name not in properties:
            one.error("unknown-field", f"{one.name} is not a field of this form{did_you_mean(one.name, properties)}")
        one.word(PREFILLS, "way to prefill called")


def _retention(place: Place) -> None:
    given = place.get("retention")
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
