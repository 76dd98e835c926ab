"""A writer plugin of pyexcel over XlsxWriter: rows go to the file as they come, and text is always text.

The plugins that exist either write `=1+1` as a formula or hold the whole workbook in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Final

from pyexcel_io.plugin_api import ISheetWriter, IWriter
from pyexcel_io.plugins import IOPluginInfoChainV2
from xlsxwriter import Workbook

from formengine.documents.tables import Cell, Column, clean_text

LIBRARY: Final = "formengine"
"""The name of the package, by which pyexcel knows its plugin."""
FORMATS: Final = {"date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm", "number": "#,##0.00"}
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\]")
MAX_TITLE: Final = 31


class XlsxWriter(IWriter):  # type: ignore[misc]  # pyexcel_io has no types
    """A workbook that is being written to a stream."""

    def __init__(self, stream: BinaryIO, _file_type: str, columns: Sequence[Column], **_options: Any) -> None:
        # the parts of the file are on disk until it is closed; moments and dates are written with formats of their own
        self._workbook = Workbook(stream, {"constant_memory": True})
        self._columns = columns

    def create_sheet(self, sheet_name: str) -> _Sheet:
        return _Sheet(self._workbook, sheet_name, self._columns)

    def close(self) -> None:
        self._workbook.close()


class _Sheet(ISheetWriter):  # type: ignore[misc]
    def __init__(self, workbook: Any, title: str, columns: Sequence[Column]) -> None:
        self._sheet = workbook.add_worksheet(_NOT_IN_TITLES.sub(" ", title)[:MAX_TITLE].strip("' ") or None)
        formats = {kind: workbook.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        header = workbook.add_format({"bold": True, "bottom": 1})
        self._formats = [formats.get(column.kind) for column in columns]
        for position, column in enumerate(columns):
            self._sheet.set_column(position, position, column.width)
            self._sheet.write_string(0, position, column.title, header)
        self._sheet.freeze_panes(1, 1)
        self._rows, self._last = 0, len(columns) - 1

    def write_array(self, table: Iterable[Sequence[Cell]]) -> None:
        for row in table:
            self.write_row(row)

    def write_row(self, data_row: Sequence[Cell]) -> None:
        self._rows += 1
        number, sheet, formats = self._rows, self._sheet, self._formats
        for position, cell in enumerate(data_row):
            if isinstance(cell, str):
                sheet.write_string(number, position, clean_text(cell))
            elif isinstance(cell, datetime):
                sheet.write_datetime(number, position, cell.replace(tzinfo=None), formats[position])
            elif isinstance(cell, date):
                sheet.write_datetime(number, position, cell, formats[position])
            elif isinstance(cell, Decimal | int):
                sheet.write_number(number, position, cell, formats[position])

    def close(self) -> None:
        self._sheet.autofilter(0, 0, self._rows, self._last)


IOPluginInfoChainV2(__name__).add_a_writer(
    relative_plugin_class_path="XlsxWriter", locations=["file", "memory"], file_types=["xlsx"], stream_type="binary"
)
