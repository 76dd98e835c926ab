"""Ids of dossiers that one statement reads and the following ones of the transaction look up.

They stay text on their way: thousands of them as numbers, or as parameters, would cost more than what is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Select, Text, any_, cast, func, literal, select
from sqlalchemy.types import UserDefinedType

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier

FEW: Final = 5000
"""Up to so many ids are read; of more, it is only known that there are more."""

_ID: Final[ColumnElement[int]] = Dossier.__table__.c.id


@dataclass(frozen=True)
class DossierIds:
    """How many dossiers, and their ids: a JSON array on SQLite, an array literal (`{1,2}`) on PostgreSQL."""

    count: int
    text: str


class _IntegerArray(UserDefinedType[str]):
    """An array of PostgreSQL whose values are sent as the text of its literal. The type stands beside the parameter:
    a text that is cast would be read anew for each row.
    """

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_options: Any) -> str:
        return "INTEGER[]"


def read_ids(work: UnitOfWork, query: Select[Any] | CompoundSelect[Any]) -> DossierIds | None:
    """The ids that a query selects; None where its rows are more than FEW."""
    ids = query.limit(FEW + 1).subquery("few")
    (id,) = ids.c
    together = func.json_group_array(id) if work.platform.database.is_sqlite else cast(func.array_agg(id), Text)
    count, text = work.session.execute(select(func.count(), together).select_from(ids)).one()
    return None if count > FEW else DossierIds(count, text or "{}")  # PostgreSQL makes no array of no rows


def has_id(work: UnitOfWork, ids: DossierIds, number: ColumnElement[int] = _ID) -> ColumnElement[bool]:
    """The condition, on the ids of `Dossier` or of another table, that a row is looked up by one of these ids."""
    if work.platform.database.is_sqlite:
        return number.in_(select(func.json_each(literal(ids.text)).table_valued("value").c.value))
    return number == any_(literal(ids.text, _IntegerArray()))
