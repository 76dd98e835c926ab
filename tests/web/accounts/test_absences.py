"""The page of the time out of office (U10)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.absences import Absence
from formengine.storage.models.people import Organisation
from tests.support.people import People
from tests.web.conftest import Visiting, post

ADDRESS = "/account/out-of-office"
TODAY = datetime.now(UTC).date()
EVERY_KIND = {"kinds": ["matter", "litigation", "contract"]}


def rows(platform: Platform) -> list[Absence]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Absence)))


def test_an_absence_is_planned_and_ended(visiting: Visiting, people: People, platform: Platform) -> None:
    """U10: whole days by the clock of the person; the page says who acts, and for what."""
    bo, di = people("bo"), people("di")
    browser = visiting(bo)
    page = browser.get(ADDRESS)
    assert "You are in the office." in page
    assert page.html.find(id="ends")["min"] == TODAY.isoformat()
    first, last = TODAY + timedelta(days=10), TODAY + timedelta(days=12)
    fields = {"starts": first.isoformat(), "ends": last.isoformat(), "delegate": di.id, **EVERY_KIND}
    page = post(browser, page, ADDRESS, **fields).follow()
    row = rows(platform)[0]
    assert (row.delegate_id, row.kinds) == (di.id, [])
    assert row.ends_at - row.starts_at in (timedelta(days=3, hours=h) for h in (-1, 0, 1))  # the clock may change
    text = page.html.select_one(".fe-row").get_text(" ", strip=True)
    assert "Di Moreau acts for you" in text
    assert "every kind of dossier" in text
    overlapping = post(browser, page, ADDRESS, status=422, **{**fields, "ends": first.isoformat()})
    assert "out of office in this time already" in overlapping.html.find(id="ends-wrong").text
    assert "The absence was ended" in post(browser, page, f"{ADDRESS}/{row.id}/end").follow()
    assert "You are in the office." in browser.get(ADDRESS)


@pytest.mark.parametrize(
    ("values", "control"),
    [
        ({"starts": ""}, "starts"),
        ({"ends": "2026-02-30"}, "ends"),
        ({"ends": "9999-12-31"}, "ends"),
        ({"starts": "2027-05-03", "ends": "2027-05-02"}, "ends"),
        ({"starts": "2020-01-01", "ends": "2020-01-02"}, "ends"),
        ({"ends": (TODAY + timedelta(days=800)).isoformat()}, "ends"),
        ({"delegate": ""}, "delegate"),
        ({"kinds": []}, "kind-matter"),
        ({"starts": "2027-05-03", "ends": "2027-05-02", "delegate": ""}, "ends"),
    ],
)
def test_days_that_do_not_fit(
    visiting: Visiting, people: People, platform: Platform, values: dict[str, Any], control: str
) -> None:
    """U10, F6: the error is at its control, and what was typed stays; dates that do not exist are told as such."""
    browser, di = visiting(people("bo")), people("di")
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    fields = {"starts": tomorrow, "ends": tomorrow, "delegate": di.id, "kinds": ["contract"], **values}
    token = browser.get(ADDRESS).forms[0]["csrf_token"].value
    page = browser.post(ADDRESS, {"csrf_token": token, **fields}, status=422)
    assert page.html.find(id=control)["aria-invalid"] == "true"
    assert page.html.find(id="starts")["value"] == fields["starts"]
    assert page.html.find(id="kind-contract").has_attr("checked") == bool(fields["kinds"])
    assert not page.html.find(id="kind-matter").has_attr("checked")
    assert rows(platform) == []


def test_who_may_stand_in(visiting: Visiting, people: People, platform: Platform) -> None:
    """U10, P28: a client chooses among those of the own organisation and the legal team who may approve and sign."""
    people.several("bo", "di", "maya", "paul", "theo")
    with platform.database.transaction() as session:
        row = Organisation(short="globex", name="Globex SA")
        session.add(row)
        session.flush()
        globex = row.id
    people.add("eve@globex.example", "collaborator", organisation_id=globex)
    options = [option.text for option in visiting(people("bo")).get(ADDRESS).html.select("#delegate option")]
    assert {"Di Moreau", "Paul Whitby"} <= set(options)
    assert {"Eve", "Maya Laurent", "Theo Brandt", "Bo Jansen"}.isdisjoint(options)
    assert "Eve" in visiting(people("paul")).get(ADDRESS)


def test_for_those_who_decide_alone(visiting: Visiting, people: People, platform: Platform) -> None:
    """U10, P25: a client without the permission has no such page; nobody ends the absence of another."""
    browser = visiting(people("maya"))
    browser.get(ADDRESS, status=403)
    assert browser.get("/account").html.select(f'a[href="{ADDRESS}"]') == []
    people("di")
    bo = visiting(people("bo"))
    day = (TODAY + timedelta(days=3)).isoformat()
    post(bo, bo.get(ADDRESS), ADDRESS, starts=day, ends=day, delegate=people("di").id, **EVERY_KIND)
    di = visiting(people("di"))
    token = di.get(ADDRESS).forms[0]["csrf_token"].value
    di.post(f"{ADDRESS}/{rows(platform)[0].id}/end", {"csrf_token": token}, status=404)
