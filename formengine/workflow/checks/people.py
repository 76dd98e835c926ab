"""Check of roles and quorums: roles lead to people, signers have an address, enough people can vote (W13, W7).

Quorums are counted with the members of `teams.yaml`, without those whom the four-eyes principle excludes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.i18n import pick
from formengine.source import Path
from formengine.workflow.checks.facts import PEOPLE_KINDS, FactChecker
from formengine.workflow.checks.names import section
from formengine.workflow.definition.model import SECTIONS, Approver, FactType, Role, RoundRule, RoundStep, Workflow
from formengine.workflow.definition.references import approvers
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.parser.cursor import WorkflowCursor

_ADDRESS_KINDS: Final = ("contact", "list", "object", "unknown")
_MANAGERS: Final = ("manager_of", "head_of_department_of")
_ANYBODY: Final = ("one person", "the holder")
"""Stand for a person whom only a dossier knows."""


def check_roles(cursor: WorkflowCursor, workflow: Workflow, has_forms: bool) -> None:
    """Findings for roles whose source holds no people or depends on the role itself, and for misused options."""
    for role in workflow.roles.values():
        path: Path = ("roles", role.id)
        if role.source_kind == "field":
            facts = FactChecker(cursor, workflow, has_forms)
            kinds = workflow.kinds_of_role(role)
            fact = facts.resolve(role.source_name, (*path, "field"), kinds[0] if kinds else None)
            _check_field_role(cursor, fact, role, (*path, "field"))
            if fact is not None and not role.outside and _holds_contacts(fact) and _is_seated(workflow, role.id):
                message = f"the people in `{role.source_name}` have no account; add outside: true"
                cursor.at(*path).error("no-account", message, at_key=True)
        elif _leads_back(workflow, role):
            message = f"the role `{role.id}` is derived from itself; name a role that has people of its own"
            cursor.at(*path, role.source_kind).error("role", message)
        if role.kept_out and _excepts_itself(workflow, role):
            message = (
                f"`except` names roles that are reckoned from `{role.id}` itself; name roles that have other people"
            )
            cursor.at(*path, "except").error("role", message)
        if role.one_person and role.source_kind != "team":
            message = "`one_person` is for a role with `team:`; others have their people"
            cursor.at(*path, "one_person").error("role", message)


def _leads_back(workflow: Workflow, role: Role) -> bool:
    """Whether the source of a role (manager or head of department of another role) is in the end the role itself."""
    visited: set[str] = set()
    current: Role | None = role
    while current is not None and current.source_kind in _MANAGERS and current.id not in visited:
        visited.add(current.id)
        current = workflow.roles.get(current.source_name)
    return current is role and bool(visited)


def _excepts_itself(workflow: Workflow, role: Role) -> bool:
    """Whether the roles that a role excludes (`except`) depend on the role itself."""
    visited: set[str] = set()
    waiting = list(role.kept_out)
    while waiting:
        name = waiting.pop()
        other = workflow.roles.get(name)
        if other is None or name in visited:
            continue
        visited.add(name)
        waiting += [*other.kept_out, *([other.source_name] if other.source_kind in _MANAGERS else [])]
    return role.id in visited


def _check_field_role(cursor: WorkflowCursor, fact: FactType | None, role: Role, path: Path) -> None:
    if fact is None or fact.schema.get("format") == "email" or _has_address(fact):
        return
    name = role.source_name
    if role.outside and fact.kind not in _ADDRESS_KINDS:
        message = f'somebody outside needs an e-mail address, and `{name}` has none; use $ref: "formengine:contact"'
        cursor.at(*path).error("no-email", message)
    elif fact.kind not in PEOPLE_KINDS:
        cursor.at(*path).error("no-people", f"`{name}` names no people; use formengine:person, :people or :contact")


def _holds_contacts(fact: FactType) -> bool:
    """Whether a fact holds contacts, who are known by their e-mail address alone; or rows with contacts."""
    return fact.kind == "contact" or (fact.kind in ("list", "object") and _has_address(fact))


def _is_seated(workflow: Workflow, role: str) -> bool:
    """Whether a role has seats in a round."""
    return any(entry.source == f"role:{role}" for rule in workflow.rounds for _, entry in approvers(rule))


def _has_address(fact: FactType) -> bool:
    """Whether an object, or the entries of a list, hold an e-mail address."""
    items = fact.schema.get("items")
    schema = items if isinstance(items, Mapping) else fact.schema
    properties = schema.get("properties")
    if "formengine:contact" in str(schema.get("$ref", "")):
        return True
    return isinstance(properties, Mapping) and "email" in properties


def check_rounds(cursor: WorkflowCursor, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
    """Findings for votes out of reach, rounds of which every step may be skipped, and outcomes without a state."""
    quorums = QuorumChecker(workflow, teams)
    for rule in workflow.rounds:
        for path, entry in approvers(rule):
            problem = quorums.problem(rule, entry)
            if problem is not None:
                cursor.at(*path, "need").error("quorum", problem)
        _check_voting(cursor, rule, quorums)
        _check_late(cursor, workflow, rule)
        if rule.steps and all(_can_be_skipped(step) for step in rule.steps):
            message = f"every step of `{rule.id}` can be skipped, and then nobody is asked; give one step no `when`"
            cursor.at(SECTIONS[rule.kind], rule.id).error("all-skipped", message, at_key=True)
    for state in workflow.states.values():
        keys = [
            *(("approved", "rejected") if state.approval else ()),
            *(("signed", "declined") if state.signatures else ()),
            *(("acknowledged",) if state.acknowledgement else ()),
        ]
        for key in keys:
            if key not in state.outcomes():
                message = f"`{state.id}` does not say `{key}:`, the state that follows"
                cursor.at("states", state.id).error(f"no-{key}", message, at_key=True)


def _check_voting(cursor: WorkflowCursor, rule: RoundRule, quorums: QuorumChecker) -> None:
    """Findings for a quorum of presence that is out of reach, and a casting vote where no tie can occur (W22)."""
    for i, step in enumerate(rule.steps):
        path: Path = (SECTIONS[rule.kind], rule.id, "steps", i)
        people = quorums.people_of_step(rule, step)
        wanted = step.voting.quorum
        if isinstance(wanted, int) and people is not None and wanted > people:
            own = step.voting.quorum != rule.voting.quorum
            voters = "only one person votes" if people == 1 else f"only {people} people vote"
            title = pick(step.name, "en") or i + 1
            message = (
                f"the quorum is {wanted}, but {voters} in the step {title}; ask for fewer, add people, or write "
                "quorum: at the steps that have enough"
            )
            cursor.at(*(path if own else path[:2]), "quorum").error("quorum", message)
        counted = [entry for entry in step.entries if not isinstance(entry.need, Share)]
        if step.voting.casting_vote is not None and counted:
            own = step.voting.casting_vote != rule.voting.casting_vote
            message = (
                "a casting vote decides a tie, and where a number of votes or all are needed there is none; "
                "write `need: majority`, `two_thirds` or a fraction"
            )
            cursor.at(*(path if own else path[:2]), "casting_vote").error("casting-vote", message, at_key=True)


def _check_late(cursor: WorkflowCursor, workflow: Workflow, rule: RoundRule) -> None:
    """A finding for signatures of people outside alone that escalate to our own people, who cannot sign for them."""
    name = rule.late.escalate_to if rule.late is not None else None
    if rule.kind != "signature" or not name:
        return
    signers = [workflow.roles.get(entry.source.removeprefix("role:")) for _, entry in approvers(rule)]
    role = workflow.roles.get(name)
    is_own = role is None or (not role.outside and role.source_kind in ("team", "position"))
    if is_own and signers and all(signer is not None and signer.outside for signer in signers):
        message = f"nobody of `{name}` signs in the place of somebody outside; write `tell: [{name}]` here instead"
        cursor.at(SECTIONS[rule.kind], rule.id, "late", "escalate_to").error("outside-late", message)


def _can_be_skipped(step: RoundStep) -> bool:
    return step.when is not None or (bool(step.entries) and all(entry.when is not None for entry in step.entries))


class QuorumChecker:
    """Counts the people who can vote, as far as `teams.yaml` tells; where only a dossier can tell, enough people."""

    def __init__(self, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
        self.workflow, self.teams = workflow, teams

    def problem(self, rule: RoundRule, entry: Approver) -> str | None:
        """Why an entry can never get the votes that it needs; None when it can."""
        need = 1 if isinstance(entry.need, Share) else max(entry.need, 1)
        people = self._people(entry.source)
        if people is None:
            people = ["unknown"] * need
        if need > len(people):
            verb = "acknowledge" if rule.kind == "acknowledgement" else "agree"
            return f"{need} must {verb}, but there are only {len(people)} of them; ask for fewer or add people"
        remaining = self._left(rule, entry, people)
        if need > remaining:
            return f"{need} must agree, but `not_same_person_as` leaves only {remaining}; ask for fewer or add people"
        return None

    def people_of_step(self, rule: RoundRule, step: RoundStep) -> int | None:
        """How many people vote in a step at most; None when only a dossier can tell."""
        by_entry = [(entry, self._people(entry.source)) for entry in step.entries]
        if any(people is None for _, people in by_entry):
            return None
        if len(by_entry) == 1:
            entry, people = by_entry[0]
            return self._left(rule, entry, people or [])
        names = {
            f"{entry.source} {person}" if person in _ANYBODY else person
            for entry, people in by_entry
            for person in people or []
        }
        return len(names)

    def _left(self, rule: RoundRule, entry: Approver, people: list[str]) -> int:
        """How many people of an entry the four-eyes principle leaves at most.

        All members of a role's team are excluded, but one of a role that one person takes.
        """
        own_role = (
            self.workflow.roles.get(entry.source.removeprefix("role:")) if entry.source.startswith("role:") else None
        )
        excluded, claimed = set[str](), 0
        kept_out = own_role.kept_out if own_role is not None else ()
        for role in filter(None, map(self.workflow.roles.get, (*rule.not_same_person_as, *kept_out))):
            if own_role is not None and (
                role.id == own_role.id or (role.source == own_role.source and not role.one_person)
            ):
                return 0
            is_declared = self.teams is not None and role.source_kind in ("team", "position")
            members = set(self._people(role.source) or ()) if is_declared else set()
            if role.one_person:
                claimed = max(claimed, int(bool(members) and members <= set(people)))
            else:
                excluded |= members
        return sum(1 for person in people if person not in excluded) - (0 if excluded else claimed)

    def _people(self, source: str) -> list[str] | None:
        """The people of a source as the files declare them; None when only a dossier can tell."""
        kind, _, name = source.partition(":")
        if kind == "role":
            role = self.workflow.roles.get(name)
            if role is not None and (role.one_person or role.source_kind in ("submitter", "requested_for")):
                return ["one person"]
            return self._people(role.source) if role is not None and role.source_kind in ("team", "position") else None
        if kind == "person":
            return [name]
        if self.teams is None:
            return ["the holder"] if kind == "position" else None
        if kind == "position":
            return [str(section(self.teams, "positions").get(name))]
        team = section(self.teams, "teams").get(name)
        return [str(person) for person in (team.get("members") if isinstance(team, Mapping) else None) or []]
