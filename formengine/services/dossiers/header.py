"""The part of a dossier's page that every tab shows: its state, the steps that may be taken now, and counts by tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, bindparam, distinct, func, select

from formengine.i18n import pick
from formengine.services.access.enforcement import has_permission, involvements, is_client_side, require_permission
from formengine.services.case.document_sight import sight_of
from formengine.services.case.document_titles import document_title
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.child_opening import may_open_child
from formengine.services.dossiers.child_visibility import sees_child
from formengine.services.dossiers.decided_documents import unsigned_empty_places
from formengine.services.dossiers.documents import awaited_ids
from formengine.services.dossiers.transitions import HeldUpSteps, TransitionButton, steps_now
from formengine.services.people.lookup import known_people
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Attachment, Note
from formengine.workflow.definition.actions import DraftDocumentAction
from formengine.workflow.definition.model import State

_NOTE, _ATTACHMENT = Note.__table__.c, Attachment.__table__.c


def _count(what: Any, table: Any) -> Any:
    shown = table.internal.in_(bindparam("internal", expanding=True))
    return select(func.count(what)).where(table.dossier_id == bindparam("dossier"), shown).scalar_subquery()


_COUNTS: Final = select(
    _count(_NOTE.id, _NOTE),
    _count(distinct(func.coalesce(_ATTACHMENT.series, _ATTACHMENT.id)), _ATTACHMENT),  # a file once, with its versions
)


@dataclass(frozen=True)
class ChildTab:
    """The tab of a kind of child: how many the reader may see, and whether they may open one.

    `always`: the tab stands from the start, for everybody: hearings of a dispute (P18), milestones of a contract.
    """

    kind: str
    title: str
    count: int
    may_open: bool
    always: bool = False


@dataclass(frozen=True)
class AwaitedDocument:
    """A document without a version that is waited for; `steps` are the titles of the steps that draft it, of which one
    has to be taken; none of a document that somebody has to add.
    """

    title: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class DossierHeader:
    """The header of a dossier's page; `claimable` is the role that the reader could claim, None for none."""

    title_of_state: str
    category: str
    buttons: list[TransitionButton]
    held_up: list[HeldUpSteps]
    claimable: str | None
    notes: int
    attachments: int
    rounds: int
    children: list[ChildTab]
    awaited: list[AwaitedDocument]
    """The documents that the present state waits for, and that nobody is drafting yet."""
    empty_places: dict[str, str]
    """What the legal team is told, by document, of drafts with empty places that nobody has signed yet."""
    drafted: list[str]
    """The titles of those among them that are being drafted."""


def dossier_header(work: UnitOfWork, dossier: Dossier) -> DossierHeader:
    """The header of a dossier for the actor; raises NotFound for one that they may not read."""
    require_permission(work, "dossier.read", dossier)
    known_people(work).expect_ids(person for person, _part in involvements(work.session, dossier))
    loaded = load(work, dossier)
    state = loaded.workflow.states[loaded.case.state]
    notes, attachments = _counts(work, dossier)
    awaited = [name for name in awaited_ids(loaded) if sight_of(work, dossier, name) == "sees"]
    due = loaded.case.drafts_due - loaded.case.drafts_failed
    buttons, held_up = steps_now(loaded)
    return DossierHeader(
        title_of_state=title_of_state(work, state),
        category=state.category,
        buttons=buttons,
        held_up=held_up,
        claimable=_claimable(loaded),
        notes=notes,
        attachments=attachments,
        rounds=len(loaded.case.rounds),
        children=_child_tabs(loaded),
        awaited=[
            AwaitedDocument(document_title(work, dossier, name), _drafting_steps(loaded, name, buttons))
            for name in awaited
            if name not in due
        ],
        empty_places=unsigned_empty_places(loaded) if _is_told_of_drafts(work, dossier) else {},
        drafted=[document_title(work, dossier, name) for name in awaited if name in due],
    )


def _is_told_of_drafts(work: UnitOfWork, dossier: Dossier) -> bool:
    return dossier.ended_at is None and has_permission(work, "dossier.read_internal", dossier)


def _drafting_steps(loaded: LoadedCase, document: str, buttons: list[TransitionButton]) -> tuple[str, ...]:
    """The titles of the steps out of the present state that draft a document: those that the reader may take now, else
    those of others; a client is not told the latter, which are the legal team's.
    """
    drafting = [
        step
        for step in loaded.workflow.leaving(loaded.case.state)
        if any(isinstance(action, DraftDocumentAction) and action.document == document for action in step.do)
    ]
    own = {button.id for button in buttons}.intersection(step.id for step in drafting)
    others = [] if own or is_client_side(loaded.work) else drafting
    return tuple(pick(step.title, loaded.work.language) for step in drafting if step.id in own or step in others)


def state_title(work: UnitOfWork, dossier: Dossier | Row[Any]) -> str:
    """The title of a dossier's state for the actor."""
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    return title_of_state(work, workflow.states[dossier.state])


def title_of_state(work: UnitOfWork, state: State) -> str:
    """The title of a state; for clients its `client_sees`."""
    return pick(state.client_sees if is_client_side(work) else state.title, work.language)


def _counts(work: UnitOfWork, dossier: Dossier) -> tuple[int, int]:
    """The numbers of notes and attachments that the actor may see."""
    internal = [False, True] if has_permission(work, "dossier.read_internal", dossier) else [False]
    notes, attachments = work.session.execute(_COUNTS, {"dossier": dossier.id, "internal": internal}).one()
    return notes, attachments


def _claimable(loaded: LoadedCase) -> str | None:
    role = loaded.workflow.team_role
    if role is None or role.id in loaded.case.claims or loaded.workflow.states[loaded.case.state].ends:
        return None
    return role.id if loaded.work.actor_id in loaded.context.directory.team(role.source_name) else None


def _child_tabs(loaded: LoadedCase) -> list[ChildTab]:
    work, client = loaded.work, is_client_side(loaded.work)
    visible = [child.kind for child in loaded.case.children if sees_child(loaded, child)]
    return [
        ChildTab(
            kind,
            pick(rule.title, work.language),
            visible.count(kind),
            may_open_child(loaded, kind),
            always=rule.built_in and kind != "task",
        )
        for kind, rule in loaded.workflow.children.items()
        if not client or kind != "task"
    ]
