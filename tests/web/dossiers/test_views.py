"""Saved views: saved from a list, opened, changed and deleted on a page of their own."""

from __future__ import annotations

import pytest

from formengine.errors import Refused
from formengine.services.dossiers import saved_views
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, form_to


def saved(visitor: Visitor, address: str, name: str, default: bool = False) -> Visitor:
    form = form_to(visitor.get(address), "/views")
    form["name"], form["default"] = name, default
    form.submit(status=303)
    return visitor


def test_a_filter_is_saved_and_opened_again(signed_in: SignedIn, opened: Opened) -> None:
    """D2: under a name, as a link above the list; the present one is marked."""
    opened("nda", NDA)
    maya = signed_in("maya")
    page = form_to(maya.get("/contracts?q=globex&priority=normal&sort=title"), "/views")
    page["name"] = "  My   leases "
    answer = page.submit(status=303)
    assert answer.location.endswith("/contracts?priority=normal&q=globex&sort=title")
    link = answer.follow().html.select_one(".fe-views a[aria-current]")
    assert link is not None
    assert link.get_text() == "My leases"
    assert maya.get(link["href"]).html.select_one(".fe-save-view") is None, "it is saved already"
    assert "My leases" not in maya.get("/matters").text
    assert "My leases" not in signed_in("cleo").get("/contracts").text


def test_a_default_view_opens_its_list(signed_in: SignedIn, opened: Opened) -> None:
    """D2: where the address says nothing; the whole list has an address too."""
    opened("nda", NDA)
    maya = saved(signed_in("maya"), "/contracts?state=done", "Finished", default=True)
    assert maya.get("/contracts", status=302).location.endswith("/contracts?state=done")
    whole = maya.get("/contracts?state=done").html.select_one(".fe-pills a")
    assert whole is not None
    assert maya.get(whole["href"], status=200).html.select_one(".fe-chip") is None
    paul = saved(signed_in("paul"), "/desk?tab=late&priority=high", "Late ones", default=True)
    assert paul.get("/desk", status=302).location.endswith("/desk?priority=high&tab=late")


def test_a_view_is_renamed_and_deleted(signed_in: SignedIn) -> None:
    """D2: a name that is empty or taken is told at its control, and what was typed stays."""
    maya = saved(saved(signed_in("maya"), "/contracts?q=a", "One"), "/contracts?q=b", "Two", default=True)
    page = maya.get("/views")
    form = next(form for form in page.forms.values() if form.fields.get("name") and form["name"].value == "One")
    form["name"] = "two"
    refused = form.submit(status=422)
    assert "You have a view of this name already" in refused.text
    assert refused.html.find("input", attrs={"value": "two"}) is not None
    form["name"], form["default"] = "First", True
    form.submit(status=303)
    assert maya.get("/contracts", status=302).location.endswith("/contracts?q=a")
    deletions = [form for form in maya.get("/views").forms.values() if form.action.endswith("/deletion")]
    for form in deletions:
        form.submit(status=303)
    assert "You have saved no view yet." in maya.get("/views").text


def test_a_view_without_a_name_is_refused(signed_in: SignedIn) -> None:
    """F6: the form is shown again, with the filter that was to be saved."""
    form = form_to(signed_in("maya").get("/contracts?q=lease"), "/views")
    form["name"] = " "
    page = form.submit(status=422)
    again = form_to(page, "/views")
    again["name"] = "Leases"
    assert again.submit(status=303).location.endswith("/contracts?q=lease")


def test_nobody_changes_the_views_of_others(signed_in: SignedIn, acting: Acting, people: People) -> None:
    """P28: to others they are not there."""
    with acting(people("maya")) as work:
        view = saved_views.save_view(work, "contracts", "Mine", "q=lease")
        work.session.flush()
        view_id = view.id
    cleo = signed_in("cleo")
    token = cleo.get("/account").html.find(attrs={"name": "csrf_token"})["value"]
    cleo.post(f"/views/{view_id}", {"csrf_token": token, "name": "Hers"}, status=404)
    cleo.post(f"/views/{view_id}/deletion", {"csrf_token": token}, status=404)
    cleo.post("/views", {"csrf_token": token, "page": "admin", "name": "x", "query": ""}, status=404)


def test_views_hold_what_a_filter_reads_and_are_bounded(acting: Acting, people: People) -> None:
    """T14, T49: nothing else of an address is kept; fifty views of a list at most."""
    with acting(people("maya")) as work:
        view = saved_views.save_view(work, "contracts", "All", "kind=matter&q=x&next=//evil.example&sort=nonsense")
        assert view.query == "q=x"
    for number in range(49):
        with acting(people("maya")) as work:  # a transaction each, as people save them: none holds the lock for long
            saved_views.save_view(work, "contracts", f"View {number}", "")
    with acting(people("maya")) as work, pytest.raises(Refused, match="50 views"):
        saved_views.save_view(work, "contracts", "One more", "")
