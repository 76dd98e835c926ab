"""The sets of site roles are written once."""

from __future__ import annotations

import ast
from pathlib import Path

import formengine
from formengine.workflow.definition.site_roles import CLIENT_ROLES, LEGAL_TEAM_ROLES, SITE_ROLES

ROOT = Path(formengine.__file__).parent


def test_no_other_module_spells_out_who_clients_and_the_legal_team_are() -> None:
    """A list of roles that is written twice is changed once."""
    sets = (set(CLIENT_ROLES), set(LEGAL_TEAM_ROLES), set(SITE_ROLES))
    copies = []
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                values = [item.value for item in node.elts if isinstance(item, ast.Constant)]
                if len(values) == len(node.elts) and set(map(str, values)) in sets:
                    copies.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert {copy.partition(":")[0] for copy in copies} == {"workflow/definition/site_roles.py"}, copies


def test_every_role_is_of_clients_of_the_legal_team_or_the_auditor() -> None:
    """U7: a new role has to be put on one side, or it reads as nobody."""
    assert {*CLIENT_ROLES, *LEGAL_TEAM_ROLES, "auditor"} == set(SITE_ROLES)
    assert not set(CLIENT_ROLES) & set(LEGAL_TEAM_ROLES)
