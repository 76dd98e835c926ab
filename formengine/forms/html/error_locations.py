"""Finds the control that an error belongs to: from JSON Pointer and keyword to the id of an element on the page."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from formengine import json_pointer
from formengine.forms.html.hints import file_message
from formengine.forms.rules.answer_checks import KEYWORD, CheckFailure
from formengine.forms.rules.author_sentences import SAYS, AuthorSentences, of_kind
from formengine.forms.schema.json_values import require_kind
from formengine.forms.schema.shape import SchemaParts
from formengine.forms.tree.control_names import ROOT
from formengine.forms.tree.node import Node, default_title
from formengine.forms.tree.post import Post
from formengine.forms.tree.select_places import placed_selects
from formengine.forms.validation.either_or import rule_message
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.messages import FIXED_MESSAGES, FORMAT_MESSAGES, message
from formengine.forms.validation.relevant_errors import relevant_violations
from formengine.forms.validation.violation import Violation
from formengine.i18n import say
from formengine.value_format import format_date

if TYPE_CHECKING:
    from jsonschema import ValidationError

_GROUPS: Final = ("object", "array", "closed", "none")
"""Kinds of nodes whose members have controls of their own."""
_UNCLEAR: Final = ("two-numbers", "sign", "digits", "skipped", "doubled", "upload", "limit", "unkept", "year")
"""Errors of reading that are the only ones of a control."""


class ErrorLocator:
    """The controls of one tree by JSON Pointer, and their order on the page."""

    def __init__(self, root: Node, sentences: AuthorSentences | None = None) -> None:
        """`sentences` are the author's own, which come before ours."""
        self.root, self._sentences = root, sentences
        self._nodes: dict[str, Node] = {}
        self._keys: dict[str, str] = {}
        self._order: dict[str, int] = {}
        inside_computed = {
            id(inner) for node in root.children if node.computed for child in node.children for inner in child.walk()
        }  # shown as one text
        selects: dict[int, list[str]] = {}  # by the node behind which they stand
        keys: dict[int, str] = {}  # by the node of their entry, which stands behind its key
        for node in root.walk():
            if id(node) in inside_computed:
                continue
            if id(node) in keys:
                self._order.setdefault(keys[id(node)], len(self._order))
            self._nodes.setdefault(node.pointer, node)
            self._order.setdefault(node.name, len(self._order))
            for choice in node.choices if not node.children else ():
                self._order.setdefault(choice.name, len(self._order))
            for place, choice in placed_selects(node) if node.choices and node.children else ():
                before = [*node.children[place - 1].walk()][-1] if place else node
                selects.setdefault(id(before), []).append(choice.name)
            for name in selects.get(id(node), ()):
                self._order.setdefault(name, len(self._order))
            for row in node.extra:
                key_name = node.key_name(row.key_id)
                self._keys.setdefault(row.node.pointer, key_name)
                keys[id(row.node)] = key_name

    def place(self, errors: Iterable[FieldError]) -> list[FieldError]:
        """The same errors in the order of the page, each at a control on it and with the pointer of that control."""
        return self.sorted([self._placed(error) for error in errors])

    def _placed(self, error: FieldError) -> FieldError:
        require_kind("an error", error, FieldError, "a FieldError(pointer, control_id, keyword, message)")
        if error.control_id not in self._order:
            return replace(error, control_id=self.id(error.pointer, error.keyword))
        node = next((node for node in self._nodes.values() if node.name == error.control_id), None)
        return error if error.pointer or node is None else replace(error, pointer=node.pointer)

    def id(self, pointer: str, keyword: str = "") -> str:
        """The id of the control at a pointer, else of the nearest one above it. A read-only choice has no select."""
        if keyword in ("propertyNames", "duplicate", "key", "unknown-name") and pointer in self._keys:
            return self._keys[pointer]
        node = self._nearest(pointer) or self.root
        if keyword == "minItems" and node.kind == "array" and isinstance(node.value, list):
            unfilled = f"{node.pointer}/{len(node.value)}"  # a row that is no entry yet
            return self.id(unfilled, "required") if unfilled in self._nodes else node.name
        choices = [choice for choice in node.choices if not choice.fixed]
        for choice in sorted(choices, key=lambda choice: choice.chosen is not None):  # what is to be chosen yet, first
            if choice.keyword == keyword and choice.question is not None:
                return self.id(pointer + json_pointer.join([choice.question]))
            if choice.question is None and (
                choice.keyword == keyword
                or (choice.chosen is None and keyword in ("required", "type", "dependentRequired"))
            ):
                return choice.name
        return node.name

    def errors(self, raw: Sequence[Violation], locale: str) -> list[FieldError]:
        """The errors of the validator as FieldErrors; of a union, only those of the chosen branch."""
        if not raw:
            return []
        choices: dict[tuple[str, str, int], list[tuple[SchemaParts, int | None]]] = {}
        for node in self._nodes.values():
            for choice in node.choices:
                key = (node.pointer, choice.keyword, len(choice.labels))
                choices.setdefault(key, []).append((choice.branches, choice.chosen))
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

    def _title(self, pointer: str, name: str) -> str:
        """The title of a property of the object at a pointer."""
        node = self._nodes.get(pointer + json_pointer.join([name]))
        return node.title if node is not None else default_title(name)

    def _message(self, violation: Violation, locale: str) -> str:
        """The message: the author's own, else ours; inside a file reference ours names the file."""
        node = self._nearest(violation.pointer)
        own = self._own_sentence(violation.pointer, violation.keyword, node, locale)
        if own is not None:
            return own
        if node is not None and node.kind in ("file", "files") and node.pointer != violation.pointer:
            return file_message(violation, node, locale)
        rule = rule_message(violation, locale, lambda name: self._title(violation.pointer, name))
        return rule or message(violation, locale)

    def _own_sentence(self, pointer: str, keyword: str, node: Node | None, locale: str) -> str | None:
        """The author's sentence for the field, also where its control shows more than the value at the pointer (a file,
        several choices, lines), else that of its kind."""
        own = self._sentences.of_field(pointer, keyword) if self._sentences else None
        if own is not None or node is None:
            return own
        if node.pointer != pointer and (node.unrepresentable or node.kind not in _GROUPS):
            own = self._sentences.of_field(node.pointer, keyword) if self._sentences else None
            return own or of_kind(node.shape.keywords.get(SAYS), keyword, locale)
        return of_kind(node.shape.keywords.get(SAYS), keyword, locale) if node.pointer == pointer else None

    def read_only_error(self, node: Node, locale: str) -> FieldError:
        """The error of a read-only answer that was changed; where the page has it no more, at the choice that left
        it.
        """
        own, name = self._own_sentence(node.pointer, "readOnly", node, locale), node.name
        text = own or say(locale, FIXED_MESSAGES["readOnly"])
        if node.pointer not in self._nodes:
            above = self._nearest(node.pointer) or self.root
            name = next((choice.name for choice in above.selects if not choice.fixed), self.id(node.pointer))
            again = "“{title}” cannot be taken out. Choose again what it belongs to."
            text = own or say(locale, again, title=node.title)
        return FieldError(node.pointer, name if name in self._order else self.id(node.pointer), "readOnly", text)

    def rows_over_limit(self, locale: str) -> list[FieldError]:
        """The errors of lists of more rows than a form holds."""
        return [error for error in self._read_errors(set(), locale) if error.keyword == "rows"]

    def with_read_errors(self, errors: list[FieldError], post: Post, locale: str) -> list[FieldError]:
        """The errors of what was posted with those of reading itself, some of which are the only ones of a control."""
        read_errors = self._read_errors(post.replaced, locale) + self.of_post(post, locale)
        unclear = {error.pointer for error in read_errors if error.keyword in _UNCLEAR}
        return [_as_typed(error, locale) for error in errors if error.pointer not in unclear] + read_errors

    def _read_errors(self, replaced: set[str], locale: str) -> list[FieldError]:
        """Errors of reading itself: duplicate names, missing files, characters `replaced` in these controls."""
        errors: list[FieldError] = []
        for node in self._nodes.values():
            problem = node.problem
            if replaced and not problem and (node.name in replaced or f"{node.name}-j" in replaced):
                problem = "characters"
            if problem:
                text = node.refusal or _sentence(node, problem, locale)
                errors.append(FieldError(node.pointer, node.name, problem, text))
            for row in node.extra:
                key_name = node.key_name(row.key_id)
                problem = row.problem or ("characters" if key_name in replaced else None)
                if problem:
                    errors.append(FieldError(row.node.pointer, key_name, problem, say(locale, FIXED_MESSAGES[problem])))
        return errors

    def of_post(self, post: Post, locale: str) -> list[FieldError]:
        """The errors that each page after a post tells: files over the limit, at their controls, and a draft that holds
        what is of another form.
        """
        sentence = "A form takes 1,000 files at once. Not taken: {names}. Choose these again; the others are kept."
        texts = {name: ", ".join(files[:20]) + ("…" if len(files) > 20 else "") for name, files in post.untaken.items()}
        untaken = [
            FieldError(node.pointer, node.name, "limit", say(locale, sentence, names=texts[node.name]))
            for node in self._nodes.values()
            if node.name in texts and node.kind in ("file", "files")
        ]
        return untaken + draft_errors(post, locale)

    def sorted(self, errors: list[FieldError]) -> list[FieldError]:
        """Errors in the order of the form."""
        last = len(self._order)
        return sorted(errors, key=lambda error: self._order.get(error.control_id or "", last))


