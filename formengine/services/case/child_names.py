"""What the children of a dossier are called in its history: *Milestone 1 – First delivery*."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import select

from formengine.services.access.enforcement import is_client_side
from formengine.services.case.fact_text import fact_text
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.children import identity_of

CHILD_KINDS: Final = ("child_opened", "child_step", "child_changed", "child_shown", "child_hidden", "charge_lost")
"""The kinds of entries that are about a child."""
ChildNames = Mapping[tuple[str, int], str]
"""By kind and number of a child, what it was opened for or its title; none for one that has neither."""


def child_names(work: UnitOfWork, workflow: Workflow, dossier: Dossier, entries: Collection[Any]) -> ChildNames:
    """The names of the children that entries of the history are about, in one statement, none where no entry is about
    a child. A client is told the names of those that they see.
    """
    if not any(entry.kind in CHILD_KINDS for entry in entries):
        return {}
    columns = (Child.kind, Child.number, Child.fields, Child.visible_to_client)
    rows = work.session.execute(select(*columns).where(Child.dossier_id == dossier.id)).all()
    sees_all = not is_client_side(work)
    named = {
        (kind, number): _name(work, workflow, kind, fields) for kind, number, fields, shown in rows if shown or sees_all
    }
    return {child: name for child, name in named.items() if name}


def _name(work: UnitOfWork, workflow: Workflow, kind: str, fields: Mapping[str, Any]) -> str:
    rule = workflow.children.get(kind)
    if rule is None:
        return ""
    texts = (
        fact_text(work, fields.get(name), rule.fields.get(name))
        for name in (identity_of(workflow, kind), "title")
        if name
    )
    return next((text for text in texts if text), "")
