"""What somebody reads by an earlier link, whose round a new version of a document has ended: what happened, what comes
next (S3, S10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from formengine.services.case.document_titles import document_title
from formengine.services.case.guest_links import open_seat_of, seat_of, select_link
from formengine.services.case.repository import load
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.rounds import Seat
from formengine.workflow.engine.case import VOTED


@dataclass(frozen=True)
class ReplacedRound:
    """The titles of the documents that have a new version, and when the round ended; `has_voted` says that the person
    had signed or decided, `is_asked_again` that they are asked on the new version now.
    """

    documents: tuple[str, ...]
    at: datetime | None
    has_voted: bool
    is_asked_again: bool


def replaced_round(work: UnitOfWork, token: str) -> ReplacedRound | None:
    """The round of a link that a new version has ended; None for any other link."""
    link = work.session.scalar(select_link(work, token))
    if link is None or link.seat_id is None:
        return None
    seat = seat_of(work, link)
    dossier = seat.round.dossier
    case = load(work, dossier).case
    round_ = next(value for value in case.rounds if value.key == seat.round_id)
    if round_.status != "superseded":
        return None
    changed = [name for name, bound in round_.versions.items() if case.documents.get(name) != bound.number]
    titles = tuple(document_title(work, dossier, name) for name in changed)
    return ReplacedRound(
        titles, round_.closed_at, seat.status in VOTED, _is_asked(open_seat_of(work, dossier, seat.person))
    )


def _is_asked(seat: Seat | None) -> bool:
    return seat is not None and not seat.round.waits
