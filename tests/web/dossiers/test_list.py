"""Lists of dossiers by kind, with filters, search and paging."""

from __future__ import annotations

import pytest

from formengine.services.dossiers import dossier_ids
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn


def test_each_kind_has_its_page(signed_in: SignedIn, opened: Opened) -> None:
    """P12, P21: contracts and matters are on separate pages."""
    contract, matter = opened("nda", NDA), opened("legal_advice", ADVICE)
    maya = signed_in("maya")
    assert contract in maya.get("/contracts").text
    assert matter not in maya.get("/contracts").text
    assert matter in maya.get("/matters").text
    assert "There is nothing here yet." in maya.get("/litigation").text


def test_list_shows_a_client_only_their_own_dossiers(signed_in: SignedIn, opened: Opened) -> None:
    """P28, T43: the query limits the list."""
    own_reference, foreign_reference = opened("nda", NDA), opened("nda", NDA, by="cleo")
    page = signed_in("maya").get("/contracts")
    assert own_reference in page.text
    assert foreign_reference not in page.text
    assert foreign_reference in signed_in("paul").get("/contracts").text


def test_list_is_filtered_and_searched(signed_in: SignedIn, opened: Opened) -> None:
    """P13: by status, practice area, and words."""
    reference = opened("nda", NDA)
    maya = signed_in("maya")
    for query, is_listed in (
        ({"q": "globex"}, True),
        ({"q": "zeppelin"}, False),
        ({"state": "in_progress"}, True),
        ({"state": "done"}, False),
        ({"practice_area": "commercial"}, True),
        ({"practice_area": "nothing"}, False),
        ({"state": "' OR 1=1"}, True),
    ):
        assert (reference in maya.get("/contracts", query).text) is is_listed, query


def test_a_client_is_told_which_filter_is_not_for_them(signed_in: SignedIn, opened: Opened) -> None:
    """P28, P13: neither by the team's id nor by the desk's tabs is anything filtered or exported; the page says so and
    shows the list, also as a saved view.
    """
    reference = opened("nda", NDA)
    maya, paul = signed_in("maya"), signed_in("paul")
    for query in ("team=nobody_of_ours", "tab=late", "turn=others"):
        page = maya.get(f"/contracts?{query}", status=200)
        assert page.html.select_one(".fe-table tbody").get_text().count(reference) == 1, query
        assert "only the legal team sees" in page.text, query
        assert page.html.select(".fe-chip") == [], query
    token = maya.cookies["fe_csrf"]
    maya.post(
        "/views", {"csrf_token": token, "page": "contracts", "name": "Late", "query": "tab=late&q=NDA"}, status="*"
    )
    assert "tab=late" not in maya.get("/contracts").text
    assert "q=NDA" in maya.get("/contracts").text
    assert reference not in paul.get("/contracts?team=nobody_of_ours").text
    assert "only the legal team sees" not in paul.get("/contracts?tab=late").text


def test_numbers_of_a_search_stop_at_a_bound(
    signed_in: SignedIn, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2, P13: the page and the desk say that there are more, and offer what to filter by without numbers."""
    monkeypatch.setattr(dossier_ids, "FEW", 2)
    for _ in range(3):
        opened("nda", NDA)
    paul = signed_in("paul")
    page = paul.get("/contracts?q=globex")
    assert "More than 2 dossiers" in page.html.select_one(".fe-found-count").text
    assert "add a word, or filter" in page.html.select_one(".fe-found-count").text
    assert "In progress" in page.html.select_one(".fe-pills").text
    assert page.html.select(".fe-pills .fe-count") == []
    assert "(" not in page.html.select_one("#practice_area").text
    assert "3 dossiers" in paul.get("/contracts").text
    assert "More than 2 dossiers" in paul.get("/desk?tab=queue&q=globex").html.select_one(".fe-found-count").text


def test_list_is_paged(opened: Opened, acting: Acting, people: People) -> None:
    """T49: page size is limited; all pages together contain every dossier once."""
    references = [opened("nda", NDA) for _ in range(5)]
    with acting(people("maya")) as work:
        first = dossier_page(work, ListFilter(kinds=("contract",)), limit=3)
        second = dossier_page(work, ListFilter(kinds=("contract",)), after=first.next, limit=3)
    listed = [row.reference for row in (*first.items, *second.items)]
    assert sorted(listed) == sorted(references)
    assert second.next is None


def test_list_has_a_new_request_button(signed_in: SignedIn) -> None:
    """P15: on every list."""
    assert signed_in("maya").get("/matters").html.find("a", string="New request") is not None
