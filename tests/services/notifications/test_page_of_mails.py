"""The page of the docs that shows every mail: it is what the services write now, and each mail says enough (N1)."""

from __future__ import annotations

import re

import pytest

from formengine.authoring.config.mail_templates import KINDS
from scripts.write_mails import PAGE, TITLES, page

MAIL = re.compile(r"### (?P<kind>\w+): (?P<title>[^\n]*)\n\n```text\n(?P<mail>.*?)\n```", re.DOTALL)


@pytest.fixture(scope="module")
def mails() -> list[tuple[str, str, str]]:
    """The mails of the page: kind, title and text."""
    return [(match["kind"], match["title"], match["mail"]) for match in MAIL.finditer(PAGE.read_text())]


def test_the_page_of_mails_is_current() -> None:
    """N1: written by scripts/write_mails.py from cases that are played through the services."""
    assert page() == PAGE.read_text(), "run python scripts/write_mails.py"


def test_every_kind_is_on_the_page_in_both_languages(mails: list[tuple[str, str, str]]) -> None:
    """N1: each kind once at least in English and in French."""
    shown = {(kind, title.split(",")[0]) for kind, title, _mail in mails}
    assert {(kind, name) for kind in KINDS for name in TITLES.values()} <= shown


def test_each_mail_names_its_reader_and_leads_on(mails: list[tuple[str, str, str]]) -> None:
    """N1: a greeting, a sentence of its own, and (but for news that ask for nothing) where to go on."""
    for kind, title, mail in mails:
        head, _, body = mail.partition("\n\n")
        assert re.match(r"(Dear|Bonjour|Hello)\b[^\n]*,$", body.split("\n")[0]), (kind, title)
        assert "https://" in body or kind in ("copy", "code", "part_withdrawn") or "outside" in title, (kind, title)
        assert "{" not in mail, (kind, title)
        assert len(body.partition("-- \n")[0]) > 120, (kind, title)
        assert head.startswith("From: "), (kind, title)


def test_subjects_differ(mails: list[tuple[str, str, str]]) -> None:
    """N1: they can be told apart and searched: those about a dossier bear its reference and title.

    `sign_up_known` looks like `sign_up` from outside, so as not to tell who has an account.
    """
    subjects = [re.search(r"Subject: ([^\n]*)", mail)[1] for _kind, _title, mail in mails]  # type: ignore[index]
    kinds = {
        (subject, kind) for subject, (kind, *_rest) in zip(subjects, mails, strict=True) if kind != "sign_up_known"
    }
    assert len(kinds) == len(set(subjects))
    for subject, (kind, _title, mail) in zip(subjects, mails, strict=True):
        reference = re.search(r"/dossiers/([A-Z]+-\d{4}-\d+)", mail)
        assert kind in ("digest", "overview") or reference is None or reference[1] in subject, subject
