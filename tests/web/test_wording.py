"""French translations of all texts and their typography; hashes of vendored files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

import formengine
from formengine.documents import reader_words
from formengine.i18n import say
from formengine.services.accounts import account_history
from formengine.services.case import timeline as chronicle
from formengine.services.notifications import delivery_problems, kinds
from formengine.web.desk import page as desk
from formengine.workflow.definition import site_roles, usual_titles

PACKAGE = Path(formengine.__file__).parent
LOCALE = PACKAGE / "locale" / "fr"
TEXTS = sorted(path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".jinja2"))
CALL = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")


def read(path: Path) -> dict[str, str]:
    """The texts of one catalogue with their French (the singular, for texts with a number)."""
    translations: dict[str, str] = {}
    with path.open("rb") as stream:
        for message in read_po(stream, locale="fr", abort_invalid=True):
            if message.id:
                english, text = message.id, message.string
                translations[english if isinstance(english, str) else english[0]] = (
                    text if isinstance(text, str) else text[0]
                )
    return translations


def french() -> dict[str, str]:
    return {english: text for path in LOCALE.glob("*.po") for english, text in read(path).items()}


CATALOGUE = french()


@cache
def said(path: Path) -> set[str]:
    """The texts that a file passes to `say` or its equivalents."""
    source = path.read_text()
    if path.suffix == ".jinja2":
        return {ast.literal_eval(texts) for texts in CALL.findall(source)}
    places = {"say": 1, "say_n": 1, "_": 0}
    texts = set[str]()
    if not any(f"{name}(" in source for name in places):  # most files: to parse all takes seconds
        return texts
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in places and len(call.args) > places[name]:
            argument = call.args[places[name]]
            if isinstance(argument, ast.Constant):
                texts.add(argument.value)
    return texts


def test_every_text_has_a_french_translation() -> None:
    """O7: in code and templates."""
    missing = {path: said(path) - CATALOGUE.keys() for path in TEXTS}
    assert {str(path.relative_to(PACKAGE)): texts for path, texts in missing.items() if texts} == {}


def test_texts_in_tables_have_a_french_translation() -> None:
    """O7: those looked up by a variable, which are not found by scanning calls."""
    texts = {
        *chronicle.SENTENCES.values(),
        *chronicle.AUTOMATIC_TITLES.values(),
        chronicle.MOVED_TO_STATE,
        *desk.TITLES.values(),
        *kinds.TITLES.values(),
        *delivery_problems.SENTENCES,
        *account_history.SENTENCES.values(),
        *site_roles.ROLE_TITLES.values(),
        *usual_titles.USUAL_TITLES.values(),
        usual_titles.WHO_SIGNS,
        *reader_words.WORDS.values(),
        *account_history.FIELD_TITLES.values(),
    }
    assert sorted(texts - CATALOGUE.keys()) == []


def test_each_text_has_one_french_translation() -> None:
    """O7: catalogues are merged, so a second translation would win at random."""
    translations: dict[str, set[str]] = {}
    for path in LOCALE.glob("*.po"):
        for english, text in read(path).items():
            translations.setdefault(english, set()).add(text)
    assert {english: texts for english, texts in translations.items() if len(texts) > 1} == {}


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
    "Sign up": "S’inscrire", "Export to Excel": "Exporter vers Excel", "Export to CSV": "Exporter en CSV",
    "Save draft": "Enregistrer le brouillon", "Drafts": "Brouillons", "Resume": "Reprendre",
    "Start from this one": "Repartir de celle-ci", "Change request type": "Changer de type de demande",
    "Share with the organisation": "Partager avec l’organisation", "Restrict": "Restreindre",
    "Forward to somebody else": "Transmettre à une autre personne",
    "Upload a new version": "Déposer une nouvelle version", "Abstain": "S’abstenir", "Try again": "Réessayer",
    "Inbox": "Boîte de réception", "Mark all as read": "Tout marquer comme lu", "Save view": "Enregistrer la vue",
}  # fmt: skip
"""The promised words on buttons and links, of those controls that there are."""


def test_specified_french_terms_are_used() -> None:
    """O7: pages use the terms that the items of the specification name."""
    pages = {path: path.read_text() for path in TEXTS if path.is_relative_to(PACKAGE / "web")}
    for english, text in WORDS.items():
        assert any(english in said(path) or f'"{english}"' in source for path, source in pages.items()), english
        assert say("fr", english) == text


def test_french_typography_and_placeholders() -> None:
    """O7: non-breaking spaces before : ; ? ! and curly apostrophes; the placeholders are those of the English text."""
    for english, text in CATALOGUE.items():
        assert not re.search(r"[^\u00a0\s:/][?!;](\s|$)| [:;?!]", text), text
        assert "'" not in text, text
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", text)), english


def test_vendored_files_match_the_manifest() -> None:
    """O8: none is edited by hand; each has its licence."""
    script = PACKAGE.parent / "scripts" / "vendor.py"
    process = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert (process.returncode, process.stdout) == (0, "")
