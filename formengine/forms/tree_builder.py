"""Builds the node tree of a form from JSON data or from a post: the one walk behind rendering, reading and drafts.

Conditions make the schema of an object depend on its own values, so an object is built in passes (see `BuildPasses`):
its shape is resolved for the values read so far, its fields are read, and both again. Fields that stay are read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.rules.computed_answers import NO_CALCULATIONS, ComputedAnswers
from formengine.forms.schema.further_properties import is_closed, parts_of_entry
from formengine.forms.schema.json_values import MAX_ROWS
from formengine.forms.schema.resolver import FormTooDeep, FormTooLarge
from formengine.forms.schema.shape import SchemaParts, Shape
from formengine.forms.tree.branch_guess import BranchGuesses
from formengine.forms.tree.build_passes import BuildPasses
from formengine.forms.tree.context import Context, Inherited
from formengine.forms.tree.control_meaning import row_parts, row_variant
from formengine.forms.tree.control_names import LONGEST_NAME, ROOT, segment
from formengine.forms.tree.empty_rows import (
    defaults_are_valid,
    leaves_null,
    move,
    row_value,
    sorted_rows,
    values_of_places,
)
from formengine.forms.tree.field_cache import Field, Templates
from formengine.forms.tree.key_value_rows import add_entry, allowed_names, is_bare_entry
from formengine.forms.tree.leaf_values import Leaves
from formengine.forms.tree.node import HIDDEN_UI, MISSING, NO_CHOICES, NO_UI, Choice, Choices, Node, Row, default_title
from formengine.forms.tree.other_branches import parts_beside
from formengine.forms.tree.post import MAX_CONTROLS
from formengine.forms.tree.presence import judge_group, without_empty_places
from formengine.forms.tree.read_only import Before, standing_value
from formengine.forms.tree.union_choice import (
    chosen_shape,
    chosen_type,
    control_with_choices,
    is_of_other_type,
    repeats_select,
    said_by,
    type_choice,
)

MAX_NODES: Final = 50_000
POSTED: Final = Context.POSTED
_Kept = dict[Any, Node]
_NOTHING: Final[Before] = {}


class Builder(Leaves):
    """Builds one tree; made anew for each, because it counts nodes and holds the posted entries."""

    def __init__(
        self, context: Context, entries: dict[str, list[str]], *, defaults: bool, fresh: str | None = None,
        before: Before | None = None, shown: bool = False, limit: int = MAX_NODES,
    ) -> None:  # fmt: skip
        """`shown`: the tree is that of a page to be filled in, so that it has read-only constants and defaults. Set
        `computed` and `now` where answers are calculated; without `now` they stay as the data have them. `choices` are
        those that a page of the same data had, by pointer."""
        super().__init__(context, entries, before or _NOTHING, defaults=defaults)
        self.fresh, self.count, self.shown = fresh, 0, shown
        self.limit = limit
        self.computed: ComputedAnswers = NO_CALCULATIONS
        self.now: datetime | None = None
        self.choices: Choices = NO_CHOICES
        self.guesses = BranchGuesses(context)

    def root(self, schema: Any, source: Any) -> Node:
        """The tree of a whole form; `source` is JSON, MISSING or POSTED."""
        return self.build(
            (schema,), ROOT, "", "", source, self.context.say("Answer"), required=True, inherited=Inherited()
        )

    def build(
        self, parts: SchemaParts, name: str, pointer: str, path: str, source: Any, title: str, *, required: bool,
        inherited: Inherited,
    ) -> Node:  # fmt: skip
        """The node for some schemas. `path` is its key in `ui`, with * for rows."""
        self._count(name)
        shape = self.context.resolver.shape(parts, None)
        inherited = inherited.of(shape)
        if source is POSTED:
            source = self._kept_or_default(name, shape, inherited)
            if source is not POSTED and not inherited.read_only:
                inherited = inherited._replace(in_default=True)
        if source is MISSING and (self.defaults or self.fresh or inherited.read_only):
            source = self._default(name, shape, inherited)
        value = {} if source is POSTED or source is MISSING else source
        built: _Kept = {}
        made = self.choices.get(pointer, ())
        passes: BuildPasses | None = None
        last: Shape | None = None
        while True:
            shape, declared, choices = chosen_shape(self.guesses, parts, name, self.entries, value, source, made)
            if shape is last:
                break
            last = shape
            node = self._node(
                parts, shape, choices, name, pointer, path, source, declared or title, required, inherited, built
            )
            held = node.content if node.kind == "object" else node.value
            if not shape.dynamic or held == value or (held is MISSING and value == {}) or (passes and passes.ended):
                break
            passes = passes or BuildPasses()
            value = passes.value_after(shape, value, {} if held is MISSING else held)
        return node

    def _count(self, name: str) -> None:
        self.count += 1
        if self.count > self.limit:
            raise FormTooLarge
        if len(name) > LONGEST_NAME:
            raise FormTooDeep

    def _default(self, name: str, shape: Shape, inherited: Inherited) -> Any:
        """The value that prefills a control: in a whole new form, in a row that was just added, or read-only."""
        is_new = self.shown or inherited.in_default
        if inherited.read_only and (is_new or (self.fresh and name.startswith(self.fresh))):
            value = standing_value(_NOTHING, name, shape)
            return MISSING if value is POSTED else value
        if not self.defaults and (not self.fresh or not name.startswith(self.fresh)):
            return MISSING
        if "default" not in shape.keywords or shape.refs & inherited.refs:
            return MISSING
        return shape.keywords["default"]

    def _posted(self, name: str, shape: Shape, inherited: Inherited, *, chosen: bool = False) -> Any:
        """POSTED, or what counts instead: of a read-only control what stands there, of an empty write-only one what
        stood there, of one that other answers called up just now its default.
        """
        if inherited.write_only and not inherited.read_only and not self.was_typed(name):
            value = self.before.get(name, MISSING)
            return POSTED if value is MISSING else value
        return self._kept_or_default(name, shape, inherited, chosen=chosen)

    def _kept_or_default(self, name: str, shape: Shape, inherited: Inherited, *, chosen: bool = False) -> Any:
        if inherited.read_only:
            return standing_value(self.before, name, shape, chosen=chosen)
        if (
            not inherited.called_up
            or "default" not in shape.keywords
            or shape.refs & inherited.refs
            or self.was_posted(name)
            or not shape.shows_type_of(shape.keywords["default"])
        ):
            return POSTED
        return shape.keywords["default"]

    def _node(
        self, parts: SchemaParts, shape: Shape, choices: list[Choice], name: str, pointer: str, path: str, source: Any,
        title: str, required: bool, inherited: Inherited, built: _Kept,
    ) -> Node:  # fmt: skip
        ui = self.context.ui.get(path, NO_UI)
        for choice in choices:
            choice.fixed = inherited.read_only
        title = ui.get("title") or title
        kind, variant = control_with_choices(self.context, parts, shape, choices, ui)
        inherited = inherited.of(shape).with_(called_up=variant != "")
        if source is POSTED:
            source = self._posted(name + variant, shape, inherited, chosen=bool(choices))
            if is_of_other_type(shape, choices, source):
                if chosen_type(shape, choices) and not inherited.read_only:
                    source = POSTED  # the default of another type than the chosen one
                else:
                    choices[-1] = type_choice(self.context, shape, choices[-1].name, self.entries, source)
                    kind, variant = control_with_choices(self.context, parts, shape, choices, ui)
        name += variant
        node = Node(name, pointer, kind, shape, title, required, ui, choices=choices, called_up=inherited.called_up,
                    read_only=inherited.read_only, write_only=inherited.write_only)  # fmt: skip
        node.templates = self._templates(node)
        recursive = bool(shape.refs & inherited.refs) and kind in ("object", "array")
        if recursive and not self.open(node, source):
            node.kind = "closed"
            return node
        if self._unrepresentable(node, source):
            return node
        if kind == "object":
            self._object(node, path, source, inherited.with_(refs=shape.refs), built)
        elif kind == "array":
            self._array(node, path, source, inherited.with_(refs=shape.refs), built)
        else:
            self.leaf(node, source)
            node.answered |= kind == "null" and bool(node.selects)  # *Nothing* was chosen among several types
        return node

    def _templates(self, node: Node) -> Templates:
        return self.context.fields.templates(
            node.kind, node.shape, node.title, node.ui, required=node.required, read_only=node.read_only
        )

    def _object(self, node: Node, path: str, source: Any, inherited: Inherited, built: _Kept) -> None:
        data: dict[str, Any] = {}
        posted = source is POSTED
        values: dict[str, Any] = source if isinstance(source, dict) else {}
        children = node.children = []
        computed = self.computed if node.pointer == "" else None
        for field in self.context.fields.fields(node.shape, path):
            if computed and field.name in computed:
                continue
            child = built.get(field.key)
            if child is None:
                inside = self._posted_within(node, field) if posted else values.get(field.name, MISSING)
                child = built[field.key] = self._child(node, field, inside, inherited)
            if child.kind == "none" and not child.choices:
                continue
            child.driver = field.driver
            if node.choices:
                self._beside_choices(node, child, field)
            children.append(child)
            if child.value is not MISSING:
                data[field.name] = child.value
        if posted:
            self.read_signed_amounts(node, data)
        if computed:
            self._computed(node, path, values, data, inherited)
        self._extras(node, path, source, data, inherited)
        if node.choices and values:
            self._other_branches(node, path, values, inherited)
        node.content = data
        judge_group(node)
        if posted:
            node.answered |= any(choice.chosen is not None for choice in node.selects)
        self._note_presence(node, source, bool(data))
        node.value = data
        if not data or not (self._is_there(node, source) or defaults_are_valid(self.context, node, data)):
            self.vacant(node, source, {})

    def _other_branches(self, node: Node, path: str, values: Mapping[str, Any], inherited: Inherited) -> None:
        """Note the answers of branches that are not on the page."""
        node.beside = [
            self.build(
                parts, f"{node.name}-{segment(name)}", node.pointer + json_pointer.join((name,)), f"{path}/{name}",
                values[name], default_title(name), required=False, inherited=inherited,
            )
            for name, parts in parts_beside(self.context, node, values).items()
        ]  # fmt: skip

    def _posted_within(self, node: Node, field: Field) -> Any:
        """POSTED, or the constant of a branch that a select brought just now, which is thereby answered."""
        said = MISSING if field.required or self.was_posted(node.name + field.name_suffix) else said_by(node, field)
        return POSTED if said is MISSING else said

    def _beside_choices(self, node: Node, child: Node, field: Field) -> None:
        """Note on a property of an object whether it is the question of a union, or repeats what a select says."""
        child.driver = child.driver or any(choice.question == field.name for choice in node.choices)
        if repeats_select(node, child, field):
            child.ui = HIDDEN_UI
            child.templates = self._templates(child)

    def _computed(
        self, node: Node, path: str, values: Mapping[str, Any], data: dict[str, Any], inherited: Inherited
    ) -> None:
        """Add the computed answers to the form and to `data`, each at its place among the fields: calculated at `now`,
        or as `values` have them.
        """
        order = {field.name: field for field in self.context.fields.fields(node.shape, path)}
        for name in (name for name in self.computed if name in order):
            value = values.get(name) if self.now is None else self.computed.value(name, data, self.now)
            value = MISSING if value is None else value
            child = self._child(node, order[name]._replace(required=False), value, inherited.with_(read_only=True))
            child.computed, child.was, child.value = True, "", value
            if value is not MISSING:
                data[name] = value
            node.children = [*node.children, child]
        places = {f"{node.pointer}{field.pointer_suffix}": place for place, field in enumerate(order.values())}
        node.children = sorted(node.children, key=lambda child: places[child.pointer])

    def _is_there(self, node: Node, source: Any) -> bool:
        """Whether a group or list belongs into the data: answered, or required where null did not stand for it."""
        return node.answered or (node.required and not self.stood_null(node, source))

    def _note_presence(self, node: Node, source: Any, filled: bool) -> None:
        """A group or list that was in the data stays, also as null, though nothing in it counts as an answer."""
        before = self.stood_empty(node) or self.stood_by_default(node)
        if source is not POSTED:
            before = source is not MISSING and not is_bare_entry(node, source)
        if self.stood_null(node, source):
            before = node.was == "null"
        if before and filled and not node.answered:
            node.answered, node.was = True, node.was if node.was == "null" or node.was.isdecimal() else "blank"
        self.keep_read_only(node)

    def _child(self, parent: Node, field: Field, source: Any, inherited: Inherited) -> Node:
        name, pointer = parent.name + field.name_suffix, parent.pointer + field.pointer_suffix
        control = field.control
        if field.called_up:
            inherited = inherited.with_(called_up=True)
        if control is None:
            return self.build(
                field.parts, name, pointer, field.path, source, field.title, required=field.required,
                inherited=inherited,
            )  # fmt: skip
        self._count(name)
        if control.read_only or control.write_only:
            inherited = inherited.of(control.shape)
        if source is POSTED and (inherited.called_up or inherited.read_only or inherited.write_only):
            source = self._posted(name, control.shape, inherited)
        if source is MISSING and (self.defaults or self.fresh or inherited.read_only):
            source = self._default(name, control.shape, inherited)
        node = Node(name, pointer, control.kind, control.shape, control.title, field.required, control.ui,
                    called_up=inherited.called_up, read_only=inherited.read_only, write_only=inherited.write_only,
                    templates=control.templates)  # fmt: skip
        if inherited.read_only:
            node.templates = self._templates(node)
        if source is MISSING or not self._unrepresentable(node, source):
            self.leaf(node, source)
        return node

    def _array(self, node: Node, path: str, source: Any, inherited: Inherited, built: _Kept) -> None:
        fixed = len(node.shape.prefix_items)
        node.open_ended, node.first = not any(part is False for part in node.shape.items), fixed
        values = self._rows(node, source, fixed)
        is_set = node.required or inherited.read_only
        below = inherited._replace(refs=frozenset())  # rows that are there end a recursion
        children = node.children = []
        for number, (key, inside) in enumerate(values):
            parts = row_parts(node.shape, number)
            if number < fixed and inside is None and leaves_null(self.context, parts, is_set=is_set):
                inside = MISSING  # an empty place before one that is answered
            name = f"{node.name}-{key}{row_variant(node.shape, number, self.context.resolver)}"
            identity = (number, name, *map(id, parts))
            if identity not in built:
                row_title = self.context.row_title(number + 1)
                child = built[identity] = self.build(
                    parts, name, f"{node.pointer}/{number}", f"{path}/*", inside, row_title,
                    required=number >= fixed or node.required,
                    inherited=inherited if inside is MISSING and f"{node.name}-{key}" != self.fresh else below,
                )  # fmt: skip
                if number >= fixed and child.title != row_title:
                    child.title += f" {number - fixed + 1}"
                    child.templates = self._templates(child)
                # null by default is posted as null
                stood = None if inside is MISSING and child.was == "null" else inside
                self._note_presence(child, stood, number >= fixed or child.kind in ("object", "array"))
            children.append(built[identity])
        node.keys = [key for key, _ in values[fixed:]]
        node.row_order = self.row_order(node, fixed)
        judge_group(node)
        self._array_value(node, source, fixed)

    def _array_value(self, node: Node, source: Any, fixed: int) -> None:
        """The value of a list (see `sorted_rows`); an empty row that it does not need is no entry: it stays on the page
        behind the entries, and is told when sent."""
        head, rows = node.children[:fixed], node.children[fixed:]
        least = int(node.shape.keywords.get("minItems", 0))
        entries, unfilled, surplus = sorted_rows(self.context, node, rows, least - fixed)
        for number, row in enumerate([*entries, *unfilled, *surplus], fixed):
            move(row, f"{node.pointer}/{number}")
        for row in surplus:
            row.problem = row.problem or "row"
        if len(rows) > MAX_ROWS:
            node.problem = "rows"
        had = self.places_before(node, source, min(least, fixed))
        is_new = not node.answered and (not self.stood_empty(node) if source is POSTED else source is MISSING)
        values = [*values_of_places(self.context, head, is_set=node.required), *map(row_value, entries)]
        data = without_empty_places([*head, *entries], values, fixed, least, had, untouched=is_new)
        self._note_presence(node, source, bool(data))
        node.value = data
        if not data or not (self._is_there(node, source) or defaults_are_valid(self.context, node, data)):
            self.vacant(node, source, [])
        node.was = node.was if had is None else str(had)

    def _rows(self, node: Node, source: Any, fixed: int) -> list[tuple[str, Any]]:
        """The rows of a list, as (key, data)."""
        if source is POSTED:
            keys = [str(number) for number in range(fixed)]
            keys += self.row_keys(node.name + "-r", fixed) if node.open_ended else []
            return [(key, MISSING if f"{node.name}-{key}" == self.fresh else POSTED) for key in keys]
        values = list(source) if isinstance(source, list) else []
        if len(values) > MAX_CONTROLS:
            raise FormTooLarge  # told before any of them is built
        count = max(fixed, len(values) if node.open_ended else fixed)
        if self.defaults and node.required and node.open_ended:
            count = max(count, min(int(node.shape.keywords.get("minItems", 0)), 20))
        values += [MISSING] * (count - len(values))
        return [(str(number), value) for number, value in enumerate(values[:count])]

    def _extras(self, node: Node, path: str, source: Any, data: dict[str, Any], inherited: Inherited) -> None:
        """Read the key-value rows of an object that allows further properties into the node and into `data`."""
        shape = node.shape
        node.open_ended = bool(shape.pattern_properties) or not is_closed(shape)
        if not node.open_ended:
            return
        names = allowed_names(node.shape, self.context.resolver)
        node.extra = rows = []
        for key_id, key, inside in self.extra_rows(node, source):
            parts = parts_of_entry(shape, key)
            child = self.build(
                parts or (True,), f"{node.name}-x-{key_id}", node.pointer + json_pointer.join((key,)),
                f"{path}/*", inside, key or self.context.say("Value"), required=False, inherited=inherited,
            )  # fmt: skip
            self._note_presence(child, inside, child.kind in ("object", "array"))
            rows.append(Row(key_id, key, child, names=names))
            add_entry(self.context, node, rows[-1], data, fits=parts is not None)
