"""What lists need beside the dossiers: the words that these are found by, and the views that people have saved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formengine.storage.models.base import Base
from formengine.storage.models.dossiers import Dossier


class SearchDocument(Base):
    """The words by which a dossier is found: folded, each with its stems, separated by single spaces.

    `about` and `notes` are found by everybody who may read the dossier, the internal words by the legal team alone.
    The databases index the columns as they are written: SQLite by triggers in the table `fe_search_index` (FTS5),
    PostgreSQL in two expression indexes (GIN); revision 0027 makes them. A `stale` document is written anew by a job.
    """

    __tablename__ = "fe_search_documents"
    __table_args__ = (Index("ix_fe_search_documents_stale", "stale"),)
    dossier_id: Mapped[int] = mapped_column(ForeignKey("fe_dossiers.id", ondelete="CASCADE"), primary_key=True)
    about: Mapped[str] = mapped_column(default="")
    about_internal: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    notes_internal: Mapped[str] = mapped_column(default="")
    stale: Mapped[bool] = mapped_column(default=False)

    dossier: Mapped[Dossier] = relationship()


class SavedView(Base):
    """A filter of a list that somebody has given a name; `query` are the parameters of its address.

    `page` is the name of the route: matters, litigation, contracts, desk. One view of a page may be the person's
    default there.
    """

    __tablename__ = "fe_saved_views"
    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("fe_people.id", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(4000))
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
