"""Marking developments on the page of the history, and reading them (P17, D7)."""

from __future__ import annotations

from typing import Any

from formengine.services.dossiers import notes
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, Opened, SignedIn, Visitor, form_to


def developments(browser: Visitor, reference: str, **query: str) -> list[str]:
    part = browser.get(f"/dossiers/{reference}", query).html.find(attrs={"aria-labelledby": "developments-title"})
    return [" ".join(row.get_text(" ").split()) for row in part.select("li")]


def entry_of_note(browser: Visitor, reference: str) -> Any:
    """The last entry of the history that is a note, and its page."""
    page = browser.get(f"/dossiers/{reference}?tab=history")
    row = next(row for row in reversed(page.html.select(".fe-timeline li")) if "note" in row.get_text().lower())
    return page, row["id"].removeprefix("entry-")


def test_counsel_marks_an_entry_and_the_client_reads_it(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People
) -> None:
    """P17, D7: from the history, in own words; the client reads it in their language's interface, and cannot mark."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("paul")) as work:
        note = notes.add_note(work, reference, "The landlord's answer is here.").id
    paul, maya = signed_in("paul"), signed_in("maya")
    page, number = entry_of_note(paul, reference)
    address = f"/dossiers/{reference}/developments/{number}"
    form = form_to(page, address)
    form["text"] = "The landlord accepts & leaves."
    answer = form.submit(status=303)
    assert answer.location.endswith(f"/dossiers/{reference}?tab=history#entry-{number}")
    assert "The client reads it among the developments." in answer.follow()
    first = developments(maya, reference)[0]
    assert first.startswith("Important The landlord accepts & leaves.")
    assert "Note added" in first
    link = maya.get(f"/dossiers/{reference}").html.find("a", string="Read the note")
    assert link["href"] == f"/dossiers/{reference}?tab=notes#note-{note}"
    assert "Lire la note" in developments(maya, reference, lang="fr")[0]
    assert f"entry-{number}" in maya.get(f"/dossiers/{reference}?tab=history")
    assert "developments/" not in maya.get(f"/dossiers/{reference}?tab=history")
    shown = f"/dossiers/{reference}?tab=history&order=oldest&show=talk"
    query = "?show=talk&order=oldest"  # back to the same page of the history
    page = paul.get(shown)
    assert form_to(page, address + query)["text"].value == "The landlord accepts & leaves."
    answer = form_to(page, f"{address}/removal{query}").submit(status=303)
    assert answer.location.endswith(f"{shown}#entry-{number}")
    assert not developments(maya, reference)[0].startswith("Important")


def test_words_that_are_missing_are_asked_for_where_they_are_written(
    signed_in: SignedIn, opened: Opened, acting: Acting, people: People
) -> None:
    """D7, F6: the page comes back with the error at the control of the entry, and what was typed."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("paul")) as work:
        notes.add_note(work, reference, "Weak.", internal=True)
    paul = signed_in("paul")
    page, number = entry_of_note(paul, reference)
    address = f"/dossiers/{reference}/developments/{number}"
    form = form_to(page, address)
    again = form.submit(status=422)
    control = again.html.find(id=f"words-{number}")
    assert control["aria-invalid"] == "true"
    assert "say in your own words" in again.html.find(id=f"words-{number}-wrong").get_text()
    form = form_to(again, address)
    form["text"] = "x" * 501
    again = form.submit(status=422)
    assert again.html.find(id=f"words-{number}").get_text().strip() == "x" * 501
    token = form["csrf_token"].value
    signed_in("maya").post(address, {"text": "Mine"}, status=403)
    paul.post(f"/dossiers/{reference}/developments/9999", {"csrf_token": token, "text": "x"}, status=404)
