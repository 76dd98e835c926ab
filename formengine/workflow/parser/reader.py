"""Reading one value at a time from a document: what fits is answered, what does not becomes a finding at its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from formengine.i18n import Text
from formengine.source import Document, Finding, Path, closest, did_you_mean
from formengine.source.findings import Severity
from formengine.workflow.definition.conditions import All, Condition, parse_condition
from formengine.workflow.definition.durations import Duration, parse_duration
from formengine.workflow.parser.hints import hint_for, sure_hint
from formengine.workflow.parser.name_references import NameReferences

T = TypeVar("T")
ID: Final = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass
class Reader:
    """A document, and what was found while reading it. `words` are the condition words of plugins."""

    document: Document
    words: Sequence[str] = ()
    findings: list[Finding] = field(default_factory=list)
    spoken: NameReferences = field(default_factory=NameReferences)
    _meant: set[Path] = field(default_factory=set)

    def error(self, path: Path, code: str, message: str, *, at_key: bool = False) -> None:
        self._note(path, code, message, "error", at_key)

    def warning(self, path: Path, code: str, message: str, *, at_key: bool = False) -> None:
        self._note(path, code, message, "warning", at_key)

    def _note(self, path: Path, code: str, message: str, severity: Severity, at_key: bool) -> None:
        finding = self.document.finding(path, code, message, severity, at_key=at_key)
        if finding not in self.findings:
            self.findings.append(finding)

    def lacks(self, path: Path, key: str, message: str) -> None:
        """Something that has to be there is not; silent where a mistyped key was surely meant to be it."""
        if (*path, key) not in self._meant:
            self.error(path, f"no-{key.replace('_', '-')}", message, at_key=True)

    def mapping(self, value: object, path: Path, keys: Iterable[str] | None = None) -> dict[str, Any]:
        """A map; with `keys`, any other key is a finding."""
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.error(
                path, "shape", f"`{path[-1] if path else 'the file'}` takes keys with values, like `title: Review`"
            )
            return {}
        if keys is not None:
            known = tuple(keys)
            for key in value:
                if key not in known:
                    self._meant.add((*path, closest(key, known) or key))
                    meant = did_you_mean(key, known) or f"; known are {', '.join(sorted(known))}"
                    message = f"there is no key `{key}` here{meant}"
                    self.error((*path, key), "unknown-key", message, at_key=True)
        return dict(value)

    def by_id(self, value: object, path: Path) -> dict[str, Any]:
        """A map by id; an id that is none is a finding."""
        found = self.mapping(value, path)
        for name in found:
            if not ID.match(name):
                message = f"`{name}` is no id; write small letters, digits and _, beginning with a letter"
                self.error((*path, name), "id", message, at_key=True)
        return found

    def sequence(self, value: object, path: Path) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.error(path, "shape", f"`{path[-1]}` takes a list; begin each entry with a dash")
            return []
        return value

    def names(self, value: object, path: Path) -> list[tuple[str, Path]]:
        """One name or a list of names, each with its place."""
        entries = (
            [(value, path)]
            if isinstance(value, str)
            else [(one, (*path, i)) for i, one in enumerate(self.sequence(value, path))]
        )
        for one, place in entries:
            if not isinstance(one, str):
                self.error(place, "shape", f"{one!r} is no name; write the id of what is meant")
        return [(one, place) for one, place in entries if isinstance(one, str)]

    def name(self, value: object, path: Path) -> str | None:
        if value is None or isinstance(value, str):
            return value
        self.error(path, "shape", f"`{path[-1]}` takes one id, not {value!r}")
        return None

    def text(self, value: object, path: Path, default: Text) -> Text:
        """A text: one string, or a map by language."""
        if value is None:
            return default
        if isinstance(value, Mapping):
            if value and all(isinstance(one, str) for one in value.values()):
                return {str(code): str(one) for code, one in value.items()}
            self.error(path, "text", "a text is one string, or a map by language: {en: Review, fr: Revue}")
            return default
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.error(path, "text", f"`{path[-1]}` takes a text, not {value!r}; put it between quotation marks")
            return default
        return str(getattr(value, "text", value))

    def flag(self, mapping: Mapping[str, Any], key: str, path: Path, default: bool = False) -> bool:
        value = mapping.get(key, default)
        if not isinstance(value, bool):
            self.error((*path, key), "shape", f"`{key}` is true or false, not {value!r}")
            return default
        return value

    def choice(self, mapping: Mapping[str, Any], key: str, path: Path, options: Sequence[str], default: str) -> str:
        value = mapping.get(key, default)
        if value not in options:
            message = f"`{key}` cannot be {value!r}{did_you_mean(str(value), options)}"
            self.error((*path, key), "choice", message)
            return closest(str(value), options) or default  # what follows from the mistake is no finding
        return str(value)

    def count(self, value: object, path: Path, least: int = 1) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            self.error(path, "number", f"`{path[-1]}` takes a whole number of at least {least}, not {value!r}")
            return None
        return value

    def duration(self, value: object, path: Path) -> Duration | None:
        found = self._parsed(value, path, "duration", parse_duration)
        if found is not None and found.amount == 0:
            self.error(path, "duration", f"{value} is no time at all; write at least 1")
            return None
        return found

    def condition(self, value: object, path: Path) -> Condition | None:
        """A condition; one entry of a list that cannot be read is a finding at that entry."""
        if isinstance(value, list):
            parts = [self.condition(one, (*path, i)) for i, one in enumerate(value)]
            return All(tuple(part for part in parts if part is not None))
        return self._parsed(value, path, "condition", self._parse_condition)

    def _parse_condition(self, source: object) -> Condition:
        sure = sure_hint(source)
        if sure is not None:
            raise ValueError(f"{source!r}: {sure}")
        try:
            return parse_condition(source, self.words)
        except ValueError as problem:
            hint = hint_for(source)
            raise ValueError(f"{source!r}: {hint}" if hint else str(problem)) from None

    def _parsed(self, value: object, path: Path, code: str, parse: Callable[[object], T]) -> T | None:
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as problem:
            self.error(path, code, str(problem))
            return None
