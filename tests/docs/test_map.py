"""The map names modules that exist, and the concepts people search for; numbers in docstrings can be looked up."""

from __future__ import annotations

import ast
import re

import pytest

from tests.docs.pages import ROOT

MAP = (ROOT / "docs" / "explanation" / "map.md").read_text(encoding="utf-8")
REFERENCE = ROOT / "docs" / "reference"


def test_every_module_of_the_map_exists() -> None:
    """O9: no path of the map leads nowhere."""
    paths = re.findall(r"`([\w/]+\.py)`", MAP)
    assert len(paths) > 50
    assert [path for path in paths if not (ROOT / "formengine" / path).exists()] == []


@pytest.mark.parametrize(
    "concept", ["CSRF", "ReDoS", "audit log", "sandbox", "autoreload", "hash chain", "rate limit", "CSP", "argon2"]
)
def test_the_map_leads_from_a_concept_to_its_module(concept: str) -> None:
    """O9: a search for the usual word finds a line that names a module."""
    lines = [line for line in MAP.splitlines() if concept in line]
    assert any(".py`" in line for line in lines)


def test_numbers_of_items_and_threats_can_be_looked_up() -> None:
    """O9: every number at the head of a test's docstring is on one of the two pages."""
    listed = set(re.findall(r"^\| ([A-Z]\d{1,2}) \|", (REFERENCE / "items.md").read_text("utf-8"), re.MULTILINE))
    listed |= set(re.findall(r"^\| (T\d{1,2}) \|", (REFERENCE / "threats.md").read_text("utf-8"), re.MULTILINE))
    unknown = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (docstring := ast.get_docstring(node)):
                head = docstring.split(":")[0]
                if re.fullmatch(r"[A-Z]\d{1,2}(, [A-Z]\d{1,2})*", head):
                    unknown |= set(head.split(", ")) - listed
    assert unknown == set()
    assert len(listed) > 150
