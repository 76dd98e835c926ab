"""Links by which people outside fill in parts of a form: guesses at their codes, the language of mails (F20, T16)."""

from __future__ import annotations

import pytest

from formengine.errors import Refused
from formengine.services.core.rate_limits import SIGNING_CODE, SIGNING_SEAT
from formengine.services.core.unit_of_work import Platform
from formengine.services.intake import part_links
from formengine.services.intake.part_changes import remind_part
from formengine.services.intake.part_sending import judge_part
from tests.services.intake.test_fillings import SUPPLIER, Request, purchase
from tests.support.mails import mail_text
from tests.support.people import People

__all__ = ["purchase"]
pytestmark = pytest.mark.site("parts")


def test_wrong_codes_have_a_limit_per_part(purchase: Request) -> None:
    """F20, T16: twenty, over all codes, and over new links that the holder of one requests; a link sent by whoever is
    in charge works again.
    """
    token, judge = (
        purchase.token(SUPPLIER["email"]),
        lambda view: judge_part(view, {"their_address": "1 Supply Street"}),
    )
    for number in range(SIGNING_SEAT.tries):
        if number % SIGNING_CODE.tries == 0:
            purchase.later(hours=1)
            purchase(None, part_links.request_new_part_link, token)
            token = purchase.token(SUPPLIER["email"])
            purchase(None, part_links.send_part_code, token)
        with pytest.raises(Refused, match="not the code"):
            purchase(None, part_links.send_guest_part, token, "000000x", judge)
    purchase.later(hours=1)
    purchase(None, part_links.request_new_part_link, token)
    token = purchase.token(SUPPLIER["email"])
    purchase(None, part_links.send_part_code, token)
    with pytest.raises(Refused, match="Too many wrong codes were typed"):
        purchase(None, part_links.send_guest_part, token, purchase.code(SUPPLIER["email"]), judge)
    purchase("paul", remind_part, purchase.id, "supplier")
    purchase.by_link(their_address="1 Supply Street")
    assert purchase.states["supplier"] == "sent"


def test_people_outside_are_written_to_in_the_language_of_the_request_until_they_choose_one(
    platform: Platform, people: People
) -> None:
    """F20, N1: first as the requester fills it in, then as the page was on which they last asked for a code."""
    request = Request(platform, people, language="fr").begin()
    asked = request.newest(SUPPLIER["email"], "part_asked")
    assert "Bonjour" in mail_text(asked)
    assert "Bonjour" not in mail_text(request.newest("bo@example.com", "part_asked"))  # whose account says English
    request.language = "en"
    request(None, part_links.send_part_code, request.token(SUPPLIER["email"]))
    request("paul", remind_part, request.id, "supplier")
    assert "Bonjour" not in mail_text(request.newest(SUPPLIER["email"], "part_reminder"))
