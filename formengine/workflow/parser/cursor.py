"""YAML cursor of workflows: besides the general types it reads conditions and durations, and tracks name references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from formengine.i18n import Text
from formengine.source import Document
from formengine.source.yaml_cursor import YamlCursor, missing_key
from formengine.workflow.definition.conditions import AllOf, Condition, parse_condition
from formengine.workflow.definition.durations import Duration, parse_duration
from formengine.workflow.parser.hints import explain, mistake_hint
from formengine.workflow.parser.name_references import NameReferences


class WorkflowCursor(YamlCursor):
    """A value of a workflow document. `words` are the condition words of plugins."""

    codes: ClassVar[Mapping[str, str]] = {
        "kind": "shape",
        "identifier": "id",
        "true-false": "shape",
        "unknown": "choice",
    }

    def __init__(self, document: Document, words: Sequence[str] = ()) -> None:
        super().__init__(document)
        self.words = words
        self.references = NameReferences()

    def require(self, key: str, example: str) -> Self | None:
        """As in any document, but an empty list, mapping or text counts as missing, and the code names the key."""
        cursor = self.get(key)
        if cursor is None or cursor.value in ("", [], {}):
            self.missing(key, missing_key(key, example), f"no-{key.replace('_', '-')}")
        return cursor

    def text_or(self, default: Text) -> Text:
        """A text by language; the default where it is absent, blank or no text.

        A blank text or an unknown language is only a warning, because workflows were published with them.
        """
        if self.value is None:
            return default
        if self.value == {}:
            self.error("text", f"{self.label} takes a text, or a map by language: {{en: Review, fr: Revue}}")
        return self.localized_text(unfit="warning") or default

    def id_list(self) -> tuple[str, ...]:
        return tuple(cursor.value for cursor in self.ids())

    def duration(self) -> Duration | None:
        duration = self.parsed(parse_duration, "duration")
        if duration is not None and duration.amount == 0:
            self.error("duration", f"{self.value} is no time at all; write at least 1")
            return None
        return duration

    def condition(self) -> Condition | None:
        """A condition, or a list of conditions that must all hold; each that cannot be read is a finding."""
        if isinstance(self.value, list):
            parts = [item.condition() for item in self.items()]
            return AllOf(tuple(part for part in parts if part is not None))
        return self.parsed(self._parse_condition, "condition")

    def _parse_condition(self, source: object) -> Condition:
        hint = mistake_hint(source)
        if hint is not None:
            raise ValueError(f"{source!r}: {hint}")
        try:
            return parse_condition(source, self.words)
        except ValueError as error:
            raise ValueError(explain(source, error)) from None
