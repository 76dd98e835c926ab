"""Which dossiers a list is about, where they are few: their ids are read before its page and its counts are.

A page goes through dossiers in their order until it is full. Where hardly any meets the filter it would go through all
of them; so those that meet it are found first, by the words of the search or from the index of counts.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select, union_all

from formengine.services.access.enforcement import ids_read_by_client, readable_dossiers
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.dossier_ids import DossierIds, has_id, read_ids
from formengine.services.dossiers.list_filter import ListFilter, criteria
from formengine.services.dossiers.search_query import all_hits, is_common, read_hits_among
from formengine.storage.models.dossiers import Dossier


def matching_ids(work: UnitOfWork, chosen: ListFilter) -> DossierIds | None:
    """The ids of the dossiers that the actor may read and that meet a filter; None where they are more than FEW."""
    return work.remember(("matching ids", work.actor_id, chosen), lambda: _read_matching(work, chosen))


def _read_matching(work: UnitOfWork, chosen: ListFilter) -> DossierIds | None:
    if work.platform.database.is_sqlite or not is_common(work, chosen.q):
        return read_ids(work, select(Dossier.id).where(*count_conditions(work, chosen)))
    # PostgreSQL takes much longer to find everything that has a common word: it either looks for the words among the
    # few that meet the rest of the filter, or looks those up that have the word, until there are too many
    others = replace(chosen, q="")
    ids = matching_ids(work, others)
    if ids is not None:
        return read_hits_among(work, chosen.q, ids)
    hits = all_hits(work, chosen.q)
    found = select(Dossier.id).join(hits, hits.c.dossier_id == Dossier.id)
    return read_ids(work, found.where(*count_conditions(work, others)))


def count_conditions(work: UnitOfWork, chosen: ListFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter, on `Dossier`, for statements that look for all that meet it in an index."""
    return [readable_in_lists(work), *criteria(work, chosen, counting=True).values()]


def page_conditions(work: UnitOfWork, chosen: ListFilter) -> list[ColumnElement[bool]]:
    """The conditions, on `Dossier`, of a page of a list: the ids of the dossiers that meet a filter where they are few,
    otherwise what the filter says. What the actor may not read is in neither (P28).
    """
    # without a filter nearly every row is on the page, which is soon full; clients start from the ids that they may
    # read in any case
    ids = None if chosen.is_empty else matching_ids(work, chosen)
    return [readable_in_lists(work), *criteria(work, chosen).values()] if ids is None else [has_id(work, ids)]


def readable_in_lists(work: UnitOfWork) -> ColumnElement[bool]:
    """`readable_dossiers`, for statements about all that the actor may read: of clients, the ids of what they may read
    are read once for a page. It does not notice what the transaction itself changes.
    """
    ways = ids_read_by_client(work)
    if not ways:
        return readable_dossiers(work)
    # a dossier that somebody reads in several ways counts as several here, and then once
    ids = work.remember(("readable ids", work.actor_id), lambda: read_ids(work, union_all(*ways)))
    if ids is not None:
        return has_id(work, ids)
    if work.platform.database.is_sqlite:
        return readable_dossiers(work)
    # PostgreSQL estimates any union at 200 rows; each way by itself becomes a hashed subplan
    return or_(*(Dossier.__table__.c.id.in_(way) for way in ways))
