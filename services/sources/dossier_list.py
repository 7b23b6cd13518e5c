"""Reads a portal's list of dossiers, a workbook, CSV or JSON Lines: the codes of one column found by its header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from services.sources.bytes import FileBroken, lines
from services.sources.cells import CODE_MAX, CannotUnderstand, plain
from services.sources.nearest import nearest
from services.sources.readers import json_lines, separated
from services.sources.row import Refused, Row

ENDINGS: Final = (".xlsx", ".csv", ".tsv", ".jsonl", ".ndjson")
CODE_HEADERS: Final = ("mã hồ sơ", "số hồ sơ", "mã số hồ sơ", "mahoso", "sohoso", "ma_ho_so", "dossierno", "code")
"""What the column of codes is called where nothing else is said; case and spaces do not matter."""
_LOOKED_FOR_IN: Final = 20


class ListedCode(NamedTuple):
    """One line of a list, and where a person finds it."""

    locator: str
    code: str


def read_list(
    path: Path, *, column: str | None = None, sheet: str | None = None, told: Callable[[int], None] = lambda _: None
) -> list[ListedCode]:
    """Every code of the list, in its order, a code as often as it is there.

    `column`: its header, one of `CODE_HEADERS` if absent. `sheet`: of a workbook, the first if absent. A line that
    cannot be understood makes the whole list refused, for what is left out would be explained as missing.

    Raises:
        FileBroken: there is no such column, its header is merged, moved or there twice, or a line has no code; the
            sentence names sheet, row and cell.
    """
    ending = next((one for one in ENDINGS if path.name.lower().removesuffix(".gz").endswith(one)), None)
    if ending is None:
        raise FileBroken(f"{path.name}: is no list of dossiers; it may end in {', '.join(ENDINGS)}")
    if sheet is not None and ending != ".xlsx":
        raise FileBroken(f"{path.name}: has no sheets, so none can be named")
    if ending == ".xlsx":
        found = _of_workbook(path, column, sheet)
    elif ending in {".jsonl", ".ndjson"}:
        found = _of_objects(path, column, told)
    else:
        found = _of_lines(path, column, "\t" if ending == ".tsv" else None, told)
    codes = list(found)
    if not codes:
        raise FileBroken(f"{path.name}: has column names and not one dossier")
    return codes


def _of_workbook(path: Path, column: str | None, sheet: str | None) -> Iterator[ListedCode]:
    try:
        workbook = load_workbook(path, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, EOFError, OSError, ValueError) as error:
        raise FileBroken(f"{path.name}: is no whole XLSX workbook ({error}); get the file again") from None
    if sheet is not None and sheet not in workbook.sheetnames:
        raise FileBroken(f"{path.name}: no sheet {sheet!r}; {nearest(sheet, workbook.sheetnames)}")
    page = workbook[sheet] if sheet is not None else workbook.worksheets[0]
    name = f"{path.name}, sheet {page.title!r}"
    merged = {
        (row, place): str(area)
        for area in page.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for place in range(area.min_col, area.max_col + 1)
    }
    rows = page.iter_rows(values_only=True)
    head = [list(row) for row in islice(rows, _LOOKED_FOR_IN)]
    place = _column_in(head, column, name=name, unit="row", cell=_cell)
    header = _cell(1, place)
    if (1, place + 1) in merged:
        raise FileBroken(
            f"{name}, row 1, cell {header}: the header {head[0][place]!r} is merged over {merged[1, place + 1]}; "
            "unmerge it, so that each column has a header of its own"
        )
    for number, row in enumerate((*head[1:], *rows), start=2):
        if any(value is not None for value in row):
            if (number, place + 1) in merged:
                raise FileBroken(
                    f"{name}, row {number}, cell {_cell(number, place)}: is merged over {merged[number, place + 1]}; "
                    "unmerge it, so that each row has its own code"
                )
            yield _listed(f"{name}, row {number}, cell {_cell(number, place)}", row[place])


def _of_lines(
    path: Path, column: str | None, delimiter: str | None, told: Callable[[int], None]
) -> Iterator[ListedCode]:
    first = [line.data for line in islice(lines(path, lambda _: None), _LOOKED_FOR_IN)]
    if delimiter is None:
        # Vietnamese editions of Excel write semicolons.
        delimiter = ";" if first and b";" in first[0] and b"," not in first[0] else ","
    texts = [line.decode("utf-8-sig", errors="replace").strip().split(delimiter) for line in first]
    head = [[value.strip('" ') for value in line] for line in texts]
    place = _column_in(head, column, name=path.name, unit="line", cell=_place)
    header = head[0][place]
    for row in separated.read_table(path, "utf-8", delimiter, frozenset({header}), told=told):
        taken = _whole(row)
        yield _listed(f"{taken.locator}, column {header!r}", taken.values[header])


def _of_objects(path: Path, column: str | None, told: Callable[[int], None]) -> Iterator[ListedCode]:
    key = column
    for row in json_lines.read_objects(path, "utf-8", told=told):
        taken = _whole(row)
        names = list(taken.values)
        if key is None:
            key = names[_column_in([names], None, name=taken.locator, unit="line", cell=lambda *_: "")]
        if key not in taken.values:
            raise FileBroken(f"{taken.locator}: has no {key!r}; {nearest(key, names)}")
        yield _listed(f"{taken.locator}, {key!r}", taken.values[key])


def _whole(row: Row | Refused) -> Row:
    if isinstance(row, Refused):
        raise FileBroken(f"{row}; no line of the list was taken")
    return row


def _column_in(
    head: Sequence[Sequence[Any]],
    column: str | None,
    *,
    name: str,
    unit: str,
    cell: Callable[[int, int], str],
) -> int:
    wanted = CODE_HEADERS if column is None else (_plain(column),)
    if not head:
        raise FileBroken(f"{name}: is empty")
    found = _places(head[0], wanted)
    if len(found) == 1:
        return found[0]
    if found:
        told = " and ".join(f"{head[0][at]!r} ({cell(1, at)})" for at in found)
        raise FileBroken(f"{name}, {unit} 1: {told} may both be the codes; say which with --column, or rename one")
    for number, row in enumerate(head[1:], start=2):
        if moved := _places(row, wanted):
            raise FileBroken(
                f"{name}, {unit} {number}, {'cell ' if unit == 'row' else ''}{cell(number, moved[0])}: the header "
                f"{row[moved[0]]!r} stands here and not in {unit} 1; delete the {unit}s above it"
            )
    there = [str(value) for value in head[0] if value is not None and str(value).strip()]
    if column is None:
        raise FileBroken(
            f"{name}, {unit} 1: no column is called {CODE_HEADERS[0]!r}; say with --column which of "
            f"{', '.join(map(repr, there)) or 'none'} has the codes"
        )
    raise FileBroken(f"{name}, {unit} 1: no column {column!r}; {nearest(column, there)}")


def _places(row: Iterable[Any], wanted: Sequence[str]) -> list[int]:
    return [place for place, value in enumerate(row) if isinstance(value, str) and _plain(value) in wanted]


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def _listed(locator: str, value: Any) -> ListedCode:
    try:
        code = "" if value is None else plain(value, "").strip()
    except CannotUnderstand as error:
        raise FileBroken(f"{locator}: {error}") from None
    if not code:
        raise FileBroken(f"{locator}: has no code; delete the line if it is a total, or write its code")
    if len(code) > CODE_MAX:
        raise FileBroken(f"{locator}: has {len(code)} characters; a code has at most {CODE_MAX}")
    return ListedCode(locator, code)


def _place(_: int, place: int) -> str:
    return f"column {place + 1}"


def _cell(row: int, place: int) -> str:
    return f"{get_column_letter(place + 1)}{row}"
