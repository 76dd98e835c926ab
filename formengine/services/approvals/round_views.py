"""Approval and signature rounds as shown to a reader: who is asked, who decided what (P24)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from formengine.i18n import pick
from formengine.services.access.enforcement import current_site, has_permission, require_permission
from formengine.services.case.repository import LoadedCase, load
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.people.lookup import contact_name, person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round as RoundRow
from formengine.storage.models.rounds import Seat as SeatRow
from formengine.workflow.definition.model import RoundRule, RoundStep
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.explanations import sentence


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


@dataclass(frozen=True)
class RoundView:
    """One round of approval or signature; `steps` are (name, seats) in the order in which they are asked."""

    id: int
    kind: str
    name: str
    number: int
    status: str
    nobody: bool
    steps: list[tuple[str, list[SeatView]]]
    may_manage: bool
    document: str | None
    comments_for_client: bool = False
    version: int | None = None
    sha256: str | None = None
    version_at: datetime | None = None
    """The version of the document that the round is about: its number, the hash of its content, its date."""
    when: list[str] = field(default_factory=list)
    """On what condition each of the steps is asked, as a sentence; empty for always."""

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
    """The rounds of a dossier, the newest first. Raises Refused or NotFound where the actor may not read it."""
    require_permission(work, "dossier.read", dossier)
    return round_views(load(work, dossier))


def round_views(loaded: LoadedCase) -> list[RoundView]:
    """The rounds of a loaded case, the newest first."""
    return [round_view(loaded, round_) for round_ in reversed(loaded.case.rounds)]


def round_view(loaded: LoadedCase, round_: Round) -> RoundView:
    """One round of a loaded case."""
    work, rule = loaded.work, loaded.workflow.round_rule(round_.rule)
    steps, when = [], []
    comments_shown = _may_read_comments(loaded, rule, round_)
    for index, step in enumerate(rule.steps):
        name = _step_name(loaded, round_, step)
        seats = [_seat_view(loaded, round_, seat, name, comments_shown) for seat in round_.seats if seat.step == index]
        if seats or (index > round_.step and round_.status == "open"):
            steps.append((name, seats))
            when.append(sentence(loaded.workflow, step.when, work.language, zone=work.zone))
    outside = isinstance(work.actor, Guest)
    manages = not outside and (work.actor_id in loaded.case.claims.values() or has_permission(work, "people.manage"))
    return RoundView(
        id=round_.key or 0,
        kind=round_.kind,
        name=pick(rule.title, work.language),
        number=round_.number,
        status=round_.status,
        nobody=round_.nobody,
        steps=steps,
        may_manage=manages and has_permission(work, "dossier.act", loaded.dossier),
        document=rule.document,
        comments_for_client=rule.visible_to_client,
        version=round_.document_version if rule.document else None,
        sha256=round_.document_sha256,
        version_at=round_.document_at,
        when=when,
    )


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


def _step_name(loaded: LoadedCase, round_: Round, step: RoundStep) -> str:
    """The title of a step. The steps of a signature round have no title of their own: they are called by their
    roles.
    """
    if round_.kind == "approval":
        return pick(step.name, loaded.work.language)
    titles = [_role_title(loaded, entry.source.partition(":")[2]) for entry in step.entries]
    return ", ".join(dict.fromkeys(titles))


def _seat_view(loaded: LoadedCase, round_: Round, seat: Seat, step_name: str, comments_shown: bool) -> SeatView:
    work = loaded.work
    return SeatView(
        id=seat.key or 0,
        step=seat.step,
        name=step_name,
        role=_role_title(loaded, seat.role),
        person=seat.person,
        person_name=participant_name(loaded, seat.person),
        kind=round_.kind,
        status=seat.status,
        at=seat.at,
        comment=seat.comment if comments_shown else None,
        on_behalf_of=person_name(work, seat.on_behalf_of),
        mine=seat.person == work.actor_id,
    )


def participant_name(loaded: LoadedCase, person: str) -> str:
    """The name of a person; for an address without an account, the name that the dossier's facts give with it, else the
    address.
    """
    if "@" not in person:
        return person_name(loaded.work, person)
    return contact_name((*loaded.case.fields.values(), *loaded.case.answers.values()), person)


def _role_title(loaded: LoadedCase, role: str) -> str:
    language = loaded.work.language
    title = loaded.workflow.roles.get(role) or current_site(loaded.work).teams.get(role)
    if title is not None:
        return pick(title.title, language)
    return "" if role == "added" else person_name(loaded.work, role) or role.replace("_", " ").capitalize()


def seats_waiting_for_actor(work: UnitOfWork) -> list[WaitingSeat]:
    """The actor's open seats, the oldest first."""
    query = (
        select(SeatRow, RoundRow, Dossier)
        .join(RoundRow, SeatRow.round_id == RoundRow.id)
        .join(Dossier, RoundRow.dossier_id == Dossier.id)
        .where(SeatRow.person == work.actor_id, SeatRow.status == "open", RoundRow.status == "open")
        .order_by(SeatRow.id)
        .limit(50)
    )
    waiting = []
    for seat, round_, dossier in work.session.execute(query):
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        name = pick(workflow.round_rule(round_.definition).title, work.language)
        waiting.append(WaitingSeat(dossier, round_.kind, name, seat.id))
    return waiting
