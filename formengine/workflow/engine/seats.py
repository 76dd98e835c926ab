"""Seats of a round: who may have one (four-eyes principle, delegates), and assigning them (W7, W8, U10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from formengine.email_addresses import address_key
from formengine.workflow.definition.model import Approver, RoundKind, RoundRule, RoundStep
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.engine.bound_versions import hashes_of
from formengine.workflow.engine.case import VOTED, Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.people_from_answers import names_others, note_answers, stands_for
from formengine.workflow.engine.readers import is_barred, is_out_of_seat
from formengine.workflow.engine.roles import is_guest, is_kept_out, role_holders, source_people
from formengine.workflow.engine.signing_parties import (
    ADDED,
    conflicts_of_entry,
    entry_party,
    party_of_entry,
    reason_not_to_sign_for,
)
from formengine.workflow.engine.tally import current_entries, current_seats, tally


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


def eligible(execution: Execution, rule: RoundRule, entry: Approver, round_: Round | None = None) -> list[str]:
    """The people of an entry who may be asked: neither excluded nor, with an account, without the permission (P25), nor
    kept from signing for its party (`conflicts_of_entry`); in `round_`, where it has come to the step of the entry.
    """
    people = source_people(execution, entry.source)
    barred = excluded(execution, rule) | conflicts_of_entry(execution, rule, entry, round_).keys()
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


def ask_entries(execution: Execution, round_: Round, entries: Iterable[int]) -> list[str]:
    """Ask the people of further entries of the current step, by index: those who were asked in it before and whose vote
    was not needed then, and the others who are of it by now. Returns who is asked, as ids and addresses.
    """
    rule, people = execution.rule_of(round_), list[str]()
    for index in entries:
        entry = rule.steps[round_.step].entries[index]
        able = eligible(execution, rule, entry, round_)
        if names_others(execution, round_, round_.step, index):
            release_others(execution, round_, index)
        own = [seat for seat in current_seats(round_) if seat.entry == index]
        for seat in own:
            if seat.status == "not_needed" and may_decide(execution, seat.person, rule.kind):
                reopen_seat(execution, seat)
        known = {person for seat in own for person in (seat.person, seat.on_behalf_of)}
        party = entry_party(entry)
        added = [assign_seat(execution, round_, index, party, person, able) for person in able if person not in known]
        people += [seat.person for seat in [*own, *added] if seat.status == "open"]
        round_.asked_entries = sorted({*round_.asked_entries, index})
        if round_.kind == "approval":
            note_answers(execution, round_, round_.step, index)
    return list(dict.fromkeys(people))


def reopen_seat(execution: Execution, seat: Seat) -> None:
    """Ask for a vote that was not needed: the time to be reminded and to be late begins anew."""
    seat.status, seat.at, seat.opened_at, seat.reminded_at, seat.late = "open", None, execution.now, None, False


def release_others(execution: Execution, round_: Round, index: int) -> None:
    """End the open seats of an entry of the current step whose people the answers name no more, and set aside the votes
    that they gave; not those of people who were added by hand, nor a rejection.
    """
    rule = execution.rule_of(round_)
    able = eligible(execution, rule, rule.steps[round_.step].entries[index], round_)
    for seat in current_seats(round_):
        if seat.entry != index or seat.added_by is not None or stands_for(seat, able):
            continue
        if seat.status == "open":
            seat.status, seat.at = "not_needed", execution.now
        seat.past = seat.past or seat.status in ("not_needed", "approved", "abstained", "delegated")


def assign_seats(execution: Execution, round_: Round, step: RoundStep) -> bool:
    """Assign the seats of the round's current step; returns whether anybody is asked in it."""
    rule = execution.rule_of(round_)
    entries = list(enumerate(step.entries)) if execution.applies(step.when) else []
    entries_to_ask = [(i, entry) for i, entry in entries if execution.applies(entry.when)]
    entries_to_ask = entries_with_people(execution, rule, entries_to_ask)
    if rule.if_nobody == "skip":
        entries_to_ask = [(i, entry) for i, entry in entries_to_ask if not is_left_out(execution, rule, entry)]
        if not has_quorum(execution, rule, step, [entry for _, entry in entries_to_ask]):
            entries_to_ask = []
    assignments = [
        (i, entry_party(entry), person)
        for i, entry in entries_to_ask
        for person in eligible(execution, rule, entry, round_)
    ]
    added = [
        addition
        for addition in round_.added
        if addition["step"] == round_.step and reason_not_to_add(execution, round_, addition["person"]) is None
    ]
    round_.asked_entries = [i for i, _ in entries_to_ask]
    note_all_named(execution, round_)
    people = {person for _, _, person in assignments} | {addition["person"] for addition in added}
    for i, party, person in assignments:
        assign_seat(execution, round_, i, party, person, people)
    seated = [_assign_added(execution, round_, addition, people) for addition in added]
    if rule.kind == "acknowledgement":
        carry_over(execution, round_)
    return bool(entries_to_ask) or any(seated)


