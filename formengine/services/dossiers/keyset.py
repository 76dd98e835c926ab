"""Keyset paging: a page begins after a position in an order, so that a deep page costs what the first one costs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import Session

from formengine.storage.models.base import LARGEST_INTEGER, Instant

R = TypeVar("R")
MAX_PAGE_SIZE: Final = 200


@dataclass(frozen=True)
class Order:
    """An order of rows: by a column, which is never NULL, then by the id. `name` stands in positions, so that one of
    another order is not taken for one of this.
    """

    name: str
    column: ColumnElement[Any]
    id: ColumnElement[int]
    descends: bool = False

    def terms(self, *, backwards: bool = False) -> tuple[ColumnElement[Any], ColumnElement[int]]:
        """What to order by."""
        if self.descends != backwards:
            return self.column.desc(), self.id.desc()
        return self.column.asc(), self.id.asc()


@dataclass(frozen=True)
class Position:
    """The position of a row in an order."""

    value: Any
    id: int


@dataclass(frozen=True)
class Page(Generic[R]):
    """Rows in their order, and the positions from which the following and the preceding page are read; None where
    there is none.
    """

    items: list[R]
    next: str | None
    previous: str | None


def fetch_page(
    session: Session,
    query: Select[Any],
    order: Order,
    limit: int,
    after: Position | None = None,
    before: Position | None = None,
) -> Page[Any]:
    """The page of a query after a position, or before one; without either the first. The rows have the column of the
    order and `id`.
    """
    limit, backwards = max(1, min(limit, MAX_PAGE_SIZE)), before is not None
    start = before if before is not None else after
    if start is not None:
        query = query.where(_beyond(order, start, backwards))
    rows = list(session.execute(query.order_by(*order.terms(backwards=backwards)).limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (bool(rows), more) if backwards else (more, after is not None and bool(rows))
    return Page(
        rows,
        position_of(order, rows[-1]) if has_next else None,
        position_of(order, rows[0]) if has_previous else None,
    )


def _beyond(order: Order, start: Position, backwards: bool) -> ColumnElement[bool]:
    """A comparison of row values, which both databases read as the start of a range of an index."""
    here = tuple_(literal(start.value, order.column.type), literal(start.id, order.id.type))
    row = tuple_(order.column, order.id)
    return row < here if order.descends != backwards else row > here


def position_of(order: Order, row: Any) -> str:
    """The position of a row, as opaque text for an address."""
    value = row._mapping[order.column.key]
    text = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([order.name, text, row.id]).encode()).decode().rstrip("=")


def parse_position(order: Order, text: str | None) -> Position | None:
    """The position that an address holds; None without one, and for text that is no position in this order."""
    if not text:
        return None
    try:
        name, value, row_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if name != order.name or not isinstance(row_id, int) or abs(row_id) > LARGEST_INTEGER:
            return None
        if isinstance(order.column.type, Instant):
            value = datetime.fromisoformat(value)
            return Position(value, row_id) if value.tzinfo and 1 < value.year < 9999 else None
        return Position(value, row_id) if isinstance(value, str) and "\0" not in value else None
    except (ValueError, TypeError):
        return None
