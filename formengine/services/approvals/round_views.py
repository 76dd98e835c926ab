"""Rounds as shown to a reader: who is asked, who decided, signed or acknowledged what (P24, W19)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from formengine.i18n import pick
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals.acknowledgements import button_words
from formengine.services.approvals.decision_panels import DecisionPanel, decision_panel
from formengine.services.approvals.given_signatures import asked_values
from formengine.services.approvals.participants import participant_name, role_title, signing_title
from formengine.services.approvals.party_notices import PartyNotice, party_notices, title_for_added
from formengine.services.approvals.seat_questions import QuestionView, questions_of_dossier
from formengine.services.approvals.shown_documents import document_hashes
from formengine.services.approvals.vote_counts import counting_text
from formengine.services.case.document_sight import documents_shown_of
from formengine.services.case.document_titles import document_title
from formengine.services.case.fact_text import fact_text
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.people.lookup import person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round as RoundRow
from formengine.storage.models.rounds import Seat as SeatRow
from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.bound_versions import hash_of_all
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.charge import is_in_charge
from formengine.workflow.engine.document_binding import reasons_to_wait
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import sentence
from formengine.workflow.engine.fact_titles import fact_title
from formengine.workflow.engine.seat_changes import may_add
from formengine.workflow.engine.shown_facts import shown_facts
from formengine.workflow.engine.signing_parties import ADDED
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.engine.unasked_entries import unasked_entries


@dataclass(frozen=True)
class ForwardView:
    """The wish of a signer that somebody else signs: name and e-mail address as they were typed, and why."""

    name: str
    email: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class SeatView:
    """One seat of a step. `role` is the title of the role that it stands for; `mine` is true for the reader's own
    seat.
    """

    id: int
    step: int
    name: str
    role: str
    person: str
    person_name: str
    kind: str
    status: str
    at: datetime | None
    comment: str | None
    on_behalf_of: str
    mine: bool
    casting: bool = False
    """Whether its vote decides a tie."""
    values: tuple[tuple[str, str], ...] = ()
    """The fields given with the vote: titles and values as text."""
    shows: Mapping[str, Any] = field(default_factory=dict)
    """The facts that the seat shows, by name; empty for readers who see less of the dossier than its holder."""
    panel: DecisionPanel | None = None
    """Of the reader's own open seat: what stands beside the buttons."""
    forward: ForwardView | None = None
    """The open wish of its holder to forward it, for the holder and for the legal side."""
    may_forward: bool = False
    """Whether the reader, who holds it, may ask to forward it now (S9)."""
    questions: Sequence[QuestionView] = ()
    """What its holder asked by link before signing, for the legal team."""
    asked_values: tuple[str, ...] = ()
    """Of the reader's own open signature: what the document has fields for (`given_signatures.asked_values`)."""


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


@dataclass(frozen=True)
class RoundView:
    """One round of approval or signature; `steps` are (name, seats) in the order in which they are asked, `documents`
    what it is about, `shown_hash` the hash of their newest versions (`bound_versions.hash_of_all`).
    """

    id: int
    kind: str
    name: str
    number: int
    status: str
    nobody: bool
    steps: list[tuple[str, list[SeatView]]]
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
    when: list[str] = field(default_factory=list)
    """On what condition each of the steps is asked, as a sentence; empty for always."""
    after_all: list[bool] = field(default_factory=list)
    """Of each step, whether it was over or skipped and others have to decide in it, since the answers have changed."""
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
        return [seat for _, seats in self.steps for seat in seats]


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


def _own_seats(views: list[RoundView]) -> list[RoundView]:
    """Of acknowledgements, what the holder of a seat reads who may not read the dossier."""
    own = []
    for view in views:
        steps = [(name, [seat for seat in seats if seat.mine]) for name, seats in view.steps]
        steps = [(name, seats) for name, seats in steps if seats]
        if view.kind == "acknowledgement" and steps:
            hidden: dict[str, Any] = {"counting": "", "copies": [], "when": [""] * len(steps), "nobody": False}
            own.append(replace(view, steps=steps, after_all=[False] * len(steps), **hidden))
    return own


def round_views(loaded: LoadedCase) -> list[RoundView]:
    """The rounds of a loaded case, the newest first."""
    return [round_view(loaded, round_) for round_ in reversed(loaded.case.rounds)]


def round_view(loaded: LoadedCase, round_: Round) -> RoundView:
    """One round of a loaded case."""
    work, rule = loaded.work, loaded.workflow.round_rule(round_.rule)
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    steps, when, after_all = _steps(execution, loaded, rule, round_)
    internal = not isinstance(work.actor, Guest) and has_permission(work, "dossier.read_internal", loaded.dossier)
    may_manage, adds = _in_charge_and_may_add(loaded, execution, round_)
    shown = documents_shown_of(work, loaded.dossier, round_, rule.documents)
    current = rule.steps[min(round_.step, len(rule.steps) - 1)]
    return RoundView(
        id=round_.key or 0,
        kind=round_.kind,
        name=pick(rule.title, work.language),
        number=round_.number,
        status=round_.status,
        nobody=round_.nobody,
        steps=steps,
        may_manage=may_manage,
        may_change=may_manage and round_.status == "open" and not rule.fixed,
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
        when=when,
        after_all=after_all,
    )


