"""Terms of the pages against the glossary."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT
from tests.web.test_wording import CATALOGUE, TEXTS, said

PAGE = (ROOT / "docs" / "reference" / "glossary.md").read_text(encoding="utf-8")
PROMISED = (
    "request type", "submission", "dossier", "facts", "workflow", "state", "transition", "step", "approval round",
    "seat", "decision", "signature round", "note", "attachment", "document", "hearing", "milestone", "deadline",
    "development",
    "person", "organisation", "department", "team", "position", "role", "pack", "site", "publication",
)  # fmt: skip
OTHERS = {
    "ticket": "dossier", "case file": "dossier", "user": "person", "users": "people", "attachement": "attachment",
    "approver group": "step", "phase": "state", "tenant": "organisation", "comment thread": "notes",
}  # fmt: skip
"""Words for the same things that pages do not say."""


def test_each_term_is_in_the_glossary() -> None:
    """O9: every term of the product."""
    missing = [word for word in PROMISED if not re.search(rf"^\| [^|]*\b{word}\b[^|]*\|", PAGE, re.MULTILINE)]
    assert missing == []


def test_pages_use_no_synonyms() -> None:
    """O9: each thing has one term."""
    synonym = re.compile(rf"\b({'|'.join(OTHERS)})\b")
    texts = {(path, text) for path in TEXTS for text in said(path)}
    assert [(str(path), text) for path, text in texts if synonym.search(text.casefold())] == []


def test_french_terms_are_used_on_pages() -> None:
    """O7, O9: the French terms in the glossary are those of the French pages, where they occur."""
    french = " ".join(CATALOGUE.values()).casefold()
    for entry in ("attachment", "hearing", "deadline", "note", "document", "dossier", "development", "workflow"):
        (words,) = re.findall(rf"{entry} \(\*([^*]+)\*\)", PAGE)
        assert words.split()[0].casefold() in french, entry
