"""Counsel's desk: own work, team queue and waiting dossiers, with claiming and assigning from the list."""

from __future__ import annotations

from formengine.services.core.unit_of_work import Platform
from tests.support.people import People
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, dossier_of, form_to


def test_unclaimed_dossier_is_in_the_queue_of_its_team(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """D1: and in no other team's queue; claiming removes it."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    page = paul.get("/desk", {"tab": "queue"})
    assert reference in page.text
    assert reference not in signed_in("lena").get("/desk", {"tab": "queue"}).text
    form = form_to(page, "/desk/assignments")
    button = page.html.find("button", attrs={"formaction": "/desk/claim", "value": reference})
    post = {"csrf_token": form["csrf_token"].value, "query": form["query"].value, "reference": button["value"]}
    answer = paul.post("/desk/claim", post, status=303)
    assert answer.location.endswith("/desk?tab=queue")
    assert f"You are in charge of {reference} now." in answer.follow().text
    assert dossier_of(platform, reference).assignee_id is not None
    assert reference in paul.get("/desk").text
    assert reference not in paul.get("/desk", {"tab": "queue"}).text


def test_bulk_assignment(signed_in: SignedIn, opened: Opened, platform: Platform, people: People) -> None:
    """D1: several dossiers are assigned in one post."""
    references = [opened("nda", NDA), opened("nda", NDA)]
    page = signed_in("paul").get("/desk", {"tab": "queue"})
    form = form_to(page, "/desk/assignments")
    for box in form.fields["dossier"]:
        box.checked = True
    form["person"].select(text="Ana Duarte")
    form.submit(status=303)
    assert {dossier_of(platform, reference).assignee_id for reference in references} == {people("ana").id}


def test_bulk_assignment_is_atomic(signed_in: SignedIn, opened: Opened, platform: Platform, people: People) -> None:
    """T6: if one dossier cannot be assigned, none is; the message names it."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    token = paul.get("/desk").html.find("input", attrs={"name": "csrf_token"})["value"]
    post = {"csrf_token": token, "query": "tab=queue", "person": people("ana").id}
    chosen = [("dossier", reference), ("dossier", "CTR-1999-0001")]
    page = paul.post("/desk/assignments", [*post.items(), *chosen], status=422)
    assert "CTR-1999-0001" in page.text
    assert dossier_of(platform, reference).assignee_id is None


def test_bulk_assignment_without_selection_shows_a_message(signed_in: SignedIn, opened: Opened) -> None:
    opened("nda", NDA)
    page = signed_in("paul").get("/desk", {"tab": "queue"})
    answer = form_to(page, "/desk/assignments").submit(status=422)
    assert "Choose at least one dossier." in answer.text


def test_clients_have_no_desk(signed_in: SignedIn) -> None:
    """U7: the desk is for the legal team only."""
    signed_in("maya").get("/desk", status=403)


def test_every_tab_renders_without_dossiers(signed_in: SignedIn) -> None:
    paul = signed_in("paul")
    for tab in ("mine", "queue", "unassigned", "waiting", "decisions", "late", "nonsense"):
        assert paul.get("/desk", {"tab": tab}).html.find(class_="fe-empty") is not None
