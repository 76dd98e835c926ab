"""History: append-only entries in hash chains, one chain per dossier and one for the site (O5); which of a dossier's
entries counsel marked as important developments (D7).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import Dossier

_HAS_SUBJECT: Final = text("subject IS NOT NULL")


class HistoryEntry(Base):
    """One event. `hash` covers the hash of the payload, not the payload itself, so that a payload can be erased, as the
    law may require, while the chain still verifies.
    """

    __tablename__ = "fe_history"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("ix_fe_history_dossier", "dossier_id", "number"),
        Index("ix_fe_history_subject", "subject", "id", sqlite_where=_HAS_SUBJECT, postgresql_where=_HAS_SUBJECT),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(String(60))  # the dossier's reference, or "site"
    number: Mapped[int]
    dossier_id: Mapped[int | None] = mapped_column(ForeignKey("fe_dossiers.id"))
    at: Mapped[datetime]
    by: Mapped[str | None] = mapped_column(String(254))  # a person's id, an outside address, or nobody
    on_behalf_of: Mapped[str | None] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    visible_to_client: Mapped[bool] = mapped_column(default=False)
    payload_hash: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    # of an entry of the site, what it is about, "person:<id>" or "organisation:<id>": an index of the payload
    subject: Mapped[str | None] = mapped_column(String(50))
    hash: Mapped[str] = mapped_column(String(64))

    dossier: Mapped[Dossier | None] = relationship()


class ChainHead(Base):
    """The end of a chain: locked by the transaction that appends, so that a chain never forks."""

    __tablename__ = "fe_chain_heads"
    chain: Mapped[str] = mapped_column(String(60), primary_key=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class DevelopmentMark(Base):
    """An entry of a dossier's history that counsel marked as an important development: the client reads it among the
    developments, in the words of `text`, or in those of the history where it is "" (D7).
    """

    __tablename__ = "fe_development_marks"
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    entry: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # the entry's number
    text: Mapped[str] = mapped_column(default="")
    marked_at: Mapped[datetime]
    marked_by: Mapped[str] = mapped_column(ForeignKey("fe_people.id"))

    dossier: Mapped[Dossier] = relationship()
