"""Values that no author means: choices of another type than their question, numbers with a point for thousands, lists
that say nothing of their entries or need more than a list holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from formengine.forms.schema.json_values import MAX_ROWS
from formengine.forms.schema.words_meant import TYPE_NAMES
from formengine.json_schema import KEYWORDS, Path
from formengine.source import Severity, WrittenNumber, shown
from formengine.source.number_meant import number_meant

ValueRemark = tuple[Path, Severity, str, str]
"""The path of a value within its schema, severity, code and sentence of what is wrong with it."""
_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength")
_POINT_FOR_THOUSANDS: Final = re.compile(r"-?[1-9]\d{0,2}\.000")
_COUNTED: Final = re.compile(r"(?<!\\)\{\d+(,\d+)?\}")
_OF_A_PART: Final = re.compile(r"(?<!\\)\$|\(\?[=!<]|\\b|\A\^?\.[*+]|\.[*+]\Z")
"""What patterns have that are meant for a part of a text, or say themselves where it ends."""
_ENTRIES: Final = ("items", "prefixItems", "enum", "const", "oneOf", "anyOf", "unevaluatedItems", "contains")

_WITH_TITLES: Final = (
    "a choice is a short value, with its text in each language beside it; write oneOf: "
    "[{const: first, title: {en: First, fr: Premier}}, ...] in place of enum"
)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FITS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
}


def titled_choice_remarks(types: Any, choices: Iterable[tuple[Path, Any]]) -> Iterator[ValueRemark]:
    """Choices that are written as maps, of their texts by language or of a value and its text: what is the answer is
    not said, or is a map.
    """
    choices = list(choices)
    by_language = [place for place, value in choices if isinstance(value, dict) and _is_text_by_language(value)]
    if by_language:
        yield by_language[0], "error", "choice-type", _WITH_TITLES
        return
    texts = [(place, value) for place, value in choices if isinstance(value, dict) and _is_value_with_text(value)]
    if texts and len(texts) == len(choices) and types != "object":
        ((value, text),) = texts[0][1].items()
        message = f"this choice is a map, and shown as one; write oneOf: [{{const: {value}, title: {text}}}, ...] "
        yield texts[0][0], "warning", "choice-type", f"{message}in place of enum"


def type_remarks(types: Any, choices: Iterable[tuple[Path, Any]]) -> Iterator[ValueRemark]:
    """The choices and constants that the types of their question do not take, so that nobody could give them: an error
    where none is left. Nothing of null, which many tools write for no answer.
    """
    choices = list(choices)
    names = types if isinstance(types, list) else [types]
    if not names or not all(isinstance(name, str) and name in _FITS for name in names):
        return
    written = [(place, value) for place, value in choices if value is not None]
    if "array" in names and "string" not in names and written and not any(isinstance(v, list) for _, v in written):
        message = "these are the choices of the whole list; write those of its entries under items: {enum: [...]}"
        yield written[0][0][:1], "error", "choice-type", message
        return
    unfit = [(place, value) for place, value in written if not any(_FITS[name](value) for name in names)]
    severity: Severity = "error" if len(unfit) == len(written) else "warning"
    takes = " or ".join(TYPE_NAMES[name] for name in names)
    for place, value in unfit:
        kind = next(noun for name, noun in TYPE_NAMES.items() if _FITS[name](value))
        is_shown = kind not in ("a list", "a group", "null") and str(value).strip()
        sentence = f"{shown(value)} is {kind}" if is_shown else f"{kind if value else 'an empty text'} stands here"
        yield place, severity, "choice-type", f"{sentence}, and the question takes {takes}{_instead(names, value)}"


def _is_text_by_language(value: Mapping[str, Any]) -> bool:
    return bool(value) and all(len(key) == 2 and isinstance(text, str) for key, text in value.items())


def _is_value_with_text(value: Mapping[str, Any]) -> bool:
    """Whether a choice is written as a value and its text: `fr: French law`."""
    return len(value) == 1 and all(isinstance(text, str) for text in value.values())


def _instead(types: list[str], value: Any) -> str:
    """What to write for a choice, as the end of a sentence."""
    number = number_meant(value) if isinstance(value, str) and {"number", "integer"} & set(types) else None
    if number is not None:
        return f"; write {number}"
    if "string" in types and isinstance(value, bool | int | float):
        return f'; write "{shown(value)}", between quotation marks'
    return "; write another type, or another choice"


def number_remarks(schema: Mapping[str, Any]) -> Iterator[ValueRemark]:
    """A warning for a bound like `1.000`, which is one, and was probably meant as a thousand."""
    for keyword in _BOUNDS:
        bound = schema.get(keyword)
        if isinstance(bound, WrittenNumber) and _POINT_FOR_THOUSANDS.fullmatch(bound.text):
            thousands, units = bound.text.replace(".", ""), bound.text.partition(".")[0]
            message = (
                f"{bound.text} is {units}, with decimals behind the point; write {thousands}, or {units} if that is "
                "meant"
            )
            yield (keyword,), "warning", "number", message


def pattern_remarks(schema: Mapping[str, Any]) -> Iterator[ValueRemark]:
    """A warning for a pattern of a fixed length that any longer text meets as well, of which a part fits it.

    Source: JSON Schema Validation 6.3.3: patterns are not anchored.
    """
    pattern = schema.get("pattern")
    if not isinstance(pattern, str) or not _COUNTED.search(pattern) or _OF_A_PART.search(pattern):
        return
    begins = pattern.startswith("^")
    if begins and not pattern.endswith("}"):
        return
    inside = pattern.removeprefix("^")
    inside = f"(?:{inside})" if "|" in inside else inside
    mark = "'" if "\\" in inside else '"'  # between double ones, YAML reads a backslash as the beginning of an escape
    where = "behind" if begins else "before and behind"
    message = f"any text may stand {where} what this pattern describes; write pattern: {mark}^{inside}${mark}"
    yield ("pattern",), "warning", "pattern", f"{message}, or say with ^ and $ where it begins and ends"


_MEMBERS: Final = (
    "properties", "additionalProperties", "patternProperties", "unevaluatedProperties", "propertyNames", "required",
    "dependentRequired", "dependentSchemas", "dependencies", "enum", "const", "$ref", "$dynamicRef",
)  # fmt: skip
"""Keywords that say what is in a group, or that something is."""


def list_remarks(schema: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> Iterator[ValueRemark]:
    """Lists that need more rows than a list may have, or do not say what their entries are; `parts` are all schemas
    that speak of the list, itself included.
    """
    for keyword in ("minItems", "minContains"):
        least = schema.get(keyword)
        if isinstance(least, int | float) and least > MAX_ROWS:
            message = f"{keyword} is above {MAX_ROWS:,}, the most rows that a list may have; write {MAX_ROWS} or less"
            yield (keyword,), "error", "bounds", message
    if schema.get("type") == "array" and not any(key in part for part in parts for key in _ENTRIES):
        message = "this list does not say what its entries are, so that people type any text; write items: {type: "
        yield ("type",), "warning", "no-items", f"{message}string}}, or what an entry is"


def group_remarks(schema: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> Iterator[ValueRemark]:
    """Groups without a question; `parts` are all schemas that speak of the group, itself included. A keyword that means
    nothing was perhaps to be its questions, which is told by itself.
    """
    if schema.get("type") != "object" or schema.keys() - KEYWORDS:
        return
    if not any(key in part for part in parts for key in _MEMBERS):
        message = "this group asks nothing, and what is sent for it is dropped; write its questions under properties"
        yield ("type",), "warning", "no-questions", message
