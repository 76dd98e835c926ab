"""Rounds as shown to a reader: who is asked, who decided, signed or acknowledged what (P24, W19)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select

from formengine.i18n import pick
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals.acknowledgements import button_words
from formengine.services.approvals.participants import participant_name
from formengine.services.approvals.party_notices import PartyNotice, party_notices, title_for_added
from formengine.services.approvals.seat_views import SeatView, seat_view
from formengine.services.approvals.shown_documents import document_hashes
from formengine.services.approvals.vote_counts import counting_text
from formengine.services.case.document_sight import documents_shown_of
from formengine.services.case.document_titles import document_title
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round as RoundRow
from formengine.storage.models.rounds import Seat as SeatRow
from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.bound_versions import hash_of_all
from formengine.workflow.engine.case import VOTED, Round
from formengine.workflow.engine.document_binding import reasons_to_wait
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import sentence
from formengine.workflow.engine.in_charge import is_in_charge
from formengine.workflow.engine.seat_changes import may_add
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.engine.unasked_entries import unasked_entries


@dataclass(frozen=True)
class AskedDocument:
    """A document that a round is about: its title, and the version that the round is bound to (None while there is
    none), with the hash of its content and its date.
    """

    id: str
    title: str
    version: int | None
    sha256: str | None
    version_at: datetime | None


@dataclass(frozen=True)
class Waiting:
    """Why nobody can decide in a round now: sentences about documents that are being drafted, could not be, hold
    remarks of their authors, or have to be approved by others first. `is_paused`: people were asked already, and wait.
    """

    obstacles: tuple[str, ...] = ()
    is_paused: bool = False


NOT_WAITING: Final = Waiting()
REFUSALS: Final = frozenset({"rejected", "declined"})


@dataclass(frozen=True)
class StepView:
    """One step of a round: its name, and the seats that people have in it so far. `condition` is a sentence that says
    when it is asked, empty for always.
    """

    name: str
    seats: list[SeatView]
    condition: str = ""
    comes_after_all: bool = False
    """Whether it was over or skipped, and others have to decide in it, since the answers have changed."""


@dataclass(frozen=True)
class RoundView:
    """One round of approval or signature; `steps` are those shown, in the order in which they are asked, `documents`
    what it is about, `shown_hash` the hash of their newest versions (`bound_versions.hash_of_all`).
    """

    id: int
    kind: str
    rule: str
    """The id of its rule in the workflow."""
    name: str
    number: int
    status: str
    nobody: bool
    steps: list[StepView]
    last_step: int
    """The number, from 0, of its last step, to which a page adds approvers; not all steps are among those shown."""
    may_manage: bool
    documents: tuple[AskedDocument, ...]
    shown_hash: str | None
    comments_for_client: bool = False
    may_change: bool = False
    """Whether the reader may correct, replace, add and remove those who are asked (S9)."""
    copies: list[str] = field(default_factory=list)
    """The names of those in copy."""
    may_abstain: bool = False
    asks: tuple[str, ...] = ()
    """Whether one may abstain in the current step, and the fields that it asks for with an approval (W22)."""
    counting: str = ""
    """How the votes of the current step are counted, as a sentence; empty where one of each is enough."""
    may_add: bool = False
    """Whether the reader may ask more people while it runs (S9, W19)."""
    button: str = ""
    statement: str = ""
    """Of an acknowledgement: the words of its button and its statement (Markdown), in the reader's language."""
    waiting: Waiting = NOT_WAITING
    takes: str = "optional"
    """Whether a comment is written in the current step: `none`, `optional` or `required`."""
    unsettled: tuple[PartyNotice, ...] = ()
    """Of open signatures, for the legal team: parties for which nobody is asked, or the answers name somebody else."""
    fills: str = ""
    """The title of the role that somebody who is added now takes; empty where they sign in addition."""
    hides_documents: bool = False
    """Whether it is about documents, too, that the legal team does not show to the reader; `documents` is without
    them.
    """

    @property
    def document_ids(self) -> list[str]:
        """The ids of the documents that it is about."""
        return [document.id for document in self.documents]

    @property
    def seats(self) -> list[SeatView]:
        """The seats of all steps, in order."""
        return [seat for step in self.steps for seat in step.seats]

    def standing(self, step: StepView) -> Literal["done", "refused", "here", "next"]:
        """Where the round is with a step of its own: people are asked now (`here`), were not (`next`), or have decided;
        `refused` where that ended the round.
        """
        statuses = {seat.status for seat in step.seats}
        if self.status == "open" and "open" in statuses:
            return "here"
        if self.status in REFUSALS and not statuses.isdisjoint(REFUSALS):
            return "refused"
        return "next" if step.comes_after_all or statuses.isdisjoint(VOTED) else "done"


