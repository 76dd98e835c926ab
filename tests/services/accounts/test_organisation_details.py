"""Organisations and departments: added, renamed, given a head."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.services.accounts import organisation_details as details
from formengine.services.core.audit_log import verify_chains
from formengine.services.people.organisations import count_organisations
from formengine.storage.models.people import Person
from tests.support.people import People
from tests.support.platforms import Acting

pytestmark = pytest.mark.site("people")


def test_organisations_are_added_and_renamed(acting: Acting, people: People) -> None:
    """U8: the short name is made once, from the name or as given, and stays; counts leave out closed accounts."""
    sam = people("sam")
    with acting(sam) as work:
        row = details.add_organisation(work, "  Société  Générale ")
        assert (row.name, row.short) == ("Société Générale", "societe-generale")
        assert details.add_organisation(work, "Globex", "gbx").short == "gbx"
        assert details.rename_organisation(work, row.id, "SG").short == "societe-generale"
    people.add("a@gbx.example", state="closed", organisation_id=3)
    people.add("b@gbx.example", organisation_id=3)
    with acting(sam) as work:
        counts = [(row.organisation.short, row.people, row.departments) for row in count_organisations(work)]
        assert counts == [("acme", 2, 1), ("gbx", 1, 0), ("societe-generale", 0, 0)]
        assert list(verify_chains(work.session)) == []


@pytest.mark.parametrize(
    ("name", "short", "pointers"),
    [
        ("", "x", ["/name"]),
        ("م" * 201, "x", ["/name"]),
        ("ACMÉ group", "x", ["/name"]),
        ("ACMÉ group", "", ["/name"]),
        ("New", "acme", ["/short"]),
        ("New", "Not a short/name", ["/short"]),
        ("شركة", "", ["/short"]),
        ("\u200c\u200d", "x", ["/name"]),
        ("New\u202e", "x" * 65, ["/name", "/short"]),
    ],
)
def test_names_that_do_not_fit(acting: Acting, people: People, name: str, short: str, pointers: list[str]) -> None:
    """U8: of organisations and of departments alike; a name is taken whatever its accents and capitals."""
    with acting(people("sam")) as work:
        details.add_department(work, 1, "Acme Group", "acme")
    for add in (details.add_organisation, lambda work, *values: details.add_department(work, 1, *values)):
        with acting(people("sam")) as work, pytest.raises(Invalid) as refused:
            add(work, name, short)
        assert [error.pointer for error in refused.value.errors] == pointers


def test_a_department_and_its_head(acting: Acting, people: People) -> None:
    """U8: the head is somebody in it; the history has both changes."""
    sam, cleo = people("sam"), people("cleo")
    with acting(sam) as work:
        sales = next(row for row, _head, _n in details.departments_of(work, details.get_organisation(work, 1))
                     if row.short == "sales")  # fmt: skip
        for address in ("sam@example.com", "nobody@example.com"):
            with pytest.raises(Invalid, match="1 answers"):
                details.change_department(work, 1, sales.id, name="Sales", head=address)
        details.change_department(work, 1, sales.id, name="Sales and marketing", head="CLEO@example.com")
        assert (sales.name, sales.short, sales.head_id) == ("Sales and marketing", "sales", cleo.id)
        assert details.change_department(work, 1, sales.id, name="Sales").head_id is None
        for organisation, department in ((1, 99), (99, sales.id)):
            with pytest.raises(NotFound):
                details.change_department(work, organisation, department, name="X")


def test_only_who_manages_people_changes_organisations(acting: Acting, people: People) -> None:
    """U7: counsel reads and changes none."""
    calls = (
        count_organisations,
        lambda work: details.add_organisation(work, "X"),
        lambda work: details.rename_organisation(work, 1, "X"),
        lambda work: details.add_department(work, 1, "X"),
        lambda work: details.change_department(work, 1, 1, name="X"),
    )
    for call in calls:
        with acting(people("paul")) as work, pytest.raises(Refused):
            call(work)
    with acting(people("sam")) as work:
        assert work.session.scalars(select(Person)).first() is not None
