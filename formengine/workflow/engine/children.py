"""Children of a dossier: hearings, milestones and tasks, each with states of its own (W10).

`state_entry.enter_state` moves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from formengine.conditions.evaluation import is_empty
from formengine.workflow.definition.model import ChildForEach, ChildKind, Transition, Workflow, item_column
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.given_values import value_to_set
from formengine.workflow.engine.readers import OWN
from formengine.workflow.engine.roles import members, people_of_roles

MOST_CHILDREN: Final = 100
"""How many children one step may open for the entries of a list."""


@dataclass(frozen=True)
class MissingEntries:
    """Entries of a list that have no child, by the value that tells them apart; `transition` would open them."""

    transition: Transition
    entries: tuple[Any, ...]


def identity_of(workflow: Workflow, kind: str) -> str | None:
    """The field that tells apart the children of a kind which a step opens for each entry of a list; None without."""
    return next((rule.identity for _transition, rule in _openings(workflow, kind) if rule.identity), None)


def entries_without_child(execution: Execution, kind: str) -> list[MissingEntries]:
    """The entries of lists that have no child of a kind yet, by the transition that opens them: those out of the
    present state, where there are any.
    """
    missing = []
    for transition, rule in _openings(execution.workflow, kind):
        known = [child.fields.get(rule.identity or "") for child in execution.case.children if child.kind == kind]
        values = (_identity_of_entry(rule, entry) for entry in _entries(execution, rule, None))
        new: list[Any] = []
        new.extend(value for value in values if not is_empty(value) and value not in known and value not in new)
        if new:
            missing.append(MissingEntries(transition, tuple(new)))
    here = [entries for entries in missing if execution.case.state in entries.transition.sources]
    return here or missing


def is_without_entry(execution: Execution, child: Child) -> bool:
    """Whether a child of a kind that is opened for entries of a list belongs to none that is in the list now."""
    openings = [(rule, rule.identity) for _t, rule in _openings(execution.workflow, child.kind) if rule.identity]
    return bool(openings) and not any(
        child.fields.get(name) == _identity_of_entry(rule, entry)
        for rule, name in openings
        for entry in _entries(execution, rule, None)
    )


def _openings(workflow: Workflow, kind: str) -> Iterator[tuple[Transition, ChildForEach]]:
    """The transitions of the dossier that open a child of a kind for each entry of a list."""
    for transition in workflow.transitions.values():
        if kind in transition.starts_each:
            yield transition, transition.starts_each[kind]


def _entries(execution: Execution, rule: ChildForEach, cause: Child | None) -> list[Any]:
    entries = execution.facts(cause).get(rule.rows)
    return [entry for entry in entries if not is_empty(entry)] if isinstance(entries, list) else []


def _identity_of_entry(rule: ChildForEach, entry: Any) -> Any:
    return _from_entry(item_column(rule.values.get(rule.identity or "")) or "", entry)


def handles_child(execution: Execution, child: Child, person: str) -> bool:
    """Whether a step of a child is for somebody by a role that is not one of the request's own people."""
    transitions = execution.workflow.children[child.kind].transitions.values()
    named = dict.fromkeys(role_id for transition in transitions for role_id in transition.who)
    roles = (execution.workflow.roles.get(role_id) for role_id in named)
    return any(
        role is not None and role.source_kind not in OWN and person in members(execution, role, child) for role in roles
    )


def open_child(
    execution: Execution, kind: str, by: str | None, fields: Mapping[str, Any], visible_to_client: bool = False
) -> Child:
    """Operation: open a child of a kind with its fields; raises Refused when a required field is missing, and on a
    dossier that has ended.
    """
    if execution.state.ends:
        execution.refuse("The dossier has ended: nothing can be added to it any more.")
    return add_child(execution, kind, by, fields, visible_to_client)


def change_child(execution: Execution, child: Child, by: str | None, fields: Mapping[str, Any]) -> None:
    """Operation: give a child these fields in place of those that it has; nothing happens where they are the same.

    Raises Refused when a required field is missing, and on a dossier that has ended.
    """
    if execution.state.ends:
        execution.refuse("The dossier has ended: nothing in it is changed any more.")
    rule = execution.workflow.children[child.kind]
    _require_fields(execution, rule, fields)
    values = {name: fields[name] for name in rule.fields if not is_empty(fields.get(name))}
    names = [name for name in rule.fields if values.get(name) != child.fields.get(name)]
    if not names:
        return
    before = {name: child.fields.get(name) for name in names}
    child.fields = values
    child.revision, child.changed_at = child.revision + 1, execution.now
    after = {name: values.get(name) for name in names}
    data = {"kind": child.kind, "number": child.number, "title": rule.title, "before": before, "fields": after}
    execution.record_history("child_changed", by, visible_to_client=child.visible_to_client, data=data)


def show_child(execution: Execution, child: Child, by: str | None, visible: bool) -> None:
    """Operation: show a child to the client, or hide it (P27); nothing happens where it is so already."""
    if child.visible_to_client == visible:
        return
    child.visible_to_client = visible
    child.revision, child.changed_at = child.revision + 1, execution.now
    title = execution.workflow.children[child.kind].title
    data = {"kind": child.kind, "number": child.number, "title": title, "visible": visible}
    execution.record_history("child_shown" if visible else "child_hidden", by, data=data)


