"""Acknowledgements, by which people confirm that they have read something, and people added while one runs (W19)."""

from __future__ import annotations

from typing import Final

from formengine.workflow.definition.model import Approver, RoundRule
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import Case, Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.shown_facts import SHOWN, shown_facts
from formengine.workflow.engine.state_entry import follow_outcome
from formengine.workflow.engine.tally import current_seats
from formengine.workflow.engine.votes import act_on_seat, record_vote, require_document, seats_of_vote

_OF_FACTS: Final = ("field", "requested_for", "watchers")
"""The sources of roles whose people are in a fact, which a step may lengthen."""


def acknowledge(execution: Execution, by: str, comment: str | None = None, seat: Seat | None = None) -> None:
    """Operation: acknowledge on a seat (None: the person's oldest).

    Raises Refused to people who are not asked, while the document is missing, without the comment that the workflow
    requires, and for one where it takes none.
    """
    round_, own_seat = act_on_seat(execution, by, "acknowledgement", seat)
    require_document(execution, round_)
    written = (comment or "").strip() or None
    rule = execution.rule_of(round_).steps[round_.step].comment
    if rule == "required" and written is None:
        execution.refuse("Write a comment with your acknowledgement.", about="comment")
    if rule == "none" and written is not None:
        execution.refuse("No comment is written with this acknowledgement.", about="comment")
    voted_seats = seats_of_vote(round_, own_seat)
    for voted in voted_seats:
        voted.evidence = {**voted.evidence, SHOWN: shown_facts(execution.workflow, execution.case, round_, voted)}
    record_vote(execution, "acknowledged", round_, own_seat, voted_seats, "acknowledged", written)
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def acknowledging_seats(case: Case, person: str) -> list[tuple[Round, Seat]]:
    """The seats of a person in acknowledgements that are open or were acknowledged, the newest first."""
    return [
        (round_, seat)
        for round_ in reversed(case.rounds)
        for seat in reversed(round_.seats)
        if round_.kind == "acknowledgement" and seat.person == person and seat.status in ("open", "acknowledged")
    ]


def people_asked_to_acknowledge(case: Case) -> set[str]:
    """Everybody whose acknowledgement is asked for now."""
    return {
        seat.person for round_ in case.rounds if round_.kind == "acknowledgement" for seat in seats.open_seats(round_)
    }


def ask_new_people(execution: Execution) -> None:
    """Give seats in open acknowledgements to people newly named in a fact that is the source of a role asked."""
    for round_ in seats.running_rounds(execution, "acknowledgement"):
        _ask_new_people_of(execution, round_)


def _ask_new_people_of(execution: Execution, round_: Round) -> None:
    """The same in one round; who has acknowledged this version before has nothing to do, and hears nothing."""
    rule = execution.rule_of(round_)
    entries = range(len(rule.steps[round_.step].entries))
    added = [seat for index in entries for seat in _assigned(execution, rule, round_, index)]
    added += _assigned_late(execution, rule, round_)
    if not added:
        return
    seats.carry_over(execution, round_)
    people = list(dict.fromkeys(seat.person for seat in added if seat.status == "open"))
    if people:
        rounds.record_round(execution, "asked", execution.actor, round_, people=people)
        rounds.notify_asked(execution, round_, *people)
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def _assigned(execution: Execution, rule: RoundRule, round_: Round, index: int) -> list[Seat]:
    """New seats of one entry of the current step, for people who never had one in it."""
    entry = rule.steps[round_.step].entries[index]
    if not _grows(execution, entry) or not execution.applies(entry.when):
        return []
    known = {seat.person for seat in current_seats(round_)}
    role = entry.source.partition(":")[2]
    people = [person for person in seats.eligible(execution, rule, entry) if person not in known]
    if people and index not in round_.asked_entries:
        round_.asked_entries = sorted((*round_.asked_entries, index))
    return [seats.assign_seat(execution, round_, index, role, person) for person in people]


def _assigned_late(execution: Execution, rule: RoundRule, round_: Round) -> list[Seat]:
    """New seats in the current step for people newly named in an earlier one: each has to acknowledge as well.

    Entries that a number of people meet (`need: 2`) need nobody else.
    """
    known, late = {seat.person for seat in round_.seats}, dict[str, str]()
    for step in rule.steps[: round_.step]:
        for entry in step.entries if execution.applies(step.when) else ():
            has_number = isinstance(entry.need, int) and entry.need > 0
            if not has_number and _grows(execution, entry) and execution.applies(entry.when):
                role = entry.source.partition(":")[2]
                late |= {person: role for person in seats.eligible(execution, rule, entry) if person not in known}
    given = []
    for person, role in late.items():
        own = 1 + max([len(rule.steps[round_.step].entries) - 1, *(seat.entry for seat in current_seats(round_))])
        round_.asked_entries = [*round_.asked_entries, own]
        given.append(seats.assign_seat(execution, round_, own, role, person))
    return given


def _grows(execution: Execution, entry: Approver) -> bool:
    """Whether an entry asks a role whose people come from a fact, and who can therefore become more."""
    kind, _, name = entry.source.partition(":")
    role = execution.workflow.roles.get(name) if kind == "role" else None
    return role is not None and role.source_kind in _OF_FACTS
