"""Reading what an author wrote, place by place: each mistake becomes a finding at its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from formengine.i18n import Text
from formengine.source import Decimalish, Document, Finding, Path, Plain, did_you_mean, read_file
from formengine.source.findings import Severity

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?\Z")
EMAIL: Final = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+\Z")


def read_document(content: bytes, file: str) -> tuple[Document | None, list[Finding]]:
    """Read one file of a site as YAML; whatever the bytes hold, the answer is findings and never an error."""
    try:
        return read_file(content, file)
    except (ValueError, RecursionError, OverflowError) as error:
        return None, [Finding(file, 1, 1, "error", "yaml", f"this cannot be read: {str(error)[:200]}")]


class YamlCursor:
    """One value in a document, with the list that its findings go to."""

    def __init__(self, document: Document, path: Path = (), findings: list[Finding] | None = None) -> None:
        self.document, self.path = document, path
        self.findings: list[Finding] = [] if findings is None else findings

    @property
    def value(self) -> Any:
        found: Any = self.document.value
        for key in self.path:
            found = found[key]
        return found

    @property
    def name(self) -> str:
        """The key under which the value stands."""
        return str(self.path[-1]) if self.path else ""

    def at(self, *keys: str | int) -> YamlCursor:
        return YamlCursor(self.document, (*self.path, *keys), self.findings)

    def error(self, code: str, message: str, severity: Severity = "error", *, at_key: bool = False) -> None:
        self.findings.append(self.document.finding(self.path, code, message, severity, at_key=at_key))

    def warn(self, code: str, message: str, *, at_key: bool = False) -> None:
        self.error(code, message, "warning", at_key=at_key)

    def get(self, key: str) -> YamlCursor | None:
        """The place of a key's value, when this is a map that has one that is not empty."""
        value = self.value
        return self.at(key) if isinstance(value, dict) and value.get(key) is not None else None

    def need(self, key: str, example: str) -> YamlCursor | None:
        found = self.get(key)
        if found is None and isinstance(self.value, dict):
            self.error("missing", f"{key} is missing; write for example {key}: {example}")
        return found

    def entries(self, what: str = "a map") -> Iterator[YamlCursor]:
        """The places of a map's values; nothing, and a finding, where it is no map."""
        value = self.value
        if isinstance(value, dict):
            yield from (self.at(key) for key in value)
        elif value is not None:
            self.error("kind", f"{self.name or 'this file'} takes {what}: one key: value on each line")

    def items(self) -> Iterator[YamlCursor]:
        """The places of a list's values; nothing, and a finding, where it is no list."""
        value = self.value
        if isinstance(value, list):
            yield from (self.at(number) for number in range(len(value)))
        elif value is not None:
            self.error("kind", f"{self.name} takes a list: [first, second]")

    def only(self, *keys: str) -> None:
        """A finding for every key that is not one of these."""
        for entry in self.entries():
            if entry.name not in keys:
                entry.error(
                    "unknown-key", f"{entry.name} is not a key here{did_you_mean(entry.name, keys)}", at_key=True
                )

    def identifiers(self) -> Iterator[YamlCursor]:
        """The entries of a map by id; a name that cannot be an id is a finding, and left out."""
        for entry in self.entries():
            if IDENTIFIER.match(entry.name):
                yield entry
            else:
                message = f"{entry.name!r} cannot be an id: small letters, digits and _, beginning with a letter"
                entry.error("identifier", message, at_key=True)

    def string(self) -> str | None:
        value: Plain = self.value
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value.text if isinstance(value, Decimalish) else str(value)
        self.error("text", f"{self.name} takes a text; put it between quotation marks if it looks like something else")
        return None

    def word(self, among: Collection[str], what: str) -> str | None:
        """A text that must be one of a few known ones."""
        value = self.string()
        if value is None or value in among:
            return value
        known = did_you_mean(value, among) or f"; there is no {what} yet"
        self.error("unknown", f"there is no {what} {value}{known}")
        return None

    def strings(self) -> tuple[str, ...]:
        """A list of texts; one text stands for a list of one."""
        if isinstance(self.value, str):
            return (self.value,)
        return tuple(text for item in self.items() if (text := item.string()) is not None)

    def switch(self) -> bool:
        if isinstance(self.value, bool):
            return self.value
        self.error("true-false", f"{self.name} takes true or false")
        return False

    def email(self) -> str | None:
        value = self.string()
        if value is None or EMAIL.match(value):
            return value
        self.error("email", f"{value} is not an e-mail address; write for example ana@example.com")
        return None

    def text(self, languages: Collection[str] = ()) -> Text | None:
        """A text for people: one string, or a map by language; a language of the portal that it lacks is a warning."""
        value = self.value
        if not isinstance(value, dict):
            return self.string()
        found = {entry.name: said for entry in self.entries() if (said := self._said(entry)) is not None}
        missing = [code for code in languages if code not in found]
        if missing and found:
            example = next(iter(found.values()))[:40]
            self.warn(
                "missing-language", f"{self.name} has no text in {' and '.join(missing)}; add {missing[0]}: {example}"
            )
        return found or None

    def _said(self, one: YamlCursor) -> str | None:
        if LANGUAGE.match(one.name):
            return one.string()
        one.error(
            "language", f"{one.name} is not a language code; write {self.name}: {{en: ..., fr: ...}}", at_key=True
        )
        return None
