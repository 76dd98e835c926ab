"""The children that wait for whoever is in charge of them, for the home page (P7, W10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Text, bindparam, cast, select

from formengine.i18n import pick
from formengine.services.access.enforcement import IN_CHARGE
from formengine.services.case.fact_text import expect_people, fact_text
from formengine.services.case.row_mapping import read_child
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.rounds import Child
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import case as values
from formengine.workflow.engine.children import identity_of
from formengine.workflow.engine.in_charge import people_named_for_role, roles_of_child

MOST_CHILDREN: Final = 100
"""How many children, those of the newest dossiers first, are looked through."""
_NAMED: Final = (
    select(Child, Dossier)
    .join(Dossier, Child.dossier_id == Dossier.id)
    .join(Involvement, Involvement.dossier_id == Dossier.id)
    .where(
        Involvement.person_id == bindparam("person"),
        Involvement.part == IN_CHARGE,
        Dossier.ended_at.is_(None),
        cast(Child.fields, Text).contains(bindparam("person"), autoescape=False),
    )
    .order_by(Dossier.opened_at.desc(), Dossier.id.desc(), Child.id)
    .limit(MOST_CHILDREN)
)


@dataclass(frozen=True)
class WaitingChild:
    """A child that waits for the reader, who is in charge of it; `name` is what it was opened for, or its kind."""

    dossier: Dossier
    kind: str
    number: int
    name: str


def children_waiting_for_actor(work: UnitOfWork) -> list[WaitingChild]:
    """The children that the actor is in charge of and that stand where a step is for them.

    Read in one statement, whose rows say it all: conditions of steps, which may depend on the whole dossier, are not
    tested.
    """
    rows = work.session.execute(_NAMED, {"person": work.actor_id}).all()
    definitions = work.platform.definitions
    waiting = [
        (row, dossier, workflow)
        for row, dossier in rows
        for workflow in [definitions.pack(work.session, dossier.pack_hash).workflow]
        if _waits_for(workflow, read_child(row), work.actor_id or "")
    ]
    for row, _dossier, _workflow in waiting:
        expect_people(work, row.fields)
    return [_waiting(work, row, dossier, workflow) for row, dossier, workflow in waiting]


def _waits_for(workflow: Workflow, child: values.Child, person: str) -> bool:
    """Whether a step out of the child's state is for somebody whom its fields put in charge."""
    kind = workflow.children.get(child.kind)
    if kind is None:
        return False
    who = {role for step in kind.transitions.values() if child.state in step.sources for role in step.who}
    roles = [role for role in roles_of_child(workflow, child.kind) if role.id in who]
    return any(person in people_named_for_role(role, child) for role in roles)


def _waiting(work: UnitOfWork, row: Child, dossier: Dossier, workflow: Workflow) -> WaitingChild:
    rule, identity = workflow.children[row.kind], identity_of(workflow, row.kind) or ""
    text = fact_text(work, row.fields.get(identity), rule.fields.get(identity))
    return WaitingChild(dossier, row.kind, row.number, text or pick(rule.title, work.language))
