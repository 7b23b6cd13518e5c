"""Reads JSON Lines: one object a line, each judged alone."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic_core import from_json

from services.sources.bytes import LINE_BYTES_MAX, FileBroken, Line, lines
from services.sources.mapping import Rows
from services.sources.row import Refused, Row
from services.sources.translate import as_json


def read(
    path: Path,
    rows: Rows,
    needed: frozenset[str],  # noqa: ARG001 - keys may be absent from rows that have nothing to say
    *,
    told: Callable[[int], None],
) -> Iterator[Row | Refused]:
    """Every object. Raises FileBroken when the file is empty or cannot be read on; rows before that were given."""
    return read_objects(path, rows.encoding, told=told)


def read_objects(path: Path, encoding: str, *, told: Callable[[int], None]) -> Iterator[Row | Refused]:
    """The same for a file without a mapping."""
    empty = True
    for line in lines(path, told):
        empty = False
        if line.data.strip():
            yield _row(path.name, line, encoding)
    if empty:
        raise FileBroken(f"{path.name}: is empty")


def _row(name: str, line: Line, encoding: str) -> Row | Refused:
    locator = f"{name}:{line.number}"
    if not line.whole:
        return _refused(locator, line, f"is longer than {LINE_BYTES_MAX} bytes; no row of a dossier is")
    try:
        text = line.data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        at = line.offset + error.start
        return _refused(
            locator, line, f"is not {encoding} at byte {at}; save it as UTF-8, or say its encoding in the mapping"
        )
    try:
        values = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        return _refused(locator, line, f"is no JSON: {error}; correct it at the source")
    if not isinstance(values, dict):
        return _refused(locator, line, "is no object with named values; correct it at the source")
    return Row(locator, values)


def _refused(locator: str, line: Line, reason: str) -> Refused:
    try:
        raw = as_json({"line": line.data.decode()})
    except UnicodeDecodeError:
        raw = as_json({"line_base64": b64encode(line.data).decode()})
    return Refused(locator=locator, field="the line", value="", reason=reason, raw=raw)
