"""Hearings, milestones and tasks of a dossier as shown to a reader (P26, P27)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formengine.errors import NotFound
from formengine.i18n import pick
from formengine.services.access.enforcement import is_client_side, require_permission
from formengine.services.approvals.participants import participant_name
from formengine.services.case.fact_text import expect_people, fact_text
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.child_changes import may_change_child
from formengine.services.dossiers.child_visibility import sees_child
from formengine.services.dossiers.header import title_of_state
from formengine.services.dossiers.transitions import TransitionButton, step_buttons
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.model import ChildKind, State
from formengine.workflow.engine.case import Child, Deadline
from formengine.workflow.engine.children import (
    entries_without_child,
    handles_child,
    identity_of,
    is_without_entry,
)
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import fields_in_charge, people_named_for_child
from formengine.workflow.engine.state_machine import compiled


@dataclass(frozen=True)
class ChildView:
    """A child of a dossier; `fields` are (title, text) for people to read, `values` the plain values by name.

    `entry` is what the child was opened for, of the entries of a list ("" for any other child), and is not among the
    `fields`; neither are files, or who is in charge. `due` is that of its next deadline while it has not ended, with
    `last_day`. `texts` are the fields as text by their names. `category` is that of its state; `done` for an end.
    """

    kind: str
    number: int
    title: str
    state: str
    state_title: str
    fields: list[tuple[str, str]]
    values: dict[str, Any]
    visible: bool
    buttons: list[TransitionButton]
    entry: str = ""
    without_entry: bool = False
    """The list has no such entry now."""
    has_person_in_charge: bool = False
    in_charge: tuple[str, ...] = ()
    """The ids or addresses of who is in charge, by a field of the child."""
    names_in_charge: tuple[str, ...] = ()
    due: datetime | None = None
    last_day: str | None = None
    is_late: bool = False
    ended: bool = False
    category: str = "in_progress"
    texts: dict[str, str] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    """The files of its fields, as answers hold them."""
    may_change: bool = False
    opened_at: datetime | None = None
    opened_by: str = ""
    """The name of who added it."""


@dataclass(frozen=True)
class MissingChildren:
    """Entries of a list that have no child yet, and the title of the step that opens them."""

    step: str
    entries: tuple[str, ...]


def children(work: UnitOfWork, dossier: Dossier, kind: str) -> list[ChildView]:
    """The children of a kind that the actor may see, by number."""
    return all_children(work, dossier, kind)


def all_children(work: UnitOfWork, dossier: Dossier, kind: str | None = None) -> list[ChildView]:
    """The children that the actor may see, of one kind or all, by kind and number."""
    require_permission(work, "dossier.read_children", dossier)
    loaded = load(work, dossier)
    rows = [child for child in loaded.case.children if kind in (None, child.kind) and sees_child(loaded, child)]
    known_people(work).expect_ids(child.opened_by for child in rows)
    return [_child_view(loaded, child) for child in rows]


def child_view(work: UnitOfWork, dossier: Dossier, kind: str, number: int) -> ChildView:
    """A child that the actor may see; raises NotFound for any other."""
    require_permission(work, "dossier.read_children", dossier)
    loaded = load(work, dossier)
    child = next((row for row in loaded.case.children if (row.kind, row.number) == (kind, number)), None)
    if child is None or not sees_child(loaded, child):
        raise NotFound(f"no {kind} {number}")
    return _child_view(loaded, child)


def is_visible_child(work: UnitOfWork, dossier: Dossier, kind: str, number: int) -> bool:
    """Whether the actor may see a child now."""
    try:
        child_view(work, dossier, kind, number)
    except NotFound:
        return False
    return True


def missing_children(work: UnitOfWork, dossier: Dossier, kind: str) -> list[MissingChildren]:
    """The entries of lists that have no child of a kind yet; for the client's side none, who see their own alone."""
    require_permission(work, "dossier.read", dossier)
    loaded = load(work, dossier)
    name = identity_of(loaded.workflow, kind)
    if name is None or is_client_side(work):
        return []
    schema = loaded.workflow.children[kind].fields.get(name)
    return [
        MissingChildren(
            pick(missing.transition.title, work.language),
            tuple(fact_text(work, value, schema) for value in missing.entries),
        )
        for missing in entries_without_child(_execution(loaded), kind)
    ]


