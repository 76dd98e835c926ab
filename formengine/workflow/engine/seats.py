"""Seats of a round: who may have one (four-eyes principle, delegates), and assigning them (W7, W8, U10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from formengine.conditions.parser import Condition
from formengine.workflow.definition.model import Approver, RoundKind, RoundRule, RoundStep
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.engine.bound_versions import hashes_of
from formengine.workflow.engine.case import VOTED, Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.readers import is_barred, is_out_of_seat
from formengine.workflow.engine.roles import is_guest, is_kept_out, role_holders, source_people
from formengine.workflow.engine.signing_parties import ADDED, own_signers, party_of_entry, reason_not_to_sign_for
from formengine.workflow.engine.tally import current_entries, current_seats, tally


def applies(execution: Execution, condition: Condition | None) -> bool:
    """Whether a step or an entry is asked; an undecided condition asks rather than skips."""
    return execution.holds(condition) is not False


def has_enough_people(execution: Execution, rule: RoundRule, entry: Approver) -> bool:
    """Whether an entry has as many eligible people as it needs votes."""
    return len(eligible(execution, rule, entry)) >= least_people(entry.need)


def entries_with_people(
    execution: Execution, rule: RoundRule, entries: list[tuple[int, Approver]]
) -> list[tuple[int, Approver]]:
    """The entries that have to be met now, each with its index in the step.

    In an acknowledgement, an entry that asks all or a share of its people is left out while it has none (W19).
    """
    if rule.kind != "acknowledgement":
        return entries
    counted = [
        (i, entry)
        for i, entry in entries
        if (isinstance(entry.need, int) and entry.need > 0) or eligible(execution, rule, entry)
    ]
    return counted or entries


def least_people(need: int | Share) -> int:
    """The least number of people with which an entry can be met; 1 where it asks all of its people, or a share."""
    return 1 if isinstance(need, Share) else max(need, 1)


def has_quorum(execution: Execution, rule: RoundRule, step: RoundStep, entries: Iterable[Approver]) -> bool:
    """Whether the eligible people of these entries of a step are enough for its quorum."""
    wanted = step.voting.quorum
    return not isinstance(wanted, int) or len(people_asked(execution, rule, entries)) >= wanted


def people_asked(execution: Execution, rule: RoundRule, entries: Iterable[Approver]) -> set[str]:
    """The eligible people of these entries together, as ids."""
    return {person for entry in entries for person in eligible(execution, rule, entry)}


def excluded(execution: Execution, rule: RoundRule) -> set[str]:
    """The people excluded by `not_same_person_as` (four eyes)."""
    return {person for role in rule.not_same_person_as for person in role_holders(execution, role)}


def eligible(execution: Execution, rule: RoundRule, entry: Approver) -> list[str]:
    """The people of an entry who may be asked: neither excluded nor, with an account, without the permission (P25); for
    somebody outside, nobody who signs for our own side.
    """
    people = source_people(execution, entry.source)
    barred = excluded(execution, rule) | own_signers(execution, rule, entry, people)
    return [person for person in people if person not in barred and may_decide(execution, person, rule.kind)]


def may_decide(execution: Execution, person: str, kind: RoundKind) -> bool:
    """Whether somebody may approve, reject or sign: an outside person, or an active account with the permission.

    Any active account may acknowledge (W19).
    """
    directory = execution.context.directory
    if is_guest(person):
        return True
    return directory.is_active(person) and (kind == "acknowledgement" or directory.may_collaborate(person))


def carry_over(execution: Execution, round_: Round) -> None:
    """Count those who have acknowledged the same version of the document before: they are not asked again (W19)."""
    earlier = [other for other in execution.case.rounds if other.rule == round_.rule and other is not round_]
    known = {
        seat.person: seat
        for other in (earlier if round_.versions else ())
        for seat in other.seats
        if seat.status == "acknowledged" and _is_about_same_version(round_, other, seat)
    }
    for seat in current_seats(round_):
        before = known.get(seat.person)
        if before is not None and seat.status == "open":
            seat.status, seat.at, seat.comment = before.status, before.at, before.comment
            seat.document_hashes, seat.evidence = before.document_hashes, {**before.evidence, "carried_over": True}


def _is_about_same_version(round_: Round, other: Round, seat: Seat) -> bool:
    """Whether a seat of another round was acknowledged on the versions that a round is about."""
    hashes = hashes_of(round_.versions)
    if hashes and seat.document_hashes:
        return hashes == seat.document_hashes
    return _numbers(round_) == _numbers(other)


def _numbers(round_: Round) -> dict[str, int]:
    return {document: version.number for document, version in round_.versions.items()}


def is_out_of_role(execution: Execution, role_id: str, person: str) -> bool:
    """Whether a role excludes somebody (`except`); False for a seat of a team, a position or a named person."""
    role = execution.workflow.roles.get(role_id)
    return role is not None and is_kept_out(execution, role, person)


def assign_seats(execution: Execution, round_: Round, step: RoundStep) -> bool:
    """Assign the seats of the round's current step; returns whether anybody is asked in it."""
    rule = execution.rule_of(round_)
    entries = list(enumerate(step.entries)) if applies(execution, step.when) else []
    entries_to_ask = [(i, entry) for i, entry in entries if applies(execution, entry.when)]
    entries_to_ask = entries_with_people(execution, rule, entries_to_ask)
    if rule.if_nobody == "skip":
        entries_to_ask = [(i, entry) for i, entry in entries_to_ask if has_enough_people(execution, rule, entry)]
        if not has_quorum(execution, rule, step, [entry for _, entry in entries_to_ask]):
            entries_to_ask = []
    assignments = [
        (i, entry.source.partition(":")[2], person, None)
        for i, entry in entries_to_ask
        for person in eligible(execution, rule, entry)
    ]
    added = [
        addition
        for addition in round_.added
        if addition["step"] == round_.step and reason_not_to_add(execution, round_, addition["person"]) is None
    ]
    for i, addition in enumerate(added):
        entry_index = joined_entry(step, len(step.entries) + i, [index for index, _ in entries_to_ask])
        assignments.append((entry_index, ADDED, addition["person"], addition["by"]))
    people = {person for _, _, person, _ in assignments}
    names = {addition["person"]: addition.get("name") for addition in added}
    for i, role, person, by in assignments:
        name = names.get(person) if role == ADDED else None
        assign_seat(execution, round_, i, role, person, people, added_by=by, name=name)
    if rule.kind == "acknowledgement":
        carry_over(execution, round_)
    round_.asked_entries = [i for i, _ in entries_to_ask]
    return bool(entries_to_ask or added)


