"""An Excel file of many rows: ours against XlsxWriter alone, and the memory it takes.

    python -m benchmarks.export [ROWS]

Both write the same twelve columns in constant memory; the runs take turns, and the median of each counts. Prints one
line of JSON: the ratio (to reach: at most 1.1) and the most memory that ours allocates, in MiB.
"""

from __future__ import annotations

import io
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final

from xlsxwriter import Workbook

from formengine.documents.tables import Cell, Column, write_xlsx

TURNS: Final = 3
COLUMNS: Final = (
    *(Column(f"Text {number}") for number in range(9)),
    Column("At", "moment"),
    Column("Day", "date"),
    Column("Amount", "number"),
)


def main(rows: int = 100_000) -> None:
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(TURNS):
        theirs.append(_cpu(lambda stream: write_alone(stream, rows)))
        ours.append(_cpu(lambda stream: write_xlsx(stream, "List", COLUMNS, records(rows))))
    tracemalloc.start()
    write_xlsx(io.BytesIO(), "List", COLUMNS, records(min(rows, 20_000)))
    _now, most = tracemalloc.get_traced_memory()
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(json.dumps({"rows": rows, "to_xlsxwriter": round(ratio, 2), "mib": round(most / 2**20, 1)}))


def records(rows: int) -> Iterator[list[Cell]]:
    """Rows as of a list of dossiers."""
    at, day, amount = datetime(2026, 3, 4, 10, 11, tzinfo=UTC), date(2026, 3, 4), Decimal("18000.50")
    texts = ("Services – Initech SARL", "Contract", "Review of a contract", "Contracts", "Legal review")
    people = ("High", "Maya Laurent", "Ana Duarte")
    for number in range(rows):
        yield [f"CTR-2026-{number:05}", *texts, *people, at, day, amount]


def write_alone(stream: BinaryIO, rows: int) -> None:
    """The same by XlsxWriter alone, as its documentation has it."""
    options: dict[str, Any] = {"constant_memory": True, "remove_timezone": True, "default_date_format": "yyyy-mm-dd"}
    book = Workbook(stream, options)
    sheet = book.add_worksheet()
    for number, row in enumerate(records(rows)):
        sheet.write_row(number, 0, row)
    book.close()


def _cpu(write: Callable[[BinaryIO], None]) -> float:
    began = time.process_time()
    write(io.BytesIO())
    return time.process_time() - began


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
