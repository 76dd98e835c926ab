"""Access to a request that several people fill in: every route, as every kind of person (F20, U7)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from formengine.services.access.enforcement import current_viewer
from formengine.services.access.policy import is_permitted
from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.filling_views import filling_access
from formengine.services.intake.loaded_fillings import get_filling
from formengine.services.intake.submissions import submit
from formengine.web.routes import Route, routes
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.web.conftest import Visiting

pytestmark = pytest.mark.site("parts")
PERMISSIONS = ("filling.read", "filling.manage", "filling.parts", "part.fill")
ON_FILLINGS = [route for route in routes() if route.permission in PERMISSIONS and not route.is_api]
ON_FILLINGS.sort(key=lambda route: route.name == "filling.withdrawal")  # the last thing that is done to it
PEOPLE = ("cleo", "maya", "bo", "paul", "sam", "theo")
ANSWERS = {"subject": "Chairs", "amount": 5, "supplier": {"name": "Sue", "email": "sue@supplier.example"}}


@pytest.fixture(params=[False, True])
def filling(request: pytest.FixtureRequest, platform: Platform, people: People) -> int:
    """The id of Cleo's purchase, restricted in one of two cases."""
    people.all()
    with acting_on(platform, people("cleo")) as work:
        sent = submit(work, "purchase", ANSWERS, accept_notice=True, restricted=request.param)
        assert sent.filling is not None
        return sent.filling.id


def allowed(platform: Platform, person: Any, filling: int, route: Route) -> bool:
    """What the access table says; a part is that of finance."""
    with acting_on(platform, person) as work:
        row = get_filling(work, filling)
        part = next(part for part in row.parts if part.part == "finance")
        access = filling_access(row, part if route.permission == "part.fill" else None)
        return is_permitted(route.permission, current_viewer(work), access)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_route_enforces_the_access_table(
    visiting: Visiting, platform: Platform, people: People, filling: int
) -> None:
    """F20, U7: what is not granted is 404, or 403 for those who may read the request."""
    wrong = []
    assert len(ON_FILLINGS) == 8
    for name in ("maya", "bo", "theo", "cleo"):
        page = visiting(people(name))
        token = page.get("/account").html.find(attrs={"name": "csrf_token"})["value"]
        for route in ON_FILLINGS:
            values = {"id": str(filling), "part": "finance", "file": "0" * 32}
            address = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], route.pattern)  # noqa: B023
            may = allowed(platform, people(name), filling, route)
            for method in route.methods:
                body = {"csrf_token": token, "part": "nothing"} if method == "POST" else None
                status = page.request(address, method=method, POST=body, status="*").status_int
                granted = status not in (403, 404) or (status == 404 and "file" in route.pattern)
                granted = granted or (status == 404 and route.permission == "filling.manage")
                if (not may and status not in (403, 404)) or (may and not granted):
                    wrong.append((name, route.name, method, may, status))
    assert wrong == []


def test_the_table_both_grants_and_denies(platform: Platform, people: People, filling: int) -> None:
    """F20, U7: each permission is met both ways."""
    met: dict[str, set[bool]] = {}
    for name in PEOPLE:
        for route in ON_FILLINGS:
            met.setdefault(route.permission, set()).add(allowed(platform, people(name), filling, route))
    assert all(answers == {True, False} for answers in met.values()), met
