"""The pages of hearings: the tab, a new one, changes, the calendar file, in English and French (P18, P27, D8)."""

from __future__ import annotations

from typing import Any

from icalendar import Calendar
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import claim
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor, form_to


def add_hearing(visitor: Visitor, reference: str, seen: str = "yes", status: int = 303, **values: str) -> Any:
    address = f"/dossiers/{reference}/children/hearing/new"
    form = visitor.form(address, address)
    for name, value in {"at": "2026-12-15T14:30", "court": "Tribunal de commerce", **values}.items():
        form[form.html.find(attrs={"data-pointer": f"/{name}"})["name"]] = value
    if seen:
        form["visible_to_client"] = seen
    return form.submit(status=status)


def tabs(visitor: Visitor, reference: str) -> list[str]:
    page = visitor.get(f"/dossiers/{reference}")
    return [a["href"].partition("tab=")[2] for a in page.html.select(".fe-tabs a")]


def test_the_tab_of_hearings_is_there_from_the_start(signed_in: SignedIn, dispute: str, opened: Opened) -> None:
    """P18: for client, counsel and auditor; it says what will stand there. Matters and contracts have none."""
    maya, lena = signed_in("maya"), signed_in("lena")
    for visitor in (maya, lena, signed_in("theo")):
        assert "children-hearing" in tabs(visitor, dispute)
    address = f"/dossiers/{dispute}?tab=children-hearing"
    assert "When the court lists a hearing, it will stand here" in maya.get(address).text
    assert "/children/hearing/new" not in maya.get(address).text
    assert "Add the first one when the court has listed it" in lena.get(address).text
    for reference in (opened("legal_advice", ADVICE), opened("nda", NDA)):
        assert "children-hearing" not in tabs(maya, reference)


def test_who_sees_a_new_hearing_is_said(signed_in: SignedIn, dispute: str) -> None:
    """D8, P27: nothing is chosen beforehand; without a choice nothing is added, and what was typed stands there."""
    lena, maya = signed_in("lena"), signed_in("maya")
    page = add_hearing(lena, dispute, seen="", status=422)
    assert "Say who will see it." in page.text
    assert "Tribunal de commerce" in page.text
    assert page.html.select("[name=visible_to_client][checked]") == []
    add_hearing(lena, dispute, seen="no")
    address = f"/dossiers/{dispute}?tab=children-hearing"
    assert "15 December 2026" not in maya.get(address).text
    assert "Hidden from the client" in lena.get(address).text
    form = lena.form(address, f"/dossiers/{dispute}/children/hearing/1/visibility")
    lena.post(form.action, {"csrf_token": form["csrf_token"].value}, status=422)
    form.submit(status=303)
    assert "15 December 2026 at 14:30" in maya.get(address).text
    assert "The client sees it" in lena.get(address).text


def test_a_hearing_in_the_past_is_confirmed(signed_in: SignedIn, dispute: str) -> None:
    """P18: the year may be a slip, when one is added, opened by a step or moved; nothing is listed before somebody says
    that the date is right."""
    lena = signed_in("lena")
    page = add_hearing(lena, dispute, status=422, at="2026-01-10T10:00")
    assert "This hearing lies in the past: 10 January 2026 at 10:00." in page.text
    form = form_to(page, f"/dossiers/{dispute}/children/hearing/new")
    form["in_the_past"] = True
    form.submit(status=303)
    address = f"/dossiers/{dispute}/children/hearing/1/steps/adjourn"
    form = lena.form(address, address)
    form[form.html.find(attrs={"data-pointer": "/at"})["name"]], form["comment"] = "2026-01-11T10:00", "Why."
    assert "This hearing lies in the past: 11 January 2026" in form.submit(status=422).text
    change = f"/dossiers/{dispute}/children/hearing/1/change"
    form = lena.form(change, change)
    form[form.html.find(attrs={"data-pointer": "/room"})["name"]] = "3"
    form.submit(status=303)  # the date that it had is not asked about again
    form = lena.form(change, change)
    form[form.html.find(attrs={"data-pointer": "/at"})["name"]] = "2026-01-12T10:00"
    assert "This hearing lies in the past: 12 January 2026" in form.submit(status=422).text


def test_the_next_hearing_stands_in_the_overviews(signed_in: SignedIn, dispute: str) -> None:
    """P16, D1: among the dates of the dossier, for the client where they see it, and in the day of counsel."""
    lena, maya = signed_in("lena"), signed_in("maya")
    add_hearing(lena, dispute, seen="yes", at="2027-03-02T09:00")
    add_hearing(lena, dispute, seen="no", at="2027-02-02T09:00")
    for visitor, seen in ((lena, "2 February 2027"), (maya, "2 March 2027")):
        dates = visitor.get(f"/dossiers/{dispute}").html.find(attrs={"aria-labelledby": "dates-title"}).get_text(" ")
        assert f"Next hearing {seen} at 09:00 Opened" in " ".join(dates.split())
    assert "hearing on 2 February 2027 at 09:00" in " ".join(lena.get("/").text.split())