def _steps(
    execution: Execution, loaded: LoadedCase, rule: RoundRule, round_: Round
) -> tuple[list[tuple[str, list[SeatView]]], list[str], list[bool]]:
    """The steps of a round that are shown: those that have begun, and those that follow or are asked after all; with
    the condition of each, and whether it is asked after all.
    """
    work, comments_shown = loaded.work, _may_read_comments(loaded, rule, round_)
    internal = not isinstance(work.actor, Guest) and has_permission(work, "dossier.read_internal", loaded.dossier)
    steps, when, after_all = list[tuple[str, list[SeatView]]](), list[str](), list[bool]()
    for index, step in enumerate(rule.steps):
        name = step_title(loaded.workflow, loaded.context.directory, rule, step, work.language)
        seats = _seat_views(loaded, round_, index, name, comments_shown, internal)
        is_open, is_earlier = round_.status == "open", index < round_.step
        comes_after_all = is_open and is_earlier and bool(unasked_entries(execution, round_, index))
        if seats or comes_after_all or (is_open and index > round_.step):
            steps.append((name, seats))
            when.append(sentence(loaded.workflow, step.when, work.language, zone=work.zone))
            after_all.append(comes_after_all)
    return steps, when, after_all


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


def _may_read_comments(loaded: LoadedCase, rule: RoundRule, round_: Round) -> bool:
    """Whether the actor may read the comments that were written with the votes of a round.

    Counsel, auditors, holders of its seats and the person who asked for the approval may; a client only where the
    workflow says `visible_to_client`. The reason of a declined signature is shown to everybody who sees the round.
    """
    work = loaded.work
    if round_.kind == "signature" or rule.visible_to_client or work.actor_id is None:
        return True
    if work.actor_id == round_.asked_by or any(seat.person == work.actor_id for seat in round_.seats):
        return True
    return not isinstance(work.actor, Guest) and has_permission(work, "dossier.read_internal", loaded.dossier)


def _seat_views(
    loaded: LoadedCase, round_: Round, step: int, name: str, comments_shown: bool, internal: bool
) -> list[SeatView]:
    """The seats of a step, which is called `name`."""
    seats = (seat for seat in round_.seats if seat.step == step)
    return [_seat_view(loaded, round_, seat, name, comments_shown, internal) for seat in seats]


def _seat_view(
    loaded: LoadedCase, round_: Round, seat: Seat, step_name: str, comments_shown: bool, internal: bool
) -> SeatView:
    work = loaded.work
    mine = seat.person == work.actor_id
    title = (signing_title if round_.kind == "signature" else role_title)(loaded, seat.role)
    is_asked = mine and seat.status == "open" and round_.status == "open"
    is_reader = not isinstance(work.actor, Guest) and has_permission(work, "dossier.read", loaded.dossier)
    return SeatView(
        id=seat.key or 0,
        step=seat.step,
        name=title if seat.role == ADDED and title else step_name,
        role=title,
        person=seat.person,
        person_name=seat.name or participant_name(loaded, seat.person),
        kind=round_.kind,
        status=seat.status,
        at=seat.at,
        comment=seat.comment if comments_shown else None,
        on_behalf_of=person_name(work, seat.on_behalf_of),
        mine=mine,
        casting=seat.casting is not None,
        values=_values(loaded, seat) if comments_shown else (),
        shows=shown_facts(loaded.workflow, loaded.case, round_, seat) if mine or internal else {},
        panel=decision_panel(loaded, round_, seat, with_links=is_reader) if is_asked else None,
        forward=forward_view(seat) if (mine or internal) and round_.status == "open" else None,
        may_forward=is_asked and may_forward(loaded, round_, seat),
        questions=_questions(loaded, seat) if internal else (),
        asked_values=asked_values(loaded, seat) if is_asked and round_.kind == "signature" else (),
    )


def _questions(loaded: LoadedCase, seat: Seat) -> Sequence[QuestionView]:
    """The questions of somebody without an account on their seat."""
    if "@" not in seat.person:
        return ()
    return questions_of_dossier(loaded.work, loaded.dossier).get(seat.key or 0, ())


def forward_view(seat: Seat) -> ForwardView | None:
    """The open wish of the holder of an open seat to forward it."""
    wish = seat.forward
    if wish is None or seat.status != "open":
        return None
    return ForwardView(wish["name"] or "", wish["to"], wish["reason"], datetime.fromisoformat(wish["at"]))


def may_forward(loaded: LoadedCase, round_: Round, seat: Seat) -> bool:
    """Whether the holder of a seat may ask to forward it now."""
    return not engine.forward_reasons(Execution(loaded.workflow, loaded.case, loaded.context), round_, seat)


def _values(loaded: LoadedCase, seat: Seat) -> tuple[tuple[str, str], ...]:
    """The fields that were given with a vote, as titles and text."""
    work, types = loaded.work, loaded.workflow.fact_types
    return tuple(
        (fact_title(loaded.workflow, name, work.language), fact_text(work, value, types[name].schema))
        for name, value in seat.fields.items()
        if name in types
    )


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
