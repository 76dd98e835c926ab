"""Parts of a form (`parts:`): which of several people fills in what, and what they see besides (F20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.authoring.packs.schema_texts import is_text_map
from formengine.conditions.durations import Duration, parse_duration, repeats
from formengine.i18n import Text
from formengine.json_schema import DECLARING, in_place_schemas
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor, missing_key
from formengine.value_format import title_of_id

REQUESTER: Final = "requester"
"""The part of whoever sends the request: all fields that stand in no other part."""
FILL_SOURCES: Final = ("team", "position", "person", "field", "manager_of", "head_of_department_of")
_KEYS: Final = ("title", "fill", "fields", "sees", "remind")
_CONTACT: Final = "formengine:contact"
_PEOPLE: Final = ("formengine:person", "formengine:people")
_EXAMPLE: Final = "{team: finance}"


@dataclass(frozen=True)
class Fill:
    """Who fills in a part: `kind` is one of FILL_SOURCES, `role` (of the workflow) or REQUESTER; `name` is its id.

    `outside`: the person in the field may be somebody without an account, who is sent a link.
    """

    kind: str
    name: str = ""
    outside: bool = False


@dataclass(frozen=True)
class PartRule:
    """A part of a form: `fields` are filled in there, `sees` are shown besides; `remind` is how often it is asked
    again while it is open.
    """

    id: str
    title: Text
    fill: Fill
    fields: tuple[str, ...]
    sees: tuple[str, ...] = ()
    remind: Duration | None = None


def read_parts(source: Any) -> dict[str, PartRule]:
    """The parts of a request type that others than the requester fill in, by id, from its checked source."""
    rules = {name: _rule(name, value) for name, value in (source or {}).items()}
    return {name: rule for name, rule in rules.items() if rule.fill.kind != REQUESTER}


def _rule(name: str, value: Mapping[str, Any]) -> PartRule:
    title, remind = value.get("title"), value.get("remind")
    return PartRule(
        id=name,
        title=(dict(title) if is_text_map(title) else str(title)) if title else title_of_id(name),
        fill=_fill(value.get("fill")),
        fields=tuple(value.get("fields") or ()),
        sees=tuple(value.get("sees") or ()),
        remind=parse_duration(remind) if remind is not None else None,
    )


def _fill(value: Any) -> Fill:
    if isinstance(value, str):
        return Fill(REQUESTER) if value == REQUESTER else Fill("role", value)
    kind = next(kind for kind in FILL_SOURCES if kind in value)
    return Fill(kind, str(value[kind]), outside=value.get("outside") is True)


def form_fields(form: Any) -> dict[str, Any]:
    """The schemas of a form's top-level fields by name, those that conditions call up among them."""
    in_place = in_place_schemas(form, keywords=DECLARING)
    schemas = [schema["properties"] for _, schema in in_place if isinstance(schema.get("properties"), dict)]
    return {name: schema for properties in reversed(schemas) for name, schema in properties.items()}


