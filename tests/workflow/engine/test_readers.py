"""Roles that keep others out (`except`), and who sees a restricted dossier by a role (U11)."""

from __future__ import annotations

import pytest

from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.readers import RoleReaders, role_readers, seeing_roles
from formengine.workflow.engine.roles import is_kept_out
from tests.workflow.builders import people_of, refusal, simulate, unchecked

FLOW = """
starts_in: a
{sees}
states: {{a: {{}}, z: {{ends: true}}}}
transitions:
  go: {{from: a, to: z, who: [reviewer, chief, counsel]}}
  withdraw: {{from: a, to: z, who: [requester]}}
"""
ROLES = "reviewer: {team: contracts, except: [outsider, drafter]}"


def test_people_of_except_are_not_of_the_role() -> None:
    """U11: neither by account nor by e-mail address, in whatever case it was typed."""
    sim = simulate(
        FLOW.format(sees=""),
        roles=ROLES,
        answers={"contact": {"name": "Al", "email": "Al@acme.example"}},
        people={"team:contracts": ["ana", "al@acme.example"]},
    )
    assert people_of(sim, "reviewer") == ["ana"]
    assert refusal(lambda: sim.do("go", by="al@acme.example"))


@pytest.mark.parametrize(
    ("sees", "roles"),
    [("", ("reviewer", "chief", "requester")), ("sees: [chief, counsel]", ("chief", "counsel")), ("sees: []", ())],
)
def test_roles_that_act_see_unless_sees_names_others(sees: str, roles: tuple[str, ...]) -> None:
    """U11: by default the declared roles of every `who`, and never all counsel."""
    sim = simulate(FLOW.format(sees=sees), roles=ROLES)
    assert seeing_roles(sim.workflow) == roles
    assert {name for name in ("cleo", "ana", "al", "ines", "bo", "lea") if sim.sees(name)} == {
        "cleo",
        "lea",
        *({"ana", "al", "ines"} if not sees or "counsel" in sees else ()),
    }


def test_teams_and_positions_stand_for_whoever_holds_them() -> None:
    """U11: people in a fact are named; the requester, who sees it anyway, is not."""
    sim = simulate(FLOW.format(sees=""), roles=ROLES, answers={"contact": {"name": "Cy", "email": "Cy@acme.example"}})
    kept_out = frozenset({"person:cy@acme.example"})
    assert role_readers(Execution(sim.workflow, sim.case, sim._context())) == [
        RoleReaders("reviewer", frozenset({"team:contracts"}), kept_out),
        RoleReaders("chief", frozenset({"position:general_counsel"})),
    ]


@pytest.mark.parametrize(
    ("roles", "wrong"),
    [
        ("reviewer: {team: contracts, except: [reviewer]}", "`reviewer` itself"),
        ("reviewer: {team: contracts, except: [boss]}\nboss: {manager_of: reviewer}", "`reviewer` itself"),
        ("reviewer: {team: contracts, except: [acused]}", "no role `acused`"),
    ],
)
def test_a_role_does_not_keep_itself_out(roles: str, wrong: str) -> None:
    """W13: directly or through others; names are checked."""
    with pytest.raises(AssertionError, match=wrong):
        simulate(FLOW.format(sees=""), roles=roles)
    assert unchecked(FLOW.format(sees=""), roles=roles)


def test_a_quorum_is_counted_without_those_kept_out() -> None:
    """W13: of a team of two that keeps one team member's position out, two cannot agree."""
    text = """
starts_in: a
states: {a: {approval: internal, approved: z, rejected: z}, z: {ends: true}}
transitions: {withdraw: {from: a, to: z, who: [requester]}}
approvals: {internal: {steps: [{name: Desk, approvers: [{role: reviewer, need: 2}]}]}}
"""
    with pytest.raises(AssertionError, match="leaves only"):
        simulate(text, roles="reviewer: {team: finance, except: [other]}\nother: {team: finance}")


def test_nobody_is_kept_out_of_a_role_without_except() -> None:
    """U11: and no directory is asked."""
    sim = simulate(FLOW.format(sees=""), roles="reviewer: {team: contracts}")
    execution = Execution(sim.workflow, sim.case, sim._context())
    assert not is_kept_out(execution, sim.workflow.roles["reviewer"], "ana")


IN_CHARGE = """
starts_in: a
{sees}
states: {{a: {{}}, z: {{ends: true}}}}
transitions: {{go: {{from: a, to: z, who: [chief]}}}}
children:
  part:
    fields: {{owner: {{$ref: "formengine:person"}}}}
    starts_in: open
    states: {{open: {{}}, shut: {{ends: true}}}}
    transitions: {{shut: {{from: open, to: shut, who: [owner, board]}}}}
"""


@pytest.mark.parametrize(
    ("sees", "roles"),
    [("", ("chief", "board")), ("sees: [chief, owner]", ("chief", "owner")), ("sees: [chief]", ("chief",))],
)
def test_who_is_in_charge_of_a_child_sees_the_dossier_only_where_sees_says_so(
    sees: str, roles: tuple[str, ...]
) -> None:
    """W23, U11: a role that a child's own field fills is no seeing role by a `who`."""
    assert seeing_roles(unchecked(IN_CHARGE.format(sees=sees), roles="owner: {field: owner}")) == roles
