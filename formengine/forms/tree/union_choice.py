"""Chooses the branch of a `oneOf` or `anyOf`, or one of several types: as posted, else inferred from the data."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final, NamedTuple

from jsonschema._utils import equal

from formengine.forms.schema.further_properties import parts_of_entry
from formengine.forms.schema.shape import SchemaParts, SchemaUnion, Shape, is_type
from formengine.forms.tree.branch_labels import TYPE_LABELS, branch_labels, told_by
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import kind_of, nullable
from formengine.forms.tree.control_meaning import choice_variant, row_parts
from formengine.forms.tree.control_names import digest
from formengine.forms.tree.field_cache import Field
from formengine.forms.tree.node import MISSING, Choice, Node
from formengine.forms.tree.value_fit import is_fixed

_MAX_TRIED: Final = 3
"""How many unions of one object are tried together where a branch is guessed."""


class ChosenShape(NamedTuple):
    """A shape with the chosen branches in it, its title without them, and the choices until it has options."""

    shape: Shape
    title: Any
    choices: list[Choice]


def chosen_shape(
    context: Context, parts: SchemaParts, name: str, entries: Mapping[str, list[str]], value: Any, source: Any,
    made: Sequence[Choice],
) -> ChosenShape:  # fmt: skip
    """The shape of a value with the branches that were chosen. `source` is JSON, MISSING or POSTED, `value` what was
    read of it so far; `made` are the choices of a page that showed the same value, which nobody has to guess.
    """
    resolve, data = context.resolver.shape, None if value is MISSING else value
    shape = resolve(parts, data)
    title = shape.keywords.get("title")
    choices: list[Choice] = []
    branches: SchemaParts = ()
    asked: list[str | None] = []
    while len(choices) < len(shape.unions) and is_asked(context, shape, len(choices)):
        union = shape.unions[len(choices)]
        choice = union_choice(
            context, union, name, entries, source, shape=shape, value=data, others=choices, made=made
        )  # fmt: skip
        choices.append(choice)
        if choice.chosen is not None:
            branches, asked = (*branches, union.branches[choice.chosen]), [*asked, choice.question]
            shape = resolve(parts, data, branches, asked)
    if shape.options is None and len(shape.json_types) > 1:
        choices.append(type_choice(context, shape, f"{name}-t", entries, source, made))
    return ChosenShape(shape, title, choices)


def union_choice(
    context: Context, union: SchemaUnion, name: str, entries: Mapping[str, list[str]], source: Any, *,
    shape: Shape, value: Any, others: Sequence[Choice] = (), made: Sequence[Choice] = (),
) -> Choice:  # fmt: skip
    """The choice among the branches of a union of an object or value of this `shape`.

    Where a property that the shape declares tells the branches apart, its answer in `value` is the choice; where an
    earlier choice says what that property is, it is that choice; else it is as posted where `source` is POSTED, as in
    `made`, or for that value. `name` is the node's; `others` are its choices before this one.
    """
    question = _question(context, union, shape)
    name = f"{name}-c{digest(union.values)}"
    if any(choice.name == name for choice in others):
        name += str(len(others))
    earlier = _choice_that_tells(union, others)
    if earlier is not None and question is None:
        question = next(prop for prop in union.told_by if prop in earlier.told_by)
        chosen = _branch_said(union, earlier, question)
    elif question is not None:
        chosen = _branch_of(union.told_by[question], value, question)
        if earlier is not None and question in earlier.told_by and not (isinstance(value, dict) and question in value):
            chosen = _branch_said(union, earlier, question)  # the control of the question is hidden behind the select
    elif source is context.POSTED:
        chosen = _posted_index(entries.get(name), union.values)
    elif (same := _same_choice(union, made, len(others))) is not None:
        chosen = _index_of(union, same)
    else:
        chosen = _likely(context, union, source, shape, made, len(others))
    return Choice(name, union.keyword, union.values, union.labels, chosen, question, union.told_by)


def is_asked(context: Context, shape: Shape, number: int) -> bool:
    """Whether the branch of a union (by its number) is to be chosen: not where the values are known, of which one is
    chosen, but where a branch says that nobody may see or change its answer.
    """
    if shape.options is None:
        return True
    branches = [context.resolver.followed(branch) for branch in shape.unions[number].branches]
    return any(isinstance(branch, dict) and {"readOnly", "writeOnly"} & branch.keys() for branch in branches)


def said_by(node: Node, field: Field) -> Any:
    """The constant of a property that tells the branch apart which a select of its group chose; MISSING for others."""
    control = field.control
    only = control.shape.options if control and control.kind == "options" and control.shape.const else None
    chosen = [choice for choice in node.selects if choice.chosen is not None and field.name in choice.told_by]
    return only[0][0] if only and len(only) == 1 and chosen else MISSING


def repeats_select(node: Node, child: Node, field: Field) -> bool:
    """Whether a property of a group holds what a select of the group says: it is not asked a second time."""
    said = said_by(node, field) if is_fixed(child) or child.value is not MISSING else MISSING
    return said is not MISSING and (is_fixed(child) or equal(child.value, said))


def _choice_that_tells(union: SchemaUnion, others: Sequence[Choice]) -> Choice | None:
    """The earlier select whose branches are told apart by a property that tells those of this union apart, too."""
    selects = [choice for choice in others if choice.question is None]
    return next((choice for choice in selects if choice.told_by.keys() & union.told_by.keys()), None)


def _branch_said(union: SchemaUnion, earlier: Choice, question: str) -> int | None:
    """The branch of a union that goes with what an earlier select says of the property that tells both apart."""
    said = earlier.told_by[question][earlier.chosen] if earlier.chosen is not None else []
    return next((_branch_of(union.told_by[question], {question: value}, question) for value in said), None)


def _question(context: Context, union: SchemaUnion, shape: Shape) -> str | None:
    """The property of a shape whose answer is the choice of a branch; None where the branch is chosen by itself."""
    if not union.labels:
        union.values[:] = _distinct([digest(context.resolver.identities.of(branch)) for branch in union.branches])
        union.told_by.update(told_by(context, union))
        union.labels[:] = branch_labels(context, union)
    return next((prop for prop in union.told_by if prop in shape.properties), None)


def _branch_of(values: list[list[Any]], data: Any, question: str) -> int | None:
    answer = data.get(question, MISSING) if isinstance(data, dict) else MISSING
    return next((index for index, own in enumerate(values) if any(equal(answer, value) for value in own)), None)


def type_choice(
    context: Context, shape: Shape, name: str, entries: Mapping[str, list[str]], source: Any,
    made: Sequence[Choice] = (),
) -> Choice:  # fmt: skip
    """The choice among several types, likewise."""
    types = choosable_types(shape)
    labels = [context.say(TYPE_LABELS[type_name]) for type_name in types]
    if source is context.POSTED:
        return Choice(name, "type", types, labels, _posted_index(entries.get(name), types))
    before = [choice.values[choice.chosen] for choice in made if choice.keyword == "type" and choice.chosen is not None]
    fitting = [type_name for type_name in types if is_type(source, type_name)]
    likely = [type_name for type_name in before if type_name in (types if source is MISSING else fitting)] or fitting
    return Choice(name, "type", types, labels, types.index(likely[0]) if likely else None)


def choosable_types(shape: Shape) -> list[str]:
    """The types among which people choose."""
    return [*shape.json_types, "null"] if nullable(shape) else shape.json_types


def chosen_type(shape: Shape, choices: list[Choice]) -> str | None:
    """The chosen type of several; "" before one is chosen, None where the schema allows only one."""
    choice = choices[-1] if choices else None
    if choice is None or choice.keyword != "type":
        return None
    return "" if choice.chosen is None else choosable_types(shape)[choice.chosen]


def control_with_choices(
    context: Context, parts: SchemaParts, shape: Shape, choices: list[Choice], ui: dict[str, Any]
) -> tuple[str, str]:  # fmt: skip
    """The kind of control with the choices made (none before a type is chosen), and what they add to its name."""
    chosen = chosen_type(shape, choices)
    kind = kind_of(shape, chosen, ui, context.resolver)
    if chosen == "":
        kind = "none"
    elif kind == "none" and choices and not shape.unsatisfiable and all(c.chosen is not None for c in choices):
        kind = "json"  # a branch that says nothing of its values
    if not choices or kind in ("object", "closed", "none"):
        return kind, ""
    return kind, choice_variant(parts, shape, choices, chosen, kind, ui, context.resolver)


def is_of_other_type(shape: Shape, choices: list[Choice], value: Any) -> bool:
    """Whether a value that the schema sets is of another type than the one chosen of several, or none is chosen yet."""
    chosen = chosen_type(shape, choices)
    if chosen is None or value is Context.POSTED or value is MISSING:
        return False
    return not chosen or not is_type(value, chosen)


def _same_choice(union: SchemaUnion, made: Sequence[Choice], number: int) -> Choice | None:
    """The choice that was made in the same union, the union of this `number` if there are several."""
    alike = [choice for choice in (*made[number : number + 1], *made) if choice.values == union.values]
    return next((choice for choice in alike if choice.keyword == union.keyword), None)


def _index_of(union: SchemaUnion, choice: Choice) -> int | None:
    """The branch of a union that a choice chose in the same union, or in one that has the same branch."""
    return None if choice.chosen is None else _posted_index([choice.values[choice.chosen]], union.values)


def _likely(
    context: Context, union: SchemaUnion, source: Any, shape: Shape, made: Sequence[Choice], number: int
) -> int | None:  # fmt: skip
    """The branch that was chosen in a union of which a branch has changed since, if the value fits there as well as
    elsewhere; else the branch that the value belongs to."""
    for choice in (*made[number : number + 1], *made):
        if choice.keyword != union.keyword or choice.chosen is None:
            continue
        same, label = _index_of(union, choice), choice.labels[choice.chosen]
        if same is not None:
            return same
        if label in union.labels and source is not MISSING:
            index = union.labels.index(label)
            if context.holds(union.branches[index], source) or not _holding(context, union.branches, source):
                return index
    return None if source is MISSING else guess(context, union, source, shape, number)


def _holding(context: Context, branches: Sequence[Any], value: Any) -> list[Any]:
    """The branches under which a value is valid."""
    return [branch for branch in branches if context.holds(branch, value)]


def guess(context: Context, union: SchemaUnion, value: Any, shape: Shape, settled: int = 0) -> int | None:
    """The branch that data belongs to: of those under which it is valid, and of those like it, the first that shows
    most of it beside `shape`, or the rest would be lost on a page; else the most similar one. An empty object says
    nothing of a branch: a guess would give answers that nobody gave. `settled`: how many unions of `shape` come before.
    """
    if value == {}:
        return None
    valid = [index for index, branch in enumerate(union.branches) if context.holds(branch, value)]
    if valid and not isinstance(value, dict):
        return valid[0]
    scores = [_similarity(context, branch, value, shape.properties) for branch in union.branches]
    like = [index for index, score in enumerate(scores) if score > 0 or index in valid]
    if len(like) < 2:
        return like[0] if like else None
    shown = {index: _shown(context, (*shape.parts, union.branches[index]), value, settled + 1) for index in like}
    if valid:
        return max(like, key=lambda index: (shown[index], index in valid, -index))
    rest = value
    if isinstance(value, dict):
        rest = {name: member for name, member in value.items() if name not in shape.properties}
    alike = {index: _similarity(context, union.branches[index], rest) for index in like}
    return max(like, key=lambda index: (alike[index], shown[index], scores[index], -index))


def _shown(context: Context, parts: SchemaParts, value: Any, settled: int = 0) -> int:
    """How many values of some data a form for these schemas shows: not what none of them declares. What is of another
    type than the control stands there whole, as JSON. Of unions that are not settled the best branch counts, of those
    under which the data are valid if there are any.
    """
    if not isinstance(value, (dict, list)) or not value:
        return 1
    shape = context.resolver.shape(parts, value)
    if shape.options is None and settled < min(len(shape.unions), _MAX_TRIED):
        union = shape.unions[settled]
        branches: Sequence[Any] = union.branches
        question = _question(context, union, shape)
        if question is not None:
            told = _branch_of(union.told_by[question], value, question)
            branches = branches[told : told + 1] if told is not None else (True,)
        else:
            branches = _holding(context, branches, value) or branches
        return max(_shown(context, (*parts, branch), value, settled + 1) for branch in branches)
    if shape.unsatisfiable:
        return 0
    kind = kind_of(shape, None, {}, context.resolver)
    if kind == "object" and isinstance(value, dict):
        declared = {name: shape.properties.get(name) or parts_of_entry(shape, name) for name in value}
        return sum(_shown(context, inside, value[name]) for name, inside in declared.items() if inside)
    if kind == "array" and isinstance(value, list):
        return sum(_shown(context, row_parts(shape, number), row) for number, row in enumerate(value))
    inside = value.values() if isinstance(value, dict) else value
    return sum(_shown(context, (True,), member) for member in inside)


def _similarity(context: Context, branch: Any, value: Any, declared_beside: Container[str] = ()) -> int:
    """How much a value is like those of a branch; below 1, not at all. An answer of another type than the branch says
    does not count where it has a question of its own beside the union.
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
    return score


def _posted_index(posted: list[str] | None, values: list[str]) -> int | None:
    return values.index(posted[-1]) if posted and posted[-1] in values else None


def _distinct(values: list[str]) -> list[str]:
    """The same values, equal ones told apart by their number."""
    return [f"{value}{values[:index].count(value) or ''}" for index, value in enumerate(values)]
