"""What a new form begins with: from links, the last request and the profile, as far as its author allows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.catalogue.request_types import get_request_type
from formengine.services.intake.prefill import Prefill, prefill
from formengine.services.intake.submissions import form_to_fill, submit
from formengine.storage.models.people import Organisation, Person
from tests.support.people import People
from tests.support.platforms import Acting

pytestmark = pytest.mark.site("prefill")
NULL = {"question": "?"}


@pytest.fixture
def database_kind() -> str:
    """The one query is plain; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def begun(acting: Acting, people: People) -> Any:
    """`begun("order", ("company", "acme"))`: what Maya's new form begins with, after these parameters."""

    def begin(type_id: str, *parameters: tuple[str, str]) -> Prefill:
        with acting(people("maya")) as work:
            request_type = get_request_type(work, type_id)
            return prefill(work, request_type, form_to_fill(work, request_type), parameters)

    return begin


def test_links_fill_what_the_author_allows(begun: Any) -> None:
    """F10: texts, numbers, truth values, options, lists, parties and members; by name."""
    data = begun(
        "order", ("entity", "acme_sas"), ("pieces", "12"), ("urgent", "true"), ("areas", "tax"), ("areas", "ip"),
        ("other", "Globex SA"), ("place.city", "Lyon"), ("subject", "12"), ("lines", "1"), ("lines", "2"),
    ).data  # fmt: skip
    assert data == {
        "entity": "acme_sas", "pieces": 12, "urgent": True, "areas": ["tax", "ip"], "other": {"name": "Globex SA"},
        "place": {"city": "Lyon"}, "subject": "12", "lines": [1, 2],
    }  # fmt: skip


@pytest.mark.parametrize(
    "parameter",
    [
        ("closed", "never allowed"),
        ("entity", "nobody_knows_it"),
        ("pieces", "-1"),
        ("pieces", "NaN"),
        ("pieces", "1e999"),
        ("lines", "1.00000000000000000001"),
        ("lines", "x"),
        ("pieces", "[" * 30),
        ("urgent", "perhaps"),
        ("areas", "tax" * 10),
        ("subject", "x" * 2001),
        ("subject", "x" * 121),
        ("place.country", "Atlantis"),
        ("place.__proto__", "x"),
        ("total", "5"),
        ("hidden_one", "x"),
        ("csrf_token", "x"),
        ("__class__", "x"),
    ],
)
def test_what_does_not_fit_is_ignored(begun: Any, parameter: tuple[str, str]) -> None:
    """F10: values that the field refuses, fields that are not allowed, and what is too long."""
    assert begun("order", parameter).data == {}


def test_many_parameters_are_bounded(begun: Any) -> None:
    areas = [("areas", "tax"), ("areas", "ip")] * 5000
    assert begun("order", *areas).data == {}
    assert begun("order", *((f"place.k{n}", "x") for n in range(5000))).data == {}


def test_the_last_request_fills_by_name(begun: Any, acting: Acting, people: People) -> None:
    """F10: the newest of the same type first, then the newest of others; nobody else's; a link comes before it."""
    assert begun("order").data == {}
    with acting(people("cleo")) as work:
        submit(work, "order", {"entity": "initech"})
    assert begun("order").data == {}
    with acting(people("maya")) as work:
        submit(work, "order", {"entity": "acme_sas"})
    with acting(people("maya")) as work:
        submit(work, "other_order", {"entity": "acme_gmbh"})
    assert begun("order") == Prefill({"entity": "acme_sas"}, {"entity": "last"})
    assert begun("order", ("entity", "initech")) == Prefill({"entity": "initech"}, {"entity": "link"})
    assert begun("other_order").data == {"entity": "acme_gmbh"}


def test_a_value_that_is_no_option_any_more_is_left_out(begun: Any, acting: Acting, people: People) -> None:
    """F10: of earlier answers, the next that fits."""
    with acting(people("maya")) as work:
        submit(work, "order", {"entity": "acme_sas"})
    with acting(people("maya")) as work:
        submit(work, "old_order", {"entity": "sold_company"})
    assert begun("other_order").data == {"entity": "acme_sas"}


def test_the_profile_fills_what_fits_each_field(begun: Any, acting: Acting, people: People) -> None:
    """F10: by field kind, format and name, or as the author names it."""
    maya = people("maya")
    with acting(maya) as work:
        organisation = work.session.scalar(select(Organisation.name).where(Organisation.id == maya.organisation_id))
    filled = begun("profile")
    assert filled.data == {
        "contact": {"name": maya.name, "email": maya.email},
        "asker": maya.id,
        "our_company": {"name": organisation},
        "company": organisation,
        "mail": maya.email,
        "signature": maya.name,
        "whose": organisation,
    }
    assert set(filled.sources.values()) == {"profile"}


def test_a_profile_without_an_organisation_fills_the_rest(acting: Acting, people: People) -> None:
    person: Person = people.add("alone@example.com", name="Alone")
    with acting(person) as work:
        request_type = get_request_type(work, "profile")
        data = prefill(work, request_type, form_to_fill(work, request_type)).data
    assert data.keys() == {"contact", "asker", "mail", "signature"}
