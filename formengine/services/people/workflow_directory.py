"""The workflow engine's directory of teams, positions, managers and delegates: from the site's YAML and the
accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from formengine.i18n import Text
from formengine.services.access.enforcement import current_site, role_of
from formengine.services.access.policy import Viewer, is_permitted
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people
from formengine.services.people.out_of_office import delegate_of, running_absences
from formengine.storage.models.people import GUEST, Department, Person
from formengine.workflow.definition.model import Workflow


class WorkflowDirectory:
    """The engine's `Directory` protocol, which documents its methods, over one unit of work."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._site = current_site(work)
        self._people = known_people(work)

    def expect(self, workflow: Workflow) -> None:
        """Read the people of this workflow's teams and positions together, when one of them is first asked for."""
        names = {role.source_name for role in workflow.roles.values()}
        steps = [step for rule in workflow.rounds for step in rule.steps]
        names |= {entry.source.partition(":")[2] for step in steps for entry in step.entries}
        for name in names:
            team = self._site.teams.get(name)
            self._people.expect_emails((*(team.members if team else ()), *self._site.positions.get(name, ())))

    def team(self, team: str) -> Sequence[str]:
        rule = self._site.teams.get(team)
        return self._ids(rule.members) if rule else []

    def position(self, position: str) -> Sequence[str]:
        return self._ids(self._site.positions.get(position, ()))

    def title(self, source: str) -> Text | None:
        team = self._site.teams.get(source)
        return team.title if team is not None else self._site.position_titles.get(source)

    def with_role(self, site_role: str) -> Sequence[str]:
        def read() -> list[Person]:
            query = select(Person).where(Person.role == site_role, Person.state == "active").order_by(Person.email)
            return list(self._work.session.scalars(query))

        people = self._work.remember(("people with role", site_role), read)
        for person in people:
            self._people.add(person)
        return [person.id for person in people]

    def named(self, person: str) -> str:
        """The account id of an address that has an account; any other id or address unchanged."""
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
        return row is not None and row.state in ("active", GUEST)

    def may_collaborate(self, person: str) -> bool:
        row = self._people.get(person)
        return row is not None and is_permitted("dossier.decide", Viewer(row.id, role_of(row)))

    def name(self, person: str) -> str:
        row = self._people.get(person)
        return row.name if row else person

    def are_colleagues(self, person: str, other: str) -> bool:
        rows = (self._people.get(person), self._people.get(other))
        organisations = {row.organisation_id if row else None for row in rows}
        return len(organisations) == 1 and None not in organisations

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        """The delegate of somebody who is out of office (U10), or the delegate's own delegate; None for nobody.

        None also where the delegates form a circle or end at somebody who may not decide.
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
