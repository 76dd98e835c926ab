"""Related dossiers: links that the legal team makes, and requests that a step has opened (D11).

A link is shown on both sides, to whoever may read the dossier at its other end. The history says that there is a link,
not to which dossier: its readers may not be the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import CompoundSelect, delete, or_, select

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import readable_dossiers, require_permission
from formengine.services.case.repository import get_dossier
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import DossierRow, fetch_page
from formengine.services.dossiers.matching_ids import page_conditions
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.dossiers import Dossier, RelatedDossier

MAX_SHOWN: Final = 50
FOUND: Final = 10
"""How many dossiers a search for one to link offers."""
_DOSSIER: Final = Dossier.__table__.c
_LINK: Final = RelatedDossier.__table__.c
Relation = Literal["linked", "opened_this", "opened_by_this"]


@dataclass(frozen=True)
class Related:
    """A dossier that has to do with another one; `state_title` is in the reader's words."""

    dossier: DossierRow
    relation: Relation
    state_title: str


def related_dossiers(work: UnitOfWork, dossier: Dossier) -> list[Related]:
    """The related dossiers that the actor may read, the newest first. Raises NotFound where they may not read this
    one.
    """
    require_permission(work, "dossier.read", dossier)
    related = [_DOSSIER.id.in_(_linked_ids(dossier.id)), _DOSSIER.parent_id == dossier.id]
    if dossier.parent_id is not None:
        related.append(_DOSSIER.id == dossier.parent_id)
    rows = fetch_page(work, [readable_dossiers(work), or_(*related)], limit=MAX_SHOWN).items
    return [Related(row, _relation(dossier, row), state_title(work, row)) for row in rows]


def _relation(dossier: Dossier, other: DossierRow) -> Relation:
    if other.id == dossier.parent_id:
        return "opened_this"
    return "opened_by_this" if other.parent_id == dossier.id else "linked"


def search_unrelated(work: UnitOfWork, dossier: Dossier, q: str) -> list[DossierRow]:
    """The dossiers that the actor may read, match a search by reference, title or content, and are not linked yet.

    Raises Refused without `dossier.relate`.
    """
    require_permission(work, "dossier.relate", dossier)
    conditions = page_conditions(work, ListFilter(q=q))
    apart = [_DOSSIER.id != dossier.id, _DOSSIER.id.not_in(_linked_ids(dossier.id))]
    return fetch_page(work, [*conditions, *apart], limit=FOUND).items


def relate(work: UnitOfWork, reference: str, other_reference: str) -> None:
    """Link two dossiers; again is fine. Raises NotFound for a dossier that the actor may not read, and Refused without
    `dossier.relate`, for another dossier that does not exist or is the same.
    """
    dossier, other = _both(work, reference, other_reference)
    first, second = sorted((dossier.id, other.id))
    values = {"dossier_id": first, "other_id": second, "made_at": work.now, "made_by": work.person.id}
    if insert_if_absent(work.session, RelatedDossier, **values):
        _record(work, "related", dossier, other)


def unrelate(work: UnitOfWork, reference: str, other_reference: str) -> None:
    """Remove the link between two dossiers. Raises as `relate`."""
    dossier, other = _both(work, reference, other_reference)
    first, second = sorted((dossier.id, other.id))
    link = delete(RelatedDossier).where(_LINK.dossier_id == first, _LINK.other_id == second)
    if work.session.execute(link).rowcount:  # type: ignore[attr-defined]  # a CursorResult, as for every DELETE
        _record(work, "unrelated", dossier, other)


def _both(work: UnitOfWork, reference: str, other_reference: str) -> tuple[Dossier, Dossier]:
    dossier = get_dossier(work, reference)
    require_permission(work, "dossier.relate", dossier)
    try:
        other = get_dossier(work, other_reference.strip().upper()[:40])
    except NotFound:
        sentence = say(
            work.language, "There is no dossier {reference} that you may see.", reference=other_reference[:40]
        )
        raise Refused([sentence], about="other") from None
    if other.id == dossier.id:
        raise Refused([say(work.language, "A dossier is not related to itself.")], about="other")
    return dossier, other


def _record(work: UnitOfWork, kind: str, *dossiers: Dossier) -> None:
    for dossier in sorted(dossiers, key=lambda row: row.id):
        append_entry(work, kind, {"version": dossier.version}, dossier)


def _linked_ids(dossier_id: int) -> CompoundSelect[tuple[int]]:
    """The ids of the dossiers at the other end of a dossier's links."""
    return (
        select(_LINK.other_id)
        .where(_LINK.dossier_id == dossier_id)
        .union_all(select(_LINK.dossier_id).where(_LINK.other_id == dossier_id))
    )
