"""Mistakes that are valid JSON Schema: misspelt keywords, bounds that exclude every value, required properties that do
not exist, choices written twice, conditions that hold before anything is answered, rules that contradict each other."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.forms.schema.branches import reference_chain, target_of
from formengine.forms.schema.idle_keywords import idle_keywords, lone_conditions
from formengine.forms.schema.older_drafts import OF_DRAFT_3
from formengine.forms.schema.value_advice import (
    group_remarks,
    list_remarks,
    number_remarks,
    pattern_remarks,
    titled_choice_remarks,
    type_remarks,
)
from formengine.forms.schema.words_meant import FORMATS_MEANT, KEYWORDS_MEANT
from formengine.json_equality import hashable
from formengine.json_schema import (
    IN_PLACE,
    KEYWORDS,
    Path,
    choices_of,
    every_schema,
    in_place_schemas,
)
from formengine.source import Severity, WrittenNumber, closest, did_you_mean, list_meant

FORMATS: Final = (
    "date", "time", "date-time", "email", "idn-email", "uri", "iri", "uri-reference", "iri-reference", "uuid", "ipv4",
    "ipv6", "hostname", "idn-hostname", "regex", "duration", "color", "file", "data-url", "json-pointer",
    "relative-json-pointer", "uri-template", "password", "textarea", "iban",
)  # fmt: skip
_RARE: Final = frozenset(("enumNames", "discriminator"))
"""Keywords that nobody means by another word."""
_INSTEAD: Final = (
    {"ref": "; write $ref", "id": "; write $id, if anything refers to it, or take it out"}
    | {key: f"; write {word}" for key, word in OF_DRAFT_3.items()}
    | dict.fromkeys(("mandatory", "obligatory"), "; name the question in required: [...], beside properties")
    | dict.fromkeys(("show_when", "required_when"), "; it is of request types alone: write if, then and else")
)
_RULES: Final = ("checks", "computed", "errors")
_BESIDE_FORM: Final = frozenset(
    (
        *_RULES,
        "ui",
        "parts",
        "prefill",
        "documents",
        "retention",
        "keywords",
        "dossier_title",
        "columns",
        "legal_notice",
    )
)
"""Keys of a request type that are taken for those of its form."""
BOUNDS: Final = (
    ("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems"), ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
)  # fmt: skip
_CONTROL: Final = frozenset(("type", "format", "$ref", "items", "properties", "prefixItems"))
"""Keywords that make another control of a question."""
_OPEN: Final = ("$dynamicRef", "additionalProperties", "patternProperties", "unevaluatedProperties")


@dataclass(frozen=True)
class Remark:
    """A mistake at a path in a schema; `at_key` says that the keyword itself is wrong, not its value."""

    path: Path
    severity: Severity
    code: str
    message: str
    at_key: bool = False


def remarks(schema: Any, keywords: Collection[str] = KEYWORDS) -> Iterator[Remark]:
    """The mistakes in a schema and all its subschemas; `keywords` are those that mean something."""
    for path, part in every_schema(schema):
        yield from _twice(path, part)
        yield from _condition_that_always_holds(path, part, schema)
        for keyword, message in lone_conditions(path, part, schema):
            yield Remark((*path, keyword), "warning", "if-alone", message, at_key=True)
        yield from _own_answer(path, part, schema)
        yield from _unknown(path, part, keywords)
        yield from _bounds(path, part, schema)
        for keyword, message in idle_keywords(part, str(path[-1]) if path else "field"):
            # that a date is no number would be the error of the compiler, and not what is to be mended
            severity: Severity = "error" if isinstance(part[keyword], str) and keyword != "pattern" else "warning"
            yield Remark((*path, keyword), severity, "idle", message, at_key=True)
        yield from _default(path, part, schema)
        yield from _values(path, part, schema)
        if not set(path[-2:]) & IN_PLACE:  # a subschema in place is judged with the schema that it belongs to
            yield from _required(path, part, schema)
            yield from _contradiction(path, part, schema)
    yield from _exclusions(schema)


def _values(path: Path, schema: dict[str, Any], document: Any) -> Iterator[Remark]:
    holds_others = schema.get("type") in ("array", "object")
    in_place = [part for _, part in _with_targets(schema, document, IN_PLACE)] if holds_others else []
    remarks_of_type = list_remarks if schema.get("type") == "array" else group_remarks
    types, choices = schema.get("type"), list(_choices(schema))
    constant = [(("const",), schema["const"])] if "const" in schema else []
    told = [*titled_choice_remarks(types, choices)] or [*type_remarks(types, [*choices, *constant])]
    patterns = () if {"if", "not", "contains", "allOf"} & set(path) else pattern_remarks(schema)
    for inner, severity, code, message in (
        *told,
        *number_remarks(schema),
        *remarks_of_type(schema, in_place),
        *patterns,
    ):
        # the schema around it may say what is in it; that a form is no list is told by itself
        surrounding = {"no-items": path[-2:], "no-questions": path}.get(code)
        if surrounding is None or (path and not set(surrounding) & IN_PLACE):
            yield Remark((*path, *inner), severity, code, message)


def _exclusions(schema: Any) -> Iterator[Remark]:
    from formengine.forms.schema.exclusions import exclusions  # loads jsonschema-rs, which a start leaves out

    for exclusion in exclusions(schema):
        yield Remark(exclusion.path, "warning", "exclusion", exclusion.message, at_key=True)


def _with_targets(schema: Any, document: Any, keywords: Collection[str]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The schemas in place, and those that their references within the document lead to, at the path of the reference:
    each once."""
    waiting: list[tuple[Path, Any]] = [((), schema)]
    visited = set[int]()
    while waiting:
        start, referring = waiting.pop(0)
        for path, part in in_place_schemas(referring, start, keywords=keywords):
            if id(part) not in visited:
                visited.add(id(part))
                yield path, part
                waiting += [(path, target_of(part, document))]


