"""Mistakes in the YAML of a form whose first sign would mislead: questions beside `properties`, `required` on a
question, names of options without options, quotation marks of a word processor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.forms.schema.advice import beside_form
from formengine.forms.schema.words_meant import KEYWORDS_MEANT
from formengine.json_schema import MAP_KEYWORDS, SINGLE_KEYWORDS
from formengine.source import closest
from formengine.source.lookalikes import inside_curly
from formengine.source.yaml_cursor import YamlCursor

_YES: Final = ("true", "yes", "always", "oui", "toujours", "vrai")
_NO: Final = ("false", "no", "never", "non", "jamais", "faux")
_OF_SCHEMAS: Final = ("type", "$ref", "enum", "properties", "items", "oneOf", "anyOf", "title", "format")


def check_question_required(cursor: YamlCursor, required: list[str] | None, name: str) -> None:
    """An error for `required: true` (or yes) on a question: it belongs to the form. `required` is that list so far."""
    names = ", ".join([*(entry for entry in required or () if isinstance(entry, str) and entry != name), name])
    message = f"write the question's name in the list of the form, beside `properties`: required: [{names}]"
    cursor.error("required", message)


def check_constant_condition(condition: YamlCursor, required: list[str] | None) -> bool:
    """Whether `show_when` or `required_when` is given as yes or no in place of a condition (an error).

    `required` is the list of the form that the question belongs to, so far.
    """
    word = str(condition.value).strip().lower()
    if word not in (*_YES, *_NO):
        return False
    if condition.name == "required_when" and word in _YES:
        check_question_required(condition, required, str(condition.path[-2]))
        return True
    instead = {
        ("required_when", False): "take it out: a question need not be answered unless it is required",
        ("show_when", True): "take it out: a question without it is always shown",
        ("show_when", False): "nobody would ever be asked; take the question out, or write when it is shown",
    }[condition.name, word in _YES]
    condition.error("condition", f"{condition.name} takes a condition, such as paper is theirs; {instead}")
    return True


def misplaced_questions(schema: Mapping[str, Any], keywords: frozenset[str]) -> list[str]:
    """Unknown keys beside `properties` that hold a question, or a whole map of questions."""
    return [
        key
        for key, value in schema.items()
        if key not in keywords and not key.startswith(("$", "x-")) and isinstance(value, dict)
    ]


def unwrapped_questions(schema: Mapping[str, Any], keywords: frozenset[str]) -> list[str]:
    """The questions that stand directly in a schema which has no `properties:` for them."""
    names = misplaced_questions(schema, keywords) if "properties" not in schema else []
    return names if all(schema[name].keys() & set(_OF_SCHEMAS) for name in names) else []


def report_unwrapped(cursor: YamlCursor, names: list[str]) -> None:
    """The error for questions without `properties:` around them, once for all of them."""
    owner = cursor.name or "the form"
    stand = "stands" if len(names) == 1 else "stand"
    written = ", ".join(f"{name}: {{...}}" for name in names)
    instead = f"{owner}: {{type: object, properties: {{{written}}}}}"
    message = f"{', '.join(names)} {stand} directly under {owner}:; write {instead}"
    cursor.at(names[0]).error("misplaced", message, at_key=True)


def report_misplaced(cursor: YamlCursor, key: str, schema: Mapping[str, Any], keywords: frozenset[str]) -> None:
    """The error for a question that stands beside `properties:` (and would not be asked), or under a mistyped word."""
    value = schema[key]
    properties, places = schema.get("properties"), cursor.document.keys
    is_question = bool(value.keys() & set(_OF_SCHEMAS))
    if not is_question or not isinstance(properties, dict) or not properties:
        if value and all(isinstance(text, str) and len(language) == 2 for language, text in value.items()):
            hint = KEYWORDS_MEANT.get(key) or closest(key, keywords)
            cursor.at(key).error(
                "keyword", f"{key} means nothing in a form{_did_you(hint) or '; take it out'}", at_key=True
            )
            return
        meant = (MAP_KEYWORDS | SINGLE_KEYWORDS) & keywords
        hint = KEYWORDS_MEANT.get(key) or closest(key, meant, least=0.85)
        place = () if cursor.path == ("form",) else cursor.path
        hint = beside_form(key, place) or _did_you(hint) or "; take it out, or write it under properties:"
        cursor.at(key).error(
            "keyword", f"{key} means nothing in a form, so nothing under it is asked{hint}", at_key=True
        )
        return
    here = places.get((*cursor.path, key), (0, 0))
    first = next(iter(properties))
    line, column = places.get((*cursor.path, "properties", first), (0, 0))
    blanks = column - here[1] if line > places.get((*cursor.path, "properties"), (line, 0))[0] else 0
    how = f"indent it by {_number(blanks)} more blank{'' if blanks == 1 else 's'}" if blanks > 0 else "move it there"
    cursor.at(key).error("misplaced", f"{key} stands beside properties:, not in it; {how}", at_key=True)


def _did_you(hint: str | None) -> str:
    return f'; did you mean "{hint}"?' if hint else ""


def _number(count: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four"}.get(count, str(count))


def check_option_names(cursor: YamlCursor, schema: Mapping[str, Any], languages: tuple[str, ...]) -> None:
    """Checks the texts under `enumNames`, and that each names a value of `enum`."""
    names, values = schema.get("enumNames"), schema.get("enum")
    if names is None:
        return
    if values is None:
        message = (
            "enumNames names the values of enum, and there is no enum beside it; write for example enum: [low, high]"
        )
        cursor.at("enumNames").error("kind", message, at_key=True)
        return
    if not isinstance(values, list):
        return  # told at enum
    if not isinstance(names, list):
        message = "enumNames takes a list of texts, one for each value of the enum beside it, in the same order"
        cursor.at("enumNames").error("kind", message)
        return
    for index, _ in enumerate(names):
        cursor.at("enumNames", index).localized_text(languages)
    if len(names) != len(values):
        message = f"enumNames has {len(names)} texts and enum {len(values)} values; give one text to each value"
        cursor.at("enumNames").warn("choices", message, at_key=True)


def check_reference(cursor: YamlCursor, schema: Mapping[str, Any]) -> None:
    """An error for a `$ref` between quotation marks of a word processor."""
    reference = schema.get("$ref")
    quoted = inside_curly(reference) if isinstance(reference, str) else None
    if quoted is not None:
        cursor.at("$ref").error("reference", f'write straight quotation marks: "{quoted}"')