def _execution(loaded: LoadedCase) -> Execution:
    return Execution(loaded.workflow, loaded.case, loaded.context)


def _child_view(loaded: LoadedCase, child: Child) -> ChildView:
    work, rule, execution = loaded.work, loaded.workflow.children[child.kind], _execution(loaded)
    expect_people(work, child.fields)
    charge, identity = fields_in_charge(loaded.workflow, child.kind), identity_of(loaded.workflow, child.kind)
    texts = _texts(work, rule, child)
    people = people_named_for_child(loaded.workflow, child)
    deadline = None if rule.states[child.state].ends else _next_deadline(loaded, child)
    apart = {*charge, identity, _field_of_deadline(loaded, deadline)}
    return ChildView(
        kind=child.kind,
        number=child.number,
        title=str(child.fields.get("title") or pick(rule.title, work.language)),
        state=child.state,
        state_title=title_of_state(work, rule.states[child.state]),
        fields=[
            (pick(rule.fields[name].get("title") or name, work.language), text)
            for name, text in texts.items()
            if name not in apart
        ],
        values=dict(child.fields),
        visible=child.visible_to_client,
        buttons=step_buttons(loaded, child),
        entry=texts.get(identity or "", ""),
        without_entry=not is_client_side(work) and is_without_entry(execution, child),
        has_person_in_charge=bool(charge),
        in_charge=tuple(people),
        names_in_charge=tuple(participant_name(loaded, person) for person in people),
        due=deadline.due if deadline else None,
        last_day=deadline.last_day if deadline else None,
        is_late=deadline is not None and is_late(deadline, work.now),
        ended=rule.states[child.state].ends,
        category=_category(rule.states[child.state]),
        texts=texts,
        files=tuple(_files(rule.fields, child)),
        may_change=may_change_child(loaded, child),
        opened_at=child.opened_at,
        opened_by=participant_name(loaded, child.opened_by) if child.opened_by else "",
    )


def _texts(work: UnitOfWork, rule: ChildKind, child: Child) -> dict[str, str]:
    """The fields of a child as text, but for files."""
    schemas = {name: rule.fields[name] for name in child.fields if name in rule.fields}
    return {
        name: fact_text(work, child.fields[name], schema) for name, schema in schemas.items() if not _is_file(schema)
    }


def _category(state: State) -> str:
    """The category of a child's state, by which it is coloured; an end without one is `done`."""
    return "done" if state.ends and state.category != "cancelled" else state.category


def _is_file(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items")
    references = (schema.get("$ref"), items.get("$ref") if isinstance(items, Mapping) else None)
    return any(str(reference).startswith("formengine:file") for reference in references)


def _files(schemas: Mapping[str, Any], child: Child) -> Iterator[Mapping[str, Any]]:
    for name, value in child.fields.items():
        if _is_file(schemas.get(name) or {}):
            yield from value if isinstance(value, list) else [value]


def _next_deadline(loaded: LoadedCase, child: Child) -> Deadline | None:
    """The deadline of a child that is due first, or was missed; deadlines are internal, but for who handles the
    child.
    """
    if is_client_side(loaded.work) and not handles_child(_execution(loaded), child, loaded.work.actor_id or ""):
        return None
    own = [d for d in loaded.case.deadlines if d.child == (child.kind, child.number) and not d.past and not d.unused]
    ahead = [(d.due, d) for d in own if d.due is not None and d.status != "met"]
    return min(ahead, key=lambda entry: entry[0])[1] if ahead else None


def _field_of_deadline(loaded: LoadedCase, deadline: Deadline | None) -> str | None:
    """The field that holds the due date of a deadline as it is; None for a date that is reckoned, or was extended."""
    rule = compiled(loaded.workflow).deadlines.get(deadline.rule) if deadline else None
    if deadline is None or rule is None or rule.after or rule.before or deadline.extensions or deadline.shifted:
        return None
    return rule.of if deadline.anchor == deadline.last_day else None


def is_late(deadline: Deadline, now: datetime) -> bool:
    """Whether a deadline was missed, or is about to be found missed."""
    return deadline.status == "missed" or (
        deadline.status == "running" and deadline.due is not None and deadline.due < now
    )
