"""Who reads a restricted dossier by a role of its workflow, and who is kept out (U11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from formengine.errors import Refused
from formengine.workflow.definition.model import Role, Workflow
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import is_kept_out, members, people_in_fact, people_of, role_holders

OWN: Final = ("submitter", "requested_for", "watchers")
"""The sources of roles whose people are the dossier's own: they read it anyway."""


def asks_for_restriction(answers: Mapping[str, Any]) -> bool:
    """Whether answers restrict their dossier to its own people, its seeing roles and the legal admins."""
    return answers.get("confidentiality") == "restricted"


@dataclass(frozen=True)
class RoleReaders:
    """The readers by one role: they have one of its `sources`, and none of those `kept_out`.

    A source is `team:ID`, `position:ID`, `site:ROLE` (a site role), or `person:` with an account id or an e-mail
    address in lower case. Teams and positions are looked up when somebody reads, people when the dossier is written.
    """

    role: str
    sources: frozenset[str]
    kept_out: frozenset[str] = frozenset()

    def admit(self, sources: frozenset[str]) -> bool:
        """Whether somebody with these sources is a reader: one of `sources`, and none of `kept_out`."""
        return bool(self.sources & sources) and not self.kept_out & sources


def seeing_roles(workflow: Workflow) -> tuple[str, ...]:
    """The roles whose people read a restricted dossier: those of `sees`, else every declared role in a `who`.

    The site role `counsel` counts where `sees` names it alone: in a `who` it would lift every restriction. So does a
    role that a child's own field fills, where it takes steps of children alone: who is in charge of a child reads that
    child (W23).
    """
    if workflow.sees is not None:
        return workflow.sees
    kinds = [kind for kind in workflow.children.values() if not kind.built_in]
    of_dossier = dict.fromkeys(role for transition in workflow.transitions.values() for role in transition.who)
    steps = chain.from_iterable(kind.transitions.values() for kind in kinds)
    of_children = dict.fromkeys(role for transition in steps for role in transition.who)
    roles = workflow.roles
    reading = [role for role in of_children if role in roles and not workflow.kinds_of_role(roles[role])]
    return tuple(dict.fromkeys(role for role in (*of_dossier, *reading) if role in roles))


def reads_by_escalation(workflow: Workflow, role_id: str) -> bool:
    """Whether a missed deadline that is escalated to a role opens the dossier to its people: not to those whom a field
    of a child names for a role that sees no more than that child (W23).
    """
    role = workflow.roles.get(role_id)
    return role is None or role_id in seeing_roles(workflow) or not workflow.kinds_of_role(role)


def role_readers(execution: Execution) -> list[RoleReaders]:
    """The readers of the dossier by each seeing role; roles of the dossier's own people are left out."""
    readers = []
    for name in seeing_roles(execution.workflow):
        role = execution.workflow.roles.get(name)
        if role is None:
            readers.append(RoleReaders(name, frozenset({f"site:{name}"})))
        elif role.source_kind not in OWN:
            kept_out = chain.from_iterable(_sources(execution, other, held=True) for other in role.kept_out)
            readers.append(RoleReaders(name, frozenset(_sources(execution, name)), frozenset(kept_out)))
    return [entry for entry in readers if entry.sources]


def sees(execution: Execution, person: str) -> bool:
    """Whether somebody reads the dossier when it is restricted: its own people, its seeing roles, legal admins."""
    case = execution.case
    own = {case.submitter, *case.claims.values(), *case.escalated_to}
    own |= {name for fact in OWN[1:] for name in people_in_fact(execution.facts().get(fact))}
    if person in own or person in people_of(execution, "legal_admin") or has_reading_seat(execution, person):
        return True
    roles = [execution.workflow.roles.get(name) or name for name in seeing_roles(execution.workflow)]
    return any(
        person in (members(execution, role) if isinstance(role, Role) else people_of(execution, role)) for role in roles
    )


def has_reading_seat(execution: Execution, person: str) -> bool:
    """Whether somebody has, or had, a seat by which they read the dossier.

    An acknowledgement shows itself alone; a seat that its holder may not have any more (`except`) shows nothing.
    """
    return any(
        seat.person == person and not is_out_of_seat(execution, round_.rule, seat.role, person)
        for round_ in execution.case.rounds
        if round_.kind != "acknowledgement"
        for seat in round_.seats
    )


def is_out_of_seat(execution: Execution, rule_id: str, role_id: str, person: str) -> bool:
    """Whether `except` keeps somebody out of a seat: that of its role, or for an added seat of a role that is asked."""
    roles = execution.workflow.roles
    if role_id in roles:
        return is_kept_out(execution, roles[role_id], person)
    steps = execution.workflow.round_rule(rule_id).steps
    asked = {entry.source.partition(":") for step in steps for entry in step.entries}
    return any(
        kind == "role" and name in roles and is_kept_out(execution, roles[name], person) for kind, _, name in asked
    )


def is_barred(execution: Execution, person: str) -> bool:
    """Whether a restricted dossier must not be shown to somebody by a seat: `except` of a seeing role names them, and
    they do not see it in another way.
    """
    roles = (execution.workflow.roles.get(name) for name in seeing_roles(execution.workflow))
    named = any(role is not None and is_kept_out(execution, role, person) for role in roles)
    return named and execution.context.restricted and not sees(execution, person)


def release_kept_out(execution: Execution) -> None:
    """End the claims of people whom the `except` of their role excludes since they claimed it."""
    for role_id, holder in list(execution.case.claims.items()):
        role = execution.workflow.roles.get(role_id)
        if role is not None and is_kept_out(execution, role, holder):
            del execution.case.claims[role_id]
            execution.record_history("released", None, data={"role": role_id, "kept_out": holder})


def _sources(execution: Execution, name: str, *, held: bool = False) -> list[str]:
    """The sources of a role; `held`: of a role that one person takes, only that person."""
    role = execution.workflow.roles.get(name)
    if role is None:
        return [f"site:{name}"]
    if role.source_kind in ("team", "position") and not (held and role.one_person):
        return [role.source]
    try:
        people = role_holders(execution, name) if held else members(execution, role)
    except Refused:  # a resolver failed, which must not keep the dossier from being written
        people = []
    return [f"person:{person.lower()}" for person in people]
