"""Tables as Excel and CSV files, opened again: types, text that looks like a formula, what a file cannot hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl

from formengine.documents.tables import Cell, Column, csv_chunks, write_xlsx

PARIS = ZoneInfo("Europe/Paris")
COLUMNS = (
    Column("Référence"),
    Column("Title"),
    Column("Amount", "number"),
    Column("Day", "date"),
    Column("At", "moment"),
)
ROW: list[Cell] = [
    "CTR-2026-0001",
    "Été & <Co>",
    Decimal("18000.50"),
    date(2026, 3, 4),
    datetime(2026, 7, 4, 10, 11, tzinfo=PARIS),
]
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://evil.test")',
    "http://evil.test",
)


def xlsx(rows: list[list[Cell]]) -> openpyxl.Workbook:
    stream = io.BytesIO()
    write_xlsx(stream, "Matters / 2026", COLUMNS, iter(rows))
    stream.seek(0)
    return openpyxl.load_workbook(stream)


def test_excel_cells_have_their_types() -> None:
    """P14: dates are dates, numbers numbers, moments at the reader's clock; the header stays, the filter is there."""
    sheet = xlsx([ROW, [None] * 5]).active
    assert sheet is not None
    assert sheet.title == "Matters   2026"
    assert [cell.value for cell in sheet[1]] == [column.title for column in COLUMNS]
    assert all(cell.font.bold for cell in sheet[1])
    assert [cell.data_type for cell in sheet[2]] == ["s", "s", "n", "d", "d"]
    assert [cell.value for cell in sheet[2]] == [
        *ROW[:2], 18000.5, datetime.fromisoformat("2026-03-04"), datetime.fromisoformat("2026-07-04T10:11:00")
    ]  # fmt: skip
    assert all(cell.value is None for cell in sheet[3])
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:E3")


def test_text_in_excel_is_never_a_formula_or_a_link() -> None:
    """P14: whatever people type stays text."""
    sheet = xlsx([[text, text, None, None, None] for text in FORMULAS]).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)
    assert [cell.value for cell in cells] == [text.replace("\r", "\n") for text in FORMULAS]


def test_what_a_cell_cannot_hold_is_left_out() -> None:
    """P14: control characters, halves of characters, and more than 32,767 characters."""
    sheet = xlsx([["a\x00b\x1fc\ud800d\nهذا 😀", "x" * 40_000, None, None, None]]).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:2] == ["abcd\nهذا 😀", "x" * 32_767]


def csv_text(rows: list[list[Cell]]) -> str:
    return b"".join(csv_chunks(COLUMNS, iter(rows))).decode("utf-8")


def test_csv_has_a_byte_order_mark_and_iso_times() -> None:
    """P14: UTF-8 with BOM, comma, times with their offset in summer and winter."""
    text = csv_text([ROW, ['a, "b"\nc', None, Decimal("-3"), None, datetime(2026, 1, 4, 10, 11, tzinfo=PARIS)]])
    assert text.startswith("\ufeffRéférence,Title,Amount,Day,At\r\n")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert rows[1] == ["CTR-2026-0001", "Été & <Co>", "18000.50", "2026-03-04", "2026-07-04T10:11:00+02:00"]
    assert rows[2] == ['a, "b"\nc', "", "-3", "", "2026-01-04T10:11:00+01:00"]


def test_csv_text_is_no_formula() -> None:
    """P14: a text that a program would take for a formula begins with an apostrophe."""
    rows = list(csv.reader(io.StringIO(csv_text([[text, "x", None, None, None] for text in FORMULAS]), newline="")))
    assert [row[0] for row in rows[1:]] == [*(f"'{text}" for text in FORMULAS[:-1]), FORMULAS[-1]]


def test_csv_comes_in_pieces() -> None:
    """P14: rows are taken as they are written, so that a long list needs no memory."""
    taken = 0

    def rows() -> Iterator[list[Cell]]:
        nonlocal taken
        for _ in range(5000):
            taken += 1
            yield ROW

    pieces = csv_chunks(COLUMNS, rows())
    next(pieces)
    assert taken < 2500
