"""Rounds of approval, signature and acknowledgement: opening, going from step to step, rejection, closing (W7, W8).

`state_entry.follow_outcome` enters the state that a closed round leads to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any, Final

from formengine.conditions.durations import WHOLE_DAYS
from formengine.errors import Refused
from formengine.workflow.definition.model import Approver, RoundKind, RoundRule, RoundStep
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import VOTED, Round, RoundStatus, Seat
from formengine.workflow.engine.casting_vote import ask_for_casting_votes
from formengine.workflow.engine.document_binding import bind_newest_versions, has_to_wait, require_ready
from formengine.workflow.engine.execution import STORED_LANGUAGE, Execution
from formengine.workflow.engine.in_charge import takers, takers_or_team
from formengine.workflow.engine.roles import copies_of, is_guest, people_of, people_of_roles
from formengine.workflow.engine.round_fields import restore_fields, write_asked_fields
from formengine.workflow.engine.seats import (
    ask_entries,
    assign_seats,
    eligible,
    entries_with_people,
    excluded,
    has_enough_people,
    has_quorum,
    is_left_out,
    least_people,
    lost_entries,
    may_decide,
    open_seats,
    people_asked,
    reopen_seat,
)
from formengine.workflow.engine.signing_parties import conflicts_of_rule
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.engine.tally import Standing, current_seats, entries_met, standing
from formengine.workflow.engine.unasked_entries import unasked_entries

OUTCOMES: Final = ("approved", "rejected", "signed", "declined", "acknowledged", "expired")
"""The statuses of a closed round that lead to another state and are told to people."""
WANTED: Final[Mapping[RoundKind, RoundStatus]] = {
    "approval": "approved",
    "signature": "signed",
    "acknowledgement": "acknowledged",
}
"""The wanted end of a round of each kind, and of each of its seats."""
_MAILS: Final = {"signed": "signature_done", "approved": "approval_decided", "rejected": "approval_decided"}


def open_round(execution: Execution, rule: RoundRule, *, supersedes: Round | None = None, **attributes: Any) -> Round:
    """Open a round in the current state. `attributes` are further fields of a round that `approval_first` opens.

    Raises Refused when a person's step opens it, and nobody could decide in it and the rule says `if_nobody: refuse`,
    or it asks for signatures on a version that was not approved, or on a draft that will not be.
    """
    case = execution.case
    number = 1 + max((earlier.number for earlier in case.rounds if earlier.rule == rule.id), default=0)
    round_ = Round(rule.id, rule.kind, number, execution.now, state=case.state, **attributes)
    asking = execution.asking if supersedes is None else supersedes.asking
    round_.opened_by, round_.opened_step, round_.opened_comment = asking.by, asking.step, asking.comment
    bind_newest_versions(execution, round_)
    if supersedes is not None:
        round_.added = list(supersedes.added)
    if execution.strict:
        refuse_if_nobody(execution, rule)
        require_ready(execution, rule)
    if rule.expires is not None:
        round_.expires_at = later(execution.calendar, execution.now, rule.expires)
    case.rounds.append(round_)
    by = execution.actor if attributes.get("asked_by") else None
    record_round(execution, "round_opened", by, round_, **execution.pop_written())
    start_step(execution, round_, range(len(rule.steps)))
    round_.copies = list(supersedes.copies) if supersedes is not None else copies_of(execution, rule.cc)
    round_.copy_names = dict(supersedes.copy_names) if supersedes is not None else {}
    if not round_.unasked:
        execution.tell("copy", round_.copies, status="open", **round_data(execution, round_))
    notified = people_of_roles(execution, rule.notify.get("opened", ()))
    execution.tell("outcome", notified, **round_data(execution, round_))
    return round_


def round_data(execution: Execution, round_: Round) -> dict[str, Any]:
    """A round as plain values, for the history and for mails."""
    rule = execution.rule_of(round_)
    step = rule.steps[round_.step] if round_.step < len(rule.steps) else None
    name = _step_title(execution, rule, step, STORED_LANGUAGE) if step else ""
    return {
        "rule": rule.id,
        "round_kind": rule.kind,
        "number": round_.number,
        "title": rule.title,
        "document": next(iter(rule.documents), None),
        **({"documents": list(rule.documents)} if len(rule.documents) > 1 else {}),
        "step": round_.step,
        "step_name": name,
    }


def record_round(
    execution: Execution,
    kind: str,
    by: str | None,
    round_: Round,
    *,
    comment: str | None = None,
    on_behalf_of: str | None = None,
    changes: bool = True,
    **data: Any,
) -> None:
    """Record a history entry about a round; `data` are values beside those of the round."""
    data = {**round_data(execution, round_), **data}
    execution.record_history(kind, by, comment=comment, on_behalf_of=on_behalf_of, changes=changes, data=data)


def refuse_if_nobody(execution: Execution, rule: RoundRule, *, whole: bool = True) -> None:
    """Raise Refused when too few people could decide in one of the steps that would be asked now.

    Where the rule says `if_nobody: skip`, only when every step would be skipped: no round is approved without a vote.
    Of signatures, whatever it says, when somebody is named who may not sign for their party (`conflicts_of_rule`).
    `whole` is false for a rule of which some steps are not known yet.
    """
    conflicts = conflicts_of_rule(execution, rule)
    if conflicts:
        raise Refused(conflicts)
    asked = [
        (step, [entry for _, entry in entries_with_people(execution, rule, entries)])
        for step in rule.steps
        if execution.applies(step.when)
        and (entries := [(i, entry) for i, entry in enumerate(step.entries) if execution.applies(entry.when)])
    ]
    if whole and not asked:
        execution.refuse(
            "Nobody is asked in “{round}”: no condition of its steps holds.", round=execution.pick(rule.title)
        )
    shortages = [_shortage(execution, rule, step, entries, whole=whole) for step, entries in asked]
    lacking = next((shortage for shortage in shortages if shortage is not None), None)
    if lacking is None:
        return
    if rule.if_nobody == "skip" and not (whole and all(_is_skipped(execution, rule, *step) for step in asked)):
        return
    step, needed, may = lacking
    name = _step_title(execution, rule, step, execution.context.language)
    if may == 0 and rule.kind == "acknowledgement":
        execution.refuse("Nobody is there to be asked in “{step}”.", step=name)
    if may == 0:
        execution.refuse("Nobody can decide in the step “{step}”.", step=name)
    sentence = "Too few people can decide in the step “{step}”: {needed} are needed, {may} may."
    execution.refuse(sentence, step=name, needed=needed, may=may)


def _step_title(execution: Execution, rule: RoundRule, step: RoundStep, language: str) -> str:
    return step_title(execution.workflow, execution.context.directory, rule, step, language)


def _shortage(
    execution: Execution, rule: RoundRule, step: RoundStep, entries: list[Approver], *, whole: bool
) -> tuple[RoundStep, int, int] | None:
    """The step, how many people it needs, and how many may decide, where these are too few; else None."""
    for entry in entries:
        if not has_enough_people(execution, rule, entry):
            return step, least_people(entry.need), len(eligible(execution, rule, entry))
    wanted = step.voting.quorum
    if whole and isinstance(wanted, int) and not has_quorum(execution, rule, step, entries):
        return step, wanted, len(people_asked(execution, rule, entries))
    return None


def _is_skipped(execution: Execution, rule: RoundRule, step: RoundStep, entries: list[Approver]) -> bool:
    """Whether `if_nobody: skip` leaves nobody to ask in a step."""
    able = [entry for entry in entries if not is_left_out(execution, rule, entry)]
    return not able or not has_quorum(execution, rule, step, able)


def start_step(execution: Execution, round_: Round, steps: Iterable[int], *, resumes: bool = False) -> None:
    """Start the first of some steps, by index, in which anybody is asked; after the last the round is complete. Where
    it `resumes`, a step that has begun goes on with the votes that were given in it.
    """
    rule = execution.rule_of(round_)
    round_.nobody = False
    for index in steps:
        round_.step = index
        if resumes and current_seats(round_):
            round_.asked_entries = sorted({seat.entry for seat in current_seats(round_) if seat.status in VOTED})
            ask_further(execution, round_, unasked_entries(execution, round_, index))
            return
        for seat in round_.seats:
            seat.past = seat.past or seat.step == index
        if assign_seats(execution, round_, rule.steps[index]):
            notify_asked(execution, round_, *[seat.person for seat in open_seats(round_)])
            advance(execution, round_)  # others may have acknowledged before
            return
        round_.skipped_steps.append(index)
    if any(seat.status == WANTED[rule.kind] for seat in round_.seats):
        close_round(execution, round_, WANTED[rule.kind])
    else:
        set_nobody(execution, round_)


def notify_asked(execution: Execution, round_: Round, *people: str) -> None:
    """Notify people that their decision, signature or acknowledgement is asked for; nobody while it has to wait."""
    if has_to_wait(execution, round_):
        return
    execution.tell(f"{round_.kind}_asked", people, **round_data(execution, round_), **last_day(execution, round_))


def last_day(execution: Execution, round_: Round) -> dict[str, Any]:
    """When a round expires, as data of its mails: the moment, and the date to whose end it lasts; {} if it does not."""
    rule, at = execution.rule_of(round_), round_.expires_at
    if at is None or rule.expires is None:
        return {}
    zone = getattr(execution.calendar, "zone", UTC)
    day = (at - timedelta(seconds=1)).astimezone(zone).date() if rule.expires.unit in WHOLE_DAYS else None
    return {"deadline": {"name": rule.title, "due": at.isoformat(), "last_day": day.isoformat() if day else None}}


def advance(execution: Execution, round_: Round) -> None:
    """Start the next step when the current one has the votes it needs, else record whether it can still get them.

    Where nobody can decide now it waits with that: what follows would be about a version that is replaced.
    """
    if round_.status != "open":
        return
    if judge(execution, round_) != "met" or has_to_wait(execution, round_):
        _release_seats(execution, round_, entries_met(execution.rule_of(round_), round_))
        update_nobody(execution, round_)
        return
    _release_seats(execution, round_, {seat.entry for seat in open_seats(round_)})
    start_step(execution, round_, _steps_left(execution, round_), resumes=True)


def _steps_left(execution: Execution, round_: Round) -> list[int]:
    """The steps of a round that follow the current one, by index: first those of an approval with entries whose
    condition holds by now, since what it reads was corrected meanwhile (an amount, say); then those not reached yet.
    """
    last = max([round_.step, *(seat.step for seat in round_.seats if not seat.past), *round_.skipped_steps])
    asked = [index for index in range(last + 1) if unasked_entries(execution, round_, index)]
    round_.skipped_steps = [index for index in round_.skipped_steps if index not in asked]
    return [*asked, *range(last + 1, len(execution.rule_of(round_).steps))]


def ask_further(execution: Execution, round_: Round, entries: Iterable[int]) -> None:
    """Ask the people of further entries of the current step, by index, and record it."""
    people = ask_entries(execution, round_, entries)
    record_round(execution, "asked", execution.actor, round_, people=people)
    notify_asked(execution, round_, *people)
    update_nobody(execution, round_)


def skip_step(execution: Execution, round_: Round) -> None:
    """Go on from the current step, in which nobody has to decide any more."""
    round_.skipped_steps.append(round_.step)
    start_step(execution, round_, _steps_left(execution, round_), resumes=True)


def _release_seats(execution: Execution, round_: Round, entries: Collection[int]) -> None:
    """End the open seats of entries of the current step that have the votes they need: nobody rejects or declines what
    others have decided.
    """
    for seat in open_seats(round_):
        if seat.entry in entries:
            seat.status, seat.at = "not_needed", execution.now


def ask_again(execution: Execution, round_: Round) -> None:
    """Ask those whose vote was not needed, where more are needed since somebody was added to their entry."""
    rule, barred = execution.rule_of(round_), excluded(execution, execution.rule_of(round_))
    met, people = entries_met(rule, round_), []
    for seat in current_seats(round_):
        is_able = seat.person not in barred and may_decide(execution, seat.person, rule.kind)
        if seat.status == "not_needed" and seat.entry not in met and is_able:
            reopen_seat(execution, seat)
            people.append(seat.person)
    notify_asked(execution, round_, *people)


def judge(execution: Execution, round_: Round) -> Standing:
    """The standing of the current step; where it is tied, people with the casting vote are asked for it first."""
    rule = execution.rule_of(round_)
    people = ask_for_casting_votes(execution, rule, round_)
    if people:
        record_round(execution, "tie", None, round_, people=people)
        notify_asked(execution, round_, *people)
    return standing(rule, round_)


def count_vote(execution: Execution, round_: Round) -> None:
    """Count an approval or an abstention: the step goes on, or the round is rejected where only that vote ended it.

    A step that lacked people before stays open, for somebody to be added.
    """
    lacked_people = round_.nobody
    if judge(execution, round_) == "lost" and not lacked_people:
        lose(execution, round_)
    else:
        advance(execution, round_)


def apply_rejection(execution: Execution, round_: Round) -> None:
    """Apply a rejection as the rule says: it closes the round, counts as a vote, or returns to the previous step."""
    if execution.rule_of(round_).rejection == "counts" and judge(execution, round_) != "lost":
        advance(execution, round_)
    else:
        lose(execution, round_)


def lose(execution: Execution, round_: Round) -> None:
    """Close a round as rejected, or return to the previous step where the rule says so."""
    rule = execution.rule_of(round_)
    earlier_steps = [i for i in range(round_.step) if i not in round_.skipped_steps]
    if rule.rejection != "returns_one_step" or not earlier_steps:
        close_round(execution, round_, "rejected")
        return
    for seat in [seat for seat in round_.seats if seat.step > earlier_steps[-1] and not seat.past]:
        seat.past = True
        if seat.status == "open":
            seat.status, seat.at = "closed", execution.now
    round_.skipped_steps = [i for i in round_.skipped_steps if i < earlier_steps[-1]]
    start_step(execution, round_, range(earlier_steps[-1], len(rule.steps)))


def take_seats(execution: Execution, round_: Round, person: str, seats: Iterable[Seat]) -> None:
    """Remove open seats of a person, and what they were added to (`Round.added`); raises Refused where nobody could
    decide without them.
    """
    rule = execution.rule_of(round_)
    lost = set(lost_entries(rule, round_))
    round_.added = [addition for addition in round_.added if addition["person"] != person]
    for seat in seats:
        seat.status, seat.at = "removed", execution.now
        was_open = not round_.nobody
        update_nobody(execution, round_)
        if (round_.nobody and was_open) or not lost.issuperset(lost_entries(rule, round_)):
            name = execution.context.directory.name(person)
            execution.refuse("Without {person} nobody could decide in this step.", person=name)


def update_nobody(execution: Execution, round_: Round) -> None:
    """Record in `nobody` whether the current step waits for votes that nobody can give."""
    if judge(execution, round_) == "lost":
        set_nobody(execution, round_)
    else:
        round_.nobody = False


def set_nobody(execution: Execution, round_: Round) -> None:
    """Record that nobody can decide in a round, and tell who can add people: legal admins and whoever has taken the
    dossier; of signatures also its team, which can mend whom the answers name."""
    if not round_.nobody:
        round_.nobody = True
        record_round(execution, "nobody", None, round_)
        people = people_of(execution, "legal_admin")
        people += takers_or_team(execution) if round_.kind == "signature" else takers(execution)
        execution.tell("nobody", people, **round_data(execution, round_))


def close_round(execution: Execution, round_: Round, status: RoundStatus) -> None:
    """Close a round and the seats that are still open.

    Its outcome is told to the roles that `notify` names for it, else to who asked, whoever is in charge, the requester,
    and everybody who has decided or signed; not to those who have acknowledged, who see no more than they were shown.
    A failure is told to the team while nobody is in charge, and to those asked where signatures end unfinished.
    """
    asked = [] if round_.kind != "signature" or round_.unasked else [seat.person for seat in open_seats(round_)]
    for seat in round_.seats:
        if seat.status == "open":
            seat.status, seat.at = "closed", execution.now
    round_.status, round_.closed_at, round_.next_at, round_.nobody = status, execution.now, None, False
    if status == "approved":
        write_asked_fields(execution, round_)
    elif status == "rejected":
        restore_fields(execution, round_)
    record_round(execution, "round_closed", execution.actor, round_, status=status, **execution.pop_written())
    if status not in OUTCOMES and not (status == "closed" and round_.kind == "signature"):
        return
    if status == "signed":
        execution.tell("copy", round_.copies, status=status, **round_data(execution, round_))
    kind = "outcome" if round_.kind == "acknowledgement" else _MAILS.get(status, "signature_declined")
    execution.tell(kind, [*_people_to_tell(execution, round_), *asked], status=status, **round_data(execution, round_))


def _people_to_tell(execution: Execution, round_: Round) -> list[str]:
    """Person ids and addresses that are told the outcome of a round; whoever signed from outside gets a copy so."""
    if round_.status == "closed":
        return [seat.person for seat in round_.seats if seat.status == "signed" and seat.person != execution.actor]
    notified = execution.rule_of(round_).notify
    wanted = round_.status == WANTED[round_.kind]
    outcome = "done" if wanted and round_.status not in notified else round_.status
    outside = [seat.person for seat in round_.seats if seat.status == "signed" and is_guest(seat.person)]
    if outcome in notified:
        return [*people_of_roles(execution, notified[outcome]), *(outside if wanted else ())]
    people = [round_.asked_by] if round_.asked_by else []
    people += takers(execution) if wanted else takers_or_team(execution)
    voters = [seat.person for seat in round_.seats if seat.status in VOTED and round_.kind != "acknowledgement"]
    return [*people, execution.case.submitter, *voters]
