"""The author's own error messages: by field and keyword (`errors:`), and of a field kind (`says`) (F18)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.errors import FormError
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.schema.locations import Locations, Schemas
from formengine.i18n import Text, pick
from formengine.json_schema import ASSERTIONS, SINGLE_KEYWORDS
from formengine.source import did_you_mean

ANY: Final = "any"
"""Stands for every keyword that has no sentence of its own."""
SAYS: Final = "x-says"
"""The keyword of a field kind's schema that holds its sentences: a text for all keywords, or texts by keyword."""
KEYWORDS: Final = (
    ASSERTIONS
    | (SINGLE_KEYWORDS - {"if", "then", "else", "contentSchema"})
    | {"oneOf", "anyOf", "dependencies", "readOnly"}
)
"""The keywords of JSON Schema that answers can violate."""
OF_THE_PARENT: Final = ("required", "dependentRequired", "dependencies")
"""Keywords of the object around a field: they say that it is missing."""
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
Sentences = Mapping[str, Text]
"""Texts (one string, or a map by language) by keyword, or ANY."""


class AuthorSentences:
    """The sentences of a form in one language.

    `errors` maps a field to its sentences: a top-level property, or a JSON Pointer into the data with `*` for any row
    ("" is the whole form). Raises FormError for what is no such map.
    """

    def __init__(self, errors: Any, locale: str) -> None:
        self._locale = locale
        self._by_path = sorted(_read(errors), key=lambda entry: entry[0].count("*"))

    def of_field(self, pointer: str, keyword: str) -> str | None:
        """The sentence for a keyword that the value at a pointer violates; None where the author wrote none.

        The keyword named wins over `any`, and a path without `*` over one with it.
        """
        if not self._by_path:
            return None
        tokens = json_pointer.split(pointer)
        matching = [sentences for path, sentences in self._by_path if _matches(path, tokens)]
        for name in _names(keyword):
            for sentences in matching:
                if name in sentences:
                    return pick(sentences[name], self._locale, ())
        return None


def of_kind(says: Any, keyword: str, locale: str) -> str | None:
    """The sentence of a field kind (`says`) for a keyword, in a language.

    Its sentence for all keywords is not one for an answer that is missing: it is the form that asks for it.
    """
    sentences = {ANY: says} if is_text(says) else says if isinstance(says, Mapping) else {}
    names = [name for name in _names(keyword) if name != ANY or keyword not in OF_THE_PARENT]
    text = next((sentences[name] for name in names if name in sentences), None)
    return pick(text, locale, ()) if is_text(text) else None


def is_text(value: Any) -> bool:
    """Whether a value is a text: a string, or a map of strings by language."""
    if isinstance(value, str):
        return bool(value.strip())
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(_is_language(key) and isinstance(text, str) and text.strip() for key, text in value.items())
    )


def _is_language(key: Any) -> bool:
    return isinstance(key, str) and key not in KEYWORDS and key != ANY and bool(_LANGUAGE.fullmatch(key))


def path_of(field: str) -> str:
    """The JSON Pointer that a key of `errors` (or of `ui.fields`) means.

    >>> path_of("due_date"), path_of("/items/*/due"), path_of("")
    ('/due_date', '/items/*/due', '')
    """
    return field if field.startswith("/") or field == "" else json_pointer.join([field])


def _names(keyword: str) -> tuple[str, ...]:
    """The keywords whose sentence will do for a keyword, best first."""
    return (keyword, "required", ANY) if keyword in OF_THE_PARENT else (keyword, ANY)


def _read(errors: Any) -> Iterator[tuple[list[str], Sentences]]:
    if errors is None:
        return
    if not isinstance(errors, Mapping):
        raise FormError("", "errors takes a map: {name: {required: Write the name.}}")
    for field, sentences in errors.items():
        if not isinstance(field, str) or not isinstance(sentences, Mapping) or is_text(sentences):
            raise FormError("", f"errors: {field} takes a map: {{{ANY}: the sentence}}")
        for keyword, text in sentences.items():
            if not is_text(text):
                raise FormError("", f"errors: {field}: {keyword} takes a sentence, or one by language")
        yield json_pointer.split(path_of(field)), sentences


def _matches(path: list[str], tokens: list[str]) -> bool:
    return len(path) == len(tokens) and all(step in ("*", token) for step, token in zip(path, tokens, strict=True))


def sentence_findings(errors: Mapping[str, Sentences], locations: Locations) -> Iterator[FormFinding]:
    """The sentences that nobody will ever read: for a field or a keyword that the form does not have."""
    for field, sentences in errors.items():
        path = json_pointer.split(path_of(field))
        schemas = locations.schemas_at(path)
        if not schemas:
            message = f"{field} is not a field of this form{_meant(path, locations)}"
            yield FormFinding("rules", json_pointer.join(["errors", field]), "error", "unknown-field", message)
            continue
        declared = _keywords(schemas, path, locations)
        for keyword in sentences:
            problem = _keyword_problem(field, keyword, declared)
            if problem is not None:
                pointer = json_pointer.join(["errors", field, keyword])
                yield FormFinding("rules", pointer, "error", "unknown-keyword", problem)


def _meant(path: list[str], locations: Locations) -> str:
    """The end of the sentence about an unknown field: the name that is nearest to what was written."""
    if not path:
        return ""
    known = next((length for length in range(len(path), -1, -1) if locations.schemas_at(path[:length])), 0)
    names = locations.names_at(path[:known])
    if names == ["*"] and path[known] != "*":
        return "; write * for the rows of a list: " + json_pointer.join([*path[:known], "*", *path[known:]])
    return did_you_mean(path[known], names)


def _keywords(schemas: Schemas, path: list[str], locations: Locations) -> set[str]:
    """The keywords that answers at a place can violate."""
    keywords = {keyword for schema in schemas for keyword in schema} & KEYWORDS - set(OF_THE_PARENT)
    if path and any(_asks_for(schema, path[-1]) for schema in locations.schemas_at(path[:-1])):
        keywords.add("required")
    return keywords | {"type"}  # which a kind of control asserts, too


def _asks_for(schema: Mapping[str, Any], name: str) -> bool:
    """Whether an object's schema may require a property."""
    dependent = schema.get("dependentRequired", {}).values()
    return any(name in names for names in (schema.get("required", ()), *dependent))


def _keyword_problem(field: str, keyword: str, declared: set[str]) -> str | None:
    if keyword == ANY or keyword in declared:
        return None
    if keyword in ("dependentRequired", "dependencies") and "required" in declared:
        return None
    if keyword not in KEYWORDS:
        known = sorted({*declared, ANY})
        return f"{keyword} is no keyword that an answer can violate{did_you_mean(keyword, known)}"
    name = field or "the form"
    if keyword == "required":
        return f"{name} is not required, so nobody would read this sentence; add it to required"
    known = sorted(declared - {"type"})
    meant = f"; it has {', '.join(known)}" if known else ""
    return f"{name} has no {keyword}, so nobody would read this sentence{meant}"
