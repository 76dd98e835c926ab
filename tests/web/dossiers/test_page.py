"""The dossier page: its tabs and buttons for each role, and 404 for people without access."""

from __future__ import annotations

import pytest

from tests.web.dossiers.visitors import NDA, Opened, SignedIn

TABS = ("overview", "notes", "attachments", "children-milestone", "approvals", "answers", "history")


@pytest.mark.parametrize("name", ["maya", "paul", "sam", "theo"])
def test_every_tab_renders_for_everybody_with_access(signed_in: SignedIn, opened: Opened, name: str) -> None:
    """P16-P18, D3: each tab has an address of its own."""
    reference, reader = opened("nda", NDA), signed_in(name)
    pages = {tab: reader.get(f"/dossiers/{reference}", {"tab": tab}) for tab in TABS}
    assert {tab: page.html.find("h1").get_text() for tab, page in pages.items()} == dict.fromkeys(
        TABS, "NDA with Globex SA"
    )


def test_state_title_depends_on_the_reader(signed_in: SignedIn, opened: Opened) -> None:
    """W2, P17: clients see `client_sees`, counsel the state's own title."""
    reference = opened("nda", NDA)
    assert "With the legal team" in signed_in("maya").get(f"/dossiers/{reference}").text
    assert "Legal review" in signed_in("paul").get(f"/dossiers/{reference}").text


def test_buttons_are_the_transitions_allowed_now(signed_in: SignedIn, opened: Opened) -> None:
    """W5: exactly the transitions that the reader can perform now."""
    reference = opened("nda", NDA)
    steps = f"/dossiers/{reference}/steps/"
    client_buttons = {
        a["href"].removeprefix(steps)
        for a in signed_in("maya")
        .get(f"/dossiers/{reference}")
        .html.find_all("a", href=lambda h: h and h.startswith(steps))
    }
    counsel_buttons = {
        a["href"].removeprefix(steps)
        for a in signed_in("paul")
        .get(f"/dossiers/{reference}")
        .html.find_all("a", href=lambda h: h and h.startswith(steps))
    }
    assert client_buttons == {"withdraw"}
    assert "ask" in counsel_buttons
    assert "withdraw" not in counsel_buttons


def test_inaccessible_dossier_answers_404(signed_in: SignedIn, opened: Opened) -> None:
    """P28, T13: the response does not reveal whether the dossier exists."""
    reference = opened("nda", NDA)
    stranger = signed_in("di")
    assert stranger.get(f"/dossiers/{reference}", status=404).text != ""
    stranger.get("/dossiers/CTR-1999-0001", status=404)
    for tail in ("answers", "steps/withdraw", "notes/1", "children/milestone/new"):
        stranger.get(f"/dossiers/{reference}/{tail}", status=404)


def test_answers_are_shown_as_submitted(signed_in: SignedIn, opened: Opened) -> None:
    """F14: with the titles and options of the form."""
    reference = opened("nda", NDA)
    page = signed_in("maya").get(f"/dossiers/{reference}/answers")
    assert "Assessing a supply agreement" in page.text
    assert "Governing law" in page.text


def test_user_input_is_escaped(signed_in: SignedIn, opened: Opened) -> None:
    """T9: answers, titles and notes are rendered as text, whatever they contain."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    reference = opened("nda", {**NDA, "purpose": evil, "counterparty": {"name": evil, "country": "FR"}})
    for tab in TABS:
        page = signed_in("paul").get(f"/dossiers/{reference}", {"tab": tab})
        assert "<script>alert" not in page.text
        assert page.html.find("img", src="x") is None


@pytest.mark.parametrize("after", ["9" * 10, "9" * 19, "9" * 5000, "-1", "one", "²"])
def test_history_after_a_number_that_no_entry_has(signed_in: SignedIn, opened: Opened, after: str) -> None:
    """T14: whatever stands in the address, the page is shown, from its first entry."""
    page = signed_in("paul").get(f"/dossiers/{opened('nda', NDA)}", {"tab": "history", "after": after}, status=200)
    assert "Maya Laurent" in page.html.find("main").get_text()
