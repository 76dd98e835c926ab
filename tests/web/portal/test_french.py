"""Every text of the pages has a French translation."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from formengine.i18n import translations

WEB = Path(__file__).parents[3] / "formengine" / "web"
AREAS = ("portal", "dossiers", "desk", "act")
CALL = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def in_templates(area: str) -> set[str]:
    texts = (path.read_text() for path in (WEB / "templates" / area).glob("*.jinja2"))
    return {ast.literal_eval(literal) for text in texts for literal in CALL.findall(text)}


def in_code(area: str) -> set[str]:
    texts = set()
    for path in (WEB / area).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_say_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
            if is_say_call and isinstance(node.args[1], ast.Constant):
                texts.add(str(node.args[1].value))
    return texts


@pytest.mark.parametrize("area", AREAS)
def test_text_is_translated(area: str) -> None:
    """O7: all French, with French typography."""
    catalogue = translations("fr")
    same = {
        "Excellent",
        "Important",
        "Signature",
        "Questionnaire",
        "Documents",
        "Notes",
        "Dates",
        "Pages",
        "Menu",
        "Europe",
        "Questions",
        "version {n}",
    }
    expected = (in_templates(area) | in_code(area)) - same
    assert {text for text in expected if catalogue.gettext(text) == text} == set()
    spaced = [catalogue.gettext(text) for text in expected]
    assert [text for text in spaced if re.search(r" [:;?!»]|« |'", text)] == []
