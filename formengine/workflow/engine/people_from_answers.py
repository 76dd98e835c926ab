"""Approvers whom the answers name: by a field, by a table that is looked up, as the manager of such a person. What the
answers say is kept when an entry is asked, to tell when a correction names others (W7).
"""

from __future__ import annotations

from formengine.email_addresses import address_key
from formengine.workflow.definition.model import Approver, Role, RoundStep
from formengine.workflow.definition.tables import parse_lookup
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.lookups import look_up
from formengine.workflow.engine.roles import people_in_fact


def note_answers(execution: Execution, round_: Round, step: int, index: int) -> None:
    """Keep what the answers say now of an entry of an approval, by the indexes of its step and its own."""
    entry = execution.rule_of(round_).steps[step].entries[index]
    names = _names_of_entry(execution, entry)
    if names is not None:
        round_.named[_key(step, index)] = names


def is_noted(round_: Round, step: int, index: int) -> bool:
    """Whether it is kept what the answers said of an entry when it was asked."""
    return _key(step, index) in round_.named


def names_others(execution: Execution, round_: Round, step: int, index: int) -> bool:
    """Whether the answers name others for an entry, by the indexes of its step and its own, than when it was asked.

    Changes among the people themselves (who holds a position, who is whose manager) are none of the answers.
    """
    before = round_.named.get(_key(step, index)) if round_.kind == "approval" else None
    if before is None:
        return False
    names = _names_of_entry(execution, execution.rule_of(round_).steps[step].entries[index])
    return names is not None and set(map(address_key, names)) != set(map(address_key, before))


def is_met_by(step: RoundStep, round_: Round, index: int, able: list[str]) -> bool:
    """Whether these people (`able`) alone have given the votes that an entry of the current step needs."""
    own = [seat for seat in round_.seats if seat.step == round_.step and not seat.past and seat.entry == index]
    votes = {status: _voters(own, able, status) for status in ("approved", "abstained", "rejected")}
    need, voters = step.entries[index].need, max(len(able) - len(votes["abstained"]), 1)
    needed = need.of(len(able)) if isinstance(need, Share) else need or voters
    return bool(votes["rejected"]) or len(votes["approved"]) >= needed


def stands_for(seat: Seat, people: list[str]) -> bool:
    """Whether a seat is that of one of these people, or of somebody who decides for one of them."""
    keys = {address_key(person) for person in people}
    return any(address_key(person) in keys for person in (seat.person, seat.on_behalf_of) if person)


def _voters(seats: list[Seat], able: list[str], status: str) -> set[str]:
    return {seat.person for seat in seats if seat.status == status and stands_for(seat, able)}


def _key(step: int, index: int) -> str:
    """The key in `Round.named` of an entry of an approval, of which all steps are kept."""
    return f"{step}.{index}"


def _names_of_entry(execution: Execution, entry: Approver) -> list[str] | None:
    kind, _, name = entry.source.partition(":")
    role = execution.workflow.roles.get(name) if kind == "role" else None
    return _names_of_role(execution, role) if role is not None else None


def _names_of_role(execution: Execution, role: Role) -> list[str] | None:
    """The ids, addresses and positions that the answers hold of a role; None where its people do not come from them.

    A field of children is no answer of the dossier: they come and go with their own steps.
    """
    if role.id in execution.context.people:
        return None
    match role.source_kind:
        case "requested_for":
            return people_in_fact(execution.facts().get("requested_for"))
        case "field" if not execution.workflow.kinds_of_role(role):
            return people_in_fact(execution.facts().get(role.source_name))
        case "lookup":
            lookup = parse_lookup(role.options)
            return people_in_fact(look_up(execution.workflow.tables, lookup, execution.facts()))
        case "manager_of" | "head_of_department_of":
            other = execution.workflow.roles.get(role.source_name)
            return _names_of_role(execution, other) if other is not None else None
    return None
