"""Directory of a simulation: people by role, team or position, or as somebody's manager (W15)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from formengine.i18n import Text
from formengine.workflow.definition.model import Workflow


class StaticDirectory:
    """A `case.Directory` of declared person ids; everybody in it is active, and may collaborate but for those named."""

    def __init__(self, people: Mapping[str, Sequence[str]], may_not_collaborate: Collection[str] = ()) -> None:
        self.may_not_collaborate = may_not_collaborate
        self.people = {key: [ids] if isinstance(ids, str) else list(ids) for key, ids in people.items()}

    def team(self, team: str) -> Sequence[str]:
        return self.people.get(f"team:{team}", [])

    def position(self, position: str) -> Sequence[str]:
        return self.people.get(f"position:{position}", [])

    def with_role(self, site_role: str) -> Sequence[str]:
        return self.people.get(site_role, [])

    def named(self, person: str) -> str:
        return person

    def manager_of(self, person: str) -> str | None:
        return None

    def head_of_department_of(self, person: str) -> str | None:
        return None

    def is_active(self, person: str) -> bool:
        return True

    def may_collaborate(self, person: str) -> bool:
        return person not in self.may_not_collaborate

    def name(self, person: str) -> str:
        return person

    def title(self, source: str) -> Text | None:
        return None

    def are_colleagues(self, person: str, other: str) -> bool:
        return False

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        return None

    def by_role(self, workflow: Workflow) -> dict[str, list[str]]:
        """The people declared for roles, by role id: under the id itself, or under the role's source as manager.

        A role of a field is left out: its people are those in the fact.
        """
        by_role = {key: people for key, people in self.people.items() if ":" not in key}
        for role in workflow.roles.values():
            if role.id not in by_role and role.source_kind in ("manager_of", "head_of_department_of"):
                people_of_source = self.people.get(role.source)
                if people_of_source is not None:
                    by_role[role.id] = people_of_source
        by_fact = {role.id for role in workflow.roles.values() if role.source_kind == "field"}
        return {key: people for key, people in by_role.items() if key not in by_fact}
