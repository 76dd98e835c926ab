"""Limits of public requests and of the notes of their senders: what is shown, and with which status."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from formengine.services.core.rate_limits import consume
from formengine.services.core.unit_of_work import Platform, open_work
from formengine.services.intake.public_requests import PUBLIC_EMAIL
from formengine.web.public import request_form
from tests.support.people import People
from tests.support.server import app_of
from tests.web.dossiers.visitors import Visitor, form_to
from tests.web.public.test_public_requests import EMAIL, Mails, filled, mails, sent

__all__ = ["mails"]
pytestmark = pytest.mark.site("public")


@pytest.fixture
def limited(make_platform: Any, people: People, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The portal with its limits on, and one note an hour for whoever is a client."""
    people("nora")
    monkeypatch.setattr(request_form, "QUICKEST", timedelta(0))
    platform: Platform = make_platform(rate_limits=True, client_notes=1)
    return platform


def test_too_many_requests_of_an_address_keep_what_was_typed(limited: Platform) -> None:
    """F13, T19: status 429 and when to come again, on the form as it was filled in."""
    with open_work(limited) as work:
        for _try in range(PUBLIC_EMAIL.tries):
            consume(work, (PUBLIC_EMAIL, EMAIL))
    refused = filled(Visitor(app_of(limited)))
    assert refused.status_int == 429
    assert 0 < int(refused.headers["Retry-After"]) <= PUBLIC_EMAIL.window.total_seconds()
    assert "Too many requests came from here. Wait" in refused
    assert refused.html.find(attrs={"name": "sender_email"})["value"] == EMAIL


def test_too_many_notes_of_a_sender_keep_what_was_typed(limited: Platform, mails: Mails) -> None:
    """F13, P20: the status page says how long to wait, as the page of a dossier does."""
    stranger = Visitor(app_of(limited))
    page = stranger.get(sent(stranger, mails))
    address = f"{page.request.path}/notes"
    for status in (303, 429):
        form = form_to(stranger.get(page.request.path), address)
        form["text"] = "And another thing"
        refused = form.submit(status=status)
    assert "Wait 60 minutes, or put the rest into one note" in refused
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert form_to(refused, address)["text"].value == "And another thing"
