"""Workers: each counts its heartbeats in a row, so that one that hangs is noticed (T50)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from formengine.storage.models.base import Base


class WorkerHeartbeat(Base):
    """A worker that has started and not ended. `beats` is what other workers watch: a count does not depend on clocks.

    Written by `formengine.jobs.heartbeat`; the moments are those of the database's clock.
    """

    __tablename__ = "fe_workers"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    beats: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