def _require_fields(execution: Execution, rule: ChildKind, fields: Mapping[str, Any]) -> None:
    """Raise Refused for required fields that are empty."""
    missing = [name for name in rule.requires if is_empty(fields.get(name))]
    if missing:
        titles = ", ".join(execution.pick(rule.fields.get(name, {}).get("title") or name) for name in missing)
        execution.refuse("To open it, fill in: {fields}.", fields=titles)


def add_child(
    execution: Execution, kind: str, by: str | None, fields: Mapping[str, Any], visible_to_client: bool = False
) -> Child:
    """Add a child of a kind with its fields; raises Refused when a required field is missing."""
    rule = execution.workflow.children[kind]
    _require_fields(execution, rule, fields)
    number = 1 + max((child.number for child in execution.case.children if child.kind == kind), default=0)
    values = {name: value for name, value in fields.items() if name in rule.fields and not is_empty(value)}
    child = Child(kind, number, rule.starts_in, values, visible_to_client, opened_by=by)
    child.entered_at = child.opened_at = child.changed_at = execution.now
    execution.case.children.append(child)
    data = {"kind": kind, "number": number, "title": rule.title, **({"fields": dict(values)} if values else {})}
    execution.record_history("child_opened", by, after=rule.starts_in, visible_to_client=visible_to_client, data=data)
    return child


def start_children(
    execution: Execution, starts: Mapping[str, int], by: str, opened: Mapping[str, Any], cause: Child | None
) -> None:
    """Open the children that a transition starts; `starts` is their number by kind.

    `opened` holds their fields by kind (one mapping for all, or a list with one for each), or the fields themselves. A
    child of the same kind as its `cause` inherits its visibility, and one that is built in what `_carried` names.
    """
    for kind, count in starts.items():
        by_kind = opened.get(kind)
        visible = cause is not None and cause.kind == kind and cause.visible_to_client
        for index in range(count):
            fields = by_kind[index] if isinstance(by_kind, list) and index < len(by_kind) else by_kind
            given = fields if isinstance(fields, Mapping) else opened
            add_child(execution, kind, by, {**_carried(execution, kind, cause), **given}, visible)


def _carried(execution: Execution, kind: str, cause: Child | None) -> dict[str, Any]:
    """The fields that the next child of a built-in kind takes over from the one that opens it: court, room and judge of
    an adjourned hearing, but neither its date (which the next requires) nor its outcome (which a step writes).
    """
    rule = execution.workflow.children[kind]
    if cause is None or cause.kind != kind or not rule.built_in:
        return {}
    own = {*rule.requires, *(name for transition in rule.transitions.values() for name in transition.requires)}
    return {name: value for name, value in cause.fields.items() if name not in own}


def start_for_each(execution: Execution, kind: str, rule: ChildForEach, by: str, cause: Child | None) -> None:
    """Open a child for each entry of a list that has none yet, and tell the people of its first state's `notify`.

    An entry has one when the field that tells entries apart (`ChildForEach.identity`) has its value. Raises Refused for
    more than MOST_CHILDREN new entries, when a field that the child requires is empty, and when nobody could act in it.
    """
    entries, identity = _entries(execution, rule, cause), rule.identity or ""
    known = [child.fields.get(identity) for child in execution.case.children if child.kind == kind]
    opened = 0
    for entry in entries:
        values = {name: _value_of_entry(execution, kind, name, rule.values[name], entry, cause) for name in rule.values}
        if values.get(identity) in known:
            continue
        known.append(values.get(identity))
        opened += 1
        if opened > MOST_CHILDREN:
            execution.refuse("There are more than {count} entries; no step opens as many.", count=MOST_CHILDREN)
        child = add_child(execution, kind, by, values, rule.visible_to_client)
        _require_somebody(execution, child, values.get(identity))
        state = execution.state_of(child)
        people = people_of_roles(execution, state.notify, child)
        words = {"transition": "", "state": stored_text(state.title), "comment": ""}
        execution.tell("transition", people, of_child=[child.kind, child.number], **words)


def _require_somebody(execution: Execution, child: Child, entry: Any) -> None:
    """Raise Refused when a person's step opens a child in which nobody could take any step: it would stay for ever."""
    rule = execution.workflow.children[child.kind]
    roles = dict.fromkeys(role for transition in rule.transitions.values() for role in transition.who)
    if execution.strict and roles and not people_of_roles(execution, roles, child):
        name = entry if isinstance(entry, str) else child.number
        sentence = "Nobody could act in “{child}” ({entry}): name somebody with an active account."
        execution.refuse(sentence, child=execution.pick(rule.title), entry=name)


def item_facts(entry: Any) -> dict[str, Any]:
    """An entry of a list as a look-up reads it: as `item`, and each value of a row as `item.NAME`."""
    columns = entry.items() if isinstance(entry, Mapping) else ()
    return {"item": entry, **{f"item.{name}": value for name, value in columns}}


def _value_of_entry(execution: Execution, kind: str, name: str, value: Any, entry: Any, cause: Child | None) -> Any:
    """The value of a child's field, from the entry that it is opened for or as `set` gives it."""
    column = item_column(value)
    if column is None:
        return value_to_set(execution, name, value, cause, kind, item_facts(entry))
    return _from_entry(column, entry)


def _from_entry(column: str, entry: Any) -> Any:
    """A column of an entry; "" is the entry itself."""
    if not column:
        return entry
    return entry.get(column) if isinstance(entry, Mapping) else None
