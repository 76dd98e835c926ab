"""The parties of a round of signatures: nobody signs for two of them, nor our own people for somebody outside (S9).

`conflict_of` is the rule; whoever is asked by the workflow, by hand, for somebody late or away is judged by it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from formengine.errors import Refused
from formengine.workflow.definition.form_pages import fields_of_parts
from formengine.workflow.definition.model import Approver, Reopening, RoundRule, RoundStep, Transition
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES
from formengine.workflow.engine.case import VOTED, Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import role_title
from formengine.workflow.engine.in_charge import takers
from formengine.workflow.engine.roles import is_guest, people_in_fact, people_of_roles, person_key, source_people

ADDED: Final = "added"
"""The role of a seat of a person who was added to those of the rule, and signs for no party of it."""

_OWN_PEOPLE: Final = "{person} is one of our own people, and cannot sign as “{role}”: name somebody of that party."

Way = Literal["named", "by_hand"]
"""How somebody comes to a signature: by the workflow, whose roles name them, or whoever is late or away; or chosen by a
person.
"""
Conflict = Literal["own_people", "two_parties"]


@dataclass(frozen=True)
class Party:
    """What somebody signs for: the id of a role, team, position or person of the rule, or ADDED. `is_role` is true for
    a role of the workflow, `outside` for one with `outside: true`.
    """

    id: str
    is_role: bool = False
    outside: bool = False


def conflict_of(party: Party, others: Collection[Party], way: Way, *, is_own: bool) -> Conflict | None:
    """Why somebody may not sign for a party of a round; None where they may (S9, T15).

    `others` are the parties for which they sign already or are named, `is_own` says that they are of our own people.

    - For somebody outside, none of our own people signs, not even in the place of who is late or away.
    - Nobody signs for two parties of which one is outside; two that are both outside are opposed to each other.
    - Two roles of our own may be one person's where the workflow names them; nobody is put into a second one by hand.
    - Who is added signs for no party, and may have another signature of ours besides.
    """
    if party.outside and is_own:
        return "own_people"
    different = [other for other in others if other.id != party.id]
    if party.outside or (party.is_role and way == "by_hand"):
        return "two_parties" if different else None
    return "two_parties" if any(other.outside for other in different) else None


def party_of(execution: Execution, round_: Round, seat: Seat) -> str:
    """The role for which a seat signs: of somebody who was added to an entry of the workflow, that of the entry."""
    return party_of_entry(execution, round_, seat.step, seat.entry, seat.role)


def party_of_entry(execution: Execution, round_: Round, step: int, entry: int, role: str) -> str:
    """The role for which a seat of `role` in an entry of a step signs, the indices from 0."""
    entries = execution.rule_of(round_).steps[step].entries
    return role if role in execution.workflow.roles or entry >= len(entries) else entry_party(entries[entry])


def entry_party(entry: Approver) -> str:
    """The role, team, position or person that an entry asks."""
    return entry.source.partition(":")[2]


def reason_not_to_sign_for(
    execution: Execution, round_: Round, party: str, person: str, way: Way = "by_hand"
) -> str | None:
    """Why somebody may not have a signature of a role (`conflict_of`); None where they may, and in rounds of other
    kinds. What they sign for besides are their seats in the round, and the later steps that name them.
    """
    if round_.kind != "signature":
        return None
    key = person_key(execution, person)
    others = [_party(execution, other) for other in (*_seated(execution, round_, key), *_later(execution, round_, key))]
    conflict = conflict_of(_party(execution, party), others, way, is_own=_is_own(execution, person, party))
    if conflict == "own_people":
        return execution.say(_OWN_PEOPLE, person=_name(execution, person), role=role_title(execution, party))
    if conflict == "two_parties":
        sentence = "{person} signs here in another role: name somebody else."
        return execution.say(sentence, person=_name(execution, person))
    return None


def require_may_sign_for(execution: Execution, round_: Round, seat: Seat, person: str, about: str) -> None:
    """Raise Refused, about a field, for who may not have the signature of a seat (`reason_not_to_sign_for`)."""
    reason = reason_not_to_sign_for(execution, round_, party_of(execution, round_, seat), person)
    if reason is not None:
        raise Refused([reason], about=about)


def require_may_still_sign(execution: Execution, round_: Round, seat: Seat) -> None:
    """Raise Refused for a signature of somebody who may not give it any more (`conflict_of_seat`): since their address
    got an account of our own side, or of somebody who is asked for another party too, say.
    """
    conflict = conflict_of_seat(execution, round_, seat)
    if conflict == "own_people":
        sentence = (
            "You are on our own side by now, and cannot sign as “{role}”: ask whoever is in charge to name somebody of "
            "that party."
        )
        execution.refuse(sentence, role=role_title(execution, party_of(execution, round_, seat)))
    if conflict == "two_parties":
        sentence = (
            "You are asked to sign for two parties here. Nobody does: ask whoever is in charge to name somebody else "
            "for one of them."
        )
        execution.refuse(sentence)


def conflict_of_seat(execution: Execution, round_: Round, seat: Seat) -> Conflict | None:
    """Why who has a seat in signatures may not sign there by now (`conflict_of`); None where they may."""
    id_, key = party_of(execution, round_, seat), person_key(execution, seat.person)
    others = [_party(execution, other) for other in _seated(execution, round_, key)]
    return conflict_of(_party(execution, id_), others, "named", is_own=_is_own(execution, seat.person, id_))


def reason_not_to_sign(execution: Execution, round_: Round, seat: Seat) -> str | None:
    """Why who has a seat in signatures may not sign there by now, as a sentence for whoever is in charge; None where
    they may.
    """
    conflict = conflict_of_seat(execution, round_, seat)
    if conflict is None:
        return None
    name, role = _name(execution, seat.person), role_title(execution, party_of(execution, round_, seat))
    sentence = "{person} is asked to sign as “{role}”, and for another party too: ask somebody else for one of them."
    if conflict == "own_people":
        sentence = "{person} is one of our own people by now, and cannot sign as “{role}”: ask somebody else here."
    return execution.say(sentence, person=name, role=role)


def conflicts_of_entry(
    execution: Execution, rule: RoundRule, entry: Approver, round_: Round | None = None
) -> dict[str, str]:
    """The people whom the workflow names for an entry of a round of signatures and who may not sign for its party
    (`conflict_of`), each with why and what to do.

    What they sign for besides are, for somebody outside, the other entries of the rule that name them, and in both
    cases their seats in `round_`, which has come to the step of the entry.
    """
    if rule.kind != "signature":
        return {}
    id_, conflicts = entry_party(entry), {}
    party, people = _party(execution, id_), source_people(execution, entry.source)
    seated = _parties_by_person(execution, round_) if round_ is not None and people else {}
    named = _named(execution, rule, round_.step if round_ is not None else 0) if party.outside and people else []
    for person in people:
        key = person_key(execution, person)
        others = {*seated.get(key, ()), *(other for other, keys in named if key in keys)}
        others_parties = [_party(execution, other) for other in sorted(others)]
        conflict = conflict_of(party, others_parties, "named", is_own=_is_own(execution, person, id_))
        if conflict is not None:
            conflicts[person] = _sentence(execution, conflict, person, party, others_parties)
    return conflicts


def _sentence(execution: Execution, conflict: Conflict, person: str, party: Party, others: Iterable[Party]) -> str:
    name, role = _name(execution, person), role_title(execution, party.id)
    opposed = next((other for other in others if other.id != party.id and other.outside), None)
    if conflict == "two_parties" and opposed is not None:
        sentence = (
            "{person} is named as “{role}” and as “{other}”: nobody signs for two parties. Name somebody else for one "
            "of them."
        )
        return execution.say(sentence, person=name, role=role, other=role_title(execution, opposed.id))
    sentence = _OWN_PEOPLE
    if any(other.id != party.id and not other.outside for other in others):
        sentence = "{person} signs for our own side and cannot sign as “{role}” too: name somebody of that party."
    return execution.say(sentence, person=name, role=role)


def conflicts_of_rule(execution: Execution, rule: RoundRule) -> list[str]:
    """Why people whom a rule of signatures names may not sign for their party, as sentences, and which steps correct
    the answers that name them; [] without such people.
    """
    reasons: dict[str, None] = {}
    fields: list[str] = []
    for entry in _asked(execution, rule, rule.steps):
        conflicts = dict.fromkeys(conflicts_of_entry(execution, rule, entry).values())
        role = execution.workflow.roles.get(entry_party(entry))
        if conflicts and role is not None and role.source_kind == "field":
            fields.append(role.source_name)
        reasons.update(conflicts)
    return [*reasons, *_corrections(execution, fields)]


def _corrections(execution: Execution, fields: Collection[str]) -> list[str]:
    """Which steps out of the present state correct these facts, and who may take them, as one sentence; [] without any
    fact.
    """
    if not fields:
        return []
    steps = [
        execution.say("“{step}” ({roles})", step=execution.pick(step.title), roles=_roles_of(execution, step))
        for step in execution.workflow.leaving(execution.case.state)
        if not set(fields).isdisjoint(step.requires)
        or (step.reopens is not None and _reopens_any(execution, step.reopens, fields))
    ]
    if steps:
        return [execution.say("What corrects it: {steps}.", steps=", ".join(steps))]
    return [
        execution.say("No step in this state corrects it: unless a later one does, the request has to be made anew.")
    ]


def _reopens_any(execution: Execution, reopening: Reopening, fields: Collection[str]) -> bool:
    """Whether answers are opened for correction of which some have these names."""
    if reopening.parts is None:
        return True
    workflow = execution.workflow
    pages = workflow.pages.get(execution.case.request_type, {})
    return not set(fields).isdisjoint(fields_of_parts(reopening.parts, pages, workflow.fact_types))


def _roles_of(execution: Execution, step: Transition) -> str:
    return ", ".join(role_title(execution, role) for role in step.who)


def require_signers_apart(execution: Execution, names: Collection[str]) -> None:
    """Raise Refused, about the field, where a field of these names, which a step has written, names somebody who may
    not sign for their party in signatures of the workflow.
    """
    rules = [rule for rule in execution.workflow.rounds if rule.kind == "signature"] if names else []
    for rule in rules:
        asked = list(_asked(execution, rule, rule.steps))
        for name in names:
            written = {person_key(execution, person) for person in people_in_fact(execution.facts().get(name))}
            sources = {role.id for role in execution.workflow.roles.values() if role.source == f"field:{name}"}
            of_field = [entry for entry in asked if entry_party(entry) in sources]
            others = [entry for entry in asked if entry_party(entry) not in sources]
            for entry in (*of_field, *others) if of_field else ():
                for person, reason in _conflicts_with_open(execution, rule, entry).items():
                    if person_key(execution, person) in written:
                        raise Refused([reason], about=name)


def _conflicts_with_open(execution: Execution, rule: RoundRule, entry: Approver) -> dict[str, str]:
    """`conflicts_of_entry`, and with whoever is asked or has signed in open signatures by the rule, whatever the facts
    call them by now.
    """
    conflicts = conflicts_of_entry(execution, rule, entry)
    party = _party(execution, entry_party(entry))
    rounds = [round_ for round_ in execution.case.rounds if round_.rule == rule.id and round_.status == "open"]
    for round_ in rounds:
        seated = _parties_by_person(execution, round_)
        for person in source_people(execution, entry.source):
            others = [_party(execution, other) for other in seated.get(person_key(execution, person), ())]
            if person not in conflicts and conflict_of(party, others, "named", is_own=False):
                sentence = (
                    "{person} is asked to sign as “{other}”, or has signed: nobody signs for two parties. Name "
                    "somebody else as “{role}”."
                )
                other = next(role_title(execution, other.id) for other in others if other.id != party.id)
                name, role = _name(execution, person), role_title(execution, party.id)
                conflicts[person] = execution.say(sentence, person=name, role=role, other=other)
    return conflicts


def _seated(execution: Execution, round_: Round, key: str) -> list[str]:
    """The roles in which somebody has a seat in a round, open or signed."""
    return _parties_by_person(execution, round_).get(key, [])


def _parties_by_person(execution: Execution, round_: Round) -> dict[str, list[str]]:
    """The roles in which people have seats in a round, open or signed, by `person_key`."""
    parties: dict[str, list[str]] = {}
    for seat in round_.seats:
        if seat.status in ("open", *VOTED):
            parties.setdefault(person_key(execution, seat.person), []).append(party_of(execution, round_, seat))
    return parties


def _later(execution: Execution, round_: Round, key: str) -> Iterator[str]:
    """The roles in which somebody gets a seat in a later step of a round."""
    named = _named(execution, execution.rule_of(round_), round_.step + 1)
    yield from (party for party, keys in named if key in keys)
    for addition in round_.added:
        if addition["step"] > round_.step and person_key(execution, addition["person"]) == key:
            yield ADDED


def _named(execution: Execution, rule: RoundRule, step: int) -> list[tuple[str, set[str]]]:
    """The parties for which a rule names people, from a step (by index) on, each with their `person_key`s."""
    return [
        (entry_party(entry), {person_key(execution, person) for person in source_people(execution, entry.source)})
        for entry in _asked(execution, rule, rule.steps[step:])
    ]


def _asked(execution: Execution, rule: RoundRule, steps: Iterable[RoundStep]) -> Iterator[Approver]:
    """The entries of steps whose conditions do not say that they are not asked."""
    for step in steps:
        if execution.applies(step.when):
            yield from (entry for entry in step.entries if execution.applies(entry.when))


def _is_own(execution: Execution, person: str, party: str) -> bool:
    """Whether somebody is of our own people, which matters for somebody outside alone.

    Whom a field names are the requester and their colleagues neither. A role with another source, `requested_for` say,
    means one of them.
    """
    key = person_key(execution, person)
    if not _party(execution, party).outside or is_guest(key):
        return False
    if key in _own_people(execution) or key in people_of_roles(execution, ("auditor",)):
        return True
    return execution.workflow.roles[party].source_kind == "field" and _is_of_requester(execution, key)


def _own_people(execution: Execution) -> frozenset[str]:
    """Who is of our own side whatever is signed: the legal team, whoever has taken the dossier, and the people of the
    teams and positions of the workflow.
    """

    def read() -> frozenset[str]:
        roles, given = execution.workflow.roles.values(), execution.context.people
        ours = [role for role in roles if role.source_kind in ("team", "position") and not role.outside]
        named = [person for role in ours for person in given.get(role.id) or source_people(execution, role.source)]
        people = {*named, *takers(execution), *people_of_roles(execution, LEGAL_TEAM_ROLES)}
        return frozenset(person_key(execution, person) for person in people)

    return execution.remember(("own people", *sorted(execution.case.claims.items())), read)


def _is_of_requester(execution: Execution, person: str) -> bool:
    """Whether an account is that of the requester, of whoever the request was made for, or of a colleague in the
    requester's organisation.
    """
    submitter, directory = execution.case.submitter, execution.context.directory
    asked_for = [submitter, *people_in_fact(execution.facts().get("requested_for"))]
    keys = {person_key(execution, other) for other in asked_for if not is_guest(other)}
    return person in keys or directory.are_colleagues(person, submitter)


def _party(execution: Execution, id_: str) -> Party:
    role = execution.workflow.roles.get(id_)
    return Party(id_, role is not None, role is not None and role.outside)


def _name(execution: Execution, person: str) -> str:
    return execution.context.directory.name(person)
