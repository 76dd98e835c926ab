"""The panel beside the buttons of a decision: what its holder reads, and who else reads it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.storage.models.rounds import Round
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.test_transitions import add_document
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, dossier_of

SUMMARY, COMMENT = "The penalty of clause 7 is not capped.", "Globex waits for us until Friday."


@pytest.fixture
def asked(signed_in: SignedIn, opened: Opened, acting: Acting, people: People, platform: Platform) -> str:
    """An NDA of Maya's that Paul has put to the data protection officer, with a summary and a comment."""
    reference = opened("nda", NDA)
    add_document(signed_in("paul"), reference)
    with acting(people("paul")) as work:
        version = dossier_of(platform, reference).version
        transitions.perform(work, reference, "ask_approval", version, {"review_summary": SUMMARY}, COMMENT)
    return reference


def panel(page: Any) -> list[tuple[str, str]]:
    """The facts beside the buttons: (title, value)."""
    entries = page.html.select(".fe-decide .fe-seen .fe-answer")
    return [(entry.dt.get_text(), entry.dd.get_text(" ", strip=True)) for entry in entries]


def test_an_approver_reads_what_the_step_required(signed_in: SignedIn, asked: str) -> None:
    """W7: beside the buttons: other party, dates, purpose, what counsel had to write, their comment, the version."""
    page = signed_in("nora").get(f"/dossiers/{asked}?tab=approvals")
    facts = dict(panel(page))
    assert facts["Purpose of the exchange"] == "Assessing a supply agreement"
    assert facts["Effective date"] == "9 March 2026"
    assert "Globex SA" in facts["Other company"]
    assert list(facts.values())[-1] == SUMMARY
    assert page.html.select_one(".fe-seen blockquote").get_text() == COMMENT
    assert "Paul" in page.html.select_one(".fe-seen figcaption").get_text()
    assert "Read version 1" in page.html.select_one(".fe-decide a.btn-outline-primary").get_text()


@pytest.mark.parametrize("comment", [None, COMMENT])
def test_who_asks_is_one_of_us(signed_in: SignedIn, asked: str, platform: Platform, comment: str | None) -> None:
    """W7: also where somebody outside took the step; a comment is theirs who wrote it."""
    with platform.database.transaction() as session:
        round_ = session.scalars(select(Round)).one()
        round_.data = {**round_.data, "opened_by": "joe@globex.test", "opened_comment": comment}
    page = signed_in("nora").get(f"/dossiers/{asked}?tab=approvals")
    words = page.html.select_one(".fe-seen figcaption" if comment else ".fe-seen > p.fe-meta").text
    assert words.startswith("Joe Martin wrote" if comment else "Asked by Paul")


def test_what_is_long_does_not_bury_the_decision(signed_in: SignedIn, asked: str, platform: Platform) -> None:
    """W7: a long answer and a long comment are folded; a link at the top leads to the buttons."""
    with platform.database.transaction() as session:
        round_ = session.scalars(select(Round)).one()
        round_.data = {**round_.data, "opened_comment": COMMENT + " Please read on." * 60 + " The end."}
    nora = signed_in("nora")
    page = nora.get(f"/dossiers/{asked}?tab=approvals")
    comment = page.html.select_one(".fe-seen blockquote .fe-long")
    assert comment.select_one(".fe-long-beginning").text.startswith(COMMENT)
    assert comment.details.get_text().endswith("The end.")
    target = page.html.select_one(".fe-decide .fe-jump a")
    assert target.text == "Go to the decision"
    assert page.html.select_one(target["href"]).select_one("button[value=approve]")
    overview = nora.get(f"/dossiers/{asked}").html
    jump, request = overview.select_one("main .fe-jump a"), overview.find(id="request-title")
    assert jump["href"].endswith(f"?tab=approvals#{target['href'].replace('#decision', 'decide')}")
    assert jump in request.find_all_previous("a"), "the way to the decision comes before the request"


def test_the_panel_speaks_the_language_of_its_reader(signed_in: SignedIn, asked: str) -> None:
    """W7: titles, dates and the words around them."""
    visitor = signed_in("nora")
    language = next(form for form in visitor.get("/account").forms.values() if "language" in form.fields)
    language.submit("language", value="fr")
    page = visitor.get(f"/dossiers/{asked}?tab=approvals")
    assert ("Finalité des échanges", "Assessing a supply agreement") in panel(page)
    assert "9 mars 2026" in dict(panel(page)).values()
    assert "De quoi il s’agit" in page.text
    assert "Lire la version 1\u00a0: " in page.html.select_one(".fe-decide a.btn-outline-primary").get_text()


def test_what_a_seat_shows_is_shown_to_its_holder_alone(signed_in: SignedIn, asked: str) -> None:
    """W7: the requester, who does not see the field, does not read it on somebody else's seat."""
    page = signed_in("maya").get(f"/dossiers/{asked}?tab=approvals")
    assert "Nora Lindqvist" in page.text
    assert SUMMARY not in page.text
    assert COMMENT not in page.text