@dataclass(frozen=True)
class WaitingSeat:
    """An open seat of the reader, with what is asked on it."""

    dossier: Dossier
    kind: str
    name: str
    seat_id: int


def rounds(work: UnitOfWork, dossier: Dossier) -> list[RoundView]:
    """The rounds of a dossier, the newest first; of somebody who is only asked to acknowledge, their own seats alone.

    Raises Refused or NotFound where the actor may read neither.
    """
    require_permission(work, "dossier.read_rounds", dossier)
    views = round_views(load(work, dossier))
    return views if has_permission(work, "dossier.read", dossier) else _own_seats(views)


def earlier_rounds(views: Iterable[RoundView]) -> set[int]:
    """The ids of the rounds that are over and that a later one by the same rule has followed; the newest is first."""
    earlier, rules = set(), set()
    for view in views:
        if (view.kind, view.rule) in rules and view.status != "open":
            earlier.add(view.id)
        rules.add((view.kind, view.rule))
    return earlier


def _own_seats(views: list[RoundView]) -> list[RoundView]:
    """Of acknowledgements, what the holder of a seat reads who may not read the dossier."""
    own = []
    for view in views:
        steps = [StepView(step.name, seats) for step in view.steps if (seats := [s for s in step.seats if s.mine])]
        if view.kind == "acknowledgement" and steps:
            own.append(replace(view, steps=steps, counting="", copies=[], nobody=False))
    return own


def round_views(loaded: LoadedCase) -> list[RoundView]:
    """The rounds of a loaded case, the newest first."""
    return [round_view(loaded, round_) for round_ in reversed(loaded.case.rounds)]


def round_view(loaded: LoadedCase, round_: Round) -> RoundView:
    """One round of a loaded case."""
    work, rule = loaded.work, loaded.workflow.round_rule(round_.rule)
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    internal = _reads_internal(loaded)
    may_manage, adds = _in_charge_and_may_add(loaded, execution, round_)
    shown = documents_shown_of(work, loaded.dossier, round_, rule.documents)
    current = rule.steps[min(round_.step, len(rule.steps) - 1)]
    return RoundView(
        id=round_.key or 0,
        kind=round_.kind,
        rule=rule.id,
        name=pick(rule.title, work.language),
        number=round_.number,
        status=round_.status,
        nobody=round_.nobody,
        steps=_steps(loaded, execution, round_, internal),
        last_step=len(rule.steps) - 1,
        may_manage=may_manage,
        may_change=may_manage and adds,
        copies=[participant_name(loaded, person) for person in round_.copies] if internal or may_manage else [],
        documents=tuple(_asked_document(loaded, round_, name) for name in shown),
        hides_documents=len(shown) < len(rule.documents),
        shown_hash=hash_of_all(document_hashes(loaded, round_)),
        comments_for_client=rule.visible_to_client,
        may_abstain=current.voting.abstain,
        asks=current.voting.asks,
        may_add=adds,
        button=button_words(rule, work.language) if rule.kind == "acknowledgement" else "",
        statement=pick(rule.statement, work.language) if rule.statement else "",
        takes=current.comment if rule.kind == "acknowledgement" else "optional",
        counting=counting_text(loaded, rule, round_),
        waiting=_waiting(execution, round_),
        unsettled=tuple(party_notices(loaded, execution, round_) if internal else ()),
        fills=title_for_added(loaded, execution, round_) if adds else "",
    )


