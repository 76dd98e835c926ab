"""What a legal admin changes about people, and the opening of closed accounts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused
from formengine.services.accounts import accounts, person_details
from formengine.services.core.unit_of_work import Platform
from formengine.services.people.organisations import belonging_text
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Department, Organisation, Person
from tests.support.people import People
from tests.support.platforms import Acting

pytestmark = pytest.mark.site("people")


@pytest.fixture
def globex(platform: Platform) -> str:
    """A second organisation, with a department: how it is named."""
    with platform.database.transaction() as session:
        row = Organisation(short="globex", name="Globex SA")
        session.add(row)
        session.flush()
        session.add(Department(organisation_id=row.id, short="legal", name="Legal"))
    return "globex/legal"


def test_where_people_belong_is_changed(acting: Acting, people: People, globex: str, platform: Platform) -> None:
    """U8: with department and manager; who headed the department they leave, no longer does; the history says what."""
    sam, cleo, maya = people("sam"), people("cleo"), people("maya")
    with acting(sam) as work:
        person = person_details.change_person(
            work, cleo.id, name="Cleo  M.", language="fr", organisation=globex, manager=" MAYA@example.com "
        )
        assert (person.name, person.language, person.manager_id) == ("Cleo M.", "fr", maya.id)
        assert belonging_text(person) == globex
        assert person_details.manager_of(work, person) is not None
        assert work.session.scalars(select(Department).where(Department.short == "sales")).one().head_id is None
    with platform.database.reading() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "person_changed")).one()
        assert entry.payload["changed"] == ["name", "language", "organisation", "department", "manager"]
    with acting(sam) as work:
        person = person_details.change_person(work, cleo.id, name="Cleo M.", language="fr", organisation="")
        assert (person.organisation_id, person.department_id, person.manager_id) == (None, None, None)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"language": "xx"}, "/language"),
        ({"organisation": "nobody"}, "/organisation"),
        ({"organisation": "acme/nothing"}, "/organisation"),
        ({"manager": "nobody@example.com"}, "/manager"),
        ({"manager": "maya@example.com"}, "/manager"),
    ],
)
def test_details_that_do_not_fit(acting: Acting, people: People, values: dict[str, str], pointer: str) -> None:
    """U8: nobody is their own manager, and what is refused changes nothing."""
    maya, sam = people("maya"), people("sam")
    with acting(sam) as work, pytest.raises(Invalid) as refused:
        person_details.change_person(work, maya.id, **{"name": "M", "language": "en", "organisation": "", **values})
    assert [error.pointer for error in refused.value.errors] == [pointer]
    with acting(sam) as work:
        assert work.session.get_one(Person, maya.id).name == "Maya Laurent"


def test_a_closed_account_is_opened_again(acting: Acting, people: People, globex: str, platform: Platform) -> None:
    """U2, U7: as an invitation, with the role and organisation given then; an open one cannot be."""
    sam, lena = people("sam"), people("lena")
    with acting(sam) as work:
        with pytest.raises(Refused, match="open already"):
            person_details.reopen_account(work, lena.id, "client")
        accounts.close_account(work, lena.id)
    with acting(sam) as work:
        with pytest.raises(Refused, match="closed"):
            person_details.change_person(work, lena.id, name="L", language="en")
        with pytest.raises(Invalid):
            person_details.reopen_account(work, lena.id, "king")
        person = person_details.reopen_account(work, lena.id, "client", organisation=globex)
        assert (person.state, person.role, person.closed_at) == ("invited", "client", None)
        assert (person.manager_id, person.password_hash) == (None, None)
        assert belonging_text(person) == globex
    with platform.database.reading() as session:
        assert session.scalars(select(Mail.kind).where(Mail.to == lena.email)).all() == ["invitation"]


def test_only_who_manages_people_changes_them(acting: Acting, people: People) -> None:
    """U7: neither details nor closed accounts, and nobody's that does not exist."""
    maya, paul = people("maya"), people("paul")
    for call in (
        lambda work: person_details.change_person(work, maya.id, name="M", language="en"),
        lambda work: person_details.reopen_account(work, maya.id, "client"),
    ):
        with acting(paul) as work, pytest.raises(Refused):
            call(work)
    with acting(people("sam")) as work, pytest.raises(NotFound):
        person_details.change_person(work, "0" * 32, name="M", language="en")
