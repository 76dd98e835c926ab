"""Chooses the branch of a `oneOf` or `anyOf`, or one of several types: as posted, else inferred from the data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from jsonschema._utils import equal

from formengine.forms.schema.schema_identity import without_texts
from formengine.forms.schema.shape import SchemaParts, SchemaUnion, Shape, is_type
from formengine.forms.tree.branch_guess import BranchGuesses, branch_of, question_of
from formengine.forms.tree.branch_labels import TYPE_LABELS
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import kind_of, nullable
from formengine.forms.tree.control_meaning import choice_variant
from formengine.forms.tree.control_names import digest
from formengine.forms.tree.field_cache import Field
from formengine.forms.tree.node import MISSING, Choice, Node
from formengine.forms.tree.value_fit import is_fixed


class ChosenShape(NamedTuple):
    """A shape with the chosen branches in it, its title without them, and the choices until it has options."""

    shape: Shape
    title: Any
    choices: list[Choice]


def chosen_shape(
    guesses: BranchGuesses, parts: SchemaParts, name: str, entries: Mapping[str, list[str]], value: Any, source: Any,
    made: Sequence[Choice],
) -> ChosenShape:  # fmt: skip
    """The shape of a value with the branches that were chosen. `source` is JSON, MISSING or POSTED, `value` what was
    read of it so far; `made` are the choices of a page that showed the same value, which nobody has to guess.
    """
    context = guesses.context
    resolve, data = context.resolver.shape, None if value is MISSING else value
    shape = resolve(parts, data)
    title = shape.keywords.get("title")
    choices: list[Choice] = []
    branches: SchemaParts = ()
    asked: list[str | None] = []
    while len(choices) < len(shape.unions) and is_asked(context, shape, len(choices)):
        union = shape.unions[len(choices)]
        choice = union_choice(
            guesses, union, name, entries, source, shape=shape, value=data, others=choices, made=made
        )  # fmt: skip
        choices.append(choice)
        if choice.chosen is not None:
            branches, asked = (*branches, union.branches[choice.chosen]), [*asked, choice.question]
            shape = resolve(parts, data, branches, asked)
    if shape.options is None and len(shape.json_types) > 1:
        choices.append(type_choice(context, shape, f"{name}-t", entries, source, made))
    return ChosenShape(shape, title, choices)


def union_choice(
    guesses: BranchGuesses, union: SchemaUnion, name: str, entries: Mapping[str, list[str]], source: Any, *,
    shape: Shape, value: Any, others: Sequence[Choice] = (), made: Sequence[Choice] = (),
) -> Choice:  # fmt: skip
    """The choice among the branches of a union of an object or value of this `shape`.

    Where a property that the shape declares tells the branches apart, its answer in `value` is the choice; where an
    earlier choice says what that property is, or is among the same branches, it is that choice; else it is as posted
    where `source` is POSTED, as in `made`, or for that value. `name` is the node's; `others` are its choices before
    this one.
    """
    question = question_of(guesses.context, union, shape)
    if question is None and (repeated := _repeated(guesses.context, union, shape, others)) is not None:
        return repeated
    node_name, name = name, f"{name}-c{digest(union.values)}"
    if any(choice.name == name for choice in others):
        name += str(len(others))
    earlier = _choice_that_tells(union, others)
    if earlier is not None and question is None:
        question = next(prop for prop in union.told_by if prop in earlier.told_by)
        chosen = _branch_said(union, earlier, question)
    elif question is not None:
        chosen = branch_of(union.told_by[question], value, question)
        if earlier is not None and question in earlier.told_by and not (isinstance(value, dict) and question in value):
            chosen = _branch_said(union, earlier, question)  # the control of the question is hidden behind the select
    elif source is Context.POSTED:
        chosen = _posted_index(entries.get(name), union.values)
        if name not in entries and not others:
            chosen = _posted_in_repeated(guesses.context, union, shape, node_name, entries)
    elif (same := _same_choice(union, made, len(others))) is not None:
        chosen = _index_of(union, same)
    else:
        chosen = _likely(guesses, union, source, shape, made, len(others))
    brings = guesses.context.resolver.shape((union.branches[chosen],), None).properties if chosen is not None else {}
    return Choice(
        name, union.keyword, union.values, union.labels, chosen, question, union.told_by, branches=union.branches,
        called_by=union.called_by, brings=brings.keys(),
    )  # fmt: skip


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


def _repeated(context: Context, union: SchemaUnion, shape: Shape, others: Sequence[Choice]) -> Choice | None:
    """The choice of a union whose branches are also those of an earlier one, or the earlier ones are among them, in
    whatever order and called whatever: it is made there, but for a branch that this one has not."""
    for earlier, choice in zip(shape.unions, others, strict=False):
        if choice.question is not None or choice.repeats or not _are_alike(context, union, earlier):
            continue
        chosen = _branch_alike(context, union, earlier, choice.chosen)
        if chosen is not None or choice.chosen is None:
            return Choice(
                choice.name, union.keyword, union.values, union.labels, chosen, None, union.told_by,
                branches=union.branches, repeats=True,
            )  # fmt: skip
    return None


def _posted_in_repeated(
    context: Context, union: SchemaUnion, shape: Shape, node_name: str, entries: Mapping[str, list[str]]
) -> int | None:  # fmt: skip
    """The branch that was posted of a later union with the same branches, which had the select until this one came."""
    for later in shape.unions[1:]:
        if question_of(context, later, shape) is None and _are_alike(context, union, later):
            posted = _posted_index(entries.get(f"{node_name}-c{digest(later.values)}"), later.values)
            if posted is not None:
                return _branch_alike(context, union, later, posted)
    return None


def _are_alike(context: Context, union: SchemaUnion, other: SchemaUnion) -> bool:
    """Whether all branches of a union are among those of another, or the other way round; not where several branches
    differ in nothing but what they are called."""
    own, theirs = _meanings(context, union), _meanings(context, other)
    is_clear = len(set(own)) == len(own) and len(set(theirs)) == len(theirs)
    return is_clear and (set(own) <= set(theirs) or set(theirs) <= set(own))


def _branch_alike(context: Context, union: SchemaUnion, other: SchemaUnion, chosen: int | None) -> int | None:
    """The branch of a union that is the one chosen of another."""
    own, theirs = _meanings(context, union), _meanings(context, other)
    return own.index(theirs[chosen]) if chosen is not None and theirs[chosen] in own else None


def _meanings(context: Context, union: SchemaUnion) -> list[str]:
    """What stands for each branch of a union: its schema without its texts."""
    if not union.meanings:
        followed = (context.resolver.followed(branch) for branch in union.branches)
        union.meanings[:] = [json.dumps(without_texts(schema), sort_keys=True) for schema in followed]
    return union.meanings


def _choice_that_tells(union: SchemaUnion, others: Sequence[Choice]) -> Choice | None:
    """The earlier select whose branches are told apart by a property that tells those of this union apart, too."""
    selects = [choice for choice in others if choice.question is None and not choice.repeats]
    return next((choice for choice in selects if choice.told_by.keys() & union.told_by.keys()), None)


def _branch_said(union: SchemaUnion, earlier: Choice, question: str) -> int | None:
    """The branch of a union that goes with what an earlier select says of the property that tells both apart."""
    said = earlier.told_by[question][earlier.chosen] if earlier.chosen is not None else []
    return next((branch_of(union.told_by[question], {question: value}, question) for value in said), None)


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
    guesses: BranchGuesses, union: SchemaUnion, source: Any, shape: Shape, made: Sequence[Choice], number: int
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
            holding = guesses.holding(union.branches, source)
            if not holding or union.branches[index] in holding:
                return index
    return None if source is MISSING else guesses.guess(union, source, shape, number)


def _posted_index(posted: list[str] | None, values: list[str]) -> int | None:
    return values.index(posted[-1]) if posted and posted[-1] in values else None
