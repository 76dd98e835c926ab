"""Malformed posts without an account: a page with status 4xx, never a 500."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.web.routes import routes
from tests.support.people import People
from tests.web.dossiers.test_bad_posts import FIELDS, bodies
from tests.web.dossiers.visitors import Visitor
from tests.web.public.test_public_requests import Mails, filled, link_of, mails, quick, sent

__all__ = ["mails", "quick"]
pytestmark = pytest.mark.site("public")


@pytest.mark.parametrize("database_kind", ["postgresql"])  # rejects more values than SQLite
def test_malformed_posts_never_cause_a_500(app: Any, people: People, mails: Mails) -> None:
    """F13, T14: by links that hold, with values of every kind."""
    people("nora")
    stranger = Visitor(app)
    status = sent(stranger, mails)
    filled(stranger)
    token = link_of(mails("confirm_request")[-1], "public/confirmation").rsplit("/", 1)[1]
    wrong = []
    for route in [route for route in routes() if route.writes and route.name.split(".")[0] in ("public", "status")]:
        parts = {"type": "data_request", "transition": "withdraw", "token": token, "reference": status.split("/")[2]}
        if route.name.startswith("status"):
            parts["token"] = status.split("/")[3]
        for number, body in enumerate(bodies(FIELDS[route.name])):
            posted = [("csrf_token", stranger.cookies["fe_csrf"]), *body]
            address = route.pattern.format(**parts)
            answer = stranger.post(address, posted, expect_errors=True, content_type="multipart/form-data")
            if answer.status_int >= 500 or "Traceback" in answer.text:
                wrong.append((route.name, number, answer.status_int))
    assert wrong == []
