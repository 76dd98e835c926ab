"""People by id, read once per unit of work and in batches, and the people that a form or a page offers to choose."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from formengine.services.access.enforcement import is_client_side
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.people import Person


def selectable_people(work: UnitOfWork, limit: int = 500) -> list[Person]:
    """The accounts that the actor may name: for a client those of the own organisation and the legal team (U9)."""
    query = select(Person).where(Person.state == "active").order_by(Person.name, Person.email).limit(limit)
    if is_client_side(work):
        legal = Person.role.in_(("counsel", "legal_admin"))
        organisation = work.person.organisation_id
        own = Person.id == work.person.id
        same = Person.organisation_id == organisation if organisation is not None else own
        query = query.where(or_(legal, same, own))
    return list(work.session.scalars(query))


class KnownPeople:
    """The accounts that one unit of work has read, by id and by e-mail address.

    `expect_*` name accounts that are likely to be asked for; the first question that needs the database reads them
    all in one statement.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._session = work.session
        self._by_id: dict[str, Person | None] = {}
        self._by_email: dict[str, Person | None] = {}
        self._expected_ids: set[str] = set()
        self._expected_emails: set[str] = set()
        if isinstance(work.actor, Person):
            self.add(work.actor)

    def add(self, person: Person) -> None:
        self._by_id[person.id] = self._by_email[person.email] = person

    def expect_ids(self, ids: Iterable[str | None]) -> None:
        """Ids, or addresses of people without an account, which are left out."""
        self._expected_ids.update(person for person in ids if person and "@" not in person)

    def expect_emails(self, emails: Iterable[str]) -> None:
        self._expected_emails.update(email.lower() for email in emails)

    def get(self, person_id: str) -> Person | None:
        """The account of an id; None where there is none, and for an address."""
        if "@" in person_id:
            return None
        if person_id not in self._by_id:
            self.expect_ids([person_id])
            self._read()
        return self._by_id[person_id]

    def by_email(self, emails: Iterable[str]) -> list[Person]:
        """The active accounts of addresses, in their order."""
        wanted = [email.lower() for email in emails]
        if any(email not in self._by_email for email in wanted):
            self.expect_emails(wanted)
            self._read()
        found = [self._by_email[email] for email in wanted]
        return [person for person in found if person is not None and person.state == "active"]

    def _read(self) -> None:
        ids = self._expected_ids - self._by_id.keys()
        emails = self._expected_emails - self._by_email.keys()
        query = select(Person).where(or_(Person.id.in_(sorted(ids)), Person.email.in_(sorted(emails))))
        self._by_id.update(dict.fromkeys(ids))
        self._by_email.update(dict.fromkeys(emails))
        for person in self._session.scalars(query):
            self.add(person)
        self._expected_ids.clear()
        self._expected_emails.clear()


def known_people(work: UnitOfWork) -> KnownPeople:
    """The accounts read so far in this unit of work."""
    return work.remember("people", lambda: KnownPeople(work))


def person_name(work: UnitOfWork, person_id: str | None) -> str:
    """The name behind an account id, the id or address itself where there is no account; empty for None."""
    if not person_id:
        return ""
    person = known_people(work).get(person_id)
    return person.name if person else person_id


def contact_name(facts: Iterable[object], address: str) -> str:
    """The name that goes with an outside address among facts (`{name, email}`, or a list of such), else the address."""
    for fact in facts:
        for contact in fact if isinstance(fact, list) else [fact]:
            if isinstance(contact, dict) and contact.get("email") == address and contact.get("name"):
                return str(contact["name"])
    return address