def joined_entry(step: RoundStep, own: int, asked: Iterable[int]) -> int:
    """The entry in which somebody who is added votes: the first that takes a share of its people, else one of their own
    (`own`), which has to agree as well. `asked` are the entries that are asked.
    """
    shares = (i for i in asked if i < len(step.entries) and isinstance(step.entries[i].need, Share))
    return next(shares, own)


def entry_of_added(execution: Execution, round_: Round) -> int:
    """The entry of somebody who is added to the current step: one that lacks people, so that it can be met again."""
    rule = execution.rule_of(round_)
    lacking = [entry for entry in current_entries(round_) if tally(rule, round_, entry).is_lost]
    if lacking:
        return lacking[0]
    step = rule.steps[round_.step]
    own = 1 + max([len(step.entries) - 1, *(seat.entry for seat in current_seats(round_))])
    return joined_entry(step, own, round_.asked_entries)


def assign_seat(
    execution: Execution,
    round_: Round,
    entry: int,
    role: str,
    person: str,
    other_people: Iterable[str] = (),
    **more: Any,
) -> Seat:
    """Assign a seat in the current step; `more` are its other fields.

    It goes to the person's delegate when the person is out of office (U10), unless the delegate is among the
    `other_people` who get a seat in the same step. Nobody reads for somebody else: an acknowledgement stays theirs.
    """
    directory, kind = execution.context.directory, execution.workflow.kind
    is_own = is_guest(person) or round_.kind == "acknowledgement"
    stand_in = None if is_own else directory.stand_in(person, kind, execution.now)
    if stand_in and (stand_in in other_people or is_out_of_role(execution, role, stand_in)):
        stand_in = None
    party = party_of_entry(execution, round_, round_.step, entry, role)
    if stand_in and reason_not_to_sign_for(execution, round_, party, stand_in, by_hand=False):
        stand_in = None
    if stand_in and reason_not_to_ask(execution, round_, stand_in) is None:
        person, more["on_behalf_of"] = stand_in, person
    seat = Seat(round_.step, entry, role, person, opened_at=execution.now, **more)
    round_.seats.append(seat)
    return seat


def reason_not_to_ask(execution: Execution, round_: Round, person: str) -> str | None:
    """Why a person cannot be added to the current step, or take over a seat in it; None when they can."""
    if holds_seat(round_, person):
        return execution.say(
            "{person} has a seat in this step already.", person=execution.context.directory.name(person)
        )
    return reason_not_to_decide(execution, round_, person)


def reason_not_to_add(execution: Execution, round_: Round, person: str) -> str | None:
    """Why a person cannot be added by hand to any step of a round; None when they can.

    Beside `reason_not_to_decide`: nobody is added in whom `except` of a role that is asked sees somebody to keep out.
    """
    if is_out_of_seat(execution, round_.rule, ADDED, person):
        name = execution.context.directory.name(person)
        return execution.say("{person} may not decide here: it has to be somebody else's eyes.", person=name)
    return reason_not_to_decide(execution, round_, person)


def reason_not_to_join(execution: Execution, round_: Round, step: int, entry: int, person: str) -> str | None:
    """Why a person cannot be added to an entry of a round of signatures, its step and the entry by index; None when
    they can, and in other rounds.
    """
    party = party_of_entry(execution, round_, step, entry, ADDED)
    return reason_not_to_sign_for(execution, round_, party, person)


def reason_not_to_decide(execution: Execution, round_: Round, person: str) -> str | None:
    """Why a person whom somebody chose cannot decide in any step of a round; None when they can.

    Somebody outside gets a seat in an approval from the workflow alone: with an address typed by hand, whoever is in
    charge could approve through a mailbox of their own, or ask somebody who may not decide (four eyes, P25).
    """
    directory = execution.context.directory
    name = directory.name(person)
    if is_guest(person) and round_.kind != "approval":
        return None
    if is_guest(person) or not directory.is_active(person):
        return execution.say("{person} has no active account.", person=name)
    if person in excluded(execution, execution.rule_of(round_)):
        return execution.say("{person} may not decide here: it has to be somebody else's eyes.", person=name)
    if round_.kind != "acknowledgement" and is_barred(execution, person):
        return execution.say("{person} is kept out of this dossier.", person=name)
    if not may_decide(execution, person, round_.kind):
        return execution.say("{person} does not have the permission to approve, reject or sign.", person=name)
    return None


def open_seats(round_: Round) -> list[Seat]:
    """The seats of the current step that can vote now."""
    return [seat for seat in current_seats(round_) if seat.status == "open"] if round_.status == "open" else []


def holds_seat(round_: Round, person: str) -> bool:
    """Whether a person has a seat in the current step, open or voted."""
    return any(seat.person == person and seat.status in ("open", *VOTED) for seat in current_seats(round_))
