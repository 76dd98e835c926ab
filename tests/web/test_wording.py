"""The words of the product: each in French, each with French typography; vendored files are what they say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import formengine
from formengine.i18n import say
from formengine.services.case import timeline as chronicle
from formengine.web.desk import page as desk

PACKAGE = Path(formengine.__file__).parent
LOCALE = PACKAGE / "locale" / "fr"
TEXTS = sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".jinja2"))
CALL = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def read(path: Path) -> dict[str, str]:
    """The sentences of one catalogue, with their French (of those with a number, the singular)."""
    known: dict[str, str] = {}
    with path.open("rb") as stream:
        for message in read_po(stream, locale="fr", abort_invalid=True):
            if message.id:
                one, text = message.id, message.string
                known[one if isinstance(one, str) else one[0]] = text if isinstance(text, str) else text[0]
    return known


def french() -> dict[str, str]:
    return {english: text for path in LOCALE.glob("*.po") for english, text in read(path).items()}


CATALOGUE = french()


def said(path: Path) -> set[str]:
    """The sentences that a file says."""
    if path.suffix == ".jinja2":
        return {ast.literal_eval(found) for found in CALL.findall(path.read_text())}
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    places = {"say": 1, "say_n": 1, "_": 0}
    found = set()
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in places and len(call.args) > places[name]:
            argument = call.args[places[name]]
            if isinstance(argument, ast.Constant):
                found.add(argument.value)
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_sentence_is_there_in_french(path: Path) -> None:
    """O7: French throughout, in the code and in the templates alike."""
    assert sorted(said(path) - CATALOGUE.keys()) == []


def test_sentences_kept_in_tables_are_there_in_french() -> None:
    """O7: what is looked up by a variable cannot be found by reading the calls."""
    kept = {*chronicle.SENTENCES.values(), *chronicle.AUTOMATIC_TITLES.values(), *desk.TITLES.values()}
    assert sorted(kept - CATALOGUE.keys()) == []


def test_a_sentence_has_one_french() -> None:
    """O7: catalogues are merged, so that two translations of one sentence would be a matter of luck."""
    found: dict[str, set[str]] = {}
    for path in LOCALE.glob("*.po"):
        for english, text in read(path).items():
            found.setdefault(english, set()).add(text)
    assert {english: texts for english, texts in found.items() if len(texts) > 1} == {}


WORDS = {
    "Sign in": "Se connecter", "Sign out": "Se déconnecter", "New request": "Nouvelle demande",
    "Submit request": "Soumettre la demande", "Next": "Suivant", "Back": "Précédent",
    "Check your answers": "Vérifier vos réponses", "Change": "Modifier",
    "Make visible to client": "Rendre visible au client", "Notes": "Notes", "Attachments": "Pièces jointes",
    "Hearings": "Audiences", "Milestones": "Jalons", "Add note": "Ajouter une note",
    "Attach files": "Joindre des fichiers", "Add milestone": "Ajouter un jalon", "Approve": "Approuver",
    "Reject": "Rejeter", "Sign": "Signer", "Decline": "Refuser de signer", "Claim": "Prendre en charge",
    "Assign": "Attribuer", "Matters": "Dossiers", "Litigation": "Contentieux", "Contracts": "Contrats",
    "Approvals and signatures": "Approbations et signatures", "History": "Historique",
}  # fmt: skip
"""The promised words on buttons and links, of those controls that there are."""


@pytest.mark.parametrize("english", WORDS)
def test_promised_words_are_kept(english: str) -> None:
    """O7: said by a page, and in French as promised."""
    pages = [path for path in TEXTS if path.is_relative_to(PACKAGE / "web")]
    assert any(english in said(path) or f'"{english}"' in path.read_text() for path in pages)
    assert say("fr", english) == WORDS[english]


def test_french_is_set_as_french_is() -> None:
    """O7: a non-breaking space before : ; ? ! and curly apostrophes; places are the same as in English."""
    for english, text in CATALOGUE.items():
        assert not re.search(r"[^\u00a0\s:/][?!;](\s|$)| [:;?!]", text), text
        assert "'" not in text, text
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", text)), english


def test_vendored_files_are_what_the_manifest_says() -> None:
    """O8: nobody edits them by hand; each has its licence beside it."""
    script = PACKAGE.parent / "scripts" / "vendor.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
