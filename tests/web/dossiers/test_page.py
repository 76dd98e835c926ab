"""A dossier's page: its tabs for each side, its buttons, what strangers get."""

from __future__ import annotations

import pytest

from tests.web.dossiers.visitors import NDA, Opened, SignedIn

TABS = ("overview", "notes", "attachments", "children-milestone", "approvals", "answers", "history")


@pytest.mark.parametrize("who", ["maya", "paul", "sam", "theo"])
def test_every_tab_opens_for_everybody_who_may_read(signed_in: SignedIn, opened: Opened, who: str) -> None:
    """P16-P18, D3: every tab is an address of its own."""
    reference, reader = opened("nda", NDA), signed_in(who)
    pages = {tab: reader.get(f"/dossiers/{reference}", {"tab": tab}) for tab in TABS}
    assert {tab: page.html.find("h1").get_text() for tab, page in pages.items()} == dict.fromkeys(
        TABS, "NDA with Globex SA"
    )


def test_shows_the_state_in_the_words_of_each_side(signed_in: SignedIn, opened: Opened) -> None:
    """W2, P17: the client reads `client_sees`, counsel the state's own title."""
    reference = opened("nda", NDA)
    assert "With the legal team" in signed_in("maya").get(f"/dossiers/{reference}").text
    assert "Legal review" in signed_in("paul").get(f"/dossiers/{reference}").text


def test_buttons_are_the_transitions_allowed_now(signed_in: SignedIn, opened: Opened) -> None:
    """W5: the buttons shown are exactly what the reader may do now."""
    reference = opened("nda", NDA)
    steps = f"/dossiers/{reference}/steps/"
    mine = {
        a["href"].removeprefix(steps)
        for a in signed_in("maya")
        .get(f"/dossiers/{reference}")
        .html.find_all("a", href=lambda h: h and h.startswith(steps))
    }
    theirs = {
        a["href"].removeprefix(steps)
        for a in signed_in("paul")
        .get(f"/dossiers/{reference}")
        .html.find_all("a", href=lambda h: h and h.startswith(steps))
    }
    assert mine == {"withdraw"}
    assert "ask" in theirs
    assert "withdraw" not in theirs


def test_a_foreign_dossier_is_not_there(signed_in: SignedIn, opened: Opened) -> None:
    """P28, T13: whoever may not see a dossier cannot tell that there is one."""
    reference = opened("nda", NDA)
    stranger = signed_in("di")
    assert stranger.get(f"/dossiers/{reference}", status=404).text != ""
    stranger.get("/dossiers/CTR-1999-0001", status=404)
    for tail in ("answers", "steps/withdraw", "notes/1", "children/milestone/new"):
        stranger.get(f"/dossiers/{reference}/{tail}", status=404)


def test_the_answers_are_shown_as_they_were_sent(signed_in: SignedIn, opened: Opened) -> None:
    """F14: the page of the answers, with the words of the form."""
    reference = opened("nda", NDA)
    page = signed_in("maya").get(f"/dossiers/{reference}/answers")
    assert "Assessing a supply agreement" in page.text
    assert "Governing law" in page.text


def test_what_was_typed_is_never_markup(signed_in: SignedIn, opened: Opened) -> None:
    """T9: answers, titles and notes are text, whatever they hold."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    reference = opened("nda", {**NDA, "purpose": evil, "counterparty": {"name": evil, "country": "FR"}})
    for tab in TABS:
        page = signed_in("paul").get(f"/dossiers/{reference}", {"tab": tab})
        assert "<script>alert" not in page.text
        assert page.html.find("img", src="x") is None
