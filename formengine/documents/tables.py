"""Tables as files: Excel workbooks and CSV, written row by row in bounded memory (P14).

What people have typed is text and never a formula: in Excel by the type of the cell, in CSV, where everything is text,
by an apostrophe before what a program would take for one (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import BinaryIO, Final, Literal

Cell = str | date | datetime | Decimal | int | None
"""A cell: text, a date, an aware date-time in the reader's zone, a number, or nothing."""
CellKind = Literal["text", "date", "moment", "number"]
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
MAX_CELL: Final = 32_767
"""The most characters that a cell of Excel holds."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a cell begins with that programs may take for a formula, also in full width, which some read as the same."""
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot hold, and carriage returns, which Excel does not break lines at."""


@dataclass(frozen=True)
class Column:
    """A column: its title, what its cells are, and its width in characters."""

    title: str
    kind: CellKind = "text"
    width: int = 18


def write_xlsx(stream: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a workbook with one sheet: a header that stays in sight, a filter, and cells of the columns' kinds."""
    from pyexcel_io import save_data

    from formengine.documents.xlsx_plugin import LIBRARY

    save_data(stream, {title: rows}, file_type="xlsx", library=LIBRARY, columns=columns)


def clean_text(text: str) -> str:
    """Text as a cell of Excel can hold it."""
    if _CONTROLS.search(text):
        text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if len(text) <= MAX_CELL else text[:MAX_CELL]


def csv_chunks(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV file (RFC 4180) in pieces: UTF-8 with a byte order mark, by which Excel knows it, and a header."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_csv_text(column.title) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > 60_000:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, str):
        return _csv_text(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _csv_text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