def test_an_adjourned_hearing_opens_the_next(signed_in: SignedIn, dispute: str) -> None:
    """D8, W10: with its date; court and room are taken over, the outcome is not asked; each has its history."""
    lena = signed_in("lena")
    add_hearing(lena, dispute, room="Salle 3")
    address = f"/dossiers/{dispute}/children/hearing/1/steps/adjourn"
    form = lena.form(address, address)
    assert "This opens the next hearing" in form.text
    assert "15 December 2026 at 14:30 · Tribunal de commerce" in lena.get(address).html.select_one(".fe-lead").text
    form[form.html.find(attrs={"data-pointer": "/at"})["name"]] = "2027-07-06T10:00"
    form["comment"] = "The expert needs more time."
    form.submit(status=303)
    page = lena.get(f"/dossiers/{dispute}?tab=children-hearing").text
    assert page.index("6 July 2027 at 10:00") < page.index("15 December 2026 at 14:30")
    assert page.count("Salle 3") == 2
    old, new = (lena.get(f"/dossiers/{dispute}/children/hearing/{n}").text for n in (1, 2))
    assert "The expert needs more time." in old
    assert "Hearing 1: Adjourned" in old
    assert "Hearing 1: Adjourned" not in new
    history = lena.get(f"/dossiers/{dispute}?tab=history").text
    assert "Added: Hearing 1 – 15 December 2026 at 14:30" in history
    assert "Added: Hearing 2 – 6 July 2027 at 10:00" in history


def test_a_hearing_is_changed_and_says_what_it_was(signed_in: SignedIn, dispute: str) -> None:
    """D8: by the legal team alone; of two who change it at once, the second is told."""
    lena, maya = signed_in("lena"), signed_in("maya")
    add_hearing(lena, dispute)
    address = f"/dossiers/{dispute}/children/hearing/1/change"
    maya.get(address, status=404)
    form, late = lena.form(address, address), lena.form(address, address)
    form[form.html.find(attrs={"data-pointer": "/room"})["name"]] = "Salle 5"
    form[form.html.find(attrs={"data-pointer": "/at"})["name"]] = "2026-12-15T15:00"
    page = form.submit(status=303).follow()
    assert "15 December 2026 at 14:30" in page.html.select_one("del").text
    assert "15 December 2026 at 15:00" in page.html.h1.text
    late[late.html.find(attrs={"data-pointer": "/room"})["name"]] = "Salle 6"
    late.submit(status=409)
    wrong = lena.form(address, address)
    wrong[wrong.html.find(attrs={"data-pointer": "/at"})["name"]] = ""
    assert wrong.submit(status=422).html.select_one("[data-error-summary]") is not None


def test_one_hearing_is_a_calendar_file(signed_in: SignedIn, dispute: str) -> None:
    """D8: for who may see it, at the right time, with an ETag; 404 for everybody else."""
    lena, maya = signed_in("lena"), signed_in("maya")
    add_hearing(lena, dispute, seen="no")
    address = f"/dossiers/{dispute}/hearings/1.ics"
    answer = lena.get(address)
    assert answer.content_type == "text/calendar"
    [event] = Calendar.from_ical(answer.body).walk("VEVENT")
    assert event["DTSTART"].to_ical() == b"20261215T133000Z"
    assert event["UID"].startswith(f"hearing-1.{dispute}@")
    assert lena.get(address, headers={"If-None-Match": answer.headers["ETag"]}, status=304).body == b""
    maya.get(address, status=404)
    signed_in("bo").get(address, status=404)
    lena.get(f"/dossiers/{dispute}/hearings/2.ics", status=404)
    lena.get(f"/dossiers/{dispute}/hearings/x.ics", status=404)


def test_the_account_page_shows_and_renews_the_calendar_address(signed_in: SignedIn, dispute: str) -> None:
    """D8: the file needs no session; unchanged, it is not sent again; a renewed or ended address leads nowhere."""
    lena = signed_in("lena")
    add_hearing(lena, dispute)
    assert lena.get("/account").html.select("#calendar-address") == []
    lena.form("/account", "/account/calendar").submit(status=303)
    address = lena.get("/account").html.select_one("#calendar-address")["value"]
    path = address[address.index("/calendar/") :]
    anybody = Visitor(lena.app)
    answer = anybody.get(path)
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("text/calendar", "private, no-cache")
    assert f"hearing-1.{dispute}" in answer.text
    assert anybody.get(path, headers={"If-None-Match": answer.headers["ETag"]}, status=304).body == b""
    lena.form("/account", "/account/calendar").submit(status=303)
    anybody.get(path, status=404)
    form_to(lena.get("/account"), "/account/calendar/end").submit(status=303)
    assert lena.get("/account").html.select("#calendar-address") == []
    anybody.get("/calendar/x.ics", status=404)


def test_steps_that_wait_for_a_hearing_are_named(
    signed_in: SignedIn, dispute: str, platform: Platform, people: People, acting: Acting
) -> None:
    """P16: what can be done next does not keep silent about what an open hearing holds back."""
    lena = signed_in("lena")
    with acting(people("lena")) as work:
        claim(work, dispute)
    add_hearing(lena, dispute)
    with platform.database.transaction() as session:
        row = session.scalars(select(Dossier).where(Dossier.reference == dispute)).one()
        row.state, row.state_category = "hearings", "in_progress"
    text = " ".join(lena.get(f"/dossiers/{dispute}").html.find(id="asked").get_text(" ").split())
    assert "You handle it." in text
    assert "Not while “Hearing” is open: Another hearing, Close the arguments." in text
