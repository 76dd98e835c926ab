"""Finds the control that an error belongs to: from JSON Pointer and keyword to the id of an element on the page."""

from __future__ import annotations

from collections.abc import Sequence

from jsonschema import ValidationError

from formengine import json_pointer
from formengine.forms.html.hints import file_message
from formengine.forms.tree.node import Node
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.messages import FIXED_MESSAGES, message
from formengine.forms.validation.relevant_errors import BranchChoices, Violation, relevant_violations
from formengine.i18n import say
from formengine.value_format import format_date


class ErrorLocator:
    """The controls of one tree by JSON Pointer, and their order on the page."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._nodes: dict[str, Node] = {}
        self._keys: dict[str, str] = {}
        self._order: dict[str, int] = {}
        for node in root.walk():
            self._nodes.setdefault(node.pointer, node)
            self._order.setdefault(node.name, len(self._order))
            for row in node.extra:
                key_id = f"{node.name}-x-{row.key_id}-k"
                self._keys.setdefault(row.node.pointer, key_id)
                self._order.setdefault(key_id, len(self._order))

    def place(self, errors: Sequence[FieldError]) -> list[FieldError]:
        """The same errors, each at a control that is on the page."""
        return [
            error
            if error.control_id and _control(error.control_id) in self._order
            else FieldError(error.pointer, self.id(error.pointer, error.keyword), error.keyword, error.message)
            for error in errors
        ]

    def id(self, pointer: str, keyword: str = "") -> str:
        """The id of the control at a pointer, else of the nearest control above it."""
        if keyword in ("propertyNames", "duplicate", "key", "unknown-name") and pointer in self._keys:
            return self._keys[pointer]
        node = self._nearest(pointer) or self.root
        for choice in node.choices:
            if choice.keyword == keyword or (
                choice.chosen is None and keyword in ("required", "type", "dependentRequired")
            ):
                return choice.name
        return node.name

    def errors(self, raw: Sequence[ValidationError], locale: str) -> list[FieldError]:
        """The errors of the validator as FieldErrors; of a union, only those of the chosen branch."""
        if not raw:
            return []
        choices: BranchChoices = {
            (node.pointer, choice.keyword, len(choice.labels)): choice.chosen
            for node in self._nodes.values()
            for choice in node.choices
        }
        return [
            FieldError(
                violation.pointer,
                self.id(violation.pointer, violation.keyword),
                violation.keyword,
                self._message(violation, locale),
            )
            for violation in _without_redundant(relevant_violations(raw, choices))
        ]

    def _nearest(self, pointer: str) -> Node | None:
        while pointer not in self._nodes and pointer:
            pointer = json_pointer.parent(pointer)
        return self._nodes.get(pointer)

    def _message(self, violation: Violation, locale: str) -> str:
        """The message; inside a file reference it names the file."""
        node = self._nearest(violation.pointer)
        if node is not None and node.kind in ("file", "files") and node.pointer != violation.pointer:
            return file_message(violation, node, locale)
        return message(violation, locale)

    def read_errors(self, replaced: set[str], locale: str) -> list[FieldError]:
        """Errors of reading itself: duplicate names, missing files, characters `replaced` in these controls."""
        errors: list[FieldError] = []
        for node in self._nodes.values():
            problem = node.problem
            if replaced and not problem and (node.name in replaced or f"{node.name}-j" in replaced):
                problem = "characters"
            if problem:
                text = node.refusal or say(locale, FIXED_MESSAGES[problem], **_readings(node, locale))
                errors.append(FieldError(node.pointer, node.name, problem, text))
            for row in node.extra:
                key_id = f"{node.name}-x-{row.key_id}-k"
                problem = row.problem or ("characters" if key_id in replaced else None)
                if problem:
                    errors.append(FieldError(row.node.pointer, key_id, problem, say(locale, FIXED_MESSAGES[problem])))
        return errors

    def sorted(self, errors: list[FieldError]) -> list[FieldError]:
        """Errors in the order of the form."""
        last = len(self._order)
        return sorted(errors, key=lambda error: self._order.get(_control(error.control_id), last))


def _readings(node: Node, locale: str) -> dict[str, str]:
    """What the sentence about a time that is skipped or doubled names; {} for other problems."""
    if node.readings is None:
        return {}
    day, time, first, second = node.readings
    return {"day": format_date(day, locale), "time": time, "first": first, "second": second}


def _without_redundant(violations: Sequence[Violation]) -> list[Violation]:
    """Where nothing was answered, only the `type` error: further errors about null would add nothing."""
    empty = {
        violation.pointer for violation in violations if violation.keyword == "type" and violation.instance is None
    }
    return [violation for violation in violations if violation.pointer not in empty or violation.keyword == "type"]


def _control(control_id: str | None) -> str:
    """The name of the control that an id belongs to; a choice (`-c0`, `-t`) belongs to its field."""
    name = control_id or ""
    head, _, tail = name.rpartition("-")
    return head if tail[:1] in ("c", "t") and len(tail) < 4 else name
