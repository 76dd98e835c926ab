"""A case back into its rows: what changed is written, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from sqlalchemy import select

from formengine.services.case import row_mapping as rows
from formengine.services.core.unit_of_work import Work
from formengine.storage.models import rounds as tables
from formengine.storage.models.base import Base, insert_if_absent
from formengine.storage.models.dossiers import Dossier, Fact, Involvement
from formengine.storage.models.people import Person
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.api import next_moment
from formengine.workflow.engine.case import Case, Round


def keep_rows(work: Work, dossier: Dossier, workflow: Workflow, case: Case) -> None:
    """Write a case; new rows give their ids to the values as `key`."""
    _keep_dossier(work, dossier, workflow, case)
    _keep_facts(work, dossier, case)
    _keep_each(work, tables.Round, case.rounds, lambda row, value: _write_round(dossier, row, value))
    for one in case.rounds:
        _keep_each(work, tables.Seat, one.seats, partial(_write_seat, one))
    _keep_each(
        work, tables.Deadline, case.deadlines, lambda row, value: _write(dossier, rows.write_deadline, row, value)
    )
    _keep_each(work, tables.Child, case.children, lambda row, value: _write(dossier, rows.write_child, row, value))
    _keep_people(work, dossier, case)


def _keep_dossier(work: Work, dossier: Dossier, workflow: Workflow, case: Case) -> None:
    state = workflow.states[case.state]
    if dossier.state != case.state or dossier.entered_at != case.entered_at:
        dossier.state, dossier.entered_at = case.state, case.entered_at
        dossier.state_category = state.category
        dossier.ended_at = work.now if state.ends else None
    dossier.version = case.version
    dossier.left_states = list(case.left_states)
    dossier.claims = dict(case.claims)
    dossier.priority = case.priority
    dossier.team = workflow.team
    role = workflow.team_role
    dossier.assignee_id = case.claims.get(role.id) if role else None
    dossier.engine_state = {**dossier.engine_state, "escalated_to": list(case.escalated_to)}
    dossier.wake_at = next_moment(case)
    work.session.flush()


def _keep_facts(work: Work, dossier: Dossier, case: Case) -> None:
    known = {row.name: row for row in work.session.scalars(select(Fact).where(Fact.dossier_id == dossier.id))}
    for name, value in case.fields.items():
        row = known.get(name)
        if row is None:
            row = Fact(dossier_id=dossier.id, name=name)
            work.session.add(row)
        elif row.value == value:
            continue
        row.value, row.set_at, row.set_by = value, work.now, work.actor_id
    for name in known.keys() - case.fields.keys():
        work.session.delete(known[name])


def _keep_each(work: Work, table: type[Base], values: Iterable[Any], write: Callable[[Any, Any], None]) -> None:
    """Write each value into its row; a value without a key gets a new one."""
    made = []
    for value in values:
        row = table() if value.key is None else work.session.get_one(table, value.key)
        write(row, value)
        if value.key is None:
            work.session.add(row)
            made.append((row, value))
    work.session.flush()
    for row, value in made:
        value.key = row.id  # type: ignore[attr-defined]  # every table here has an integer id


def _write(dossier: Dossier, write: Callable[[Any, Any], None], row: Any, value: Any) -> None:
    row.dossier_id = dossier.id
    write(row, value)


def _write_round(dossier: Dossier, row: tables.Round, value: Round) -> None:
    row.dossier_id = dossier.id
    rows.write_round(row, value)


def _write_seat(of: Round, row: tables.Seat, value: Any) -> None:
    row.round_id = of.key  # type: ignore[assignment]  # rounds were flushed before their seats
    rows.write_seat(row, value)


def _keep_people(work: Work, dossier: Dossier, case: Case) -> None:
    """Whoever has a seat stays one of the dossier's people for good; an assignee only while they have it (P28)."""
    for one in case.rounds:
        for seat in one.seats:
            if "@" not in seat.person:
                involve(work, dossier, seat.person, "seat")
    for person in case.escalated_to:
        if work.session.get(Person, person) is not None:
            involve(work, dossier, person, "escalated")
    assignees = set(case.claims.values())
    standing = select(Involvement).where(Involvement.dossier_id == dossier.id, Involvement.part == "assignee")
    for row in work.session.scalars(standing):
        if row.person_id not in assignees:
            work.session.delete(row)
    for person in sorted(assignees):
        involve(work, dossier, person, "assignee")


def involve(work: Work, dossier: Dossier, person: str, part: str) -> None:
    """Make somebody one of the dossier's people."""
    insert_if_absent(work.session, Involvement, dossier_id=dossier.id, person_id=person, part=part)
