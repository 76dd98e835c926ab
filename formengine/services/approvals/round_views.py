"""Approvals and signatures as their readers see them: who is asked, who decided what (P24)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from formengine.i18n import pick
from formengine.services.access.enforcement import allowed, demand, site_of
from formengine.services.case.repository import Casework, look
from formengine.services.core.unit_of_work import Outsider, Work
from formengine.services.people.lookup import contact_name, named
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Round as RoundRow
from formengine.storage.models.rounds import Seat as SeatRow
from formengine.workflow.definition.model import RoundStep
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.explanations import sentence


@dataclass(frozen=True)
class SeatShown:
    """One person's place in a step. `role` is the title of what they stand for; `mine` that the reader holds it."""

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
class RoundShown:
    """One asking for approval or signature; `steps` are (name, seats) in turn."""

    id: int
    kind: str
    name: str
    number: int
    status: str
    nobody: bool
    steps: list[tuple[str, list[SeatShown]]]
    may_manage: bool
    document: str | None
    when: list[str] = field(default_factory=list)
    """On what condition each of the steps is asked, as a sentence; empty for always."""

    @property
    def seats(self) -> list[SeatShown]:
        return [seat for _, seats in self.steps for seat in seats]


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the reader: an open seat of theirs."""

    dossier: Dossier
    kind: str
    name: str
    seat_id: int


def rounds(work: Work, dossier: Dossier) -> list[RoundShown]:
    """The rounds of a dossier, the newest first."""
    demand(work, "dossier.read", dossier)
    return rounds_of(look(work, dossier))


def rounds_of(casework: Casework) -> list[RoundShown]:
    """The same, on a casework in hand."""
    return [round_shown(casework, one) for one in reversed(casework.case.rounds)]


def round_shown(casework: Casework, one: Round) -> RoundShown:
    work, rule = casework.work, casework.workflow.round_rule(one.rule)
    steps, when = [], []
    for index, step in enumerate(rule.steps):
        name = _step_name(casework, one, step)
        seats = [_seat(casework, one, seat, name) for seat in one.seats if seat.step == index]
        if seats or (index > one.step and one.status == "open"):
            steps.append((name, seats))
            when.append(sentence(casework.workflow, step.when, work.language, zone=work.zone))
    outside = isinstance(work.actor, Outsider)
    manages = not outside and (work.actor_id in casework.case.claims.values() or allowed(work, "people.manage"))
    return RoundShown(
        id=one.key or 0,
        kind=one.kind,
        name=pick(rule.title, work.language),
        number=one.number,
        status=one.status,
        nobody=one.nobody,
        steps=steps,
        may_manage=manages and allowed(work, "dossier.act", casework.dossier),
        document=rule.document,
        when=when,
    )


def _step_name(casework: Casework, one: Round, step: RoundStep) -> str:
    """What a step is called; signers have no name for their turn, so it is called by whom it is for."""
    if one.kind == "approval":
        return pick(step.name, casework.work.language)
    who = [_role_title(casework, entry.source.partition(":")[2]) for entry in step.entries]
    return ", ".join(dict.fromkeys(who))


def _seat(casework: Casework, one: Round, seat: Seat, step_name: str) -> SeatShown:
    work = casework.work
    return SeatShown(
        id=seat.key or 0,
        step=seat.step,
        name=step_name,
        role=_role_title(casework, seat.role),
        person=seat.person,
        person_name=name_of(casework, seat.person),
        kind=one.kind,
        status=seat.status,
        at=seat.at,
        comment=seat.comment,
        on_behalf_of=named(work, seat.on_behalf_of),
        mine=seat.person == work.actor_id,
    )


def name_of(casework: Casework, person: str) -> str:
    """A person's name; of an outside address the name that goes with it in the dossier's facts, else the address."""
    if "@" not in person:
        return named(casework.work, person)
    return contact_name((*casework.case.fields.values(), *casework.case.answers.values()), person)


def _role_title(casework: Casework, role: str) -> str:
    language = casework.work.language
    title = casework.workflow.roles.get(role) or site_of(casework.work).teams.get(role)
    if title is not None:
        return pick(title.title, language)
    return "" if role == "added" else named(casework.work, role) or role.replace("_", " ").capitalize()


def waiting_for(work: Work) -> list[Waiting]:
    """The actor's open seats, the oldest first."""
    query = (
        select(SeatRow, RoundRow, Dossier)
        .join(RoundRow, SeatRow.round_id == RoundRow.id)
        .join(Dossier, RoundRow.dossier_id == Dossier.id)
        .where(SeatRow.person == work.actor_id, SeatRow.status == "open", RoundRow.status == "open")
        .order_by(SeatRow.id)
        .limit(50)
    )
    found = []
    for seat, one, dossier in work.session.execute(query):
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        name = pick(workflow.round_rule(one.definition).title, work.language)
        found.append(Waiting(dossier, one.kind, name, seat.id))
    return found