def is_group_of_definitions(path: Path, schema: Mapping[str, Any], keywords: Collection[str]) -> bool:
    """Whether a member of `$defs` is no schema but a group of definitions, which references lead into."""
    return path[-2:-1] in (("$defs",), ("definitions",)) and not schema.keys() & set(keywords)


def _unknown(path: Path, schema: Mapping[str, Any], keywords: Collection[str]) -> Iterator[Remark]:
    if is_group_of_definitions(path, schema, keywords):
        return
    for key in schema:
        if key not in keywords and not key.startswith(("$", "x-")):
            hint = beside_form(key, path) or _INSTEAD.get(key) or _instead(key, keywords)
            message = f"{key} means nothing in a form{hint}"
            yield Remark((*path, key), "warning", "keyword", message, at_key=True)
    format_ = schema.get("format")
    if isinstance(format_, str) and format_ not in FORMATS:
        meant = FORMATS_MEANT.get(format_.lower())
        hint = f"; write {meant}" if meant else did_you_mean(format_, FORMATS)
        message = f"nobody checks the format {format_}{hint}"
        yield Remark((*path, "format"), "warning", "format", message)


def beside_form(key: str, path: Path) -> str:
    """For a key at the top of a schema that belongs beside it, the end of the sentence that says so; else ""."""
    if path or key not in _BESIDE_FORM:
        return ""
    in_python = f', in Python rules={{"{key}": ...}}' if key in _RULES else ""
    return f"; it stands beside form:, not under it: begin it in the column of form:{in_python}"


def _instead(key: str, keywords: Collection[str]) -> str:
    """What to write for a word that is no keyword, as the end of a sentence."""
    meant = KEYWORDS_MEANT.get(key) or closest(key, _RARE & set(keywords), least=0.85)
    if meant in keywords:
        return f'; did you mean "{meant}"?'
    return did_you_mean(key, set(keywords) - _RARE) or "; take it out"


def _bounds(path: Path, schema: dict[str, Any], document: Any) -> Iterator[Remark]:
    """Bounds of a schema, one of which may stand in the schema that it refers to."""
    parts = [part for _, part in _with_targets(schema, document, ())]
    for low, high in BOUNDS:
        least, most = max(_numbers(parts, low), default=None), min(_numbers(parts, high), default=None)
        own = next((keyword for keyword in (low, high) if keyword in schema), None)
        if own is not None and least is not None and most is not None and least > most:
            message = f"{low} {least} is above {high} {most}: nothing could be answered"
            yield Remark((*path, own), "error", "bounds", message)


def _numbers(parts: Iterable[Mapping[str, Any]], keyword: str) -> list[float]:
    values = [part.get(keyword) for part in parts]
    return [value for value in values if isinstance(value, int | float)]


def _default(path: Path, schema: dict[str, Any], document: Any) -> Iterator[Remark]:
    choices = next(filter(None, (choices_of(part) for _, part in _with_targets(schema, document, ()))), [])
    if choices and "default" in schema and schema["default"] not in choices:
        default = schema["default"]
        shown = json.dumps(default, ensure_ascii=False, default=str) if isinstance(default, list | dict) else default
        hint = did_you_mean(str(shown), map(str, choices))
        message = f"{shown} is not one of the choices{hint}"
        yield Remark((*path, "default"), "error", "default", message)


