"""Reading single controls: from a JSON value, or from what was posted, to what is shown and the value it means."""

from __future__ import annotations

import re
from typing import Any, Final

from formengine.forms.controls import nullable, types_of
from formengine.forms.dialects import pointer
from formengine.forms.nodes import MISSING, Node, Row
from formengine.forms.parts import Context
from formengine.forms.patterns import searcher
from formengine.forms.shapes import Parts
from formengine.forms.texts_of_values import from_json, number_text, to_json, to_number
from formengine.forms.tidying import kind_of_text, tidied, unclear, written
from formengine.forms.unions import is_type
from formengine.forms.uploads import Upload

MAX_ROWS: Final = 1000
_KEYS: Final = re.compile(r"\d{1,6}", re.ASCII)
_NO_ENTRY: Final[list[str]] = []


class Leaves:
    """The part of the Builder that reads controls."""

    def __init__(self, context: Context, entries: dict[str, list[str]]) -> None:
        self.context, self.entries = context, entries
        self.uploads: dict[str, list[Upload]] = {}
        self.defaults = False

    def build(
        self,
        parts: Parts,
        name: str,
        pointer: str,
        path: str,
        given: Any,
        title: str,
        *,
        required: bool,
        above: frozenset[str],
    ) -> Node:
        """The node at a place (the Builder's)."""
        raise NotImplementedError

    def row_keys(self, name: str, least: int = 0) -> list[str]:
        """The keys of the rows posted under a name, each once; numbers only, and not too many."""
        text = " ".join(self.entries.get(name, _NO_ENTRY))
        if not text:
            return []
        keys = dict.fromkeys(
            str(int(one)) for one in text[:10_000].split() if _KEYS.fullmatch(one) and int(one) >= least
        )
        return list(keys)[:MAX_ROWS]

    def was(self, node: Node) -> str:
        """What an empty control held before anybody touched it: null, blank (an empty text) or absent."""
        return (self.entries.get(node.name + "-n") or [""])[-1]

    def _misfit(self, node: Node, given: Any) -> bool:
        """Whether a value cannot be shown by its control; then it is shown as JSON."""
        if given is self.context.POSTED:
            raw = self.entries.get(node.name + "-j", _NO_ENTRY)
            if not raw or not raw[-1].strip():
                return False
            node.misfit, node.raw, node.value = True, raw[-1:], from_json(raw[-1])
            return True
        if given is MISSING or _fits(node, given):
            return False
        node.misfit, node.raw, node.value = True, [to_json(given)], given
        return True

    def leaf(self, node: Node, given: Any) -> None:
        """Read one control into `node.raw` and `node.value`."""
        if given is self.context.POSTED:
            node.raw = self.entries.get(node.name, _NO_ENTRY)
            self._posted(node)
        else:
            self._given(node, given)

    def _given(self, node: Node, value: Any) -> None:
        kind = node.kind
        if value is MISSING:
            if kind == "options" and _settled(node):
                node.raw, node.value = ["0"], _options(node)[0][0]
            elif kind == "null" and node.required:
                node.value = None
            elif kind == "null":
                node.raw = [""]
            elif kind == "checkbox" and not node.required and not self.defaults:
                node.was = "absent"
            self._empty(node)
            return
        node.value = value
        if kind == "file" or kind == "files":
            node.files = [value] if kind == "file" else list(value)
        elif kind == "options":
            node.raw = [_place(_options(node), value)]
        elif kind == "several":
            options = self._item_options(node)
            node.raw = [_place(options, one) for one in value]
        elif kind in ("boolean", "checkbox"):
            node.raw = ["true" if value else "false"]
        elif kind == "number":
            node.raw = [number_text(value)] if value is not None else [""]
        elif kind == "json":
            node.raw = [to_json(value)]
        elif kind == "lines":
            node.raw = ["\n".join(value)]
        elif kind == "null":
            node.raw = ["null"]
        else:
            node.raw = [written(kind_of_text(node.shape.notes), value or "", self.context.locale)]
        if value == [] and kind in ("several", "lines", "files"):
            node.was = "blank"
        if value == "" and kind in ("text", "textarea"):
            node.was = "blank"
        if value is None and kind not in ("options", "null", "json"):
            node.was, node.raw = "null", [""]

    def _posted(self, node: Node) -> None:
        kind, raw = node.kind, node.raw[-1] if node.raw else ""
        if kind in ("file", "files"):
            self._files(node)
        elif kind == "several":
            options = self._item_options(node)
            order = {key: number for number, key in enumerate(self.row_keys(node.name + "-r"))}
            node.raw = sorted(dict.fromkeys(node.raw), key=lambda one: order.get(one, len(order)))
            values = [_chosen(options, one) for one in node.raw]
            values = [one for one in values if one is not MISSING]
            node.value = self._list(node, values)
        elif kind == "checkbox":
            self._checkbox(node, raw)
        elif kind == "null":
            node.value = None if raw == "null" or node.required else MISSING
        elif kind == "lines":
            lines = [one for one in raw.split("\n") if one.strip()]
            node.value = self._list(node, lines)
        elif raw == "":
            if kind == "options" and _settled(node):
                node.raw, node.value = ["0"], _options(node)[0][0]
            self._empty(node)
        elif kind == "options":
            node.value = _chosen(_options(node), raw)
        elif kind == "boolean":
            node.value = raw == "true" if raw in ("true", "false") else MISSING
        elif kind == "number":
            node.value = to_number(raw, comma=self.context.comma)
        elif kind == "json":
            node.value = from_json(raw)
        elif kind_of_text(node.shape.notes):
            self._tidied(node, kind_of_text(node.shape.notes), raw)
        else:
            node.value = _moment(node, raw)

    def _tidied(self, node: Node, kind: str, raw: str) -> None:
        """A text that is kept in another form than it is typed in; shown again as it was understood."""
        locale = self.context.locale
        node.value = tidied(kind, raw, locale)
        if unclear(kind, raw, locale):
            node.problem = "amount"
        elif node.value != raw:
            node.raw = [written(kind, node.value, locale)]

    def _empty(self, node: Node) -> None:
        """An empty control: absent, or null where only null can say so."""
        if node.value is not MISSING or node.kind in ("null", "checkbox", "options", "json"):
            return
        was = self.was(node)
        if was == "blank" and node.kind in ("text", "textarea"):
            node.value, node.was = "", was
        elif nullable(node.shape) and (node.required or was == "null"):
            node.value, node.was = None, was

    def _list(self, node: Node, values: list[Any]) -> Any:
        """A list made by one control: none chosen is no answer, unless an empty list was there before."""
        if not values and self.was(node) == "blank":
            node.was = "blank"
            return values
        return values or MISSING

    def _checkbox(self, node: Node, raw: str) -> None:
        if node.shape.const:
            node.value = True if raw == "true" else MISSING
        elif raw != "true" and self.was(node) == "absent":
            node.was = "absent"
        else:
            node.value = raw == "true"

    def _files(self, node: Node) -> None:
        found: list[dict[str, Any]] = []
        self._save(node.name)
        for one in dict.fromkeys(self.entries.get(node.name + "-f", _NO_ENTRY)):
            kept = self.context.files.get(one)
            if kept is None:
                node.problem = "file"
            else:
                found.append({key: kept[key] for key in ("id", "name", "size", "type", "sha256") if key in kept})
        node.files = found if node.kind == "files" else found[-1:]
        if node.kind == "files":
            node.value = self._list(node, found)
        elif found:
            node.value = found[-1]

    def _save(self, name: str) -> None:
        """Keep the files that came with this control: only now is it known that it is one."""
        for upload in self.uploads.pop(name, ()):
            kept = self.context.files.save(upload)
            self.entries[name + "-f"] = [*self.entries.get(name + "-f", ()), kept["id"]]

    def _item_options(self, node: Node) -> list[tuple[Any, str | None]]:
        return self.context.resolver.shape(node.shape.items, None).options or []

    def extras(self, node: Node, path: str, given: Any, data: dict[str, Any], above: frozenset[str]) -> None:
        """The key-value rows of an object, where its author asked for them; fills `data` too."""
        shape = node.shape
        additional = shape.additional
        closed = additional is None or any(one is False for one in additional)
        node.open_ended = bool(shape.patterns) or not closed
        if not node.open_ended:
            return
        names = self._names(node)
        for key_id, key, inside in self._extra_rows(node, given):
            parts = self._extra_parts(node, key, closed)
            child = self.build(
                parts or (True,), f"{node.name}-x-{key_id}", node.pointer + pointer((key,)),
                f"{path}/*", inside, key or self.context.say("Value"), required=False, above=above,
            )  # fmt: skip
            row = Row(key_id, key, child, names=names)
            node.extra.append(row)
            self._extra_value(node, row, data, fits=parts is not None)

    def _extra_value(self, node: Node, row: Row, data: dict[str, Any], *, fits: bool) -> None:
        value = row.node.value
        if row.key == "" and value is MISSING:
            return
        if row.key in data or row.key in node.shape.properties:
            row.problem = "duplicate"
        elif row.key == "":
            row.problem = "key"
        else:
            if not fits:
                row.problem = "unknown-name"
            data[row.key] = _bare(row.node) if value is MISSING else value

    def _names(self, node: Node) -> list[str] | None:
        options = self.context.resolver.shape(node.shape.names, None).options if node.shape.names else None
        return [one for one, _ in options if isinstance(one, str)] if options else None

    def _extra_rows(self, node: Node, given: Any) -> list[tuple[str, str, Any]]:
        if given is self.context.POSTED:
            keys = self.row_keys(node.name + "-x-r")
            typed = [(self.entries.get(f"{node.name}-x-{one}-k") or [""])[-1] for one in keys]
            return [(one, key, given) for one, key in zip(keys, typed, strict=True)]
        undeclared = [key for key in given if key not in node.shape.properties] if isinstance(given, dict) else []
        wanted = [key for key in undeclared if self._extra_parts(node, key, self._closed(node)) is not None]
        return [(str(number), key, given[key]) for number, key in enumerate(wanted)]

    def _closed(self, node: Node) -> bool:
        return node.shape.additional is None or any(one is False for one in node.shape.additional)

    def _extra_parts(self, node: Node, key: str, closed: bool) -> Parts | None:
        """The schemas of a value by its key; None where no schema asks for such a key."""
        found = [parts for pattern, parts in node.shape.patterns.items() if searcher(pattern)(key)]
        if found:
            return tuple(part for parts in found for part in parts)
        if key == "" and closed and len(node.shape.patterns) == 1:
            return next(iter(node.shape.patterns.values()))
        return None if closed else node.shape.additional


