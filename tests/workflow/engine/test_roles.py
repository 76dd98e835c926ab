"""Who is who: every source of a role, and what follows when a plugin that names people fails."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.workflow.definition.vocabulary import Resolver, Vocabulary
from formengine.workflow.engine.case import EngineContext
from formengine.workflow.engine.roles import people_in_fact
from tests.workflow.builders import Cast, people_of, refusal, simulate

TEXT = """
starts_in: a
fields:
  expert: {$ref: "formengine:person"}
  experts: {$ref: "formengine:people"}
  requested_for: {$ref: "formengine:person"}
  watchers: {$ref: "formengine:people"}
states: {a: {}, b: {approval: named, approved: z, rejected: a}, z: {ends: true}}
transitions:
  end: {from: any, to: z, who: [requester]}
  admin: {from: a, to: z, who: [legal_admin]}
  legal: {from: a, to: z, who: [counsel]}
  ask: {from: a, to: b, who: [named]}
  name: {from: a, to: b, who: [drafter], requires: [expert]}
approvals:
  named: {steps: [{approvers: [one]}]}
"""
ROLES = """
beneficiary: {is: requested_for}
looking_on: {is: watchers}
one: {field: expert}
several: {field: experts}
boss: {manager_of: requester}
big_boss: {manager_of: boss}
head: {head_of_department_of: requester}
named: {resolver: by_sector, with: {sector: energy}}
"""


def _by_sector(subject: Any, options: Any) -> list[str]:
    if subject.facts.get("note") == "break":
        raise RuntimeError("no register")
    return [f"{options['sector']}_lead", *subject.people["finance"]]


RESOLVING = Vocabulary.builtin().with_word("resolvers", "by_sector", Resolver("by_sector", _by_sector))


def people(role: str, answers: dict[str, Any] | None = None, **cast: Any) -> list[str]:
    sim = simulate(TEXT, answers, RESOLVING, roles=ROLES, cast=Cast(**cast))
    around = EngineContext(sim.now, sim.directory)  # nobody declared by role: every source is asked
    sim.case.submitter = "cleo"
    return people_of(sim, role, around)


@pytest.mark.parametrize(
    ("role", "answers", "expected"),
    [
        ("requester", {}, ["cleo"]),
        ("beneficiary", {}, ["cleo"]),  # nobody else: it is for the submitter
        ("beneficiary", {"requested_for": "max"}, ["max"]),
        ("looking_on", {"watchers": ["max", "ida"]}, ["max", "ida"]),
        ("drafter", {}, ["ana", "al"]),
        ("finance", {}, ["bo", "di"]),
        ("chief", {}, ["ines"]),
        ("one", {"expert": "max"}, ["max"]),
        ("one", {}, []),
        ("several", {"experts": ["max", "ida", "max"]}, ["max", "ida"]),
        ("outsider", {"contact": {"name": "Pat", "email": "pat@acme.example"}}, ["pat@acme.example"]),
        ("boss", {}, ["mo"]),
        ("big_boss", {}, ["zoe"]),
        ("head", {}, ["hal"]),
        ("named", {}, ["energy_lead", "bo", "di"]),
        ("legal_admin", {}, ["lea"]),
        ("counsel", {}, ["ana", "al", "ines"]),
    ],
)
def test_each_source(role: str, answers: dict[str, Any], expected: list[str]) -> None:
    """W3: submitter, requested for, watchers, team, position, field, manager, head of department, plugin, site."""
    assert people(role, answers, managers={"cleo": "mo", "mo": "zoe"}, heads={"cleo": "hal"}) == expected


def test_closed_accounts_are_nobody() -> None:
    """W3: of every source."""
    assert people("finance", gone=["bo"]) == ["di"]
    assert people("one", {"expert": "max"}, gone=["max"]) == []


def test_people_may_be_given_to_a_simulation_by_role() -> None:
    """W15: whatever the role's source."""
    override = {"finance": ["flo"], "manager_of:requester": ["mo"], "one": ["nobody_by_name"]}
    sim = simulate(TEXT, {"expert": "max"}, RESOLVING, roles=ROLES, people=override)
    assert people_of(sim, "finance") == ["flo"]
    assert people_of(sim, "boss") == ["mo"]
    assert people_of(sim, "one") == ["max"]  # a fact's people stand in it


def test_site_roles_act_undeclared() -> None:
    """W3: legal_admin and counsel in `who`."""
    sim = simulate(TEXT, {}, RESOLVING, roles=ROLES)
    assert sim.allowed("lea")["admin"] == []
    assert sim.allowed("ana")["admin"] == ["Only the legal admin may do this."]
    assert sim.allowed("ines")["legal"] == []


def test_a_plugin_that_cannot_name_people_refuses_the_step_and_no_other() -> None:
    """X4, W5: with its name."""
    sim = simulate(TEXT, {"note": "break"}, RESOLVING, roles=ROLES)
    assert sim.allowed("bo")["ask"] == ["The resolver “by_sector” failed: no register."]
    assert refusal(lambda: sim.do("ask", by="bo")) == ["The resolver “by_sector” failed: no register."]
    assert sim.allowed("cleo")["end"] == []


def test_a_step_that_asks_who_decides_is_not_hidden_for_want_of_them() -> None:
    """W5: facts that the step asks for are unknown, and no reason; a known fact that names nobody is one."""
    sim = simulate(TEXT, {}, RESOLVING, roles=ROLES)
    assert sim.allowed("ana")["name"] == []
    sim.do("name", by="ana", fields={"expert": "max"})
    assert [seat.person for seat in sim.seats] == ["max"]
    sim = simulate(TEXT, {}, RESOLVING, roles=ROLES)
    assert sim.allowed("bo")["ask"] == ["Nobody can decide in the step “One”."]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("ana", ["ana"]),
        ({"email": "a@b.example"}, ["a@b.example"]),
        ({"name": "Acme", "contact": {"email": "a@b.example"}}, ["a@b.example"]),
        ([{"id": "ana"}, "bo"], ["ana", "bo"]),
        (3, []),
    ],
)
def test_the_people_in_a_fact(value: object, expected: list[str]) -> None:
    assert people_in_fact(value) == expected
