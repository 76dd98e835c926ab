"""Small workflows written in place, and the people of one story: Cleo asks, Ana and Al draft, Bo and Di are finance."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from formengine.source import read_yaml
from formengine.workflow import Simulation, parse_workflow
from formengine.workflow.definitions import Workflow
from formengine.workflow.vocabulary import Vocabulary

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


def workflow(text: str, vocabulary: Vocabulary | None = None, head: str = "title: Test\nkind: contract\n") -> Workflow:
    """A workflow from its states on; it must be free of errors."""
    document, findings = read_yaml(f"{head}{ROLES}{text}", "workflow.yaml")
    assert document is not None, findings
    found, findings = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, vocabulary)
    assert found is not None, [str(one) for one in findings]
    return found


def simulate(
    text: str, answers: dict[str, Any] | None = None, vocabulary: Vocabulary | None = None, **more: Any
) -> Simulation:
    people = {**PEOPLE, **more.pop("people", {})}
    now = more.pop("now", NOW)
    return Simulation(workflow(text, vocabulary), "ask", answers or {}, people, now, **more)
