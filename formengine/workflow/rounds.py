"""Rounds of approval and signature: opened, taken step by step, counted, closed. Where a round leads is `moving`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from formengine.workflow.case import Round, RoundStatus, Seat
from formengine.workflow.definitions import Approver, RoundRule, RoundStep
from formengine.workflow.roles import holders, is_outside, people_of, source_people, told
from formengine.workflow.turn import Turn, text_of
from formengine.workflow.working_time import later

ADDED = "added"
"""The role of a seat given to somebody whom the rule does not name."""


def open_round(turn: Turn, rule: RoundRule, *, supersedes: Round | None = None, **asked: Any) -> Round:
    """Ask for approval or signature in the present state. `asked` are the fields of a round asked by `approval_first`.

    Raises Refused when a person's step would open it and nobody could decide in it (`if_nobody: refuse`).
    """
    case = turn.case
    number = 1 + max((one.number for one in case.rounds if one.rule == rule.id), default=0)
    version = case.documents.get(rule.document or "") or None
    found = Round(rule.id, rule.kind, number, turn.now, state=case.state, document_version=version, **asked)
    if supersedes is not None:
        found.added = list(supersedes.added)
    if rule.if_nobody == "refuse" and turn.strict:
        refuse_if_nobody(turn, rule)
    if rule.expires is not None:
        found.expires_at = later(turn.calendar, turn.now, rule.expires)
    case.rounds.append(found)
    turn.happened("round_opened", turn.actor if asked.get("asked_by") else None, data=described(rule, found))
    begin_step(turn, rule, found, 0)
    return found


def described(rule: RoundRule, found: Round) -> dict[str, Any]:
    """A round in plain values, for the history and for mails."""
    name = text_of(rule.steps[found.step].name) if found.step < len(rule.steps) else ""
    return {
        "rule": rule.id,
        "round_kind": rule.kind,
        "number": found.number,
        "title": rule.title,
        "document": rule.document,
        "step": found.step,
        "step_name": name,
    }


def refuse_if_nobody(turn: Turn, rule: RoundRule) -> None:
    """Raise Refused when a step of a round that would be asked now has nobody who could decide in it."""
    for step in rule.steps:
        if not _is_asked(turn, step.when):
            continue
        for entry in step.entries:
            if _is_asked(turn, entry.when) and not _enough(turn, rule, entry):
                turn.refuse("Nobody can decide in the step “{step}”.", step=turn.pick(step.name))


def _is_asked(turn: Turn, condition: Any) -> bool:
    return turn.holds(condition) is not False  # undecided: ask rather than skip


def _enough(turn: Turn, rule: RoundRule, entry: Approver) -> bool:
    return len(eligible(turn, rule, entry)) >= max(entry.need, 1)


def excluded(turn: Turn, rule: RoundRule) -> set[str]:
    """The people that four eyes keep out."""
    return {person for role in rule.not_same_person_as for person in holders(turn, role)}


def eligible(turn: Turn, rule: RoundRule, entry: Approver) -> list[str]:
    """The people of an entry, without those kept out."""
    out = excluded(turn, rule)
    return [person for person in source_people(turn, entry.source) if person not in out]


def begin_step(turn: Turn, rule: RoundRule, found: Round, step: int) -> None:
    """The turn of a step has come: give its seats, or go past it when nobody is asked; past the last, it is done."""
    found.nobody = False
    for index in range(step, len(rule.steps)):
        found.step = index
        for seat in found.seats:
            seat.past = seat.past or seat.step == index
        if _give_seats(turn, rule, found, rule.steps[index]):
            _tell_asked(turn, rule, found)
            check_nobody(turn, rule, found)
            return
        found.skipped_steps.append(index)
    close(turn, rule, found, "approved" if rule.kind == "approval" else "signed")


def _give_seats(turn: Turn, rule: RoundRule, found: Round, step: RoundStep) -> bool:
    """Whether anybody is asked in this step."""
    entries = list(enumerate(step.entries)) if _is_asked(turn, step.when) else []
    asked = [(i, entry) for i, entry in entries if _is_asked(turn, entry.when)]
    if rule.if_nobody == "skip":
        asked = [(i, entry) for i, entry in asked if _enough(turn, rule, entry)]
    for i, entry in asked:
        for person in eligible(turn, rule, entry):
            give_seat(turn, rule, found, i, entry.source.partition(":")[2], person)
    added = [one for one in found.added if one["step"] == found.step]
    for i, one in enumerate(added):
        give_seat(turn, rule, found, len(step.entries) + i, ADDED, one["person"], added_by=one["by"])
    found.asked_entries = [i for i, _ in asked]
    return bool(asked or added)


def give_seat(turn: Turn, rule: RoundRule, found: Round, entry: int, role: str, person: str, **more: Any) -> Seat:
    """A seat in the present step; of somebody out of office it goes to who stands in for them (U10)."""
    stand_in = None
    if not is_outside(person) and "on_behalf_of" not in more:
        stand_in = turn.around.directory.stand_in(person, turn.wf.kind, turn.now)
    if stand_in and stand_in not in excluded(turn, rule) and not holds_seat(found, stand_in):
        person, more["on_behalf_of"] = stand_in, person
    seat = Seat(found.step, entry, role, person, opened_at=turn.now, **more)
    found.seats.append(seat)
    return seat


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


def _tell_asked(turn: Turn, rule: RoundRule, found: Round) -> None:
    people = [seat.person for seat in open_seats(found)]
    turn.tell(f"{rule.kind}_asked", people, **described(rule, found))


def tell_asked_one(turn: Turn, rule: RoundRule, found: Round, person: str) -> None:
    turn.tell(f"{rule.kind}_asked", [person], **described(rule, found))


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
    return need or len(base), len(given), len(possible)


def take_stock(turn: Turn, rule: RoundRule, found: Round) -> None:
    """After a vote: go on to the next step when every entry is met, else see whether it can still be."""
    if found.status != "open":
        return
    counts = [tally(rule, found, entry) for entry in entries_here(found)]
    if counts and all(given >= needed > 0 for needed, given, _ in counts):
        for seat in open_seats(found):
            seat.status, seat.at = "not_needed", turn.now
        begin_step(turn, rule, found, found.step + 1)
    else:
        check_nobody(turn, rule, found)


def rejected(turn: Turn, rule: RoundRule, found: Round) -> None:
    """A rejection has been voted: what it means is the rule's to say."""
    if rule.rejection == "counts":
        counts = [tally(rule, found, entry) for entry in entries_here(found)]
        if any(possible < needed for needed, _, possible in counts):
            close(turn, rule, found, "rejected")
        else:
            take_stock(turn, rule, found)
        return
    before = [i for i in range(found.step) if i not in found.skipped_steps]
    if rule.rejection == "stops" or not before:
        close(turn, rule, found, "rejected")
        return
    for seat in here(found):
        seat.past = True
        if seat.status == "open":
            seat.status, seat.at = "closed", turn.now
    found.skipped_steps = [i for i in found.skipped_steps if i < before[-1]]
    begin_step(turn, rule, found, before[-1])


