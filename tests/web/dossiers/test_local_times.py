"""Times by the clock: a hearing that counsel types is shown as typed, and to others by their own clock (P26, W9)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Child
from tests.web.dossiers.visitors import SignedIn


def add_hearing(visitor: Any, reference: str, at: str, status: int = 303) -> Any:
    address = f"/dossiers/{reference}/children/hearing/new"
    form = visitor.form(address, address)
    form["visible_to_client"] = "no"
    form[form.html.find(attrs={"data-pointer": "/at"})["name"]] = at
    form[form.html.find(attrs={"data-pointer": "/court"})["name"]] = "Tribunal de commerce"
    return form.submit(status=status)


def test_a_hearing_at_half_past_two_is_shown_at_half_past_two(
    signed_in: SignedIn, dispute: str, platform: Platform
) -> None:
    """P26: typed by the portal’s clock, stored with its offset, read by the reader’s, named where it differs."""
    lena = signed_in("lena")
    add_hearing(lena, dispute, "2026-12-15T14:30")
    with platform.database.reading() as session:
        (fields,) = session.scalars(select(Child.fields).where(Child.kind == "hearing"))
    assert fields["at"] == "2026-12-15T14:30:00+01:00"
    tab = f"/dossiers/{dispute}?tab=children-hearing"
    assert "15 December 2026 at 14:30" in lena.get(tab).text
    with platform.database.transaction() as session:
        session.scalars(select(Person).where(Person.email == "ines@example.com")).one().zone = "America/New_York"
    ines = signed_in("ines")
    assert "15 décembre 2026 à 08:30 (America/New_York)" in ines.get(tab).text
    assert "À l’heure d’Europe/Paris." in ines.get(f"/dossiers/{dispute}/children/hearing/new").text
    assert "By the clock" not in lena.get(f"/dossiers/{dispute}/children/hearing/new").text


def test_a_time_that_does_not_exist_is_asked_about(signed_in: SignedIn, dispute: str) -> None:
    """P26, W9: nothing is stored, what was typed is shown again."""
    page = add_hearing(signed_in("lena"), dispute, "2027-03-28T02:30", status=422)
    assert "02:30 does not exist: write 01:30 or 03:30" in page.text
    assert 'value="2027-03-28T02:30"' in page.text
