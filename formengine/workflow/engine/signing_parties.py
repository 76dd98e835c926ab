"""The parties of a round of signatures: nobody signs for two of them, nor our own people for somebody outside (S9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from formengine.errors import Refused
from formengine.workflow.definition.model import Approver, RoundRule
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES
from formengine.workflow.engine.case import VOTED, Round, Seat
from formengine.workflow.engine.charge import takers
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.roles import members, people_of_roles, source_people

ADDED: Final = "added"
"""The role of a seat of a person who was added to those of the rule."""


def party_of(execution: Execution, round_: Round, seat: Seat) -> str:
    """The role for which a seat signs: of somebody who was added to an entry of the workflow, that of the entry."""
    return party_of_entry(execution, round_, seat.step, seat.entry, seat.role)


def party_of_entry(execution: Execution, round_: Round, step: int, entry: int, role: str) -> str:
    """The role for which a seat of `role` in an entry of a step signs, the indices from 0."""
    entries = execution.rule_of(round_).steps[step].entries
    return role if role in execution.workflow.roles or entry >= len(entries) else _party(entries[entry])


def reason_not_to_sign_for(
    execution: Execution, round_: Round, party: str, person: str, *, by_hand: bool = True
) -> str | None:
    """Why somebody may not have a signature of a role (S9); None where they may, and in rounds of other kinds.

    The seat of a role with `outside` is not for our own people, nor for who has another seat in the round, now or
    later; and nobody who is asked for somebody outside gets one of ours. Two of our own roles may be one person's, and
    our own people asked in the place of somebody late, where the workflow says so, not `by_hand`; somebody who is
    added, in no role, may have a seat besides.
    """
    if round_.kind != "signature":
        return None
    name, is_outside = execution.context.directory.name(person), _is_outside(execution, party)
    if is_outside and by_hand and _account(execution, person) in _own_people(execution):
        sentence = "{person} is one of our own people, and cannot sign as “{role}”: name somebody of that party."
        return execution.say(sentence, person=name, role=role_title(execution, party))
    others = set(_parties(execution, round_, person)) - {party}
    is_strict = is_outside or (by_hand and party in execution.workflow.roles)
    if others and (is_strict or any(_is_outside(execution, other) for other in others)):
        return execution.say("{person} signs here in another role: name somebody else.", person=name)
    return None


def require_may_sign_for(execution: Execution, round_: Round, seat: Seat, person: str, about: str) -> None:
    """Raise Refused, about a field, for who may not have the signature of a seat (`reason_not_to_sign_for`)."""
    reason = reason_not_to_sign_for(execution, round_, party_of(execution, round_, seat), person)
    if reason is not None:
        raise Refused([reason], about=about)


def own_signers(execution: Execution, rule: RoundRule, entry: Approver, people: Iterable[str]) -> set[str]:
    """Those of the people of an entry for somebody outside whom the same signatures ask for our own side."""
    if rule.kind != "signature" or not _is_outside(execution, _party(entry)):
        return set()
    own = {
        _account(execution, person)
        for step in rule.steps
        for other in step.entries
        if not _is_outside(execution, _party(other))
        for person in source_people(execution, other.source)
    }
    return {person for person in people if _account(execution, person) in own}


def _parties(execution: Execution, round_: Round, person: str) -> Iterator[str]:
    """The roles in which somebody has a seat in a round, open or signed, or gets one in a later step."""
    account, rule = _account(execution, person), execution.rule_of(round_)
    for seat in round_.seats:
        if seat.status in ("open", *VOTED) and _account(execution, seat.person) == account:
            yield party_of(execution, round_, seat)
    for step in rule.steps[round_.step + 1 :]:
        for entry in step.entries if execution.holds(step.when) is not False else ():
            is_asked = execution.holds(entry.when) is not False
            if is_asked and account in (_account(execution, p) for p in source_people(execution, entry.source)):
                yield _party(entry)
    for addition in round_.added:
        if addition["step"] > round_.step and _account(execution, addition["person"]) == account:
            yield ADDED


def _own_people(execution: Execution) -> set[str]:
    """Who is of our own side whatever is signed: the legal team, whoever has taken the dossier, and the people of the
    teams and positions of the workflow.
    """
    roles = execution.workflow.roles.values()
    named = [
        person for role in roles if role.source_kind in ("team", "position") for person in members(execution, role)
    ]
    people = {*named, *takers(execution), *people_of_roles(execution, LEGAL_TEAM_ROLES)}
    return {_account(execution, person) for person in people}


def _account(execution: Execution, person: str) -> str:
    """Somebody by their account, where their address has one."""
    return execution.context.directory.named(person).lower()


def _is_outside(execution: Execution, party: str) -> bool:
    role = execution.workflow.roles.get(party)
    return role is not None and role.outside


def _party(entry: Approver) -> str:
    return entry.source.partition(":")[2]
