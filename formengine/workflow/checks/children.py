"""Check of children opened for each entry of a list: the list exists, and its entries fit the child's fields (W10)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from formengine.conditions.value_checks import called, can_copy
from formengine.source import Path, did_you_mean
from formengine.workflow.checks.facts import FactChecker
from formengine.workflow.checks.lookups import check_lookup
from formengine.workflow.definition.fact_types import child_fact_types
from formengine.workflow.definition.model import ChildForEach, ChildKind, FactType, Workflow, item_column
from formengine.workflow.definition.references import Reference
from formengine.workflow.definition.tables import is_lookup
from formengine.workflow.engine.readers import OWN
from formengine.workflow.parser.cursor import WorkflowCursor

_LISTS = ("list", "people", "files", "unknown")


def check_each(cursor: WorkflowCursor, workflow: Workflow, facts: FactChecker, reference: Reference) -> None:
    """What is wrong with an `each` becomes findings: its list, the fields that `with` fills, those that it does not."""
    children, path = reference.value, reference.path
    kind = workflow.children.get(str(path[-1]))
    rows = facts.resolve(children.rows, (*path, "each"), reference.child)
    if rows is not None and rows.kind not in _LISTS:
        message = f"`each` takes a list, and `{rows.name}` is {called(rows)}; write `starts: {{{path[-1]}: 1}}`"
        cursor.at(*path, "each").error("type", message)
        return
    if kind is None:
        return
    types = child_fact_types(kind, facts.workflow.vocabulary.field_kinds)
    for name, value in children.values.items():
        if name not in types:
            message = f"`{kind.id}` has no field `{name}`{did_you_mean(name, types)}"
            cursor.at(*path, "with", name).error("unknown-fact", message, at_key=True)
        elif is_lookup(value):
            resolve = partial(_type_in_lookup, facts, rows, reference.child)
            check_lookup(facts, value, (*path, "with", name), reference.child, types[name], resolve)
        elif (column := item_column(value)) is None:
            facts.check_value(types[name], value, (*path, "with", name), reference.child)
        elif rows is not None:
            _check_item(cursor, (*path, "with", name), rows, column, types[name])
    _check_unfilled(cursor, kind, children, path)
    _check_shown(cursor, workflow, kind, children, path)


def _check_item(cursor: WorkflowCursor, path: Path, rows: FactType, column: str, target: FactType) -> None:
    """`item` and `item.NAME` are what an entry of the list has, and fit the field."""
    source = _type_of_item(cursor.at(*path, "from"), rows, column)
    if source is not None and not can_copy(source, target):
        message = f"`{target.name}` is {called(target)}, and `item{'.' if column else ''}{column}` is {called(source)}"
        cursor.at(*path, "from").error("type", message)


def _type_of_item(cursor: WorkflowCursor, rows: FactType, column: str) -> FactType | None:
    """The type of what `item` or `item.NAME` takes of an entry; None, and a finding, where no entry has it."""
    columns: Mapping[str, FactType] = rows.columns
    named = [name for name in columns if name]
    if column and columns and column not in columns:
        hint = did_you_mean(column, named) or (f"; an entry has {', '.join(named)}" if named else "; write from: item")
        cursor.error("unknown-fact", f"no entry of `{rows.name}` has `{column}`{hint}")
        return None
    if not column and named:
        cursor.error("type", f"an entry of `{rows.name}` has several values; write from: item.{named[0]}")
        return None
    return columns.get(column)


def _type_in_lookup(
    facts: FactChecker, rows: FactType | None, child: str | None, name: str, path: Path
) -> FactType | None:
    """The type of a fact, or of what `item` takes of an entry, as a look-up of `with` reads it."""
    column = item_column({"from": name})
    if column is None:
        return facts.resolve(name, path, child)
    return _type_of_item(facts.cursor.at(*path), rows, column) if rows is not None else None


def _check_unfilled(cursor: WorkflowCursor, kind: ChildKind, children: ChildForEach, path: Path) -> None:
    """Nobody is asked for the fields of each child, so `with` gives those that it requires; one tells entries apart."""
    for name in kind.requires:
        if name not in children.values:
            message = f"`{kind.id}` requires `{name}`, which nothing fills; write with: {{{name}: ...}}"
            cursor.at(*path).error("unfilled", message, at_key=True)
    if children.identity is None:
        message = (
            "nothing tells the children apart: give one of their fields the entry, {from: item} or {from: item.NAME}"
        )
        cursor.at(*path).error("no-item", message, at_key=True)


def _check_shown(
    cursor: WorkflowCursor, workflow: Workflow, kind: ChildKind, children: ChildForEach, path: Path
) -> None:
    """Clients see a child that is shown to them; a step of theirs in one that is not can never be taken."""
    own = {role.id for role in workflow.roles.values() if role.source_kind in OWN}
    for transition in kind.transitions.values() if not children.visible_to_client else ():
        if transition.who and own.issuperset(transition.who):
            message = (
                f"`{transition.id}` of `{kind.id}` is for {', '.join(transition.who)} alone, to whom these children "
                "are not shown; write visible_to_client: true"
            )
            cursor.at(*path).warn("hidden-child", message, at_key=True)


def check_roles_of_children(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """A role of a child's own field has people only in the steps of that child."""
    for transition in workflow.transitions.values():
        for i, name in enumerate(transition.who):
            role = workflow.roles.get(name)
            if role is not None and workflow.kinds_of_role(role):
                message = (
                    f"`{role.source_name}` is a field of {', '.join(workflow.kinds_of_role(role))}; its people act "
                    "in the steps of the child, and this is a step of the dossier"
                )
                cursor.at("transitions", transition.id, "who", i).error("child-role", message)