def check_parts(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    """Findings of `parts:` that need only the request type: unknown fields, fields in two parts, who fills it in."""
    part_of: dict[str, str] = {}
    properties = form_fields(cursor.at("form").value)
    parts = cursor.at("parts")
    for part in parts.entries_by_id():
        if not isinstance(part.value, dict):
            part.error("kind", f"{part.name} takes a map: {{title: ..., fill: {_EXAMPLE}, fields: [...]}}")
            continue
        part.mapping(*_KEYS)
        if (title := part.get("title")) is not None:
            title.localized_text(languages)
        _check_fields(part, properties, part_of)
        _check_sees(part, properties)
        if (remind := part.get("remind")) is not None:
            duration = remind.parsed(parse_duration, "duration")
            if duration is not None and duration.amount == 0:
                remind.error("duration", f"{remind.value} is no time at all; write at least 1")
            elif duration is not None and not repeats(remind.value):
                remind.warn("every", f"people are reminded again and again here; write remind: every {duration}")
    foreign = {name: part for name, part in part_of.items() if parts.at(part, "fill").value != REQUESTER}
    for part in parts.entries():
        if isinstance(part.value, dict):
            _check_fill(part, properties, foreign)
    if foreign and not set(properties) - set(foreign):
        message = "every field stands in a part of somebody else: leave one out, for the requester to fill in"
        parts.error("parts", message, at_key=True)


def _check_fields(part: YamlCursor, properties: Mapping[str, Any], part_of: dict[str, str]) -> None:
    """The fields of a part; `part_of` maps each field to its part, and is filled here."""
    fields = part.get("fields")
    if fields is None or fields.value == []:
        part.missing("fields", missing_key("fields", f"[{next(iter(properties), 'budget')}]"))
        return
    for item in fields.items():
        name = item.text()
        if name is None or not _is_field(item, name, properties):
            continue
        if name in part_of:
            other = "here twice" if part_of[name] == part.name else f"in the part {part_of[name]} already"
            item.error("parts", f"{name} stands {other}; each field is filled in by one part")
        elif _is_fixed(properties[name]):
            item.warn("parts", f"{name} is read-only, so that nobody fills it in; name it under sees: to show it")
        part_of.setdefault(name, part.name)


def _is_field(cursor: YamlCursor, name: str, properties: Mapping[str, Any]) -> bool:
    if name not in properties:
        cursor.error("unknown-field", f"{name} is not a field of this form{did_you_mean(name, properties)}")
    return name in properties


def _is_fixed(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("readOnly") is True


def _check_sees(part: YamlCursor, properties: Mapping[str, Any]) -> None:
    own = part.at("fields").value
    for item in part.at("sees").items():
        name = item.text()
        if name is None or not _is_field(item, name, properties):
            continue
        if isinstance(own, list) and name in own:
            item.warn("parts", f"{name} is filled in by this part, so that it is seen anyway; take it out of sees:")
        if isinstance(properties[name], dict) and properties[name].get("writeOnly") is True:
            item.error("parts", f"{name} is writeOnly, so that it is never shown; take it out of sees:")


def _check_fill(part: YamlCursor, properties: Mapping[str, Any], foreign: Mapping[str, str]) -> None:
    fill = part.get("fill")
    if fill is None:
        part.missing("fill", f"fill is missing: who fills in this part? Write for example fill: {_EXAMPLE}")
        return
    if part.name == REQUESTER and fill.value != REQUESTER:
        message = "the part requester is that of whoever sends the request; write fill: requester, or another id"
        part.error("parts", message, at_key=True)
    if isinstance(fill.value, str):
        fill.id()
        if "@" in fill.value:
            fill.error("parts", f"write fill: {{person: {fill.value}}}")
        return
    sources = [key for key in FILL_SOURCES if fill.get(key) is not None]
    fill.mapping(*FILL_SOURCES, "outside")
    if len(sources) != 1:
        role = fill.value.get("role") if isinstance(fill.value, dict) else None
        instead = f"fill: {role}" if isinstance(role, str) else f"fill: {_EXAMPLE}"
        fill.error("parts", f"fill names one source of people: {', '.join(FILL_SOURCES)}; write {instead}")
        return
    source = fill.at(sources[0])
    outside = fill.at("outside").boolean()
    if source.name == "person":
        source.email()
    elif source.name in ("manager_of", "head_of_department_of"):
        source.choice((REQUESTER,))
    elif source.name == "field":
        _check_source_field(source, properties, foreign, outside=outside)
        if outside:
            check_outside_fields(part, properties)
    else:
        source.text()
    if outside and source.name != "field":
        fill.at("outside").error("parts", "outside: belongs to field:, whose answer names somebody without an account")


def check_outside_fields(part: YamlCursor, properties: Mapping[str, Any]) -> None:
    """Somebody outside chooses neither from our accounts nor from our dossiers."""
    for item in part.at("fields").items():
        schema = properties.get(item.value) if isinstance(item.value, str) else None
        kind = schema.get("$ref") if isinstance(schema, dict) else None
        if kind in (*_PEOPLE, "formengine:dossier"):
            message = f"{item.value} would show our people or dossiers to somebody outside; give it to another part"
            item.error("parts", message)


def _check_source_field(
    source: YamlCursor, properties: Mapping[str, Any], foreign: Mapping[str, str], *, outside: bool
) -> None:
    """The field that names who fills in a part: one that the requester answers, with an address or a person."""
    name = source.text()
    if name is None or not _is_field(source, name, properties):
        return
    if name in foreign:
        message = f"{name} is filled in by the part {foreign[name]}, and is needed before; use a field of the requester"
        source.error("parts", message)
    schema = properties[name] if isinstance(properties[name], dict) else {}
    kind = schema.get("$ref")
    is_address = kind == _CONTACT or schema.get("format") in ("email", "idn-email") or schema.get("type") == "object"
    if outside and not is_address:
        message = f'somebody outside needs an e-mail address, and {name} has none; use $ref: "formengine:contact"'
        source.error("parts", message)
    elif not outside and kind not in _PEOPLE:
        if is_address:
            source.warn("parts", f"whom {name} names may have no account; add outside: true, so that they get a link")
        elif kind is not None or schema.get("type") not in ("string", None):
            source.error("parts", f'{name} names nobody; use $ref: "formengine:person" or "formengine:contact"')
