"""The sentences people read."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import formengine.forms
from formengine.forms import Form
from formengine.forms.kinds.builtin import KINDS
from formengine.forms.validation import messages as wording
from formengine.i18n import translations

HERE = Path(formengine.forms.__file__).parent


def _sentences() -> set[str]:
    """Every literal passed to `say`, and the tables of messages."""
    texts = set(wording.FIXED_MESSAGES.values()) | set(wording._TYPES.values()) | set(wording.FORMAT_MESSAGES.values())
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
                "say",
                "_bound",
            ):
                texts |= {
                    item.value for item in node.args if isinstance(item, ast.Constant) and len(str(item.value)) > 2
                }
    for path in (HERE / "templates").glob("*.jinja2"):
        texts |= set(re.findall(r'say\("([^"]+)"', path.read_text(encoding="utf-8")))
    texts |= {
        item["title"] for kind in KINDS.values() for item in kind.get("properties", {}).values() if "title" in item
    }
    return texts


def test_every_sentence_has_its_french() -> None:
    """F6: every text of ours has a French translation."""
    french = translations("fr")
    same = {text for text in _sentences() if french.gettext(text) == text}
    assert same == set()


def test_every_keyword_has_its_own_sentence() -> None:
    """F6: each keyword has a message of its own, in both languages."""
    schema = {
        "type": "object",
        "minProperties": 9,
        "properties": {
            "a": {"type": "string", "minLength": 3, "format": "email"},
            "b": {"type": "number", "minimum": 1000.5, "multipleOf": 7},
            "c": {
                "type": "array",
                "minItems": 2,
                "uniqueItems": True,
                "items": {"type": "integer"},
                "contains": {"const": 3},
            },
            "d": {"const": "x"},
            "e": {"not": {"type": "string"}},
        },
    }
    data = {"a": "x", "b": 5, "c": [1, 1, 1], "d": "y", "e": "z"}
    english = {error.keyword: error.message for error in Form(schema).validate(data)}
    french = {error.keyword: error.message for error in Form(schema, locale="fr").validate(data)}
    assert english["minimum"] == "This must be 1,000.5 or more."
    assert french["minimum"] == "Ce nombre doit être d’au moins 1\u202f000,5."
    assert set(english) == set(french) == {
        "minProperties", "minLength", "format", "minimum", "multipleOf", "uniqueItems", "contains", "const", "not",
    }  # fmt: skip
    assert all(english[keyword] != french[keyword] for keyword in english)
    assert not any("This does not fit" in text for text in english.values())


def test_a_french_error_is_announced_as_french_is_written() -> None:
    """F4: a space that does not break stands before the colon."""
    form = Form({"required": ["a"], "properties": {"a": {"type": "string"}}}, locale="fr")
    assert "Erreur\u00a0: </span>" in form.read([]).html()
