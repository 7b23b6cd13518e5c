"""Reads one sheet of an XLSX workbook row by row."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.sources.bytes import FileBroken, chunks
from services.sources.mapping import Rows
from services.sources.nearest import nearest
from services.sources.readers.header import checked_header
from services.sources.row import Refused, Row

_SPOOL_BYTES: Final = 8 * 1024 * 1024
_TEXTS_BYTES_MAX: Final = 256 * 1024 * 1024
_TEXTS: Final = "xl/sharedStrings.xml"
"""The one part of a workbook that is read into memory whole."""


def read(path: Path, rows: Rows, needed: frozenset[str], *, told: Callable[[int], None]) -> Iterator[Row | Refused]:
    """Every row by the names of the first row of the sheet that the mapping names, else of the first sheet.

    Raises FileBroken when it is no workbook, lacks the sheet or a column; cells that hold dates come as such.
    """
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES) as file:
        for chunk in chunks(path, told):
            file.write(chunk)
        if file.tell() == 0:
            raise FileBroken(f"{path.name}: is empty")
        file.seek(0)
        try:
            yield from _rows(path.name, file, rows, needed)
        except (BadZipFile, InvalidFileException, KeyError, EOFError, OSError) as error:
            raise FileBroken(f"{path.name}: is no whole XLSX workbook ({error}); get the file again") from None


def _rows(name: str, file: IO[bytes], rows: Rows, needed: frozenset[str]) -> Iterator[Row | Refused]:
    with ZipFile(file) as archive:
        texts = next((part.file_size for part in archive.infolist() if part.filename == _TEXTS), 0)
    if texts > _TEXTS_BYTES_MAX:
        raise FileBroken(f"{name}: holds {texts} bytes of texts; save it as CSV, which is read as a stream")
    workbook = load_workbook(file, read_only=True, data_only=True)
    try:
        names = workbook.sheetnames
        if rows.sheet is not None and rows.sheet not in names:
            raise FileBroken(f"{name}: no sheet {rows.sheet!r}; {nearest(rows.sheet, names)}")
        sheet = workbook[rows.sheet or names[0]]
        cells = sheet.iter_rows(values_only=True)
        first = next(cells, None)
        if first is None:
            raise FileBroken(f"{name}: sheet {sheet.title!r} is empty")
        header = checked_header(["" if cell is None else str(cell) for cell in first], needed, name=name)
        for number, values in enumerate(cells, start=2):
            named: dict[str, Any] = {column: value for column, value in zip(header, values, strict=False) if column}
            if any(value is not None for value in named.values()):
                yield Row(f"{name}:{number}", named)
    finally:
        workbook.close()
