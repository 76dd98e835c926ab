"""Addresses that only take posts, opened by a browser: the page that has the form (F6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.databases import database_kind
from tests.web.dossiers.visitors import SignedIn, app, signed_in

__all__ = ["app", "database_kind", "signed_in"]
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("tail", "page"),
    [
        ("notes", "?tab=notes"),
        ("documents/contract", "?tab=attachments"),
        ("seats/correction", "?tab=approvals"),
        ("decision", "?tab=approvals"),
        ("children/hearing/1/visibility", "?tab=children-hearing"),
        ("developments/3", "?tab=history"),
        ("watcher", ""),
    ],
)
def test_a_page_with_errors_is_opened_again(signed_in: SignedIn, tail: str, page: str) -> None:
    """F6: its address, reloaded or typed, leads to the tab with its form."""
    answer = signed_in("maya").get(f"/dossiers/MAT-2026-0001/{tail}", headers=BROWSER, status=303)
    assert answer.location.endswith(f"/dossiers/MAT-2026-0001{page}")


def test_the_list_of_people_is_reloaded_after_a_post(signed_in: SignedIn) -> None:
    """F6: and so is one's own account; programs read which methods there are, and nothing else is opened."""
    sam: Any = signed_in("sam")
    assert "Invite somebody" in sam.get("/admin/people", headers=BROWSER, status=200)
    assert sam.get("/admin/people/new/role", headers=BROWSER, status=303).location.endswith("/admin/people/new")
    assert sam.get("/account/profile", headers=BROWSER, status=303).location.endswith("/account")
    assert sam.get("/account/profile", status=405).headers["Allow"] == "POST"
    sam.put("/admin/people", headers=BROWSER, status=405)
    sam.get("/sign-out", headers=BROWSER, status=405)
    sam.get("/dossiers/%0d%0aX: y/notes", headers=BROWSER, status=303)
    sam.get("/nowhere/at/all", headers=BROWSER, status=404)
