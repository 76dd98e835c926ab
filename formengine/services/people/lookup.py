"""People by id, read once per unit of work and in batches, and the people that a form or a page offers to choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Row, bindparam, or_, select

from formengine.email_addresses import address_forms, address_key
from formengine.i18n import say
from formengine.services.access.enforcement import is_client_side
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.displayed_names import displayed_name
from formengine.storage.models.people import Person
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES

_PERSON: Final = Person.__table__.c
_SELECTABLE: Final = (
    select(_PERSON.id, _PERSON.name, _PERSON.role)
    .where(_PERSON.state == "active")
    .order_by(_PERSON.name, _PERSON.email)
    .limit(500)
)
_BY_ID_OR_EMAIL: Final = select(Person).where(
    or_(Person.id.in_(bindparam("ids", expanding=True)), Person.email.in_(bindparam("emails", expanding=True)))
)
_LEGAL_TEAM: Final = _PERSON.role.in_(LEGAL_TEAM_ROLES)
_SELECTABLE_IN_ORGANISATION: Final = _SELECTABLE.where(
    or_(_LEGAL_TEAM, _PERSON.organisation_id == bindparam("organisation"), _PERSON.id == bindparam("person"))
)
"""Without an organisation its condition is never true: nothing equals NULL."""


def selectable_people(work: UnitOfWork) -> Sequence[Row[str, str, str]]:
    """The accounts that the actor may choose from, at most 500, as rows with `id`, `name` and `role`.

    For a client these are the people of their own organisation and the legal team (U9).
    """
    if not is_client_side(work):
        return work.remember("selectable people", lambda: work.session.execute(_SELECTABLE).all())
    person = work.person
    values = {"organisation": person.organisation_id, "person": person.id}
    key = ("selectable people", person.id)
    return work.remember(key, lambda: work.session.execute(_SELECTABLE_IN_ORGANISATION, values).all())


def reasons_not_to_choose(work: UnitOfWork, person: Person) -> list[str]:
    """Why the actor may not choose somebody, whom `selectable_people` does not offer them: a client somebody of another
    organisation, whose name they are not told (U9, P28).
    """
    if not is_client_side(work) or person.role in LEGAL_TEAM_ROLES or person.id == work.person.id:
        return []
    organisation = work.person.organisation_id
    if organisation is not None and organisation == person.organisation_id:
        return []
    return [say(work.language, "Choose somebody of your organisation or of the legal team.")]


class KnownPeople:
    """The accounts that a unit of work has read, by id and by e-mail address.

    `expect_ids` and `expect_emails` announce accounts that will be needed; the first lookup that needs the database
    reads all of them in one statement.
    """

    def __init__(self, work: UnitOfWork) -> None:
        self._session = work.session
        self._by_id: dict[str, Person | None] = {}
        self._by_email: dict[str, Person | None] = {}
        self._contacts: dict[str, str] = {}
        self._expected_ids: set[str] = set()
        self._expected_emails: set[str] = set()
        self._read_emails: set[str] = set()
        if isinstance(work.actor, Person):
            self.add(work.actor)

    def add(self, person: Person) -> None:
        """Add an account that was read or made elsewhere."""
        self._by_id[person.id] = person
        key = address_key(person.email)
        if self._by_email.get(key) is None or person.email == key:  # an older account may have an address like it
            self._by_email[key] = person

    def add_contacts(self, names: Mapping[str, str]) -> None:
        """Add the names of people without an account, by address."""
        self._contacts.update(names)

    def contact(self, address: str) -> str:
        """The name of somebody without an account; the address itself where none was added."""
        return self._contacts.get(address, address)

    def expect_ids(self, ids: Iterable[str | None]) -> None:
        """Announce account ids; addresses of people without an account among them are ignored."""
        self._expected_ids.update(person for person in ids if person and "@" not in person)

    def expect_emails(self, emails: Iterable[str]) -> None:
        """Announce the e-mail addresses of accounts."""
        self._expected_emails.update(form for email in emails for form in address_forms(email))

    def get(self, person_id: str) -> Person | None:
        """The account with an id; None where there is none, for an address, and for the empty text of a post."""
        if not person_id or "@" in person_id:
            return None
        if person_id not in self._by_id:
            self.expect_ids([person_id])
            self._read()
        return self._by_id[person_id]

    def by_email(self, emails: Iterable[str]) -> list[Person]:
        """The active accounts of some addresses, in their order, in whichever of its `address_forms` they have it."""
        keys = [(email, address_key(email)) for email in emails]
        missing = [email for email, key in keys if self._by_email.get(key) is None]
        if any(email.lower() not in self._read_emails for email in missing):
            self.expect_emails(missing)
            self._read()
        people = [self._by_email.get(key) for _, key in keys]
        return [person for person in people if person is not None and person.state == "active"]

    def _read(self) -> None:
        ids = self._expected_ids - self._by_id.keys()
        keys = {email: address_key(email) for email in self._expected_emails - self._read_emails}
        emails = [email for email, key in keys.items() if self._by_email.get(key) is None]
        self._by_id.update(dict.fromkeys(ids))
        self._by_email.update(dict.fromkeys(keys[email] for email in emails))
        self._read_emails.update(emails)
        for person in self._session.scalars(_BY_ID_OR_EMAIL, {"ids": sorted(ids), "emails": sorted(emails)}):
            self.add(person)
        self._expected_ids.clear()
        self._expected_emails.clear()


def known_people(work: UnitOfWork) -> KnownPeople:
    """The accounts read so far in this unit of work."""
    return work.remember("people", lambda: KnownPeople(work))


def person_name(work: UnitOfWork, person_id: str | None) -> str:
    """The name of the account with an id; of an address, the name that was added for it; without either, the id or
    address itself; empty for None.
    """
    if not person_id:
        return ""
    if "@" in person_id:
        return known_people(work).contact(person_id)
    person = known_people(work).get(person_id)
    return person.name if person else person_id


def contact_names(facts: Iterable[object]) -> dict[str, str]:
    """The names that facts give for addresses (`{name, email}`, or a list of such), by address; the first one counts.

    Control characters in them are left out (`displayed_name`).
    """
    names: dict[str, str] = {}
    for fact in facts:
        for contact in fact if isinstance(fact, list) else [fact]:
            if isinstance(contact, dict) and isinstance(contact.get("email"), str) and contact.get("name"):
                name = displayed_name(str(contact["name"]))
                if name:
                    names.setdefault(contact["email"], name)
    return names


def contact_name(facts: Iterable[object], address: str) -> str:
    """The name that the facts give for an address; otherwise the address."""
    return contact_names(facts).get(address, address)
