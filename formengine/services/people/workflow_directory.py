"""Teams, positions, managers and stand-ins for the workflow engine: from the site's YAML and the rows of people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from formengine.services.access.enforcement import current_site, role_of
from formengine.services.access.policy import Viewer, is_permitted
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people
from formengine.services.people.out_of_office import delegate_of, running_absences
from formengine.storage.models.people import Department, Person
from formengine.workflow.definition.model import Workflow


class WorkflowDirectory:
    """The engine's `Directory` protocol over one unit of work."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._site = current_site(work)
        self._people = known_people(work)

    def expect(self, workflow: Workflow) -> None:
        """Read the people of this workflow's teams and positions together, once one of them is asked for."""
        names = {role.source_name for role in workflow.roles.values()}
        steps = [step for rule in (*workflow.approvals.values(), *workflow.signatures.values()) for step in rule.steps]
        names |= {entry.source.partition(":")[2] for step in steps for entry in step.entries}
        for name in names:
            team = self._site.teams.get(name)
            self._people.expect_emails((*(team.members if team else ()), *self._site.positions.get(name, ())))

    def team(self, team: str) -> Sequence[str]:
        rule = self._site.teams.get(team)
        return self._ids(rule.members) if rule else []

    def position(self, position: str) -> Sequence[str]:
        return self._ids(self._site.positions.get(position, ()))

    def with_role(self, site_role: str) -> Sequence[str]:
        def read() -> list[Person]:
            query = select(Person).where(Person.role == site_role, Person.state == "active").order_by(Person.email)
            return list(self._work.session.scalars(query))

        people = self._work.remember(("people with role", site_role), read)
        for person in people:
            self._people.add(person)
        return [person.id for person in people]

    def named(self, person: str) -> str:
        """The account of an address, where it has one; else the id or address as it stands."""
        return next(iter(self._ids([person])), person) if "@" in person else person

    def manager_of(self, person: str) -> str | None:
        row = self._people.get(person)
        return self._active(row.manager_id) if row else None

    def head_of_department_of(self, person: str) -> str | None:
        row = self._people.get(person)
        if row is None or row.department_id is None:
            return None
        key = row.department_id
        department = self._work.remember(("department", key), lambda: self._work.session.get(Department, key))
        return self._active(department.head_id) if department else None

    def is_active(self, person: str) -> bool:
        row = self._people.get(person)
        return row is not None and row.state == "active"

    def may_collaborate(self, person: str) -> bool:
        row = self._people.get(person)
        return row is not None and is_permitted("dossier.decide", Viewer(row.id, role_of(row)))

    def name(self, person: str) -> str:
        row = self._people.get(person)
        return row.name if row else person

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        """The delegate of somebody out of office (U10), or that delegate's own; None for nobody.

        None too when the delegates lead in a circle, or to somebody who may not decide.
        """
        absences = running_absences(self._work, moment)
        chain = [person]
        while (delegate := delegate_of(absences, chain[-1], kind)) is not None:
            if delegate in chain:
                return None
            chain.append(delegate)
        last = chain[-1] if len(chain) > 1 else None
        return last if last and self.is_active(last) and self.may_collaborate(last) else None

    def _active(self, person: str | None) -> str | None:
        return person if person and self.is_active(person) else None

    def _ids(self, emails: Sequence[str]) -> list[str]:
        return [person.id for person in self._people.by_email(emails)]
