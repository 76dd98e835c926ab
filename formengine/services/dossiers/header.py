"""What a dossier's page shows on every tab: its state, the steps that may be taken now, and how much each tab holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from formengine.i18n import pick
from formengine.services.access.enforcement import allowed, demand, is_client_side
from formengine.services.case.repository import Casework, look
from formengine.services.core.unit_of_work import Work
from formengine.services.dossiers.transitions import TransitionButton, may_open_child, step_buttons
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, Note
from formengine.workflow.definition.model import State


@dataclass(frozen=True)
class ChildTab:
    """A kind of child: how many the reader may see, and whether they may open one."""

    kind: str
    title: str
    count: int
    may_open: bool


@dataclass(frozen=True)
class DossierHeader:
    """The state of a dossier in the reader's words; `claimable` is the role that the reader could claim."""

    title_of_state: str
    category: str
    buttons: list[TransitionButton]
    claimable: str | None
    notes: int
    attachments: int
    rounds: int
    children: list[ChildTab]


def dossier_header(work: Work, dossier: Dossier) -> DossierHeader:
    """The header of a dossier for the actor; NotFound for one that they may not read."""
    demand(work, "dossier.read", dossier)
    casework = look(work, dossier)
    state = casework.workflow.states[casework.case.state]
    notes, attachments = _counts(work, dossier)
    return DossierHeader(
        title_of_state=title_of_state(work, state),
        category=state.category,
        buttons=step_buttons(casework),
        claimable=_claimable(casework),
        notes=notes,
        attachments=attachments,
        rounds=len(casework.case.rounds),
        children=_child_tabs(casework),
    )


def state_title(work: Work, dossier: Dossier) -> str:
    """The title of a dossier's state for the actor."""
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    return title_of_state(work, workflow.states[dossier.state])


def title_of_state(work: Work, state: State) -> str:
    """The title of a state: `client_sees` for clients."""
    return pick(state.client_sees if is_client_side(work) else state.title, work.language)


def _counts(work: Work, dossier: Dossier) -> tuple[int, int]:
    """How many notes and attachments the actor may see."""
    notes = select(func.count()).where(Note.dossier_id == dossier.id)
    attachments = select(func.count()).where(Attachment.dossier_id == dossier.id)
    if not allowed(work, "dossier.read_internal", dossier):
        notes, attachments = notes.where(Note.internal.is_(False)), attachments.where(Attachment.internal.is_(False))
    row = work.session.execute(select(notes.scalar_subquery(), attachments.scalar_subquery())).one()
    return row[0], row[1]


def _claimable(casework: Casework) -> str | None:
    role = casework.workflow.team_role
    if role is None or role.id in casework.case.claims or casework.workflow.states[casework.case.state].ends:
        return None
    return role.id if casework.work.actor_id in casework.around.directory.team(role.source_name) else None


def _child_tabs(casework: Casework) -> list[ChildTab]:
    work, client = casework.work, is_client_side(casework.work)
    visible = [child.kind for child in casework.case.children if child.visible_to_client or not client]
    return [
        ChildTab(kind, pick(rule.title, work.language), visible.count(kind), may_open_child(casework, kind))
        for kind, rule in casework.workflow.children.items()
        if not client or kind != "task"
    ]
