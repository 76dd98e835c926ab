"""YAML cursor of workflows: besides the general types it reads conditions and durations, and tracks name references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Self

from formengine.conditions.durations import Duration, parse_duration, repeats
from formengine.conditions.hints import join_problem, read_condition
from formengine.conditions.operands import parse_operand
from formengine.conditions.parser import AllOf, Condition
from formengine.i18n import Text
from formengine.source import Document, shown
from formengine.source.yaml_cursor import IDENTIFIER, YamlCursor, missing_key
from formengine.workflow.definition.model import FactType
from formengine.workflow.parser.name_references import NameReferences
from formengine.workflow.parser.words_meant import WORDS_MEANT

_LENGTH: Final = "write for example 5 working days"


class WorkflowCursor(YamlCursor):
    """A value of a workflow document. `words` are the condition words of plugins, `facts` the types of its facts."""

    codes: ClassVar[Mapping[str, str]] = {
        "kind": "shape",
        "identifier": "id",
        "true-false": "shape",
        "unknown": "choice",
    }
    examples: ClassVar[Mapping[str, str]] = {
        "late": "{after: 4 days, tell: [ROLE]}",
        "then": "{tell: [ROLE]}, or {escalate_to: ROLE}, or {go: STATE}",
    }

    meant: ClassVar[Mapping[str, tuple[str, ...]]] = WORDS_MEANT

    def __init__(self, document: Document, words: Sequence[str] = ()) -> None:
        super().__init__(document)
        self.words = words
        self.facts: Mapping[str, FactType] = {}
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
        """A list of ids; a single id stands for a list of one."""
        return tuple(cursor.value for cursor in self.ids())

    def duration(self, *, every: bool = False) -> Duration | None:
        """A duration of at least 1; None where nothing is written, or (with a finding) anything else.

        With `every`, an interval that repeats may be written `every 2 days`.
        """
        if not every and repeats(self.value):
            self.warn("every", f"{self.label} takes a length, which does not come round; leave out `every`")
        if isinstance(self.value, list | dict):
            self.error("duration", f"{self.label} takes one length, not {shown(self.value)}; {_LENGTH}")
            return None
        duration = self.parsed(parse_duration, "duration")
        if duration is not None and duration.amount == 0:
            self.error("duration", f"{self.value} is no time at all; write at least 1")
            return None
        return duration

    def date_operand(self) -> str | None:
        """The text of a date that is a fact, or calculated from one: `end_date - 30 days`."""
        text = self.id()
        if text is None or IDENTIFIER.match(text):
            return text
        try:
            operand = parse_operand(text)
        except ValueError as error:
            self.error("duration", str(error))
            return None
        if operand is None:
            self.error("anchor", f"{self.label} takes a date: a fact, or FACT + 12 months, not {text}")
            return None
        return str(operand)

    def condition(self) -> Condition | None:
        """A condition, or a list of conditions that must all hold; each that cannot be read is a finding."""
        if isinstance(self.value, list):
            for number, item in enumerate(self.items()):
                if (problem := join_problem(self.value, number)) is not None:
                    item.error("condition", f"{item.value}: {problem}")
                    return None
            parts = [item.condition() for item in self.items()]
            return AllOf(tuple(part for part in parts if part is not None))
        return self.parsed(self._parse_condition, "condition")

    def _parse_condition(self, source: object) -> Condition:
        return read_condition(source, self.words, self.facts)