def _required(path: Path, schema: dict[str, Any], document: Any) -> Iterator[Remark]:
    """A property that is asked for and that nothing declares: people type a text, or, where the object is closed, no
    answers could ever be valid; and a condition about one that is no field. References may declare it.
    """
    own, parts = list(in_place_schemas(schema)), list(_with_targets(schema, document, IN_PLACE))
    always_closed = any(_is_closed(part) for inner, part in parts if {"allOf"}.issuperset(inner[::2]))
    if any(_is_open(part, document) for _, part in parts):
        return
    if not always_closed and any(_is_closed(part) for _, part in parts):
        return
    maps = [part["properties"] for _, part in parts if isinstance(part.get("properties"), dict)]
    names = {name for properties in maps for name in properties}
    asked = [((*inner, *step), name) for inner, part in own for step, name in _names_required(part)]
    refused = [part["propertyNames"] for _, part in parts if "propertyNames" in part]
    drawn = {
        name: place
        for place, name in reversed(asked)
        if not always_closed and not {"if", "not"} & set(place[:-2]) and not _is_refused(name, refused)
    }
    for place, name in asked:
        is_misspelt = name not in names and closest(name, names) is not None
        if name in drawn.keys() - names and drawn[name] == place and not is_misspelt:
            yield Remark((*path, *place), "warning", "undeclared", _undeclared(name))
        elif name not in names | drawn.keys() or is_misspelt:
            hint = list_meant(name, names) or did_you_mean(name, names)
            message = f"{name} is required but is not a field here{hint}"
            yield Remark((*path, *place), "error", "required", message)


def _is_open(schema: dict[str, Any], document: Any) -> bool:
    """Whether an object may have properties that nobody knows of here."""
    if "$ref" in schema and target_of(schema, document) is None:
        return True
    return any(key in schema and schema[key] is not False for key in _OPEN)


def _is_closed(schema: Mapping[str, Any]) -> bool:
    return any(schema.get(key) is False for key in ("additionalProperties", "unevaluatedProperties"))


def _is_refused(name: str, name_schemas: list[Any]) -> bool:
    """Whether one of some `propertyNames` plainly does not allow a name."""
    choices = [choices_of(schema) for schema in name_schemas if isinstance(schema, dict)]
    return False in name_schemas or any(allowed and name not in allowed for allowed in choices)