def check_nobody(turn: Turn, rule: RoundRule, found: Round) -> None:
    """Note whether the present step waits for somebody who is not there."""
    counts = [tally(rule, found, entry) for entry in entries_here(found)]
    found.nobody = any(possible < max(needed, 1) for needed, _, possible in counts)


def close(turn: Turn, rule: RoundRule, found: Round, status: RoundStatus) -> None:
    """End a round; seats still open are closed."""
    for seat in found.seats:
        if seat.status == "open":
            seat.status, seat.at = "closed", turn.now
    found.status, found.closed_at, found.next_at, found.nobody = status, turn.now, None, False
    turn.happened("round_closed", turn.actor, data={**described(rule, found), "status": status})
    if status in ("approved", "rejected", "signed", "declined", "expired"):
        _tell_outcome(turn, rule, found, status)


def _tell_outcome(turn: Turn, rule: RoundRule, found: Round, status: str) -> None:
    role = turn.wf.team_role
    people = [found.asked_by] if found.asked_by else []
    people += [turn.case.claims[role.id]] if role and role.id in turn.case.claims else []
    if status == "signed":
        people += [turn.case.submitter, *[s.person for s in found.seats if s.status == "signed"]]
    kind = {"signed": "signature_done", "approved": "approval_decided", "rejected": "approval_decided"}
    turn.tell(kind.get(status, "signature_declined"), people, status=status, **described(rule, found))


# what happens by itself


def schedule(turn: Turn) -> None:
    """Reckon for every open round when something next happens without anybody acting."""
    for found in turn.case.rounds:
        if found.status == "open":
            rule = turn.wf.round_rule(found.rule)
            moments = [found.expires_at, *(one for seat in open_seats(found) for one in seat_moments(turn, rule, seat))]
            found.next_at = min((one for one in moments if one is not None), default=None)


def seat_moments(turn: Turn, rule: RoundRule, seat: Seat) -> tuple[datetime | None, datetime | None]:
    """When a seat is reminded next, and when it is late."""
    opened = seat.opened_at or turn.now
    reminder = later(turn.calendar, seat.reminded_at or opened, rule.remind) if rule.remind else None
    is_to_be_late = rule.late is not None and not seat.late and not seat.escalated
    return reminder, later(turn.calendar, opened, rule.late.after) if rule.late and is_to_be_late else None


def fire_round(turn: Turn, found: Round) -> None:
    """Remind, escalate, or let expire, whatever is due now."""
    rule = turn.wf.round_rule(found.rule)
    if found.expires_at is not None and found.expires_at <= turn.now:
        close(turn, rule, found, "expired")
        return
    for seat in open_seats(found):
        reminder, late = seat_moments(turn, rule, seat)
        if reminder is not None and reminder <= turn.now:
            seat.reminded_at = turn.now
            turn.changed = True
            turn.tell(f"{rule.kind}_reminder", [seat.person], **described(rule, found))
        if late is not None and late <= turn.now:
            _escalate(turn, rule, found, seat)


def _escalate(turn: Turn, rule: RoundRule, found: Round, seat: Seat) -> None:
    assert rule.late is not None
    seat.late = True
    turn.changed = True
    turn.tell(
        "approval_reminder" if rule.kind == "approval" else "signature_reminder",
        told(turn, rule.late.tell),
        late=True,
        **described(rule, found),
    )
    escalate_seat(turn, rule, found, seat)


def escalate_seat(turn: Turn, rule: RoundRule, found: Round, seat: Seat) -> bool:
    """Seats for the same entry, for the people that a rule escalates to; whether there were any."""
    role = rule.late.escalate_to if rule.late else None
    out = excluded(turn, rule)
    people = [p for p in people_of(turn, role) if p not in out and not holds_seat(found, p)] if role else []
    for person in people:
        new = give_seat(turn, rule, found, seat.entry, role or "", person, escalated=True)
        tell_asked_one(turn, rule, found, new.person)
    if people:
        data = {**described(rule, found), "role": role, "people": people, "late": seat.person}
        turn.happened("escalated", None, data=data)
    return bool(people)
