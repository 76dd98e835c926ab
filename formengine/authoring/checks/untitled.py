"""Warnings for questions and choices without titles in a site of several languages: people read the words of the file
in each of them. One finding for all of a form, at the first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.forms.schema.branches import reference_chain
from formengine.json_schema import IN_PLACE, LIST_KEYWORDS, MAP_KEYWORDS, Path, choices_of, every_schema, named_options
from formengine.source.findings import and_for_more
from formengine.source.yaml_cursor import EMAIL, YamlCursor

_COMPARING: Final = frozenset(("if", "not", "contains", "propertyNames"))
"""Keywords whose schemas ask nothing: they only compare what is asked elsewhere."""
_CODE: Final = re.compile(r"[\W\d_]*|.|[a-z]{2}|[a-z]{2,3}-[A-Za-z]{2,4}|\S+://\S+")
"""What is the same in every language, beside words in capitals: numbers, one letter, codes of languages, addresses."""
_PLAIN: Final = re.compile(r"[^\W\d][\w ./–-]*(?<! )")
_MISREAD: Final = frozenset(("true", "false", "yes", "no", "on", "off", "null"))
_SHOWN: Final = 3
"""How many choices are written out; more are left to the author."""


@dataclass(frozen=True)
class _Untitled:
    """A question, or its choices, without titles: where it stands, what it is called, and those words."""

    path: Path
    name: str
    words: tuple[str, ...] = ()


def check_untitled(
    form: YamlCursor, languages: Collection[str], kinds: Mapping[str, Any], *, properties: str = "properties"
) -> None:
    """A warning for the questions of a form without titles, and one for its choices.

    `kinds` are the field kinds of plugins, which may bring a title; `properties` is the key that has the questions.
    """
    from formengine.forms.tree.node import default_title  # loads jsonschema, which a start leaves out

    schema = form.value if properties == "properties" else {"properties": form.value[properties]}
    titles = "title: {" + ", ".join(f"{code}: ..." for code in languages) + "}"
    hidden = _hidden(form)
    questions = [question for question in _questions(schema, kinds) if question.name not in hidden]
    if questions:
        first = questions[0]
        called = default_title(first.name)
        message = f"{first.name} has no title, and is called “{called}” in every language; write {titles}"
        _cursor_at(form, first.path, properties).warn("untitled", message + _others(questions), at_key=True)
    choices = list(_choices(schema))
    if choices:
        first = choices[0]
        words = _listed(first.words, str)
        instead = _listed(first.words, lambda word: f"{{const: {_scalar(word)}, {titles}}}")
        message = f"the choices of {first.name} have no titles, and read {words} in every language"
        message += f"; write oneOf: [{instead}]{' in place of enum' if first.path[-1] == 'enum' else ''}"
        _cursor_at(form, first.path, properties).warn("untitled", message + _others(choices), at_key=True)


def _cursor_at(form: YamlCursor, path: Path, properties: str) -> YamlCursor:
    return form.at(properties, *path[1:]) if path[0] == "properties" else form.at(*path)


def _others(untitled: list[_Untitled]) -> str:
    return and_for_more(list(dict.fromkeys(entry.name for entry in untitled[1:] if entry.name != untitled[0].name)))


def _listed(words: tuple[str, ...], written: Callable[[str], str]) -> str:
    return ", ".join([*map(written, words[:_SHOWN]), *(["..."] if len(words) > _SHOWN else [])])


def _scalar(word: str) -> str:
    """A word as it is written between { }."""
    plain = _PLAIN.fullmatch(word) and word.lower() not in _MISREAD
    return word if plain else json.dumps(word, ensure_ascii=False)


def _hidden(form: YamlCursor) -> set[str]:
    """The fields of a request type that are not shown."""
    file: Any = form.document.value
    fields = (file.get("ui") or {}).get("fields") or {} if form.path == ("form",) else {}
    return {name for name, ui in fields.items() if isinstance(ui, dict) and ui.get("widget") == "hidden"}


def _questions(form: Any, kinds: Mapping[str, Any]) -> Iterator[_Untitled]:
    """The properties of a schema and its subschemas that have no title where they are declared, nor in a condition."""
    declared: dict[tuple[Path, str], list[tuple[Path, Any]]] = {}
    for path, base, schema in _asking(form):
        properties = schema.get("properties")
        for name, question in properties.items() if isinstance(properties, dict) else ():
            declared.setdefault((base, name), []).append(((*path, "properties", name), question))
    for (_, name), places in declared.items():
        shown = [(path, part) for path, part in places if isinstance(part, dict) and "const" not in part]
        if shown and not _is_code(name) and not any(_has_title(part, form, kinds) for _, part in shown):
            yield _Untitled(shown[0][0], name)


def _has_title(schema: Any, form: Any, kinds: Mapping[str, Any]) -> bool:
    """Whether a schema, or what it refers to, has a title; another file may have it."""
    parts = [part for part in reference_chain(schema, form, kinds) if isinstance(part, dict)]
    return any(part.get("title") or not str(part.get("$ref", "#")).startswith(("#", "formengine:")) for part in parts)


def _choices(form: Any) -> Iterator[_Untitled]:
    """The choices that are words of a language, of which none has a title; `then` may narrow those of a question."""
    offered: dict[Path, list[tuple[Path, str, tuple[str, ...]]]] = {}
    for path, base, schema in _asking(form):
        if choices := choices_of(schema):
            key = next(key for key in ("enum", "oneOf", "anyOf") if isinstance(schema.get(key), list))
            words = tuple(_untitled_words(schema, key, choices)) if len(choices) > 1 else ()
            offered.setdefault(base, []).append(((*path, key), _name_of(base), words))
    for places in offered.values():
        if all(words for _, _, words in places):
            yield _Untitled(*places[0])


def _untitled_words(schema: Mapping[str, Any], key: str, choices: list[Any]) -> Iterable[str]:
    beside = [schema.get(other) for other in ("oneOf", "anyOf")]
    titles = {
        option["const"]: option.get("title")
        for options in beside
        for option in (options if isinstance(options, list) else ())
        if isinstance(option, dict) and isinstance(option.get("const"), str)
    }
    if key == "enum":
        named = zip(choices, named_options(schema), strict=True)
        titles |= {value: name for value, name in named if name and isinstance(value, str)}
    return (word for word in choices if isinstance(word, str) and not titles.get(word) and not _is_code(word))


def _is_code(word: str) -> bool:
    """Whether a word reads alike in every language.

    >>> [_is_code(word) for word in ("EUR", "2026", "b", "fr", "en-GB", "ana@example.com", "partner", "Yes", "договор")]
    [True, True, True, True, True, True, False, False, False]
    """
    is_in_capitals = word.isupper()  # not so what has no small letters: Arabic, Chinese
    return is_in_capitals or bool(_CODE.fullmatch(word) or EMAIL.match(word))


def _name_of(base: Path) -> str:
    """What the choices at a path are called: by the property or definition that has them."""
    return next((str(name) for keyword, name in reversed(_steps(base)) if keyword in MAP_KEYWORDS), "the form")


def _asking(form: Any) -> Iterator[tuple[Path, Path, dict[str, Any]]]:
    """Each schema that asks something, with its path and that of the schema of which it speaks in place."""
    for path, schema in every_schema(form):
        steps = _steps(path)
        if _COMPARING.isdisjoint(keyword for keyword, _ in steps):
            while steps and steps[-1][0] in IN_PLACE:
                steps.pop()
            yield path, tuple(key for keyword, name in steps for key in (keyword, name) if key is not None), schema


def _steps(path: Path) -> list[tuple[str, str | int | None]]:
    """The keywords of a path, each with the name or number behind it."""
    steps: list[tuple[str, str | int | None]] = []
    rest = list(path)
    while rest:
        keyword = str(rest.pop(0))
        named = bool(rest) and (keyword in MAP_KEYWORDS or (keyword in LIST_KEYWORDS and isinstance(rest[0], int)))
        steps.append((keyword, rest.pop(0) if named else None))
    return steps
