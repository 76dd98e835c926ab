"""People to choose from, where a form or a page asks for one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select

from formengine.services.access.enforcement import is_client_side
from formengine.services.core.unit_of_work import Work
from formengine.storage.models.people import Person


def pickable(work: Work, limit: int = 500) -> list[Person]:
    """The accounts that the actor may name: for a client those of the own organisation and the legal team (U9)."""
    query = select(Person).where(Person.state == "active").order_by(Person.name, Person.email).limit(limit)
    if is_client_side(work):
        legal = Person.role.in_(("counsel", "legal_admin"))
        organisation = work.person.organisation_id
        mine = Person.id == work.person.id
        same = Person.organisation_id == organisation if organisation is not None else mine
        query = query.where(or_(legal, same, mine))
    return list(work.session.scalars(query))


def named(work: Work, person_id: str | None) -> str:
    """The name behind an account id or an outside address; empty for nobody."""
    if not person_id:
        return ""
    found = None if "@" in person_id else work.session.get(Person, person_id)
    return found.name if found else person_id


def contact_name(facts: Iterable[object], address: str) -> str:
    """The name that goes with an outside address among facts (`{name, email}`, or a list of such), else the address."""
    for fact in facts:
        for one in fact if isinstance(fact, list) else [fact]:
            if isinstance(one, dict) and one.get("email") == address and one.get("name"):
                return str(one["name"])
    return address
