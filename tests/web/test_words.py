"""The words of the shell: each in French, each with French typography; vendored files are what they say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import formengine

PACKAGE = Path(formengine.__file__).parent
TEMPLATES = PACKAGE / "web" / "templates"
SERVICES = ("accounts", "invitations", "sessions", "tokens", "passwords", "limits", "mailbox", "organisations")
PYTHON = [*(PACKAGE / "web").glob("*.py"), *(PACKAGE / "web" / "people").glob("*.py")]
PYTHON += [PACKAGE / "services" / f"{name}.py" for name in SERVICES]
PAGES = [*TEMPLATES.glob("*.jinja2"), *(TEMPLATES / "people").glob("*.jinja2"), *(TEMPLATES / "ops").glob("*.jinja2")]
CALL = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def french() -> dict[str, str]:
    known: dict[str, str] = {}
    for name in ("web", "people"):
        with (PACKAGE / "locale" / "fr" / f"{name}.po").open("rb") as stream:
            for message in read_po(stream, locale="fr", abort_invalid=True):
                if message.id:
                    one, text = message.id, message.string
                    known[one if isinstance(one, str) else one[0]] = text if isinstance(text, str) else text[0]
    return known


def said(path: Path) -> set[str]:
    """The sentences that a file says."""
    if path.suffix == ".jinja2":
        return {ast.literal_eval(found) for found in CALL.findall(path.read_text())}
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    places = {"say": 1, "say_n": 1, "_": 0}
    found = set()
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in places and len(call.args) > places[name]:
            argument = call.args[places[name]]
            if isinstance(argument, ast.Constant):
                found.add(argument.value)
    return found


@pytest.mark.parametrize("path", [*PYTHON, *PAGES], ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_sentence_is_there_in_french(path: Path) -> None:
    """O7: French throughout."""
    known = french()
    assert sorted(said(path) - known.keys()) == []


def test_french_is_set_as_french_is() -> None:
    """O7: a non-breaking space before : ; ? ! and curly apostrophes; places are the same as in English."""
    for english, text in french().items():
        assert not re.search(r"[^\u00a0\s:/][?!;](\s|$)| [:;?!]", text), text
        assert "'" not in text, text
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", text)), english


def test_vendored_files_are_what_the_manifest_says() -> None:
    """O8: nobody edits them by hand; each has its licence beside it."""
    script = PACKAGE.parent / "scripts" / "vendor.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
