"""Codes of links: what was typed does not go with a code that has run out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.rounds import ActLink
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import Visitor, form_to

__all__ = ["world"]
TYPED = "Joe Martin"


@pytest.fixture
def database_kind() -> str:
    """A page; SQLite is enough."""
    return "sqlite"


def test_what_was_typed_outlives_its_code(world: World, app: Any, platform: Platform) -> None:
    """S5: a code that has run out takes neither the name nor the consent along; the next one is sent with both."""
    visitor, address = Visitor(app), f"/act/{world.link}"
    with platform.database.transaction() as session:
        session.execute(update(ActLink).values(code_expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    token = visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
    late = {"csrf_token": token, "code": "123456", "text": TYPED, "consent": "yes"}
    page = form_to(visitor.post(f"{address}/signature", late, status=422), f"{address}/code").submit(status=200)
    form = form_to(page, f"{address}/signature")
    assert (form["text"].value, form["consent"].checked) == (TYPED, True)
