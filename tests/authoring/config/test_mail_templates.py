"""Mail texts: ours for each kind and language, the site's over them, and what is wrong in those."""

from __future__ import annotations

import re
from typing import Any

import pytest

from formengine.authoring import mail_findings
from formengine.authoring.config.mail_templates import KINDS, default_text, read_mail_texts
from formengine.mail import render_mail, variables_of
from tests.authoring.sites import codes

COMMON: dict[str, Any] = {
    "person": {"name": "Maya", "email": "maya@example.com"},
    "actor": {"name": "Paul"},
    "portal": {"name": "Legal portal", "url": "https://p.example.com", "help": "legal@example.com"},
    "dossier": {"reference": "CTR-2026-0001", "title": "NDA", "url": "https://p.example.com/dossiers/CTR-2026-0001"},
    "link": "https://p.example.com/x",
}
MORE: dict[str, Any] = {
    "days": 7,
    "minutes": 60,
    "request": {"title": "NDA"},
    "answers": [{"title": "Purpose", "value": "Test"}],
    "note": {"text": "Hello", "author": "Ana"},
    "transition": "Ask",
    "state": "Review",
    "comment": "Because",
    "round": {"name": "Internal"},
    "status": "approved",
    "deadline": {"name": "Turnaround", "due": "2 March 2026"},
    "items": [{"text": "News", "url": "https://p.example.com/y"}],
    "code": "123456",
    "late": True,
}


UNCONFIRMED = ("sign_up", "sign_up_known", "confirm_request")
"""Kinds that go to an address which nobody has confirmed: the name is not known to be its owner's."""


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_text_of_ours_in_both_languages(kind: str, language: str) -> None:
    """N1: every kind of mail renders a subject and a body in English and French, with all variables and with the common
    ones only.
    """
    text = default_text(kind, language)
    assert list(mail_findings({(kind, language): text}, variables_of)) == []
    for variables in ({**COMMON, **MORE}, COMMON):
        subject, body = render_mail(text, variables)
        assert subject
        assert (COMMON["person"]["name"] in body) is (kind not in UNCONFIRMED)
        assert "{" not in subject + body
    assert ("Bonjour" in body) == (language == "fr")


def test_a_language_that_we_have_not_gets_english_and_a_strange_kind_something() -> None:
    assert default_text("note", "ar") == default_text("note", "en")
    assert default_text("note", "fr-CA") == default_text("note", "fr")
    assert render_mail(default_text("../note", "en"), COMMON)[0] == "Legal portal"


def test_french_marks_have_their_no_break_space() -> None:
    """O7: no colon or question mark alone at the beginning of a line."""
    for kind in KINDS:
        text = default_text(kind, "fr")
        words = re.sub(r"\{%.*?%\}", "", text)
        assert not any(f" {mark}" in words for mark in ":;?!"), kind


def test_the_sites_texts_are_read_by_their_names() -> None:
    texts, findings = read_mail_texts({"config/mail/note.fr.txt": b"Une note\r\n\r\nBonjour"})
    assert findings == []
    assert texts == {("note", "fr"): "Une note\n\nBonjour"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.en.txt", b"S\nB", "mail-kind"),
        ("note.txt", b"S\nB", "mail-name"),
        ("note.en.md", b"S\nB", "mail-name"),
        ("note.en.txt", b"Subject alone\n", "mail-empty"),
        ("note.en.txt", b"S\n\xff", "encoding"),
    ],
)
def test_a_file_that_is_no_mail_text_is_a_finding(name: str, content: bytes, code: str) -> None:
    texts, findings = read_mail_texts({f"config/mail/{name}": content})
    assert texts == {}
    assert codes(findings) == [code]


def test_unknown_variables_and_forbidden_constructs_are_findings() -> None:
    """A1: mail texts are checked before one is sent."""
    texts = {("note", "en"): "S\n\n{{ note.text }}\n{{ dosier.title }}", ("code", "en"): "S\n{% set x = 1 %}"}
    findings = list(mail_findings(texts, variables_of))
    assert codes(findings) == ["mail-variable", "mail-text"]
    assert findings[0].line == 4
    assert 'did you mean "dossier"' in findings[0].message
