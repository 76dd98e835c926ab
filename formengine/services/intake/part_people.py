"""Who fills in a part of a form: from its `fill:` to sources, and from these to the people they stand for now (F20).

A source is `team:ID`, `position:ID`, `person:ID` (an account), or the address of somebody outside. Who joins a team or
takes over a position may fill in what it is asked for; who leaves may not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from formengine.authoring.packs.form_parts import Fill
from formengine.i18n import pick
from formengine.services.access.enforcement import current_site, role_of
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import contact_name, known_people, person_name
from formengine.services.people.workflow_directory import WorkflowDirectory
from formengine.storage.models.fillings import FilledPart
from formengine.value_format import title_of_id
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.roles import is_guest, people_in_fact


@dataclass(frozen=True)
class Asked:
    """Who is asked to fill in a part: sources, and the names that the answers give for addresses."""

    sources: list[str]
    names: dict[str, str] = field(default_factory=dict)


def asked_by(
    work: UnitOfWork, fill: Fill, workflow: Workflow, answers: Mapping[str, Any], requester: str
) -> Asked:  # fmt: skip
    """Who is asked by a `fill:`, given the requester's answers; no sources where it leads to nobody."""
    fill = without_role(fill, workflow)
    kind, name, outside = fill.kind, fill.name, fill.outside
    directory = WorkflowDirectory(work)
    if kind in ("team", "position"):
        return Asked([f"{kind}:{name}"])
    if kind == "field":
        return _named_by_answer(work, answers.get(name), outside=outside)
    people: list[str | None] = []
    if kind == "submitter":
        people = [requester]
    elif kind == "person":
        people = [directory.named(name)]
    elif kind == "manager_of":
        people = [directory.manager_of(requester)]
    elif kind == "head_of_department_of":
        people = [directory.head_of_department_of(requester)]
    return Asked([f"person:{person}" for person in people if person and not is_guest(person)])


def without_role(fill: Fill, workflow: Workflow) -> Fill:
    """A `fill:` with the source of the workflow's role in the place of the role."""
    role = workflow.roles.get(fill.name) if fill.kind == "role" else None
    return fill if role is None else Fill(role.source_kind, role.source_name, role.outside)


def naming_field(fill: Fill, workflow: Workflow) -> str:
    """The field whose answer names who fills in a part, by itself or as the source of a role; "" where none does."""
    fill = without_role(fill, workflow)
    return fill.name if fill.kind == "field" else ""


def _named_by_answer(work: UnitOfWork, answer: object, *, outside: bool) -> Asked:
    directory = WorkflowDirectory(work)
    people = list(dict.fromkeys(directory.named(person) for person in people_in_fact(answer)))
    guests = [person.lower() for person in people if is_guest(person)] if outside else []
    accounts = [f"person:{person}" for person in people if not is_guest(person) and directory.is_active(person)]
    names = {guest: contact_name([answer], guest) for guest in guests}
    return Asked([*accounts, *guests], {guest: name for guest, name in names.items() if name != guest})


def people_of(work: UnitOfWork, sources: Iterable[str]) -> list[str]:
    """The people behind sources now: ids of active accounts, and addresses of people outside, each once; no auditors,
    who change nothing (U7)."""
    directory = WorkflowDirectory(work)
    people: dict[str, None] = {}
    for source in sources:
        kind, _, name = source.partition(":")
        if "@" in source and kind != "person":
            people[source] = None
        elif kind in ("team", "position"):
            people.update(dict.fromkeys(directory.team(name) if kind == "team" else directory.position(name)))
        elif directory.is_active(name):
            people[name] = None
    return [person for person in people if is_guest(person) or may_fill(work, person)]


def may_fill(work: UnitOfWork, person: str) -> bool:
    """Whether an account is active and its role lets it fill in anything."""
    row = known_people(work).get(person)
    return row is not None and row.state == "active" and role_of(row) != "auditor"


def title_of_source(work: UnitOfWork, source: str, part: FilledPart) -> str:
    """A source as its readers know it: the title of a team, the name of a person, or of who holds a position."""
    kind, _, name = source.partition(":")
    if kind == "person":
        return person_name(work, name)
    if kind == "team":
        team = current_site(work).teams.get(name)
        return pick(team.title, work.language) if team else title_of_id(name)
    if kind == "position":
        holders = [person_name(work, person) for person in people_of(work, [source])]
        title = current_site(work).position_titles.get(name)
        return ", ".join(holders) or (pick(title, work.language) if title else title_of_id(name))
    return f"{part.names[source]} ({source})" if source in part.names else source
