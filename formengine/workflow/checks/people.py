"""Check of roles and quorums: roles lead to people, signers have an address, enough people can vote (W13, W7).

Quorums are counted with the members of `teams.yaml`, without those whom the four-eyes principle excludes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.source import Path
from formengine.workflow.checks.facts import FactChecker
from formengine.workflow.checks.names import section
from formengine.workflow.definition.model import Approver, FactType, Role, RoundRule, RoundStep, Workflow
from formengine.workflow.definition.references import approvers
from formengine.workflow.parser.cursor import WorkflowCursor

_PEOPLE_KINDS: Final = ("person", "people", "contact", "list", "object", "unknown")
_ADDRESS_KINDS: Final = ("contact", "list", "object", "unknown")
_MANAGERS: Final = ("manager_of", "head_of_department_of")


def check_roles(cursor: WorkflowCursor, workflow: Workflow, has_forms: bool) -> None:
    """The source of each role holds people, and does not lead back to the role itself."""
    for role in workflow.roles.values():
        path: Path = ("roles", role.id)
        if role.source_kind == "field":
            facts = FactChecker(cursor, workflow, has_forms)
            _check_field_role(cursor, facts.resolve(role.source_name, (*path, "field")), role, (*path, "field"))
        elif _leads_back(workflow, role):
            message = f"the role `{role.id}` is reckoned from itself; name a role that has people of its own"
            cursor.at(*path, role.source_kind).error("role", message)
        if role.one_person and role.source_kind != "team":
            message = "`one_person` is for a role with `team:`; others have their people"
            cursor.at(*path, "one_person").error("role", message)


def _leads_back(workflow: Workflow, role: Role) -> bool:
    """Whether a role that is somebody's manager or head of department is, through other roles, its own source."""
    visited: set[str] = set()
    current: Role | None = role
    while current is not None and current.source_kind in _MANAGERS and current.id not in visited:
        visited.add(current.id)
        current = workflow.roles.get(current.source_name)
    return current is role and bool(visited)


def _check_field_role(cursor: WorkflowCursor, fact: FactType | None, role: Role, path: Path) -> None:
    if fact is None or fact.schema.get("format") == "email" or _has_address(fact):
        return
    name = role.source_name
    if role.outside and fact.kind not in _ADDRESS_KINDS:
        message = f'somebody outside needs an e-mail address, and `{name}` has none; use $ref: "formengine:contact"'
        cursor.at(*path).error("no-email", message)
    elif fact.kind not in _PEOPLE_KINDS:
        cursor.at(*path).error("no-people", f"`{name}` names no people; use formengine:person, :people or :contact")


def _has_address(fact: FactType) -> bool:
    """Whether an object, or the entries of a list, hold an e-mail address."""
    items = fact.schema.get("items")
    schema = items if isinstance(items, Mapping) else fact.schema
    properties = schema.get("properties")
    if "formengine:contact" in str(schema.get("$ref", "")):
        return True
    return isinstance(properties, Mapping) and "email" in properties


def check_rounds(cursor: WorkflowCursor, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
    """Quorums can be reached, not every step can be skipped, and each outcome leads to a state."""
    quorums = QuorumChecker(workflow, teams)
    for rule in (*workflow.approvals.values(), *workflow.signatures.values()):
        for path, entry in approvers(rule):
            problem = quorums.problem(rule, entry)
            if problem is not None:
                cursor.at(*path, "need").error("quorum", problem)
        if rule.steps and all(_can_be_skipped(step) for step in rule.steps):
            part = "approvals" if rule.kind == "approval" else "signatures"
            message = f"every step of `{rule.id}` can be skipped, and then nobody is asked; give one step no `when`"
            cursor.at(part, rule.id).error("all-skipped", message, at_key=True)
    for state in workflow.states.values():
        keys = [
            *(("approved", "rejected") if state.approval else ()),
            *(("signed", "declined") if state.signatures else ()),
        ]
        for key in keys:
            if key not in state.outcomes():
                message = f"`{state.id}` does not say `{key}:`, the state that follows"
                cursor.at("states", state.id).error(f"no-{key}", message, at_key=True)


def _can_be_skipped(step: RoundStep) -> bool:
    return step.when is not None or (bool(step.entries) and all(entry.when is not None for entry in step.entries))


class QuorumChecker:
    """Counts the people who can vote, as far as `teams.yaml` tells; where only a dossier can tell, enough people."""

    def __init__(self, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
        self.workflow, self.teams = workflow, teams

    def problem(self, rule: RoundRule, entry: Approver) -> str | None:
        """Why an entry can never get the votes that it needs; None when it can."""
        need = max(entry.need, 1)
        people = self._people(entry.source)
        if people is None:
            people = ["unknown"] * need
        if need > len(people):
            return f"{need} must agree, but there are only {len(people)} of them; ask for fewer or add people"
        remaining = self._left(rule, entry, people)
        if need > remaining:
            return f"{need} must agree, but `not_same_person_as` leaves only {remaining}; ask for fewer or add people"
        return None

    def _left(self, rule: RoundRule, entry: Approver, people: list[str]) -> int:
        """How many people of an entry the four-eyes principle leaves at most.

        All members of a role's team are excluded, but one of a role that one person takes.
        """
        own_role = (
            self.workflow.roles.get(entry.source.removeprefix("role:")) if entry.source.startswith("role:") else None
        )
        excluded, claimed = set[str](), 0
        for role in filter(None, map(self.workflow.roles.get, rule.not_same_person_as)):
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
            has_members = role is not None and role.source_kind in ("team", "position")
            return self._people(role.source) if role is not None and has_members else None
        if kind == "person":
            return [name]
        if self.teams is None:
            return ["the holder"] if kind == "position" else None
        if kind == "position":
            return [str(section(self.teams, "positions").get(name))]
        team = section(self.teams, "teams").get(name)
        return [str(person) for person in (team.get("members") if isinstance(team, Mapping) else None) or []]
