"""Guesses which branch of a `oneOf` or `anyOf` data belong to, where no question of the form tells."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, Final

from jsonschema._utils import equal

from formengine.forms.schema.further_properties import parts_of_entry
from formengine.forms.schema.shape import SchemaParts, SchemaUnion, Shape, is_type
from formengine.forms.tree.branch_labels import branch_labels, told_by
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import kind_of
from formengine.forms.tree.control_meaning import row_parts
from formengine.forms.tree.control_names import digest
from formengine.forms.tree.empty_rows import LISTS
from formengine.forms.tree.node import MISSING

_MAX_TRIED: Final = 3
"""How many unions of one object are tried together where a branch is guessed."""
_SHOWN: Final = 1_000_000


class BranchGuesses:
    """The guesses for one tree of data. What was found out of a part of the data is kept: where a union leads back to
    itself, each level asks of all below it once for each branch. The data are not changed meanwhile.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self._held: dict[tuple[int, int], bool] = {}
        self._counts: dict[tuple[int, ...], int] = {}
        self._kept: list[Any] = []  # by whose identity the others are known

    def holding(self, branches: Sequence[Any], value: Any) -> list[Any]:
        """The branches under which a value is valid."""
        return [branch for branch in branches if self._holds(branch, value)]

    def guess(self, union: SchemaUnion, value: Any, shape: Shape, settled: int = 0) -> int | None:
        """The branch that data belongs to: of those under which it is valid, and of those like it, the first that shows
        most of it beside `shape`, or the rest would be lost on a page; else the most similar one. An empty object says
        nothing of a branch: a guess would give answers that nobody gave, and so would one that data which are valid
        elsewhere do not fit, where its page fills in what it requires. `settled`: how many unions of `shape` come
        before.
        """
        if value == {}:
            return None
        valid = [index for index, branch in enumerate(union.branches) if self._holds(branch, value)]
        if valid and not isinstance(value, dict):
            return valid[0]
        scores = [_similarity(self.context, branch, value, shape.properties) for branch in union.branches]
        like = [index for index, score in enumerate(scores) if score > 0 or index in valid]
        if valid:
            like = [index for index in like if index in valid or not self._adds(union.branches[index], value, shape)]
        if len(like) < 2:
            return like[0] if like else None
        shown = {index: self._shown((*shape.parts, union.branches[index]), value, settled + 1) for index in like}
        if valid:
            most = max(shown.values())
            showing = [index for index in like if shown[index] == most]
            if len(showing) == 1:
                return showing[0]
            fits = {index for index in valid if self._fits((*shape.parts, union.branches[index]), value, settled + 1)}
            return max(showing, key=lambda index: (index in fits, index in valid, -index))
        rest = value
        if isinstance(value, dict):
            rest = {name: member for name, member in value.items() if name not in shape.properties}
        alike = {index: _similarity(self.context, union.branches[index], rest) for index in like}
        return max(like, key=lambda index: (alike[index], shown[index], scores[index], -index))

    def _adds(self, branch: Any, value: Any, shape: Shape) -> bool:
        """Whether the page of a branch posts by itself an answer that the branch alone requires and the data lack."""
        within = self.context.resolver.shape((*shape.parts, branch), value)
        lacking = [name for name in within.required if name not in shape.required and name not in value]
        return any(self._posts_by_itself(within.properties[name]) for name in lacking if name in within.properties)

    def _posts_by_itself(self, parts: SchemaParts) -> bool:
        """Whether a required question that nobody touched has an answer: an empty group or list, a constant, null."""
        shape = self.context.resolver.shape(parts, None)
        kind = kind_of(shape, None, {}, self.context.resolver)
        return kind in ("object", *LISTS, "null") or (kind == "options" and shape.const)

    def _holds(self, branch: Any, value: Any) -> bool:
        if not isinstance(value, (dict, list)):
            return self.context.holds(branch, value)
        key = (id(branch), id(value))
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = self.context.holds(branch, value)
            self._kept.append(value)
        return held

    def _fits(self, parts: SchemaParts, value: Any, settled: int) -> bool:
        """Whether a valid value also satisfies the branch that would be guessed for each further union."""
        shape = self.context.resolver.shape(parts, value)
        if shape.options is not None or settled >= min(len(shape.unions), _MAX_TRIED):
            return True
        union = shape.unions[settled]
        guessed = self.guess(union, value, shape, settled) if question_of(self.context, union, shape) is None else None
        branch = union.branches[guessed] if guessed is not None else True
        return self._holds(branch, value) and self._fits((*parts, branch), value, settled + 1)

    def _shown(self, parts: SchemaParts, value: Any, settled: int = 0) -> int:
        """How much of some data a form for these schemas shows, in _SHOWN for each value, and one more for each that is
        of the type of its control: nothing of what none of them declares. What is of
        another type than the control stands there whole, as JSON. Of unions that are not settled the branch counts that
        would be guessed for them.
        """
        if not isinstance(value, (dict, list)) or not value:
            return _SHOWN + self.context.resolver.shape(parts, value).takes_type_of(value)
        key = (id(value), settled, *map(id, parts))
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = self._count_shown(parts, value, settled)
            self._kept.append((parts, value))
        return count

    def _count_shown(self, parts: SchemaParts, value: Any, settled: int) -> int:
        shape = self.context.resolver.shape(parts, value)
        if shape.options is None and settled < min(len(shape.unions), _MAX_TRIED):
            union = shape.unions[settled]
            branches: Sequence[Any] = union.branches
            question = question_of(self.context, union, shape)
            if question is not None:
                told = branch_of(union.told_by[question], value, question)
                branches = branches[told : told + 1] if told is not None else (True,)
            else:
                guessed = self.guess(union, value, shape, settled)
                branches = branches[guessed : guessed + 1] if guessed is not None else branches
            return max(self._shown((*parts, branch), value, settled + 1) for branch in branches)
        if shape.unsatisfiable:
            return 0
        kind = kind_of(shape, None, {}, self.context.resolver)
        if kind == "object" and isinstance(value, dict):
            declared = {name: shape.properties.get(name) or parts_of_entry(shape, name) for name in value}
            return sum(
                self._shown(inside, value[name])
                for name, inside in declared.items()
                if inside and (name in shape.required or self._stays(inside, value[name]))
            )
        if kind == "array" and isinstance(value, list):
            return sum(self._shown(row_parts(shape, number), row) for number, row in enumerate(value))
        inside = value.values() if isinstance(value, dict) else value
        shown = sum(self._shown((True,), member) for member in inside)
        return shown if shape.takes_type_of(value) else shown - shown % _SHOWN

    def _stays(self, parts: SchemaParts, value: Any) -> bool:
        """Whether a page posts this value back: an empty group or list only where it is valid."""
        return value not in ({}, []) or all(self.context.holds(part, value) for part in parts)


