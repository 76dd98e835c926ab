"""Writes a case back to its rows: only those that changed.

Rows are added to the session, not flushed; they are written with everything else at the end of the transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, inspect, select

from formengine.errors import ConcurrentChange
from formengine.services.access.enforcement import ACKNOWLEDGEMENT, IN_CHARGE, involvements
from formengine.services.case import row_mapping as rows
from formengine.services.case.search_documents import mark_changed
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people
from formengine.storage.database import expect_unchanged, is_snapshot
from formengine.storage.models import rounds as tables
from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import NO_DUE, Dossier, Fact, Involvement, Reader
from formengine.storage.models.people import Person
from formengine.workflow.engine.api import next_moment
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import children_in_charge
from formengine.workflow.engine.readers import has_reading_seat, role_readers

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

RATING_JOB: Final = "ask_for_rating"
"""The job that asks the requester how a dossier was handled, once it has ended (D10)."""
RATING_DELAY: Final = timedelta(days=1)
"""How long after its end: the mail about the end itself comes first."""
_FACTS: Final = select(Fact).where(Fact.dossier_id == bindparam("dossier")).order_by(Fact.name)


def write_case(loaded: LoadedCase) -> None:
    """Add a case's new rows to the session and change its old ones."""
    dossier, case = loaded.dossier, loaded.case

    def of_dossier(write: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def run(row: Any, value: Any) -> None:
            if row.dossier is not dossier:
                row.dossier = dossier
            write(row, value)

        return run

    _require_open_accounts(loaded)
    _write_dossier(loaded)
    _write_facts(loaded)
    if any(round_.replaced and loaded.row_of(tables.Round, round_).status != round_.status for round_ in case.rounds):
        mark_changed(loaded.work, dossier)  # whether clients find what such a step wrote depends on its round
    _write_each(loaded, tables.Round, case.rounds, of_dossier(rows.write_round))
    for round_ in case.rounds:
        _write_each(loaded, tables.Seat, round_.seats, _seat_writer(loaded.row_of(tables.Round, round_)))
    _write_each(loaded, tables.Deadline, case.deadlines, of_dossier(rows.write_deadline))
    _write_each(loaded, tables.Child, case.children, of_dossier(rows.write_child))
    _write_involvements(loaded)


def _require_open_accounts(loaded: LoadedCase) -> None:
    """Raise ConcurrentChange where the account of somebody who gets a seat, or comes to be in charge of a child, may be
    closing in another transaction.

    Closing an account gives up its open seats and reports its children, but sees only those that are committed.
    PostgreSQL locks the rows of the people in share mode; SQLite compares them when the write lock is taken.
    """
    session = loaded.work.session
    seats = [seat for round_ in loaded.case.rounds for seat in round_.seats if seat.key is None]
    named = [*(seat.person for seat in seats), *_newly_in_charge(loaded)]
    accounts = (known_people(loaded.work).get(person) for person in named)
    people = sorted({account.id for account in accounts if account is not None and account.state == "active"})
    if not people:
        return
    active = select(Person.id).where(Person.id.in_(people), Person.state == "active")
    if is_snapshot(session):
        expect_unchanged(session, select(func.count()).select_from(active.subquery()), len(people))
    elif not loaded.work.platform.database.is_sqlite:
        locked = session.scalars(active.order_by(Person.id).with_for_update(read=True)).all()
        if len(locked) != len(people):
            raise ConcurrentChange("an account with a new seat was closed")


def _newly_in_charge(loaded: LoadedCase) -> list[str]:
    """The accounts that this change puts in charge of a child."""
    if not loaded.case.children:
        return []
    known = involvements(loaded.work.session, loaded.dossier)
    people = children_in_charge(Execution(loaded.workflow, loaded.case, loaded.context))
    return [person for person in people if (person, IN_CHARGE) not in known]


def _write_dossier(loaded: LoadedCase) -> None:
    work, dossier, workflow, case = loaded.work, loaded.dossier, loaded.workflow, loaded.case
    state = workflow.states[case.state]
    if dossier.state != case.state or dossier.entered_at != case.entered_at:
        dossier.state, dossier.entered_at = case.state, case.entered_at
        dossier.state_category = state.category
        was_open, dossier.ended_at = dossier.ended_at is None, work.now if state.ends else None
        if state.ends and was_open and state.category == "done":
            key, at = f"rating-{dossier.id}-{case.version}", work.now + RATING_DELAY
            work.enqueue(RATING_JOB, {"dossier": dossier.id}, key=key, at=at)
    dossier.version = case.version
    dossier.left_states = list(case.left_states)
    dossier.claims = dict(case.claims)
    dossier.priority = case.priority
    dossier.team = workflow.team
    role = workflow.team_role
    dossier.assignee_id = case.claims.get(role.id) if role else None
    dossier.engine_state = {
        **dossier.engine_state,
        "escalated_to": list(case.escalated_to),
        "readers": _write_readers(loaded),
        "reopened": asdict(case.reopened) if case.reopened else None,
        "obsolete": sorted(case.obsolete),
        "branches_taken": case.branches_taken,
    }
    dossier.wake_at = next_moment(case)
    dues = [] if state.ends else [(line.due, line.status) for line in case.deadlines if line.due and not line.past]
    dossier.due_at = min((due for due, status in dues if status in ("missed", "running")), default=NO_DUE)
    dossier.is_late = any(status == "missed" for _due, status in dues)


def _write_readers(loaded: LoadedCase) -> list[Any]:
    """Write who reads the dossier by a role, where that has changed; returns it as `engine_state` holds it."""
    work, dossier = loaded.work, loaded.dossier
    entries = role_readers(Execution(loaded.workflow, loaded.case, loaded.context))
    stored = [[entry.role, sorted(entry.sources), sorted(entry.kept_out)] for entry in entries]
    if stored == dossier.engine_state.get("readers", []):
        return stored
    wanted = {(entry.role, source, False) for entry in entries for source in entry.sources}
    wanted |= {(entry.role, source, True) for entry in entries for source in entry.kept_out}

    def read() -> dict[tuple[str, str, bool], Reader]:
        query = select(Reader).where(Reader.dossier_id == dossier.id)
        rows = () if inspect(dossier).pending else work.session.scalars(query)
        return {(row.role, row.source, row.kept_out): row for row in rows}

    rows = work.remember(("readers", dossier.id), read)
    for key in rows.keys() - wanted:
        work.session.delete(rows.pop(key))
    for key in sorted(wanted - rows.keys()):
        role, source, kept_out = key
        rows[key] = Reader(dossier_id=dossier.id, role=role, source=source, kept_out=kept_out)
        work.session.add(rows[key])
    return stored


def fact_rows(work: UnitOfWork, dossier: Dossier) -> dict[str, Fact]:
    """A dossier's facts by name, read once in a transaction."""

    def read() -> dict[str, Fact]:
        if inspect(dossier).pending:
            return {}
        return {row.name: row for row in work.session.scalars(_FACTS, {"dossier": dossier.id})}

    return work.remember(("facts", dossier.id), read)


def read_facts(work: UnitOfWork, dossier_ids: Iterable[int]) -> None:
    """Read the facts of several dossiers in one statement, for `fact_rows`."""
    facts: dict[int, dict[str, Fact]] = {dossier_id: {} for dossier_id in dossier_ids}
    for row in work.session.scalars(select(Fact).where(Fact.dossier_id.in_(list(facts))).order_by(Fact.name)):
        facts[row.dossier_id][row.name] = row
    for dossier_id, facts_by_name in facts.items():
        work.remember(("facts", dossier_id), partial(dict, facts_by_name))


def _write_facts(loaded: LoadedCase) -> None:
    work, dossier, case = loaded.work, loaded.dossier, loaded.case
    rows = fact_rows(work, dossier)
    for name, value in case.fields.items():
        row = rows.get(name)
        if row is None:
            row = rows[name] = Fact(dossier_id=dossier.id, name=name)
            work.session.add(row)
        elif row.value == value:
            continue
        row.value, row.set_at, row.set_by = value, work.now, work.actor_id
        mark_changed(work, dossier)
    for name in rows.keys() - case.fields.keys():
        work.session.delete(rows.pop(name))
        mark_changed(work, dossier)


def _write_each(
    loaded: LoadedCase, table: type[Base], values: Iterable[Any], write: Callable[[Any, Any], None]
) -> None:
    for value in values:
        row = loaded.row_of(table, value)
        write(row, value)


def _seat_writer(round_: tables.Round) -> Callable[[Any, Any], None]:
    def write(row: tables.Seat, value: Any) -> None:
        if row.round is not round_:
            row.round = round_
        rows.write_seat(row, value)

    return write


def _write_involvements(loaded: LoadedCase) -> None:
    """Add the holders of seats to the dossier's people for good, and the assignees while they are assigned (P28).

    Those who are asked to acknowledge are not of its people: they read their own acknowledgements alone (W19). Neither
    are those who are in charge of a child, while they are (W23).
    """
    work, dossier, case = loaded.work, loaded.dossier, loaded.case
    for round_ in case.rounds:
        for seat in round_.seats:
            if "@" not in seat.person:
                part = ACKNOWLEDGEMENT if round_.kind == "acknowledgement" else "seat"
                if part == ACKNOWLEDGEMENT or not _is_kept_out_of_seats(loaded, seat.person):
                    add_involvement(work, dossier, seat.person, part)
    if dossier.restricted:
        end_seats_of_kept_out(loaded)
    for person in case.escalated_to:
        if known_people(work).get(person) is not None:
            add_involvement(work, dossier, person, "escalated")
    in_charge = children_in_charge(Execution(loaded.workflow, case, loaded.context)) if case.children else ()
    present = {"assignee": set(case.claims.values()), IN_CHARGE: {p for p in in_charge if known_people(work).get(p)}}
    for person, part in sorted(involvements(work.session, dossier)):
        if person not in present.get(part, {person}):
            end_involvement(work, dossier, person, part)
    for part, people in present.items():
        for person in sorted(people):
            add_involvement(work, dossier, person, part)


def end_seats_of_kept_out(loaded: LoadedCase) -> None:
    """Take the holders of seats from which `except` keeps them out by now from the people of a restricted dossier."""
    for person, part in sorted(involvements(loaded.work.session, loaded.dossier)):
        if part == "seat" and _is_kept_out_of_seats(loaded, person):
            end_involvement(loaded.work, loaded.dossier, person, part)


def _is_kept_out_of_seats(loaded: LoadedCase, person: str) -> bool:
    """Whether the dossier is restricted and `except` keeps somebody out of each seat that they have or had."""
    if not loaded.dossier.restricted or not any(role.kept_out for role in loaded.workflow.roles.values()):
        return False
    return not has_reading_seat(Execution(loaded.workflow, loaded.case, loaded.context), person)


def end_involvement(work: UnitOfWork, dossier: Dossier, person: str, part: str) -> None:
    """Take a part in the dossier from somebody who has it."""
    involvements(work.session, dossier).discard((person, part))
    mark_changed(work, dossier)
    work.session.delete(work.session.get_one(Involvement, (dossier.id, person, part)))


def add_involvement(work: UnitOfWork, dossier: Dossier, person: str, part: str) -> None:
    """Add somebody to the dossier's people, in a part such as `watcher`; no error when they have it already."""
    people = involvements(work.session, dossier)
    if (person, part) not in people:
        people.add((person, part))
        mark_changed(work, dossier)
        work.session.add(Involvement(dossier_id=dossier.id, person_id=person, part=part))