def located_errors(
    locator: ErrorLocator, raw: Sequence[ValidationError], failures: Iterable[CheckFailure], computed: Container[str],
    locale: str,
) -> list[FieldError]:  # fmt: skip
    """The errors of the schema, of which a computed answer is never missing (nobody can give it), and of the checks."""
    missing = ("required", "dependentRequired", "dependencies")
    errors = [
        error
        for error in locator.errors(raw, locale)
        if error.keyword not in missing or json_pointer.first(error.pointer) not in computed
    ]
    return errors + [
        FieldError(failure.pointer, locator.id(failure.pointer), KEYWORD, failure.message) for failure in failures
    ]


def limit_error(keyword: str, locale: str) -> FieldError:
    """The error of more answers than a form holds ("limit"), or of deeper ones ("depth")."""
    return FieldError("", ROOT, keyword, say(locale, FIXED_MESSAGES[keyword]))


def draft_errors(post: Post, locale: str) -> list[FieldError]:
    """The error of a draft that holds what is of another form."""
    return [FieldError("", ROOT, "draft", say(locale, FIXED_MESSAGES["draft"]))] if post.of_another_form else []


def _as_typed(error: FieldError, locale: str) -> FieldError:
    """An error of what people typed: they write a date-time by the clock, programs with its offset (RFC 3339)."""
    is_ours = error.keyword == "format" and error.message == say(locale, FORMAT_MESSAGES["date-time"])
    return replace(error, message=say(locale, FIXED_MESSAGES["clock"])) if is_ours else error


def _sentence(node: Node, problem: str, locale: str) -> str:
    """What is told of an error of reading; where the answer is write-only, without what was typed."""
    if node.write_only and node.readings is not None:
        is_time = problem in ("skipped", "doubled")
        return say(locale, FIXED_MESSAGES["clock"] if is_time else "Write a number, such as 12 or 12.5.")
    return say(locale, FIXED_MESSAGES[problem], **_readings(node, locale))


def _readings(node: Node, locale: str) -> dict[str, str]:
    """What the sentence about a time that is skipped or doubled, or a number that is two, names; {} for others."""
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