def _bare(node: Node) -> Any:
    """What a named row without a value holds."""
    if node.kind in ("text", "textarea"):
        return ""
    return {} if node.kind == "object" else [] if node.kind in ("array", "several", "files") else None


def _options(node: Node) -> list[tuple[Any, str | None]]:
    return node.shape.options or []


def _settled(node: Node) -> bool:
    """Whether there is nothing to choose: a required constant."""
    return node.shape.const and node.required and len(_options(node)) == 1


def _place(options: list[tuple[Any, str | None]], value: Any) -> str:
    for number, (one, _) in enumerate(options):
        if type(one) is type(value) and one == value:
            return str(number)
    for number, (one, _) in enumerate(options):
        if one == value and isinstance(one, bool) == isinstance(value, bool):
            return str(number)
    return "j" + to_json(value)


def _chosen(options: list[tuple[Any, str | None]], raw: str) -> Any:
    if raw.startswith("j"):
        return from_json(raw[1:])
    if raw.isascii() and raw.isdigit() and len(raw) < 7 and int(raw) < len(options):
        return options[int(raw)][0]
    return MISSING


def _moment(node: Node, raw: str) -> str:
    """The text of a text control; what a browser sends of a date and time gets the zone that JSON Schema asks for."""
    said = node.shape.notes.get("format")
    if said == "date-time" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?", raw, re.ASCII):
        return raw + (":00Z" if len(raw) == 16 else "Z")
    if said == "time" and re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?", raw, re.ASCII):
        return raw + (":00Z" if len(raw) == 5 else "Z")
    return raw


def _fits(node: Node, value: Any) -> bool:
    """Whether the control of a node can show a value as it is."""
    kind = node.kind
    if value is None and kind not in ("json", "options", "null"):
        return nullable(node.shape)
    if kind in ("text", "textarea"):
        return isinstance(value, str)
    if kind == "number":
        return is_type(value, "number")
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "checkbox":
        return value is True or (value is False and not node.shape.const)
    if kind in ("object", "closed") and "object" in types_of(node.shape):
        return isinstance(value, dict)
    if kind == "lines":
        return isinstance(value, list) and all(
            isinstance(one, str) and one.strip() and "\n" not in one for one in value
        )
    if kind == "several":
        return isinstance(value, list) and len({to_json(one) for one in value}) == len(value)
    if kind == "array":
        return isinstance(value, list)
    if kind == "file":
        return _is_file(value)
    if kind == "files":
        return isinstance(value, list) and all(_is_file(one) for one in value)
    if kind == "null":
        return value is None
    return kind != "none"


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("name"), str)
