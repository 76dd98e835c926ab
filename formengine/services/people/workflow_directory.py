"""Who is who, for the workflow engine: teams and positions from the site's YAML, people from their rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.authoring import Site
from formengine.services.access.enforcement import as_role
from formengine.services.access.policy import Viewer, permits
from formengine.services.people.out_of_office import delegate_of
from formengine.storage.models.people import Department, Person


class People:
    """`workflow.case.Directory` over one session; what was asked once is remembered for the unit of work."""

    def __init__(self, session: Session, site: Site) -> None:
        self._session = session
        self._site = site
        self._rows: dict[str, Person | None] = {}

    def team(self, team: str) -> Sequence[str]:
        found = self._site.teams.get(team)
        return self._by_address(found.members) if found else []

    def position(self, position: str) -> Sequence[str]:
        return self._by_address(self._site.positions.get(position, ()))

    def with_role(self, site_role: str) -> Sequence[str]:
        rows = select(Person).where(Person.role == site_role, Person.state == "active").order_by(Person.email)
        return [self._keep(person).id for person in self._session.scalars(rows)]

    def named(self, person: str) -> str:
        """An address of an account is that account; any other is somebody outside."""
        return next(iter(self._by_address([person])), person) if "@" in person else person

    def manager_of(self, person: str) -> str | None:
        row = self.row(person)
        return self._active(row.manager_id) if row else None

    def head_of_department_of(self, person: str) -> str | None:
        row = self.row(person)
        department = self._session.get(Department, row.department_id) if row and row.department_id else None
        return self._active(department.head_id) if department else None

    def is_active(self, person: str) -> bool:
        row = self.row(person)
        return row is not None and row.state == "active"

    def may_collaborate(self, person: str) -> bool:
        row = self.row(person)
        return row is not None and permits("dossier.decide", Viewer(row.id, as_role(row)))

    def name(self, person: str) -> str:
        row = self.row(person)
        return row.name if row else person

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        """Who acts for somebody out of office (U10): the delegate, or that one's own who is away as well; nobody when
        that leads in a circle, or to one who may not decide."""
        met = [person]
        while (delegate := delegate_of(self._session, met[-1], kind, moment)) is not None:
            if delegate in met:
                return None
            met.append(delegate)
        found = met[-1] if len(met) > 1 else None
        return found if found and self.is_active(found) and self.may_collaborate(found) else None

    def row(self, person: str) -> Person | None:
        """The account behind an id; None for somebody outside."""
        if "@" in person:
            return None
        if person not in self._rows:
            self._rows[person] = self._session.get(Person, person)
        return self._rows[person]

    def _active(self, person: str | None) -> str | None:
        return person if person and self.is_active(person) else None

    def _by_address(self, addresses: Iterable[str]) -> list[str]:
        wanted = [address.lower() for address in addresses]
        rows = self._session.scalars(select(Person).where(Person.email.in_(wanted), Person.state == "active"))
        known = {person.email: self._keep(person).id for person in rows}
        return [known[address] for address in wanted if address in known]

    def _keep(self, person: Person) -> Person:
        self._rows[person.id] = person
        return person