def _assign_added(execution: Execution, round_: Round, addition: Mapping[str, Any], people: Iterable[str]) -> bool:
    """Assign a seat to somebody who was added to the step that starts (`Round.added`); returns whether they got one.

    In signatures they take the role that they were added for while nobody else is asked in it, and get no seat where
    they sign for another party by now.
    """
    step, person = execution.rule_of(round_).steps[round_.step], addition["person"]
    empty = (i for i in unfilled_entries(round_) if entry_party(step.entries[i]) == addition.get("role"))
    entry = next(empty, _further_entry(round_, step))
    if round_.kind == "signature" and (
        holds_seat(round_, person) or reason_not_to_join(execution, round_, round_.step, entry, person)
    ):
        return False
    role, name = role_of_added(execution, round_, entry), addition.get("name")
    assign_seat(execution, round_, entry, role, person, people, added_by=addition["by"], name=name)
    return True


def is_left_out(execution: Execution, rule: RoundRule, entry: Approver) -> bool:
    """Whether `if_nobody: skip` leaves an entry out: too few may decide in it, and it names nobody wrongly, for whom
    somebody else has to be named (`conflicts_of_entry`).
    """
    return not (has_enough_people(execution, rule, entry) or conflicts_of_entry(execution, rule, entry))


def note_all_named(execution: Execution, round_: Round) -> None:
    """Keep whom the facts name for the entries of the current step; of an approval those of earlier steps stay."""
    if round_.kind == "approval":
        for entry in round_.asked_entries:
            note_answers(execution, round_, round_.step, entry)
        return
    round_.named = {}
    for entry in round_.asked_entries if round_.kind == "signature" else ():
        note_named(execution, round_, entry)


def note_named(execution: Execution, round_: Round, entry: int) -> None:
    """Keep whom the facts name for an entry of the current step when it is asked, to tell when that changes."""
    approver = execution.rule_of(round_).steps[round_.step].entries[entry]
    role = execution.workflow.roles.get(entry_party(approver))
    if role is not None and role.source_kind in ("field", "requested_for"):
        round_.named[str(entry)] = source_people(execution, approver.source)


def unfilled_entries(round_: Round) -> list[int]:
    """The entries asked in the current step of a round, by index, in which nobody has a seat, open or voted."""
    filled = {seat.entry for seat in current_seats(round_) if seat.status in ("open", *VOTED)}
    return [entry for entry in round_.asked_entries if entry not in filled]


def joined_entry(step: RoundStep, own: int, asked: Iterable[int]) -> int:
    """The entry in which somebody who is added votes: the first that takes a share of its people, else one of their own
    (`own`), which has to agree as well. `asked` are the entries that are asked.
    """
    shares = (i for i in asked if i < len(step.entries) and isinstance(step.entries[i].need, Share))
    return next(shares, own)


def entry_of_added(execution: Execution, round_: Round) -> int:
    """The entry of somebody who is added to the current step: one that lacks people, so that it can be met again."""
    rule = execution.rule_of(round_)
    return next(iter(lost_entries(rule, round_)), _further_entry(round_, rule.steps[round_.step]))


def _further_entry(round_: Round, step: RoundStep) -> int:
    """The entry of somebody who is added to the current step of a round beside the people whom it needs."""
    own = 1 + max([len(step.entries) - 1, *(seat.entry for seat in current_seats(round_))])
    return joined_entry(step, own, round_.asked_entries)


def lost_entries(rule: RoundRule, round_: Round) -> list[int]:
    """The entries that the current step waits for, by index, and that cannot be met any more."""
    return [entry for entry in current_entries(round_) if tally(rule, round_, entry).is_lost]


def role_of_added(execution: Execution, round_: Round, entry: int) -> str:
    """The role of the seat of somebody who is added to an entry of the current step: in signatures, who joins an entry
    of the workflow signs for its party.
    """
    entries = execution.rule_of(round_).steps[round_.step].entries
    return entry_party(entries[entry]) if round_.kind == "signature" and entry < len(entries) else ADDED


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
    if stand_in and reason_not_to_sign_for(execution, round_, party, stand_in, "named"):
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


def running_rounds(execution: Execution, *kinds: RoundKind) -> list[Round]:
    """The open rounds of these kinds (none given: of any) whose time is not over: the only ones in which anybody is
    asked. That of others is over even before their timer has fired.
    """
    of_kinds = [round_ for round_ in execution.case.rounds if not kinds or round_.kind in kinds]
    return [round_ for round_ in of_kinds if round_.status == "open" and not round_.has_expired(execution.now)]


def open_seats(round_: Round) -> list[Seat]:
    """The seats of the current step that can vote now."""
    return [seat for seat in current_seats(round_) if seat.status == "open"] if round_.status == "open" else []


def holds_seat(round_: Round, person: str) -> bool:
    """Whether a person has a seat in the current step, open or voted."""
    key = address_key(person)
    seats = (seat for seat in current_seats(round_) if seat.status in ("open", *VOTED))
    return any(address_key(seat.person) == key for seat in seats)
