"""The list of people: found among thousands, in pages that go both ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from formengine.errors import Refused
from formengine.services.accounts.people_list import NOWHERE, PeopleFilter, PeoplePage, count_people, list_people
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.base import new_id
from formengine.storage.models.people import Department, Organisation, Person
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements

pytestmark = pytest.mark.site("people")


@pytest.fixture
def known(people: People, platform: Platform) -> People:
    """Some people of two organisations, and one of none."""
    with platform.database.transaction() as session:
        globex, societe = (
            Organisation(short="globex", name="Globex SA"),
            Organisation(short="societe", name="Société Laitière"),
        )
        session.add_all([globex, societe])
        session.flush()
        legal = Department(organisation_id=globex.id, short="legal", name="Legal")
        session.add(legal)
        session.flush()
        ids = globex.id, societe.id, legal.id
    people.add("elodie@globex.example", name="Élodie Müller", organisation_id=ids[0], department_id=ids[2])
    people.add("adam@globex.example", "collaborator", name="adam Smith", organisation_id=ids[0])
    people.add("zoe@lait.example", name="Zoé Œuvre", organisation_id=ids[1], state="invited")
    people.add("old_one@lait.example", name="Bruno Old", organisation_id=ids[1], state="closed")
    people.add("sam@firm.example", "legal_admin", name="Sam")
    return people


def names(page: PeoplePage) -> list[str]:
    return [person.name for person in page.items]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (PeopleFilter(), ["adam Smith", "Bruno Old", "Élodie Müller", "Sam", "Zoé Œuvre"]),
        (PeopleFilter("elodie"), ["Élodie Müller"]),
        (PeopleFilter("ÉLODIE  MULL"), ["Élodie Müller"]),
        (PeopleFilter("smith adam"), ["adam Smith"]),
        (PeopleFilter("GLOBEX.example"), ["adam Smith", "Élodie Müller"]),
        (PeopleFilter("societe laitiere"), ["Bruno Old", "Zoé Œuvre"]),
        (PeopleFilter("globex muller"), ["Élodie Müller"]),
        (PeopleFilter("100%"), []),
        (PeopleFilter("old_one"), ["Bruno Old"]),
        (PeopleFilter("oldXone"), []),
        (PeopleFilter("\\"), []),
        (PeopleFilter(role="collaborator"), ["adam Smith"]),
        (PeopleFilter(organisation="globex"), ["adam Smith", "Élodie Müller"]),
        (PeopleFilter(organisation="globex/legal"), ["Élodie Müller"]),
        (PeopleFilter(organisation="globex/nowhere"), []),
        (PeopleFilter(organisation="nobody"), []),
        (PeopleFilter(organisation=NOWHERE), ["Sam"]),
        (PeopleFilter(state="closed"), ["Bruno Old"]),
        (PeopleFilter("lait", role="client", state="invited"), ["Zoé Œuvre"]),
    ],
    ids=str,
)
def test_people_are_found(known: People, acting: Acting, chosen: PeopleFilter, expected: list[str]) -> None:
    """U8: by words of name, address and organisation, whatever accents and capitals; in the order of their names."""
    with acting() as work:
        assert names(list_people(work, chosen)) == expected


def test_counts_are_those_of_the_filter_without_its_state(known: People, acting: Acting) -> None:
    """U8: so that the other states can be chosen by their numbers."""
    with acting() as work:
        assert list_people(work, PeopleFilter("lait", state="closed")).counts == {"closed": 1, "invited": 1}
        assert count_people(work) == {"active": 3, "closed": 1, "invited": 1}


def test_a_changed_name_is_found(known: People, acting: Acting) -> None:
    """U8: by its new words alone."""
    with acting() as work:
        person = list_people(work, PeopleFilter("elodie")).items[0]
        person.name = "Élise Noël"
    with acting() as work:
        assert names(list_people(work, PeopleFilter("noel"))) == ["Élise Noël"]
        assert names(list_people(work, PeopleFilter("muller"))) == []


def test_five_thousand_people(platform: Platform, acting: Acting) -> None:
    """U8: pages go forwards and back without a gap or a repeat, also among equal names; each takes as many statements
    as the first.
    """
    rows = [
        {"id": new_id(), "email": f"p{n}@firm.example", "name": f"Person {n % 70:03}", "role": "client",
         "state": "active", "language": "en", "zone": "UTC", "created_at": datetime.now(UTC)}
        for n in range(5000)
    ]  # fmt: skip
    for start in range(0, len(rows), 250):  # each holds the write lock for a short time
        with platform.database.transaction() as session:
            session.execute(insert(Person), rows[start : start + 250])

    def page(work: UnitOfWork, **where: str | None) -> PeoplePage:
        return list_people(work, limit=400, **where)  # type: ignore[arg-type]

    seen, pages = [], []
    with acting() as work:
        current = page(work)
        while True:
            pages.append([person.id for person in current.items])
            seen += pages[-1]
            if current.next is None:
                break
            current = page(work, after=current.next)
        assert current.previous is not None
        assert len(seen) == len(set(seen)) == 5000
        for expected in reversed(pages[:-1]):
            current = page(work, before=current.previous)
            assert [person.id for person in current.items] == expected
        assert (current.previous, current.next) == (None, pages[0][-1])
    counts = []
    for after in (None, pages[6][-1]):
        with acting() as work, recorded_statements(platform.database) as recorder:
            assert len(page(work, after=after).items) == 400
            counts.append(len(recorder.statements))
    assert counts[1] <= counts[0] + 1  # the person at whose name the page begins


def test_only_who_manages_people_lists_them(known: People, acting: Acting) -> None:
    """U7: nobody else, by whatever filter."""
    with acting(known("lena")) as work, pytest.raises(Refused):
        list_people(work, PeopleFilter("sam"))
    with acting(known("lena")) as work, pytest.raises(Refused):
        count_people(work)
