"""Errors and the controls they belong to."""

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


class Located:
    """The controls of one tree by JSON Pointer."""

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

    def knows(self, control_id: str) -> bool:
        """Whether an id is on the page."""
        return _control(control_id) in self._order

    def id(self, pointer: str, keyword: str = "") -> str:
        """The id of the control at a pointer, else of the nearest thing around it."""
        if keyword in ("propertyNames", "duplicate", "key", "unknown-name") and pointer in self._keys:
            return self._keys[pointer]
        while pointer not in self._nodes and pointer:
            pointer = json_pointer.parent(pointer)
        node = self._nodes.get(pointer, self.root)
        for choice in node.choices:
            if choice.keyword == keyword or (
                choice.chosen is None and keyword in ("required", "type", "dependentRequired")
            ):
                return choice.name
        return node.name

    def errors(self, raw: Sequence[ValidationError], locale: str) -> list[FieldError]:
        """Raw errors of the judge as FieldErrors, only those of chosen branches."""
        if not raw:
            return []
        choices: BranchChoices = {
            (node.pointer, choice.keyword, len(choice.labels)): choice.chosen
            for node in self._nodes.values()
            for choice in node.choices
        }
        return [
            FieldError(one.pointer, self.id(one.pointer, one.keyword), one.keyword, self._message(one, locale))
            for one in _without_echo(relevant_violations(raw, choices))
        ]

    def _message(self, problem: Violation, locale: str) -> str:
        """What is wrong; of a file, said of the file by its name."""
        inside = self._nodes.get(problem.pointer)
        pointer = problem.pointer
        while inside is None and pointer:
            pointer = json_pointer.parent(pointer)
            inside = self._nodes.get(pointer)
        if inside is not None and inside.kind in ("file", "files") and pointer != problem.pointer:
            return file_message(problem, inside, locale)
        return message(problem, locale)

    def read_errors(self, dirty: set[str], locale: str) -> list[FieldError]:
        """What reading itself found wrong: names twice, files gone, characters replaced."""
        found: list[FieldError] = []
        for node in self._nodes.values():
            problem = node.problem or ("characters" if node.name in dirty or f"{node.name}-j" in dirty else None)
            if problem:
                found.append(FieldError(node.pointer, node.name, problem, say(locale, FIXED_MESSAGES[problem])))
            for row in node.extra:
                key_id = f"{node.name}-x-{row.key_id}-k"
                trouble = row.problem or ("characters" if key_id in dirty else None)
                if trouble:
                    found.append(FieldError(row.node.pointer, key_id, trouble, say(locale, FIXED_MESSAGES[trouble])))
        return found

    def sorted(self, found: list[FieldError]) -> list[FieldError]:
        """Errors in the order of the form."""
        last = len(self._order)
        return sorted(found, key=lambda one: self._order.get(_control(one.control_id), last))


def _without_echo(found: Sequence[Violation]) -> list[Violation]:
    """Where nothing was answered, only that is said: what nothing is not, besides, helps nobody."""
    empty = {one.pointer for one in found if one.keyword == "type" and one.instance is None}
    return [one for one in found if one.pointer not in empty or one.keyword == "type"]


def _control(control_id: str | None) -> str:
    name = control_id or ""
    head, _, tail = name.rpartition("-")
    return head if tail[:1] in ("c", "t") and len(tail) < 4 else name
