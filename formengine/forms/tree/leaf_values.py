"""Reads single controls, from a JSON value or from posted texts, into their content and the value that it means."""

from __future__ import annotations

import re
from typing import Any, Final

from formengine import json_pointer
from formengine.errors import DocumentRefused
from formengine.forms.kinds.text_input import format_input, is_ambiguous, parse_input, text_kind
from formengine.forms.kinds.typed_numbers import LANGUAGES, depends_on_language, number_as_typed, two_readings
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.control_names import LANGUAGE, UNKEPT
from formengine.forms.tree.local_times import UnclearTime, is_early, to_typed, with_offset
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.posted_controls import PostedControls
from formengine.forms.tree.presence import judge_control
from formengine.forms.tree.read_only import Before, stood
from formengine.forms.tree.typed_signs import (
    amounts_in_own_currency,
    currencies_typed,
    note_sign,
    note_unread,
    without_own_sign,
)
from formengine.forms.tree.value_fit import chosen, fits, is_fixed, offered, option_value, options
from formengine.forms.tree.value_text import from_json, to_json, to_number

_NO_ENTRY: Final[list[str]] = []


class Leaves(PostedControls):
    """The part of the Builder that reads controls."""

    def __init__(self, context: Context, entries: dict[str, list[str]], before: Before, *, defaults: bool) -> None:
        super().__init__(context, entries, before)
        self.defaults = defaults
        self.page_language = ""  # by which numbers were typed, where it is not that of the form
        self._refusals: dict[str, str] = {}  # of uploads, by control name: a control may be read more than once

    def _unrepresentable(self, node: Node, source: Any) -> bool:
        """Whether the control cannot show the value; it is then shown as JSON text."""
        if source is self.context.POSTED:
            raw = self.entries.get(node.name + "-j", _NO_ENTRY)
            if not raw or not raw[-1].strip():
                return False
            node.unrepresentable, node.raw, node.value, node.answered = True, raw[-1:], from_json(raw[-1]), True
            return True
        if source is MISSING or fits(node, source):
            return False
        node.unrepresentable, node.raw, node.value, node.answered = True, [to_json(source)], source, True
        return True

    def leaf(self, node: Node, source: Any) -> None:
        """Read one control into `node.raw` and `node.value`."""
        if source is self.context.POSTED:
            posted = self.entries.get(node.name, _NO_ENTRY)
            node.raw = posted if node.kind == "several" else posted[-1:]
            self._read_post(node)
        else:
            self._read_value(node, source)
        if node.write_only:
            self._note_unkept(node)
        judge_control(node)
        self.keep_read_only(node)

    def _note_unkept(self, node: Node) -> None:
        """Note on a write-only control whether something is typed in it that its page will not show, or was on a page
        before and is not typed again: that is told once, and left out where it is posted empty once more."""
        typed = self.was_typed(node.name)
        node.unkept = typed or self.entries.get(node.name + UNKEPT) == ["1"]
        if node.unkept and not typed:
            node.problem = "unkept"

    def keep_read_only(self, node: Node) -> None:
        """A read-only answer that stood there keeps its group, whatever else in it is emptied."""
        if node.read_only:
            before = self.before.get(node.name, MISSING) if node.choices else stood(self.before, node.name)
            node.answered |= before is not MISSING

    def _read_value(self, node: Node, value: Any) -> None:
        kind = node.kind
        if value is MISSING:
            if kind == "null" and node.required:
                node.value = None
            elif kind == "null":
                node.raw = [""]
            elif kind == "checkbox" and not node.required and not self.defaults:
                node.was = "absent"
            self._empty(node)
            return
        node.value = value
        if value is None and kind not in ("options", "null", "json"):
            node.was, node.raw = "null", [""]
        elif kind in ("text", "textarea"):
            node.raw = [self._shown_text(node, value)]
            if not value:
                node.was = "blank"
        elif kind in ("file", "files"):
            node.files = [value] if kind == "file" else list(value)
        elif kind == "options":
            node.raw = [option_value(node.shape, value)]
        elif kind == "several":
            items = self.context.resolver.shape(node.shape.items, None)
            node.raw = [option_value(items, item) for item in value]
        elif kind in ("boolean", "checkbox"):
            node.raw = ["true" if value else "false"]
        elif kind == "number":
            self._note_number(node, number_as_typed(value, self.context.locale))
        elif kind == "json":
            node.raw = [to_json(value)]
        elif kind == "lines":
            node.raw = ["\n".join(value)]
        elif kind == "null":
            node.raw = ["null"]
        if value == [] and kind in ("several", "lines", "files"):
            node.was = "blank"

    def _shown_text(self, node: Node, value: str) -> str:
        """A stored text as its control shows it: in the language of the form, on the clock of its zone."""
        kind = text_kind(node.shape.keywords)
        if kind:
            shown = format_input(kind, value, self.context.locale)
            node.language = self._language_of(shown) if kind == "amount" else ""
            return shown
        return to_typed(value, self.context.zone) if node.shape.keywords.get("format") == "date-time" else value

    def _read_post(self, node: Node) -> None:
        kind, raw = node.kind, node.raw[-1] if node.raw else ""
        if kind in ("file", "files"):
            self._files(node)
        elif kind == "several":
            items = self.context.resolver.shape(node.shape.items, None)
            values = [chosen(items, posted) for posted in self._in_earlier_order(node)]
            node.raw = [option_value(items, value) for value in values]
            node.value = self._list(node, values)
        elif kind == "checkbox":
            self._checkbox(node, raw)
        elif kind == "null":
            node.value = None if raw == "null" or node.required else MISSING
        elif kind == "lines":
            lines = [line for line in raw.split("\n") if line.strip()]
            node.value = self._list(node, lines)
        elif raw == "" or (kind == "boolean" and raw not in ("true", "false")):  # which its page posts no more
            self._empty(node)
        elif kind == "options":
            node.value = chosen(node.shape, raw)
            if raw not in offered(node.shape):
                node.raw = [option_value(node.shape, node.value)]
        elif kind == "boolean":
            node.value = raw == "true"
        elif kind == "number":
            self._number(node, raw)
        elif kind in ("json", "none"):  # none: other answers, or this one, leave no control for it
            node.value = from_json(raw)
        elif text_kind(node.shape.keywords):
            self._parsed_text(node, text_kind(node.shape.keywords), raw)
        else:
            self._plain_text(node, raw)

    def _parsed_text(self, node: Node, kind: str, raw: str) -> None:
        """Read a text that is not stored as it is typed (amount, IBAN, phone); the page shows it as read."""
        locale = self._typed_in(node) if kind == "amount" else self.context.locale
        node.value = parse_input(kind, _time_with_offset(node, raw), locale)
        if is_ambiguous(kind, raw, locale):
            self._two_numbers(node, raw, locale)
        elif kind == "amount":
            self._note_number(node, format_input(kind, node.value, self.context.locale))
            note_sign(self.context, node, raw, locale)
        else:
            node.raw = [format_input(kind, node.value, locale)]

    def read_signed_amounts(self, group: Node, data: dict[str, Any]) -> None:
        """Read amounts with the sign of their currency into a group's data; and that currency where none is chosen."""
        for currency in currencies_typed(self.context, group):
            data[json_pointer.last(currency.pointer)] = currency.value
        for amount in amounts_in_own_currency(self.context, group):
            self._parsed_text(amount, "amount", amount.raw[-1])
            data[json_pointer.last(amount.pointer)] = amount.value

    def _number(self, node: Node, raw: str) -> None:
        """Read a typed number; that of a slider, which has a point in every language, says so beside it."""
        locale, raw = self._typed_in(node), without_own_sign(node, raw)
        number = to_number(raw, locale)
        if number is None:
            self._two_numbers(node, raw, locale)
        else:
            shown = raw
            if not isinstance(number, str) and locale != self.context.number_language:
                shown = number_as_typed(number, self.context.locale)
            self._note_number(node, shown)
            if isinstance(number, str) and not node.shape.takes_type_of(number):
                note_unread(self.context, node, raw, locale)
        node.value = raw if number is None else number

    def _typed_in(self, node: Node) -> str:
        """The language by which a number was typed, or shown: that of its page, where it is another one by now."""
        posted = (self.entries.get(node.name + LANGUAGE) or [""])[-1]
        return posted if posted in LANGUAGES else self.page_language or self.context.number_language

    def _note_number(self, node: Node, shown: str) -> None:
        """Note what the control of a number holds, and its language where that makes it another number."""
        node.raw, node.language = [shown], self._language_of(shown)

    def _language_of(self, shown: str) -> str:
        """By which language a number is read that is shown here; "" for one that is the same in all."""
        return self.context.number_language if depends_on_language(shown) else ""

    def _two_numbers(self, node: Node, raw: str, locale: str) -> None:
        node.problem, node.readings, node.language = "two-numbers", ("", raw, *two_readings(raw, locale)), locale

    def _plain_text(self, node: Node, raw: str) -> None:
        """Read a text that is stored as it is typed; a date-time by the clock of the form's zone gets its offset.

        A year before 1000 is taken for one that was begun (0026 for 2026), not for one that is meant.
        """
        if node.shape.keywords.get("format") in ("date", "date-time") and is_early(raw):
            node.value, node.problem = raw, "year"
            return
        if node.shape.keywords.get("format") != "date-time":
            node.value = _time_with_offset(node, raw)
            return
        read = with_offset(raw, self.context.zone)
        if isinstance(read, UnclearTime):
            node.value, node.problem = read.readings[0] if read.kind == "doubled" else f"{raw}Z", read.kind
            node.readings = (read.day, read.time, *read.readings)
        else:
            node.value = read

    def _empty(self, node: Node) -> None:
        """Set the value of an empty control: absent, null where null is the only empty value allowed, or a constant.

        The control of such a constant stays empty: where another answer makes it a choice, nobody has chosen it.
        """
        if node.kind == "options" and is_fixed(node):
            node.value = options(node)[0][0]
        if node.value is not MISSING or node.kind in ("null", "checkbox", "options", "json"):
            return
        before = self.held_before(node)
        if before == "blank" and node.kind in ("text", "textarea"):
            node.value, node.was = "", before
        elif nullable(node.shape) and (node.required or before == "null"):
            node.value, node.was = None, before

    def vacant(self, node: Node, source: Any, empty: Any) -> None:
        """Set the value of an empty object or list: null where it was null, or where it is required and nullable (so
        that null can be answered); one that was empty before stays so, if it may be."""
        stays = node.read_only and stood(self.before, node.name) == empty
        node.value = empty if node.required or stays else MISSING
        stood_empty = self.stood_empty(node) if source is self.context.POSTED else source == empty
        if stood_empty and not node.required:
            self._stays_empty(node, empty)
        elif stood_empty and nullable(node.shape):
            node.was = "blank"
        elif (is_null := self.stood_null(node, source)) or (nullable(node.shape) and node.required):
            node.was, node.value = "null" if is_null else node.was, None

    def _stays_empty(self, node: Node, empty: Any) -> None:
        """Keep a group or list that is not required and was empty before: nobody fills it in by sending it again."""
        if all(self.context.holds(part, empty) for part in node.shape.parts):
            node.value, node.was = empty, node.was if node.was.isdecimal() else "blank"

    def open(self, node: Node, source: Any) -> bool:
        """Note whether a recursive group is opened: by its button, or because there is something in it."""
        posted = any(self.entries.get(node.name + suffix) for suffix in ("-o", "-j"))
        node.opened = posted if source is self.context.POSTED else source is not MISSING
        return node.opened

    def _list(self, node: Node, values: list[Any]) -> Any:
        """The value of a control that makes a list: an empty list is no answer, unless it held one before."""
        if not values and self.held_before(node) == "blank":
            node.was = "blank"
            return values
        return values or MISSING

    def _checkbox(self, node: Node, raw: str) -> None:
        if node.shape.const:
            node.value = True if raw == "true" else MISSING
        elif raw != "true" and self.held_before(node) == "absent":
            node.was = "absent"
        else:
            node.value = raw == "true"

    def _files(self, node: Node) -> None:
        files: list[dict[str, Any]] = []
        self._save(node)
        for identifier in dict.fromkeys(self.entries.get(node.name + "-f", _NO_ENTRY)):
            stored = self.context.files.get(identifier)
            if stored is None:
                node.problem = "file"
            else:
                files.append({key: stored[key] for key in ("id", "name", "size", "type", "sha256") if key in stored})
        node.files = files if node.kind == "files" else files[-1:]
        if node.kind == "files":
            node.value = self._list(node, files)
        elif files:
            node.value = files[-1]

    def _save(self, node: Node) -> None:
        """Store the uploads of this control; not earlier, because only the tree shows that it is a file control."""
        for upload in self.uploads.pop(node.name, ()):
            if upload.is_empty():
                self._refusals[node.name] = self.context.say("“{name}” is empty.", name=upload.name)
                continue
            try:
                stored = self.context.files.save(upload)
            except DocumentRefused as error:
                self._refusals[node.name] = str(error)
            else:
                self.entries[node.name + "-f"] = [*self.entries.get(node.name + "-f", ()), stored["id"]]
        if node.name in self._refusals:
            node.problem, node.refusal = "upload", self._refusals[node.name]

    def _in_earlier_order(self, node: Node) -> list[str]:
        """The options posted by a control of several, each once: those it held before in that order, then new ones."""
        chosen_now = [posted for posted in dict.fromkeys(node.raw) if posted]
        text = self.entries.get(node.name + "-r", _NO_ENTRY)
        if not text or len(chosen_now) < 2:
            return chosen_now
        earlier = from_json(text[-1])
        order = [posted for posted in earlier if isinstance(posted, str)] if isinstance(earlier, list) else []
        places = {posted: place for place, posted in enumerate(order)}
        return sorted(chosen_now, key=lambda posted: places.get(posted, len(places)))


def _time_with_offset(node: Node, raw: str) -> str:
    """A posted text; a time from a browser gets the offset that JSON Schema requires (RFC 3339), which it has not."""
    if node.shape.keywords.get("format") == "time" and re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?", raw, re.ASCII):
        return raw + (":00Z" if len(raw) == 5 else "Z")
    return raw
