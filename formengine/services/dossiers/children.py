"""Hearings, milestones and tasks of a dossier as shown to a reader (P26, P27)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from formengine.i18n import pick
from formengine.services.access.enforcement import is_client_side, require_permission
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.fact_text import fact_text
from formengine.services.dossiers.header import title_of_state
from formengine.services.dossiers.transitions import TransitionButton, step_buttons
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine.case import Child


@dataclass(frozen=True)
class ChildView:
    """A child of a dossier; `fields` are (title, text) for people to read, `values` the plain values by name."""

    kind: str
    number: int
    title: str
    state: str
    state_title: str
    fields: list[tuple[str, str]]
    values: dict[str, Any]
    visible: bool
    buttons: list[TransitionButton]


def children(work: UnitOfWork, dossier: Dossier, kind: str) -> list[ChildView]:
    """The children of a kind that the actor may see, by number."""
    return all_children(work, dossier, kind)


def all_children(work: UnitOfWork, dossier: Dossier, kind: str | None = None) -> list[ChildView]:
    """The children that the actor may see, of one kind or all, by kind and number."""
    require_permission(work, "dossier.read", dossier)
    loaded, client = load(work, dossier), is_client_side(work)
    rows = [child for child in loaded.case.children if kind in (None, child.kind)]
    return [_child_view(loaded, child) for child in rows if child.visible_to_client or not client]


def _child_view(loaded: LoadedCase, child: Child) -> ChildView:
    work, rule = loaded.work, loaded.workflow.children[child.kind]
    fields = [
        (pick(rule.fields[name].get("title") or name, work.language), fact_text(work, value, rule.fields[name]))
        for name, value in child.fields.items()
        if name in rule.fields
    ]
    return ChildView(
        kind=child.kind,
        number=child.number,
        title=str(child.fields.get("title") or pick(rule.title, work.language)),
        state=child.state,
        state_title=title_of_state(work, rule.states[child.state]),
        fields=fields,
        values=dict(child.fields),
        visible=child.visible_to_client,
        buttons=step_buttons(loaded, child),
    )
