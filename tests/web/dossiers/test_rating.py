"""Ratings of dossiers that have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formengine.errors import Refused
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import ratings
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.transitions import perform
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.mails import Mail
from formengine.storage.models.ratings import Rating
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, dossier_of


def ended(people: People, opened: Opened, acting: Acting) -> str:
    """A request for advice that Ana has answered."""
    reference = opened("legal_advice", ADVICE)
    with acting(people("ana")) as work:
        claim(work, reference)
    with acting(people("ana")) as work:
        version = perform(work, reference, "take", get_dossier(work, reference).version).version
    with acting(people("ana")) as work:
        perform(work, reference, "give_answer", version, {"answer": "Not before the term."})
    return reference


def test_the_requester_rates_a_dossier_that_has_ended(
    signed_in: SignedIn, opened: Opened, platform: Platform, people: People, acting: Acting
) -> None:
    """D10: one to five and a comment; changed within two weeks, and no longer; counsel reads it on the dossier and in
    the list of all; nobody else rates."""
    open_one = opened("legal_advice", ADVICE)
    maya, paul = signed_in("maya"), signed_in("paul")
    assert "You can rate it when it has ended." in maya.get(f"/dossiers/{open_one}/rating")
    reference = ended(people, opened, acting)
    assert dossier_of(platform, reference).ended_at is not None
    address = f"/dossiers/{reference}/rating"
    page = maya.get(f"/dossiers/{reference}")
    assert page.html.find("a", href=address, string="Rate how it was handled") is not None
    form = maya.form(address, address)
    assert "Choose from one to five." in form.submit(status=422).html.find(id="problems").get_text()
    form["stars"], form["comment"] = "4", "Quick & <clear>."
    form.submit(status=303)
    assert "4 of 5" in paul.get(f"/dossiers/{reference}")
    listed = paul.get("/desk/ratings")
    assert "Quick & <clear>." in listed.html.find("main").get_text()
    assert "4.0 of 5, from one rating" in listed or "4 of 5, from one rating" in listed
    paul.get(address, status=403)
    signed_in("maya").get("/desk/ratings", status=403)
    form = maya.form(address, address)
    assert form["stars"].value == "4"
    form["stars"] = "2"
    form.submit(status=303)
    late = datetime.now(UTC) + ratings.CHANGE_PERIOD + timedelta(minutes=1)
    with acting(people("maya"), now=late) as work, pytest.raises(Refused, match="changed for 14 days"):
        ratings.rate(work, reference, 5, "")
    with platform.database.reading() as session:
        assert [(row.stars, row.changed_at is not None) for row in session.scalars(select(Rating))] == [(2, True)]


def test_the_requester_is_asked_once(people: People, opened: Opened, platform: Platform, acting: Acting) -> None:
    """D10: a day after the end, by a job of the transaction; however often it runs, and not after a rating."""
    reference = ended(people, opened, acting)
    dossier = dossier_of(platform, reference)
    for _run in range(2):
        with acting(None) as work:
            ratings.ask_for_rating(work, dossier.id)
    with platform.database.reading() as session:
        (mail,) = session.scalars(select(Mail).where(Mail.kind == "rating"))
        subject, text = word_mail(platform, session, mail)
    assert reference in subject
    assert f"/dossiers/{reference}/rating" in text


def test_too_late_to_rate(opened: Opened, people: People, acting: Acting) -> None:
    """D10: sixty days after the end the page says so, and takes nothing."""
    reference = ended(people, opened, acting)
    late = datetime.now(UTC) + ratings.RATING_PERIOD + timedelta(minutes=1)
    with acting(people("maya"), now=late) as work, pytest.raises(Refused, match="60 days"):
        ratings.rate(work, reference, 5, "")


def test_what_was_withdrawn_is_not_rated(opened: Opened, people: People, acting: Acting) -> None:
    """D10: nobody was served; the page does not ask, and takes nothing."""
    reference = opened("nda", NDA)
    with acting(people("maya")) as work:
        dossier = perform(work, reference, "withdraw", None, {}, "Not needed.")
        assert ratings.rating_view(work, dossier) is None
        with pytest.raises(Refused, match="withdrawn"):
            ratings.rate(work, reference, 5, "")
