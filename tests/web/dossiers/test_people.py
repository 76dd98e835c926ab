"""The *People* tab: who sees a dossier and why, watchers, sharing, restriction."""

from __future__ import annotations

from formengine.services.case.repository import get_dossier
from formengine.services.case.writer import add_involvement
from formengine.services.core.unit_of_work import Platform
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, dossier_of, form_to


def page_of(visitor: Visitor, reference: str) -> str:
    html = visitor.get(f"/dossiers/{reference}?tab=people").html.find("main")
    return " ".join(html.get_text(" ").split())


def test_the_page_says_who_sees_a_dossier_and_why(signed_in: SignedIn, opened: Opened) -> None:
    """U9, P28: its people with their parts; in the words of each of the three ways to see it."""
    reference = opened("nda", NDA)
    paul, maya = signed_in("paul"), signed_in("maya")
    assert "Maya Laurent Made the request" in page_of(paul, reference)
    assert "nobody else of the client’s side" in page_of(maya, reference)
    assert "other people of the legal team" in page_of(paul, reference)
    assert "other people of the legal team" not in page_of(maya, reference)
    tab = f"/dossiers/{reference}?tab=people"
    page = paul.form(tab, f"/dossiers/{reference}/sharing").submit(status=303).follow()
    assert "Shared with the organisation: everybody at Acme" in " ".join(page.html.find("main").get_text(" ").split())


def test_a_shared_dossier_is_read_by_its_organisation_alone(
    signed_in: SignedIn, opened: Opened, people: People, platform: Platform
) -> None:
    """U8, P28: until the sharing ends; nobody of another organisation, by no address."""
    reference = opened("nda", NDA)
    stranger = people.add("zed@globex.test")
    paul, cleo = signed_in("paul"), signed_in("cleo")
    cleo.get(f"/dossiers/{reference}", status=404)
    tab, action = f"/dossiers/{reference}?tab=people", f"/dossiers/{reference}/sharing"
    paul.form(tab, action).submit(status=303)
    cleo.get(f"/dossiers/{reference}", status=200)
    zed = Visitor(paul.app).sign_in(stranger, people.password)
    zed.get(f"/dossiers/{reference}", status=404)
    paul.form(tab, action).submit(status=303)
    cleo.get(f"/dossiers/{reference}", status=404)


def test_restriction_to_named_people(signed_in: SignedIn, opened: Opened, people: People, platform: Platform) -> None:
    """U8: whoever was named keeps it, or has a role of the workflow, as the page says, and no other colleague; a note
    mentions nobody else; it can be lifted."""
    reference = opened("nda", NDA)
    people("omar")
    paul, tab, action = signed_in("paul"), f"/dossiers/{reference}?tab=people", f"/dossiers/{reference}/restriction"
    form = paul.form(tab, action)
    boxes = {box["id"]: box["value"] for box in form.html.select("input[name=person]")}
    assert f"keep-{people('ana').id}" not in boxes  # she would keep it without the box
    assert f"By the workflow these keep it too: {people('ana').name} (member of the team “" in page_of(paul, reference)
    form.get("person", index=list(boxes.values()).index(people("lena").id)).checked = True
    form.submit(status=303)
    assert dossier_of(platform, reference).restricted
    signed_in("ana").get(f"/dossiers/{reference}", status=200)
    signed_in("lena").get(f"/dossiers/{reference}", status=200)
    signed_in("omar").get(f"/dossiers/{reference}", status=404)
    page = paul.get(f"/dossiers/{reference}?tab=notes")
    assert people("omar").name not in page.html.find(id="note-mentions").get_text()
    assert people("ana").name in page.html.find(id="note-mentions").get_text()
    assert "the administrators of the legal team and the auditors" in page_of(paul, reference)
    assert f"{people('ana').name} Sees it by the workflow: member of the team “" in page_of(paul, reference)
    assert "other person of the legal team" not in page_of(paul, reference)
    token = paul.form(tab, action)["csrf_token"].value
    for fields in ({}, {"on": "no"}):  # nobody said that it is to be lifted
        assert "on or off (on)" in paul.post(action, {"csrf_token": token, **fields}, status=422)
        paul.post(f"/dossiers/{reference}/sharing", {"csrf_token": token, **fields}, status=422)
    assert dossier_of(platform, reference).restricted
    paul.form(tab, action).submit(status=303)
    signed_in("omar").get(f"/dossiers/{reference}", status=200)


def test_watchers_come_and_go_by_the_rules(signed_in: SignedIn, opened: Opened, people: People) -> None:
    """U9: a client adds and removes people of their own organisation alone; counsel anybody; everybody themselves,
    after which they no longer see it."""
    reference = opened("nda", NDA)
    stranger = people.add("zed@globex.test", name="Zed Outside")
    people("cleo")
    tab, address = f"/dossiers/{reference}?tab=people", f"/dossiers/{reference}/watcher"
    maya, paul = signed_in("maya"), signed_in("paul")
    form = maya.form(tab, address)
    assert stranger.id not in {value for value, _chosen, _text in form["person"].options}
    token = form["csrf_token"].value
    refused = maya.post(address, {"csrf_token": token, "person": stranger.id}, status=422)
    assert "of your own organisation" in refused.html.find(id="problems").get_text()
    form["person"] = people("cleo").id
    form.submit(status=303)
    cleo = signed_in("cleo")
    assert "Cleo" in page_of(cleo, reference)
    form = paul.form(tab, address)
    form["person"] = stranger.id
    form.submit(status=303)
    page = maya.get(tab)
    removals = [form["person"].value for form in page.forms.values() if form.action == f"{address}/removal"]
    assert removals == [people("cleo").id]
    maya.post(f"{address}/removal", {"csrf_token": token, "person": stranger.id}, status=422)
    form_to(page, f"{address}/removal").submit(status=303)
    cleo.get(f"/dossiers/{reference}", status=404)
    zed = Visitor(paul.app).sign_in(stranger, people.password)
    home = zed.form(tab, f"{address}/removal").submit(status=303).follow()
    assert f"You no longer follow {reference}." in home
    zed.get(f"/dossiers/{reference}", status=404)
    assert "Watcher removed: Cleo" in paul.get(f"/dossiers/{reference}?tab=history")


def test_whom_it_was_requested_for_sees_it(signed_in: SignedIn, opened: Opened, people: People, acting: Acting) -> None:
    """U9: named as such, and by no button a watcher."""
    reference, cleo = opened("nda", NDA), people("cleo")
    with acting(people("maya")) as work:
        add_involvement(work, get_dossier(work, reference), cleo.id, "requested_for")
    text = page_of(signed_in("cleo"), reference)
    assert f"{cleo.name} (you) It was made for them" in text
    assert "Stop following" not in text
