"""A seat of a round as shown to a reader: who holds it, what they decided, and what its holder is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formengine.services.access.enforcement import has_permission
from formengine.services.approvals.decision_panels import DecisionPanel, decision_panel
from formengine.services.approvals.given_signatures import asked_values
from formengine.services.approvals.participants import company_signed_for, participant_name, role_title, signing_title
from formengine.services.approvals.seat_questions import QuestionView, questions_of_dossier
from formengine.services.case.fact_text import fact_text
from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import Guest
from formengine.services.people.lookup import person_name
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import fact_title
from formengine.workflow.engine.shown_facts import shown_facts
from formengine.workflow.engine.signing_parties import ADDED


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
    signs_for: str = ""
    """The company for which its holder signs; "" where none is known."""


def seat_view(
    loaded: LoadedCase, round_: Round, seat: Seat, step_name: str, *, comments_shown: bool, internal: bool
) -> SeatView:
    """A seat of a step, which is called `step_name`. `internal` says that the reader is of the legal side,
    `comments_shown` that they may read what was written with the votes.
    """
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
        signs_for=company_signed_for(loaded, seat) if round_.kind == "signature" else "",
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
