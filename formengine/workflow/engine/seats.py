"""Seats of a round: who may have one, giving them, and counting what was voted in them (W7, W8, U10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from formengine.workflow.definition.conditions import Condition
from formengine.workflow.definition.model import Approver, RoundRule, RoundStep
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.roles import holders, is_outside, source_people

ADDED: Final = "added"
"""The role of a seat given to somebody whom the rule does not name."""


def is_asked(turn: Turn, condition: Condition | None) -> bool:
    return turn.holds(condition) is not False  # undecided: ask rather than skip


def enough(turn: Turn, rule: RoundRule, entry: Approver) -> bool:
    """Whether an entry has as many people as it needs."""
    return len(eligible(turn, rule, entry)) >= max(entry.need, 1)


def excluded(turn: Turn, rule: RoundRule) -> set[str]:
    """The people that four eyes keep out."""
    return {person for role in rule.not_same_person_as for person in holders(turn, role)}


def eligible(turn: Turn, rule: RoundRule, entry: Approver) -> list[str]:
    """The people of an entry, without those kept out."""
    out = excluded(turn, rule)
    return [person for person in source_people(turn, entry.source) if person not in out]


def give_seats(turn: Turn, rule: RoundRule, found: Round, step: RoundStep) -> bool:
    """Give the seats of the step whose turn has come; whether anybody is asked in it."""
    entries = list(enumerate(step.entries)) if is_asked(turn, step.when) else []
    asked = [(i, entry) for i, entry in entries if is_asked(turn, entry.when)]
    if rule.if_nobody == "skip":
        asked = [(i, entry) for i, entry in asked if enough(turn, rule, entry)]
    places = [
        (i, entry.source.partition(":")[2], person, None)
        for i, entry in asked
        for person in eligible(turn, rule, entry)
    ]
    added = [one for one in found.added if one["step"] == found.step]
    places += [(len(step.entries) + i, ADDED, one["person"], one["by"]) for i, one in enumerate(added)]
    people = {person for _, _, person, _ in places}
    for i, role, person, by in places:
        give_seat(turn, rule, found, i, role, person, people, added_by=by)
    found.asked_entries = [i for i, _ in asked]
    return bool(asked or added)


def give_seat(
    turn: Turn,
    rule: RoundRule,
    found: Round,
    entry: int,
    role: str,
    person: str,
    others: Iterable[str] = (),
    **more: Any,
) -> Seat:
    """A seat in the present step; of somebody out of office it goes to who stands in for them (U10), unless that one is
    among the `others` who get a seat with them."""
    stand_in = None if is_outside(person) else turn.around.directory.stand_in(person, turn.wf.kind, turn.now)
    if stand_in and stand_in not in others and against_asking(turn, rule, found, stand_in) is None:
        person, more["on_behalf_of"] = stand_in, person
    seat = Seat(found.step, entry, role, person, opened_at=turn.now, **more)
    found.seats.append(seat)
    return seat


def against_asking(turn: Turn, rule: RoundRule, found: Round, person: str) -> str | None:
    """Why somebody cannot be asked in the present step instead of, or beside, those it names; None when they can."""
    directory = turn.around.directory
    name = directory.name(person)
    if not is_outside(person) and not directory.is_active(person):
        return turn.say("{person} has no active account.", person=name)
    if person in excluded(turn, rule):
        return turn.say("{person} may not decide here: it has to be somebody else's eyes.", person=name)
    if holds_seat(found, person):
        return turn.say("{person} has a seat in this step already.", person=name)
    if not is_outside(person) and not directory.may_collaborate(person):
        return turn.say("{person} does not have the permission to approve, reject or sign.", person=name)
    return None


def here(found: Round) -> list[Seat]:
    """The seats of the present turn of the present step."""
    return [seat for seat in found.seats if seat.step == found.step and not seat.past]


def open_seats(found: Round) -> list[Seat]:
    return [seat for seat in here(found) if seat.status == "open"] if found.status == "open" else []


def holds_seat(found: Round, person: str) -> bool:
    """Whether somebody has a seat of the present step, open or voted in."""
    return any(
        seat.person == person and seat.status in ("open", "approved", "rejected", "signed") for seat in here(found)
    )


# counting


def entries_here(found: Round) -> list[int]:
    """The entries that the present step waits for: those asked, and those added whose seats were not taken away."""
    added = {s.entry for s in here(found) if s.added_by is not None and s.status not in ("removed", "delegated")}
    return [*found.asked_entries, *sorted(added - set(found.asked_entries))]


def tally(rule: RoundRule, found: Round, entry: int) -> tuple[int, int, int]:
    """Of an entry of the present step: (needed, given, still possible). One person counts once."""
    seats = [s for s in here(found) if s.entry == entry and (s.returns_to is None or s.status == "open")]
    base = {s.returns_to or s.person for s in seats if not s.escalated and s.status not in ("removed", "delegated")}
    declared = rule.steps[found.step].entries
    need = declared[entry].need if entry < len(declared) else 0
    given = {s.person for s in seats if s.status in ("approved", "signed")}
    possible = given | {s.returns_to or s.person for s in seats if s.status == "open"}
    return need or max(len(base), 1), len(given), len(possible)


def is_met(rule: RoundRule, found: Round) -> bool:
    """Whether every entry of the present step has what it needs."""
    counts = [tally(rule, found, entry) for entry in entries_here(found)]
    return bool(counts) and all(given >= needed > 0 for needed, given, _ in counts)


def is_lost(rule: RoundRule, found: Round) -> bool:
    """Whether some entry of the present step cannot get any more what it needs."""
    counts = (tally(rule, found, entry) for entry in entries_here(found))
    return any(possible < max(needed, 1) for needed, _, possible in counts)