def question_of(context: Context, union: SchemaUnion, shape: Shape) -> str | None:
    """The property of a shape whose answer is the choice of a branch; None where the branch is chosen by itself."""
    if not union.labels:
        union.values[:] = _distinct([digest(context.resolver.identities.of(branch)) for branch in union.branches])
        union.told_by.update(told_by(context, union))
        union.labels[:] = branch_labels(context, union)
    return next((prop for prop in union.told_by if prop in shape.properties), None)


def branch_of(values: list[list[Any]], data: Any, question: str) -> int | None:
    """The branch that the answer of data to a question tells, by the values of the question in each branch."""
    answer = data.get(question, MISSING) if isinstance(data, dict) else MISSING
    return next((index for index, own in enumerate(values) if any(equal(answer, value) for value in own)), None)


def _similarity(context: Context, branch: Any, value: Any, declared_beside: Container[str] = ()) -> int:
    """How much a value is like those of a branch; below 1, not at all. An answer of another type than the branch says
    does not count where it has a question of its own beside the union. Of a union in the branch, the likest counts.
    """
    schema = context.resolver.followed(branch)
    if not isinstance(schema, dict):
        return 0
    declared = schema.get("type")
    types = declared if isinstance(declared, list) else [declared] if declared else []
    score = 0
    if types:
        score = 1 if any(is_type(value, name) for name in types) else -10
    if not isinstance(value, dict):
        return score
    shape = context.resolver.shape((branch,), value)
    for name, parts in shape.properties.items():
        if name in value:
            inside = context.resolver.shape(parts, value[name])
            score += 2 if inside.takes_type_of(value[name]) or name not in declared_beside else 0
            if inside.options is not None:
                score += 20 if any(option == value[name] for option, _ in inside.options) else -20
    inner = [[_similarity(context, part, value, declared_beside) for part in union.branches] for union in shape.unions]
    return score + sum(map(max, inner))


def _distinct(values: list[str]) -> list[str]:
    """The same values, equal ones told apart by their number."""
    return [f"{value}{values[:index].count(value) or ''}" for index, value in enumerate(values)]