def _reads_internal(loaded: LoadedCase) -> bool:
    """Whether the actor is of the legal side."""
    work = loaded.work
    return not isinstance(work.actor, Guest) and has_permission(work, "dossier.read_internal", loaded.dossier)


def _steps(loaded: LoadedCase, execution: Execution, round_: Round, internal: bool) -> list[StepView]:
    """The steps of a round that are shown: those that have begun, and those that follow or are asked after all."""
    work, rule = loaded.work, execution.rule_of(round_)
    comments_shown, steps = _may_read_comments(loaded, rule, round_, internal), list[StepView]()
    for index, step in enumerate(rule.steps):
        name = step_title(loaded.workflow, loaded.context.directory, rule, step, work.language)
        seats = [
            seat_view(loaded, round_, seat, name, comments_shown=comments_shown, internal=internal)
            for seat in round_.seats
            if seat.step == index
        ]
        is_open, is_earlier = round_.status == "open", index < round_.step
        comes_after_all = is_open and is_earlier and bool(unasked_entries(execution, round_, index))
        if seats or comes_after_all or (is_open and index > round_.step):
            condition = sentence(loaded.workflow, step.when, work.language, zone=work.zone)
            steps.append(StepView(name, seats, condition, comes_after_all))
    return steps


def _waiting(execution: Execution, round_: Round) -> Waiting:
    obstacles = tuple(reasons_to_wait(execution, round_))
    return Waiting(obstacles, is_paused=bool(obstacles) and not round_.unasked)


def _asked_document(loaded: LoadedCase, round_: Round, document: str) -> AskedDocument:
    title, bound = document_title(loaded.work, loaded.dossier, document), round_.versions.get(document)
    if bound is None:
        return AskedDocument(document, title, None, None, None)
    return AskedDocument(document, title, bound.number, bound.sha256, bound.made_at)


def _in_charge_and_may_add(loaded: LoadedCase, execution: Execution, round_: Round) -> tuple[bool, bool]:
    """Whether the actor is in charge of the dossier, and whether they may ask more people in a round."""
    work = loaded.work
    if isinstance(work.actor, Guest) or not has_permission(work, "dossier.act", loaded.dossier):
        return False, False
    return is_in_charge(execution, work.actor_id or ""), may_add(execution, round_, work.actor_id or "")


def _may_read_comments(loaded: LoadedCase, rule: RoundRule, round_: Round, internal: bool) -> bool:
    """Whether the actor may read the comments that were written with the votes of a round.

    Counsel, auditors, holders of its seats and the person who asked for the approval may; a client only where the
    workflow says `visible_to_client`. The reason of a declined signature is shown to everybody who sees the round.
    """
    work = loaded.work
    if round_.kind == "signature" or rule.visible_to_client or work.actor_id is None:
        return True
    if work.actor_id == round_.asked_by or any(seat.person == work.actor_id for seat in round_.seats):
        return True
    return internal


def seats_waiting_for_actor(work: UnitOfWork) -> list[WaitingSeat]:
    """The actor's open seats, the oldest first; without those on which nobody can decide now (`Round.waits`)."""
    query = (
        select(SeatRow, RoundRow, Dossier)
        .join(RoundRow, SeatRow.round_id == RoundRow.id)
        .join(Dossier, RoundRow.dossier_id == Dossier.id)
        .where(SeatRow.person == work.actor_id, SeatRow.status == "open", RoundRow.status == "open", ~RoundRow.waits)
        .order_by(SeatRow.id)
        .limit(50)
    )
    waiting = []
    for seat, round_, dossier in work.session.execute(query):
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        name = pick(workflow.round_rule(round_.definition).title, work.language)
        waiting.append(WaitingSeat(dossier, round_.kind, name, seat.id))
    return waiting
