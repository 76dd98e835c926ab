"""Roles and quorums: sources that exist, signers with an address, rounds that can be decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.source import Path, did_you_mean
from formengine.workflow.checking_facts import FactChecker, currencies
from formengine.workflow.conditions import comparisons
from formengine.workflow.definitions import Approver, RoundRule, Workflow
from formengine.workflow.parsing import SITE_ROLES
from formengine.workflow.reader import Reader

_PEOPLE_KINDS = ("person", "people", "contact", "party", "list", "unknown")


def check_people(reader: Reader, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
    """The sources of roles, and of approvers that are no roles."""
    for role in workflow.roles.values():
        path: Path = ("roles", role.id)
        kind, name = role.source_kind, role.source_name
        _source(reader, teams, kind, name, (*path, kind))
        if kind == "field":
            _field_role(reader, workflow, role.outside, name, (*path, "field"))
        elif kind in ("manager_of", "head_of_department_of"):
            _known(reader, name, [*workflow.roles, *SITE_ROLES], (*path, kind), "role")
            if name == role.id:
                reader.error((*path, kind), "role", f"the role `{name}` is reckoned from itself; name another role")
        elif kind == "resolver":
            _known(reader, name, workflow.vocabulary.resolvers, (*path, kind), "plugin")
        if role.one_person and kind != "team":
            reader.error(
                (*path, "one_person"), "role", "`one_person` is for a role with `team:`; others have their people"
            )
    for rule in (*workflow.approvals.values(), *workflow.signatures.values()):
        for path, entry in entries(rule):
            kind, _, name = entry.source.partition(":")
            _source(reader, teams, kind, name, (*path, kind))


def _source(reader: Reader, teams: Mapping[str, Any] | None, kind: str, name: str, path: Path) -> None:
    if teams is not None and kind in ("team", "position"):
        _known(reader, name, teams.get(f"{kind}s") or {}, path, kind)


def _known(reader: Reader, name: str, known: Any, path: Path, kind: str) -> None:
    if name not in known:
        called = "resolver" if kind == "plugin" else kind
        reader.error(path, f"unknown-{kind}", f"there is no {called} `{name}`{did_you_mean(name, known)}")


def _field_role(reader: Reader, workflow: Workflow, outside: bool, name: str, path: Path) -> None:
    found = FactChecker(reader, workflow, bool(workflow.fact_types.keys() - workflow.fields.keys())).known(name, path)
    if found is None:
        return
    if outside and found.kind in ("person", "people", "text", "number", "date", "money", "file", "boolean"):
        message = f'somebody outside needs an e-mail address, and `{name}` has none; use $ref: "formengine:contact"'
        reader.error(path, "no-email", message)
    elif found.kind not in _PEOPLE_KINDS and found.schema.get("format") != "email":
        reader.error(path, "no-people", f"`{name}` names no people; use formengine:person, :people or :contact")


def entries(rule: RoundRule) -> list[tuple[Path, Approver]]:
    """Every approver or signer of a rule with its place."""
    approval = rule.kind == "approval"
    base: Path = ("approvals", rule.id, "steps") if approval else ("signatures", rule.id, "order")
    return [
        ((*base, i, "approvers", j) if approval else (*base, i, j), entry)
        for i, step in enumerate(rule.steps)
        for j, entry in enumerate(step.entries)
    ]


def check_rounds(reader: Reader, workflow: Workflow, teams: Mapping[str, Any] | None) -> None:
    """Quorums that can be reached, steps that are not all skipped, outcomes that lead somewhere."""
    for rule in (*workflow.approvals.values(), *workflow.signatures.values()):
        part = "approvals" if rule.kind == "approval" else "signatures"
        for path, entry in entries(rule):
            _quorum(reader, workflow, teams, rule, entry, path)
        if rule.steps and all(_can_be_skipped(step) for step in rule.steps):
            message = f"every step of `{rule.id}` can be skipped, and then nobody is asked; give one step no `when`"
            reader.error((part, rule.id), "all-skipped", message, at_key=True)
        for i, step in enumerate(rule.steps):
            for one in (step.when, *(entry.when for entry in step.entries)):
                for fact, found in currencies(one).items():
                    if len(found) > 1:
                        message = (
                            f"`{fact}` is compared with {' and '.join(sorted(found))}; compare it within one currency"
                        )
                        reader.error((part, rule.id, "steps", i, "when"), "currencies", message)
    for path, condition in _conditions(workflow):
        for fact, found in currencies(condition).items():
            if len(found) > 1:
                message = f"`{fact}` is compared with {' and '.join(sorted(found))}; compare it within one currency"
                reader.error(path, "currencies", message)
    for state in workflow.states.values():
        for round_key, keys in (("approval", ("approved", "rejected")), ("signatures", ("signed", "declined"))):
            for key in keys if getattr(state, round_key) else ():
                if getattr(state, key) is None:
                    message = f"`{state.id}` does not say `{key}:`, the state that follows"
                    reader.error(("states", state.id), f"no-{key}", message, at_key=True)


def _conditions(workflow: Workflow) -> list[tuple[Path, Any]]:
    found: list[tuple[Path, Any]] = [(("transitions", t.id, "when"), t.when) for t in workflow.transitions.values()]
    for state in workflow.states.values():
        for i, branch in enumerate(state.decide):
            found.append((("states", state.id, "decide", i, "when"), branch.when))
    return [(path, condition) for path, condition in found if comparisons(condition)]


def _can_be_skipped(step: Any) -> bool:
    return step.when is not None or (bool(step.entries) and all(entry.when is not None for entry in step.entries))


def _quorum(
    reader: Reader, workflow: Workflow, teams: Mapping[str, Any] | None, rule: RoundRule, entry: Approver, path: Path
) -> None:
    people = _known_people(workflow, teams, entry.source)
    if people is None:
        return
    need, place = max(entry.need, 1), (*path, "need")
    where = place if place in reader.document.places else path
    if need > len(people):
        message = f"{need} must agree, but there are only {len(people)} of them; ask for fewer or add people"
        reader.error(where, "quorum", message)
        return
    out = {p for name in rule.not_same_person_as for p in _surely_out(workflow, teams, name)}
    left = [p for p in people if p not in out]
    if need > len(left):
        message = f"{need} must agree, but `not_same_person_as` leaves only {len(left)}; ask for fewer or add people"
        reader.error(where, "quorum", message)


def _known_people(workflow: Workflow, teams: Mapping[str, Any] | None, source: str) -> list[str] | None:
    """The people of an entry as the files have them; None when only a dossier can tell."""
    kind, _, name = source.partition(":")
    if kind == "role":
        role = workflow.roles.get(name)
        if role is None:
            return None
        if role.one_person or role.source_kind in ("submitter", "requested_for"):
            return ["one person"]
        return _known_people(workflow, teams, role.source) if role.source_kind in ("team", "position") else None
    if kind == "person":
        return [name]
    if teams is None:
        return ["the holder"] if kind == "position" else None
    if kind == "position":
        return [str((teams.get("positions") or {}).get(name))]
    team = (teams.get("teams") or {}).get(name)
    members = team.get("members") if isinstance(team, Mapping) else None
    return [str(one) for one in members or []]


def _surely_out(workflow: Workflow, teams: Mapping[str, Any] | None, role_id: str) -> list[str]:
    role = workflow.roles.get(role_id)
    if role is None or role.one_person or role.source_kind not in ("team", "position") or teams is None:
        return []
    return _known_people(workflow, teams, role.source) or []
