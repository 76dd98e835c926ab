"""Small workflows written in place, and the people of one story: Cleo asks, Ana and Al draft, Bo and Di are finance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from formengine.errors import Refused
from formengine.source import read_yaml
from formengine.workflow import Simulation, parse_workflow
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.tables import Table
from formengine.workflow.definition.vocabulary import Vocabulary
from formengine.workflow.engine import api as engine
from formengine.workflow.engine import roles
from formengine.workflow.engine.case import Effect, EngineContext
from formengine.workflow.engine.execution import Execution
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.workflow import parse
from formengine.workflow.simulated_directory import StaticDirectory

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
"""A Monday."""

PEOPLE = {
    "requester": ["cleo"],
    "team:contracts": ["ana", "al"],
    "team:finance": ["bo", "di"],
    "team:board": ["vi", "wu", "xi"],
    "position:general_counsel": ["ines"],
    "legal_admin": ["lea"],
    "counsel": ["ana", "al", "ines"],
}

FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "value": {"$ref": "formengine:money", "title": "Total value"},
        "paper": {"enum": ["ours", "theirs"], "title": "Paper"},
        "years": {"type": "integer", "title": "Years"},
        "due_on": {"type": "string", "format": "date", "title": "Due on"},
        "urgent": {"type": "boolean"},
        "note": {"type": "string", "title": "Note"},
        "contact": {"$ref": "formengine:contact"},
    },
}

ROLES = """
roles:
  requester: {is: submitter}
  drafter: {team: contracts, one_person: true}
  finance: {team: finance}
  board: {team: board}
  chief: {position: general_counsel}
  outsider: {field: contact, outside: true}
"""

TEAMS: dict[str, Any] = {
    "teams": {
        "contracts": {"title": "Contracts desk", "members": ["ana", "al"]},
        "finance": {"members": ["bo", "di"]},
        "board": {"members": ["vi", "wu", "xi"]},
    },
    "positions": {"general_counsel": "ines"},
}


def workflow(
    text: str,
    vocabulary: Vocabulary | None = None,
    head: str = "title: Test\nkind: contract\n",
    roles: str = "",
    tables: Mapping[str, Table] | None = None,
) -> Workflow:
    """A workflow from its states on; it must be free of errors. `roles` are lines for more roles than the usual."""
    document, findings = read_yaml(f"{head}{ROLES}{_indented(roles)}{text}", "workflow.yaml")
    assert document is not None, findings
    definition, findings = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, vocabulary, tables=tables)
    assert definition is not None, [str(finding) for finding in findings]
    return definition


def unchecked(text: str, vocabulary: Vocabulary | None = None, roles: str = "") -> Workflow:
    """The same without the checker, for what it would refuse and the engine has to bear all the same."""
    document, findings = read_yaml(f"title: Test\nkind: contract\n{ROLES}{_indented(roles)}{text}", "workflow.yaml")
    assert document is not None, findings
    vocabulary = vocabulary or Vocabulary.builtin()
    return parse(WorkflowCursor(document, tuple(vocabulary.words)), "test", {"ask": FORM}, (), vocabulary)


def _indented(lines: str) -> str:
    return "".join(f"  {line.strip()}\n" for line in lines.strip().splitlines())


class Cast(StaticDirectory):
    """People of whom some are away, gone, or without the collaboration permission; who is whose manager; addresses."""

    def __init__(self, people: Mapping[str, Sequence[str]] | None = None, **more: Any) -> None:
        super().__init__(people or PEOPLE)
        self.gone: set[str] = set(more.get("gone", ()))
        self.only_clients: set[str] = set(more.get("only_clients", ()))
        self.away: dict[str, str] = dict(more.get("away", {}))
        self.managers: dict[str, str] = dict(more.get("managers", {}))
        self.heads: dict[str, str] = dict(more.get("heads", {}))
        self.addresses: dict[str, str] = dict(more.get("addresses", {}))

    def named(self, person: str) -> str:
        return self.addresses.get(person.lower(), person)

    def manager_of(self, person: str) -> str | None:
        return self.managers.get(person)

    def head_of_department_of(self, person: str) -> str | None:
        return self.heads.get(person)

    def is_active(self, person: str) -> bool:
        return person not in self.gone

    def may_collaborate(self, person: str) -> bool:
        return person not in self.only_clients

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        return self.away.get(person)


def simulate(
    text: str, answers: dict[str, Any] | None = None, vocabulary: Vocabulary | None = None, **more: Any
) -> Simulation:
    """A dossier of Cleo's on a workflow; `cast` replaces the people once it is open."""
    people = {**PEOPLE, **more.pop("people", {})}
    now, cast = more.pop("now", NOW), more.pop("cast", None)
    definition = workflow(text, vocabulary, roles=more.pop("roles", ""), tables=more.pop("tables", None))
    sim = Simulation(definition, "ask", answers or {}, people, now, **more)
    if cast is not None:
        sim.directory = cast
    return sim


def run(
    sim: Simulation, operation: Callable[..., object], *args: Any, context: EngineContext | None = None
) -> list[Effect]:
    """Run an operation of the engine on the simulation's own case, not on a copy; its effects."""
    return engine.run(operation, sim.workflow, sim.case, context or sim._context(), *args)


def people_of(sim: Simulation, role: str, context: EngineContext | None = None) -> list[str]:
    """The people of a role as the engine resolves them now."""
    return roles.people_of(Execution(sim.workflow, sim.case, context or sim._context()), role)


def refusal(act: Callable[[], object]) -> list[str]:
    """The reasons with which an act is refused; it must be."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reasons


def at(hours: float = 0, days: float = 0) -> datetime:
    """So long after NOW."""
    return NOW + timedelta(hours=hours, days=days)
