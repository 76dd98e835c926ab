"""The hearings of a dispute: those that are listed, the next first, and those that are over (P18, D8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.child_visibility import sees_child
from formengine.services.dossiers.children import ChildView, children
from formengine.storage.models.dossiers import Dossier
from formengine.value_format import format_value

KIND = "hearing"


@dataclass(frozen=True)
class Hearing:
    """A hearing and its moment, which only a hearing that a site has declared in its own way can lack."""

    child: ChildView
    at: datetime | None
    waits_for_outcome: bool
    """Its time has passed, and nobody has recorded what came of it."""


@dataclass(frozen=True)
class HearingList:
    """The hearings that a reader sees: `listed` from the next on, `over` from the last on."""

    listed: Sequence[Hearing]
    over: Sequence[Hearing]


def hearing_list(work: UnitOfWork, dossier: Dossier) -> HearingList:
    """The hearings that the actor may see."""
    rows = [hearing(child, work.now) for child in children(work, dossier, KIND)]
    rows.sort(key=lambda row: (row.at is None, row.at.timestamp() if row.at else 0.0, row.child.number))
    return HearingList([row for row in rows if not row.child.ended], [row for row in reversed(rows) if row.child.ended])


def hearing(child: ChildView, now: datetime) -> Hearing:
    """A hearing with its moment."""
    at = moment_of(child.values.get("at"))
    return Hearing(child, at, at is not None and at < now and not child.ended)


def next_hearing(loaded: LoadedCase) -> datetime | None:
    """The moment of the next hearing that is listed and that the actor may see; None without one."""
    kind = loaded.workflow.children.get(KIND)
    listed = [
        child for child in loaded.case.children if kind and child.kind == KIND and not kind.states[child.state].ends
    ]
    moments = [moment_of(child.fields.get("at")) for child in listed if sees_child(loaded, child)]
    return min((at for at in moments if at is not None and at >= loaded.work.now), default=None)


def day_gone_by(work: UnitOfWork, value: object) -> str:
    """The moment of a hearing as text where its day is over by the reader's clock, to ask whether the year is right;
    "" for any other, and for what is no moment.
    """
    at, zone = moment_of(value), ZoneInfo(work.zone)
    if at is None or at.astimezone(zone).date() >= work.now.astimezone(zone).date():
        return ""
    return format_value(value, work.language, work.zone, {"format": "date-time"})


def moment_of(value: object) -> datetime | None:
    """A stored date-time with an offset; None for anything else."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
