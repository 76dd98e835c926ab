"""Numbers that no column holds, in addresses: no page and no call of the API fails over one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from formengine.services.accounts.api_tokens import create_token
from formengine.web.routes import routes
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import Visitor

__all__ = ["world"]
NUMBERS = ("absence", "entry", "id", "item", "mail", "note", "number", "page", "round", "seat", "sign_up")
"""Parts of addresses that are numbers, in most of them."""


@pytest.mark.parametrize("database_kind", ["postgresql"])  # where such a number raises an error
def test_numbers_that_no_column_holds_are_unknown(world: World, app: Any) -> None:
    """T14, T47: in the address of each page and call, and as the position in a list."""
    with world.acting(world.people("sam")) as work:
        token = create_token(work, work.person, ["read", "submit", "work"])
    visitor, wrong = Visitor(app).sign_in(world.people("sam"), world.people.password), []
    parts = {"reference": world.asked, "kind": "milestone", "document": "agreement", "file": "signed", "type": "nda"}
    for number in ("2147483648", "9" * 17):
        named = {**parts, **dict.fromkeys(NUMBERS, number)}
        patterns = {
            route.pattern for route in routes() if "GET" in route.methods and set(NUMBERS) & _names(route.pattern)
        }
        addresses = [re.sub(r"\{(\w+)\}", lambda match: named.get(match[1], "1"), pattern) for pattern in patterns]  # noqa: B023
        addresses += [f"/fillings/{number}", f"/inbox?after={number}", f"/api/v1/me/notifications?after={number}"]
        assert len(addresses) > 20
        for address in sorted(addresses):
            headers = {"Authorization": f"Bearer {token}"} if address.startswith("/api/") else {}
            answer = visitor.get(address, headers=headers, status="*")
            if answer.status_int >= 500:
                wrong.append((address, answer.status_int))
    assert wrong == []


def _names(pattern: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", pattern))
