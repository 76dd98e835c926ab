"""Sessions on the account page: where one is signed in, since when, used when; each can be ended (U1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import Person, SignIn
from tests.support.people import People
from tests.web.conftest import Visiting, post

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def test_another_session_is_ended(visiting: Visiting, maya: Person, platform: Platform) -> None:
    """U1: by its owner, from any device; this one has no such button."""
    other, client = visiting(maya), visiting(maya)
    page = client.get("/account")
    ends = [form.action for form in page.forms.values() if form.action.startswith("/account/sessions/")]
    assert len(set(ends)) == 1
    assert "last used" in page
    with platform.database.reading() as session:
        hashes = session.scalars(select(SignIn.id_hash)).all()
    assert not any(full in page for full in hashes)  # what names a session is too little to look one up by
    assert "That device is signed out." in post(client, page, ends[0]).follow()
    assert other.get("/account").status_int == 303
    client.get("/account", status=200)
    post(client, page, ends[0], status=404)
    with platform.database.reading() as session:
        kinds = session.scalars(select(HistoryEntry.kind).where(HistoryEntry.kind == "session_ended")).all()
    assert len(kinds) == 1


def test_nobody_ends_the_session_of_another(visiting: Visiting, maya: Person, people: People) -> None:
    """U1, T13: it does not exist for them."""
    first, _second = visiting(maya), visiting(maya)
    page = first.get("/account")
    address = next(form.action for form in page.forms.values() if form.action.startswith("/account/sessions/"))
    cleo = visiting(people("cleo"))
    token = cleo.get("/account").forms[0]["csrf_token"].value
    cleo.post(address, {"csrf_token": token}, status=404)
    first.get("/account", status=200)


@pytest.mark.parametrize("minutes", [10, 90])
def test_last_use_is_noted_to_the_hour(visiting: Visiting, maya: Person, platform: Platform, minutes: int) -> None:
    """U1: at most one write an hour, also when the expiry has reached its latest moment."""
    client = visiting(maya)
    before = datetime.now(UTC) - timedelta(minutes=minutes)
    with platform.database.transaction() as session:
        row = session.scalars(select(SignIn)).one()
        row.used_at = before
        row.expires_at = row.created_at + timedelta(days=platform.settings.session_days)
    client.get("/account", status=200)
    with platform.database.reading() as session:
        used = session.scalars(select(SignIn)).one().used_at
    assert used is not None
    assert (used > before + timedelta(minutes=1)) is (minutes == 90)
