"""Reads CSV and TSV row by row: a row that is broken is named and set aside, the rows around it are read."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from services.sources.bytes import LINE_BYTES_MAX, FileBroken, Line, ends_its_last_line, lines
from services.sources.mapping import Rows
from services.sources.readers.header import checked_header
from services.sources.row import Refused, Row
from services.sources.translate import as_json

_BOM: Final = b"\xef\xbb\xbf"
_IF_CUT: Final = "get the file again, or end the line with a line break if it is whole, and import it again"


def read(
    path: Path, rows: Rows, needed: frozenset[str], *, told: Callable[[int], None], delimiter: str = ","
) -> Iterator[Row | Refused]:
    """Every row by the names of the first line; a last line that does not end is refused.

    Raises FileBroken when the file is empty, lacks a column or cannot be read on; rows before that were given.
    """
    return read_table(path, rows.encoding, rows.delimiter or delimiter, needed, told=told, may_be_cut=True)


def read_table(
    path: Path,
    encoding: str,
    delimiter: str,
    needed: frozenset[str],
    *,
    told: Callable[[int], None],
    may_be_cut: bool = False,
) -> Iterator[Row | Refused]:
    """The same for a file without a mapping; `may_be_cut`: nobody has looked whether its last line is whole."""
    csv.field_size_limit(LINE_BYTES_MAX)
    source = _Decoded(lines(path, told), encoding, name=path.name)
    reader = csv.reader(source, delimiter=delimiter, strict=True)

    def may_lack_its_rest() -> bool:
        return may_be_cut and not source.row_ends and not ends_its_last_line(path)

    try:
        first = next(reader)
    except StopIteration:
        raise FileBroken(f"{path.name}: is empty; there is not even a line of column names") from None
    except csv.Error as error:
        # A line in another encoding is no row either; that is the reason to tell.
        reason = source.trouble or f"{path.name}:1: the line of column names cannot be read: {error}"
        raise FileBroken(str(reason)) from None
    if source.trouble is not None:
        raise FileBroken(str(source.trouble))
    header = checked_header(first, needed, name=path.name)
    if may_lack_its_rest():
        raise FileBroken(f"{path.name}:1: the line of column names does not end; {_IF_CUT}")
    while True:
        source.begin_row()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield source.refuse_first(f"cannot be read as a row: {error}; look at its quotes")
            continue
        if source.trouble is not None:
            yield source.trouble
        elif not values:
            continue  # an empty line separates nothing
        elif len(values) != len(header):
            yield source.refused(
                f"has {len(values)} values under {len(header)} columns; look at its delimiters and quotes"
            )
        elif may_lack_its_rest():
            # "H99.1" of "H99.10" looks like any other value, and what was once sent on is not got back.
            yield source.refused(f"does not end, so its last value may be cut off; {_IF_CUT}")
        else:
            yield Row(source.locator, dict(zip(header, values, strict=True)))


class _Decoded:
    """Lines as text, with what is needed to name the row they belong to and to read it again from its second line."""

    def __init__(self, source: Iterator[Line], encoding: str, *, name: str) -> None:
        self._source = source
        self._encoding = encoding
        self._name = name
        self._again: deque[Line] = deque()
        self._row: list[Line] = []
        self.trouble: Refused | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        self._row.append(line)
        if not line.whole:
            self._note(line, f"is longer than {LINE_BYTES_MAX} bytes; no row of a dossier is, look at its quotes")
            return "\n"
        data = line.data.removeprefix(_BOM) if line.offset == 0 else line.data
        try:
            return data.decode(self._encoding)
        except UnicodeDecodeError as error:
            at = line.offset + error.start
            self._note(
                line, f"is not {self._encoding} at byte {at}; save it as UTF-8, or say its encoding in the mapping"
            )
            return data.decode("latin-1")  # keeps the line's quotes and delimiters; the row itself is not taken

    def begin_row(self) -> None:
        """What is read from here on is another row."""
        self._row.clear()
        self.trouble = None

    @property
    def locator(self) -> str:
        """Where the row begins."""
        return f"{self._name}:{self._row[0].number}" if self._row else self._name

    @property
    def row_ends(self) -> bool:
        """Whether the row's last line has its end."""
        return bool(self._row) and self._row[-1].data.endswith(b"\n")

    def refused(self, reason: str) -> Refused:
        """The row as one that cannot be taken."""
        return _refused(self.locator, reason, b"".join(line.data for line in self._row))

    def refuse_first(self, reason: str) -> Refused:
        """A row that never ends: only its first line is set aside, the lines it swallowed are read again."""
        refused = _refused(self.locator, reason, self._row[0].data if self._row else b"")
        self._again.extendleft(reversed(self._row[1:]))
        return refused

    def _note(self, line: Line, reason: str) -> None:
        if self.trouble is None:
            self.trouble = _refused(f"{self._name}:{line.number}", reason, line.data)


def _refused(locator: str, reason: str, data: bytes) -> Refused:
    try:
        raw = as_json({"line": data.decode()})
    except UnicodeDecodeError:
        raw = as_json({"line_base64": b64encode(data).decode()})
    return Refused(locator=locator, field="the line", value="", reason=reason, raw=raw)