def _names_required(schema: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The names that a schema requires, always or where another is answered, with their paths."""
    lists: list[tuple[Path, Any]] = [(("required",), schema.get("required"))]
    for keyword in ("dependentRequired", "dependencies"):
        dependent = schema.get(keyword)
        lists += [((keyword, name), part) for name, part in dependent.items()] if isinstance(dependent, dict) else []
    for place, names in lists:
        for index, name in enumerate(names if isinstance(names, list) else ()):
            yield (*place, index), str(name)


def _undeclared(name: str) -> str:
    instead = f"write {name}: {{type: string}} under properties, or what it is"
    return f"{name} is asked for but not declared, so that people type any text; {instead}"


def _twice(path: Path, schema: Mapping[str, Any]) -> Iterator[Remark]:
    """A value that stands twice among the choices: of two, neither could be told from the other."""
    known = set[tuple[Any, ...]]()
    for place, value in _choices(schema):
        choice = place[0], type(value), hashable(value)
        if choice in known:
            text = value.text if isinstance(value, WrittenNumber) else value
            message = f"{text} stands twice among the choices; give each choice its own value"
            yield Remark((*path, *place), "error", "twice", message)
        known.add(choice)


def _choices(schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for key in ("oneOf", "anyOf"):
        options = schema.get(key)
        for index, option in enumerate(options if isinstance(options, list) else ()):
            if isinstance(option, dict) and isinstance(option.get("const"), str | int | float | bool):
                yield (key, index, "const"), option["const"]
    values = schema.get("enum")
    yield from ((("enum", index), value) for index, value in enumerate(values if isinstance(values, list) else ()))


def _condition_that_always_holds(path: Path, schema: Mapping[str, Any], document: Any) -> Iterator[Remark]:
    """An `if` that holds also while the question it asks about has no answer.

    Source: JSON Schema Core 10.3.2.1: `properties` says nothing of properties that are absent.
    """
    condition = _followed(schema.get("if"), document)
    if not isinstance(condition, dict) or not ("then" in schema or "else" in schema):
        return
    properties = condition.get("properties")
    if not isinstance(properties, dict) or condition.keys() & (IN_PLACE | {"minProperties", "dependentRequired"}):
        return
    required = condition.get("required")
    names = [name for name, asked in properties.items() if isinstance(asked, dict) and {"const", "enum"} & asked.keys()]
    if names and not set(required if isinstance(required, list) else ()) & set(properties):
        listed = ", ".join(names)
        message = f"this `if` also holds while {' and '.join(names)} is not answered; add required: [{listed}] to it"
        yield Remark((*path, "if"), "warning", "if-always", message, at_key=True)


def _followed(schema: Any, document: Any) -> Any:
    """A schema, or what it refers to within the document where it is nothing but a reference."""
    chain = list(reference_chain(schema, document))
    return next((part for part in chain if not isinstance(part, dict) or part.keys() != {"$ref"}), chain[-1])


def _own_answer(path: Path, schema: Mapping[str, Any], document: Any) -> Iterator[Remark]:
    """A consequence that changes the very question whose answer brings it: the control stays as it was, or the answer
    would be gone with it.
    """
    for place, names, reached in _consequences(schema, document):
        consequence = _followed(reached, document)
        properties = consequence.get("properties") if isinstance(consequence, dict) else None
        for name, asked in properties.items() if isinstance(properties, dict) else ():
            changes = isinstance(asked, dict) and asked.keys() & _CONTROL
            if name in names and changes:
                words = ", ".join(sorted(changes))
                message = (
                    f"the answer to {name} brings this {words} to {name} itself: answers are judged by it, and its "
                    f"control stays as it was; write it where {name} is declared, if it always holds"
                )
                step = ("properties", name) if consequence is reached else ()
                yield Remark((*path, *place, *step), "warning", "own-answer", message, at_key=True)


def _consequences(schema: Mapping[str, Any], document: Any) -> Iterator[tuple[Path, set[str], Any]]:
    """What conditions bring: the path of it, and the properties of whose answers they are."""
    condition = _followed(schema.get("if"), document)
    asked = condition.get("properties") if isinstance(condition, dict) else None
    if isinstance(asked, dict):
        yield from (((keyword,), set(asked), schema.get(keyword)) for keyword in ("then", "else"))
    dependent = schema.get("dependentSchemas")
    for name, part in dependent.items() if isinstance(dependent, dict) else ():
        yield ("dependentSchemas", name), {name}, part


def _contradiction(path: Path, schema: dict[str, Any], document: Any) -> Iterator[Remark]:
    """An answer that hides another question, without which it may not be given itself: its form never settles, and
    nobody can send it with that answer.
    """
    rules = list(_with_targets(schema, document, ("allOf",)))
    declared = [part["properties"] for _, part in rules if isinstance(part.get("properties"), dict)]
    needs = {pair for _, part in rules for pair in _needs(part, declared, document)}
    for inner, part in rules:
        for place, names, reached in _consequences(part, document):
            consequence = _followed(reached, document)
            properties = consequence.get("properties") if isinstance(consequence, dict) else None
            brought = properties if isinstance(properties, dict) and place != ("else",) else {}
            for name, other in sorted(needs):
                if name in names and brought.get(other) is False:
                    message = (
                        f"the answer to {name} takes {other} away here, and without {other} another rule does not "
                        f"accept that answer to {name}: nobody can send the form with it; take one of the rules out"
                    )
                    yield Remark((*path, *inner, *place), "warning", "contradiction", message, at_key=True)


def _needs(schema: Mapping[str, Any], declared: list[dict[str, Any]], document: Any) -> Iterator[tuple[str, str]]:
    """Pairs of properties of which the first may only be answered where the second is answered."""
    for keyword in ("dependentRequired", "dependencies", "dependentSchemas"):
        dependent = schema.get(keyword)
        for name, part in dependent.items() if isinstance(dependent, dict) else ():
            asked = part.get("required") if isinstance(part, dict) else part
            yield from ((name, str(other)) for other in (asked if isinstance(asked, list) else ()))
    condition, keyword = _followed(schema.get("if"), document), "else"
    if isinstance(condition, dict) and condition.keys() == {"not"}:
        condition, keyword = _followed(condition["not"], document), "then"
    without = _followed(schema.get(keyword), document)
    others = condition.get("required") if isinstance(condition, dict) else None
    properties = without.get("properties") if isinstance(without, dict) else None
    for name, asked in properties.items() if isinstance(properties, dict) else ():
        if any(_excludes(asked, part.get(name), document) for part in declared):
            yield from ((name, str(other)) for other in (others if isinstance(others, list) else ()))


def _excludes(schema: Any, other: Any, document: Any) -> bool:
    """Whether two schemas plainly accept no value together: one accepts none, or each has types of its own."""
    schema, other = _followed(schema, document), _followed(other, document)
    if schema is False:
        return True
    types = [part.get("type") if isinstance(part, dict) else None for part in (schema, other)]
    sets = [{names} if isinstance(names, str) else set(names or ()) for names in types]
    return all(sets) and not sets[0] & sets[1] and {"integer", "number"} != sets[0] | sets[1]
