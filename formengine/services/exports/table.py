"""A list of dossiers as a table: exactly what is filtered and what the reader may see, column by column (P14, P28).

The rows are read with one statement, from one snapshot, a thousand at a time, so that a list of any length needs the
same memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, BinaryIO, Final, Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from formengine.authoring import RequestType
from formengine.authoring.packs.list_columns import column_date, column_text, column_value
from formengine.documents.tables import Cell, Column, csv_chunks, write_xlsx
from formengine.errors import Refused
from formengine.i18n import Text, pick, say
from formengine.services.access.enforcement import current_site, is_client_side
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.desk import NextDeadline, next_deadlines
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.list_filter import ListFilter, apply_filter, filter_conditions, filter_of_actor
from formengine.storage.models.dossiers import Dossier, Submission
from formengine.storage.models.people import Organisation, Person

Format = Literal["xlsx", "csv"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
Parameters = Sequence[tuple[str, str]]
"""The parameters of the address of a list, `kind` among them, or `tab` of the desk."""
BATCH: Final = 1000
"""Rows that are held at a time."""
KINDS: Final = {"matter": "Matter", "litigation": "Litigation", "contract": "Contract"}
PRIORITIES: Final = {"low": "Low", "normal": "Normal", "high": "High", "critical": "Critical"}
_DOSSIER: Final = Dossier.__table__.c
_REQUESTER: Final = Person.__table__.alias()
_ASSIGNEE: Final = Person.__table__.alias()
_NAMES: Final = (
    "id",
    "reference",
    "title",
    "titles",
    "kind",
    "request_type",
    "category",
    "practice_area",
    "pack_hash",
    "state",
)
_MORE_NAMES: Final = ("state_category", "priority", "team", "opened_at", "entered_at", "ended_at")
_ROWS: Final = (
    select(
        *(_DOSSIER[name] for name in (*_NAMES, *_MORE_NAMES)),
        _REQUESTER.c.name.label("requester"),
        _ASSIGNEE.c.name.label("assignee"),
        Organisation.__table__.c.name.label("organisation"),
        Submission.__table__.c.form_hash,
        Submission.__table__.c.answers,
    )
    .join(Submission.__table__, Submission.__table__.c.id == _DOSSIER.submission_id)
    .join(_REQUESTER, _REQUESTER.c.id == _DOSSIER.requester_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == _DOSSIER.assignee_id)
    .outerjoin(Organisation.__table__, Organisation.__table__.c.id == _DOSSIER.organisation_id)
)


def exported_filter(work: UnitOfWork, parameters: Parameters) -> ListFilter:
    """The filter that parameters name, without what cannot be read. Raises Refused for a filter that is not for the
    actor: the file would hold more than was asked for.
    """
    chosen, errors = filter_of_actor(work, parameters)
    refused = [error.message(work.language) for error in errors if error.is_internal]
    if refused:
        raise Refused(refused)
    return chosen


def count_rows(work: UnitOfWork, parameters: Parameters) -> int:
    """The number of dossiers of a list."""
    query = select(func.count()).select_from(Dossier).where(*filter_conditions(work, exported_filter(work, parameters)))
    return work.session.scalar(query) or 0


def write_table(
    work: UnitOfWork,
    parameters: Parameters,
    format_: Format,
    title: str,
    stream: BinaryIO,
    rows: Progress | None = None,
) -> int:
    """Write a list to a stream; returns the number of its rows. `rows`, where given, counts them as they come."""
    counted = rows or Progress()
    table = DossierTable(work, counted.dossiers)
    cells = counted.over(table.rows(parameters))
    if format_ == "xlsx":
        write_xlsx(stream, title, table.columns, cells)
    else:
        for chunk in csv_chunks(table.columns, cells):
            stream.write(chunk)
    return counted.count


class Progress:
    """Counts rows while they are written; `report` may be overridden and is called after every BATCH of them."""

    count = 0

    def __init__(self) -> None:
        self.dossiers = array("q")
        """The ids of the dossiers that are written."""

    def over(self, rows: Iterator[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
        """The same rows, counted."""
        for row in rows:
            yield row
            self.count += 1
            if self.count % BATCH == 0:
                self.report(self.count)

    def report(self, count: int) -> None:
        """Told how many rows are written."""


@dataclass
class DossierTable:
    """Columns and rows for a reader: texts in their language, times in the portal's zone.

    Team and deadline are the legal team's; clients see the columns that their lists have.
    """

    work: UnitOfWork
    dossiers: array[int] = field(default_factory=lambda: array("q"))
    """The ids of the dossiers of the rows, as they are read."""

    @cached_property
    def is_client(self) -> bool:
        """Whether the reader is on the client's side."""
        return is_client_side(self.work)

    @cached_property
    def columns(self) -> list[Column]:
        """The columns, the reference first."""
        language = self.work.language
        columns = [
            Column(say(language, "Reference"), width=18),
            Column(say(language, "Title"), width=44),
            Column(say(language, "Kind"), width=12),
            Column(say(language, "Request type"), width=30),
            Column(say(language, "Category"), width=16),
            Column(say(language, "Practice area"), width=18),
            Column(say(language, "Status"), width=26),
            Column(say(language, "Priority"), width=10),
            Column(say(language, "Requested by"), width=24),
            Column(say(language, "Organisation"), width=24),
            Column(say(language, "Handled by"), width=24),
            Column(say(language, "Counterparty"), width=30),
            Column(say(language, "Ends on"), "date", 12),
            Column(say(language, "Amount"), "number", 14),
            Column(say(language, "Currency"), width=10),
            Column(say(language, "Opened"), "moment", 17),
            Column(say(language, "In this status since"), "moment", 19),
            Column(say(language, "Ended"), "moment", 17),
        ]
        if self.is_client:
            return columns
        due, late = Column(say(language, "Next deadline"), "moment", 17), Column(say(language, "Late"), width=8)
        return [*columns, Column(say(language, "Team"), width=20), due, late]

    def rows(self, parameters: Parameters) -> Iterator[list[Cell]]:
        """The rows of a list, in its order."""
        query = apply_filter(self.work, _ROWS, exported_filter(self.work, parameters))
        for batch in self._batches(query):
            dues = {} if self.is_client else next_deadlines(self.work, batch)
            self.dossiers.extend(row.id for row in batch)
            for row in batch:
                yield self._cells(row, dues.get(row.id))

    def _batches(self, query: Select[Any]) -> Iterator[Sequence[Any]]:
        result = self.work.session.execute(query, execution_options={"yield_per": BATCH})
        return iter(result.partitions(BATCH))

    def _cells(self, row: Any, deadline: NextDeadline | None) -> list[Cell]:
        request_type, language = self._type_of(row.form_hash), self.work.language
        amount, currency = _amount(request_type, row.answers)
        cells: list[Cell] = [
            row.reference,
            title_in(row, language),
            self._word(KINDS, row.kind),
            request_type.title_in(language),
            self._named(self._portal.categories, row.category),
            self._named(self._portal.practice_areas, row.practice_area),
            self._state(row),
            self._word(PRIORITIES, row.priority),
            row.requester,
            row.organisation,
            row.assignee,
            column_text(request_type, "counterparty", row.answers, language, self.work.portal_zone) or None,
            column_date(request_type, "ends_on", row.answers),
            amount,
            currency,
            self._moment(row.opened_at),
            self._moment(row.entered_at),
            self._moment(row.ended_at),
        ]
        if self.is_client:
            return cells
        team = current_site(self.work).teams.get(row.team or "")
        cells.append(pick(team.title, language) if team else row.team)
        cells.append(self._moment(deadline.due) if deadline else None)
        cells.append(self._yes if deadline and deadline.late else None)
        return cells

    @cached_property
    def _portal(self) -> Any:
        return current_site(self.work).portal

    @cached_property
    def _yes(self) -> str:
        return say(self.work.language, "Yes")

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.work.portal_zone)

    @cached_property
    def _texts(self) -> dict[tuple[object, object], str]:
        return {}

    def _moment(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(self._zone)

    def _word(self, words: Mapping[str, str], name: str) -> str:
        key = (id(words), name)
        if key not in self._texts:
            self._texts[key] = say(self.work.language, words[name]) if name in words else name
        return self._texts[key]

    def _named(self, titles: Mapping[str, Text], name: str | None) -> str | None:
        return name if name is None else pick(titles.get(name, name), self.work.language)

    def _state(self, row: Any) -> str:
        key = (row.pack_hash, row.state)
        if key not in self._texts:
            self._texts[key] = state_title(self.work, row)
        return self._texts[key]

    @cached_property
    def _types(self) -> dict[str, RequestType]:
        return {}

    def _type_of(self, form_hash: str) -> RequestType:
        if form_hash not in self._types:
            self._types[form_hash] = self.work.platform.definitions.request_type(self.work.session, form_hash)
        return self._types[form_hash]


def _amount(request_type: RequestType, answers: Mapping[str, Any]) -> tuple[Decimal | None, str | None]:
    """The amount that the request type names (`columns:`), else the first one; and its currency."""
    if "amount" in request_type.columns:
        return money_of({"amount": column_value(request_type, "amount", answers)})
    return money_of(answers)


def money_of(answers: Mapping[str, Any]) -> tuple[Decimal | None, str | None]:
    """The first amount of money among answers, and its currency; nothing where there is none."""
    for value in answers.values():
        if isinstance(value, Mapping) and "amount" in value and "currency" in value:
            try:
                amount = Decimal(str(value["amount"]))
            except InvalidOperation:
                continue
            if amount.is_finite():
                return amount, str(value["currency"])
    return None, None
