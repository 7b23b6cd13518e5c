"""Files as a source: finds which rows of the mapping a file holds, reads them, joins what stands in another file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol, get_args

from services.sources.bytes import FileBroken
from services.sources.cells import plain
from services.sources.mapping import FileFormat, Rows, SourceMapping
from services.sources.nearest import nearest
from services.sources.row import Refused, Row
from services.sources.translate import Translator

Told = Callable[[int], None]
"""Is told how many bytes of a file were read, for a progress bar."""


class Reader(Protocol):
    """What every file under `readers` is."""

    def __call__(self, path: Path, rows: Rows, needed: frozenset[str], *, told: Told) -> Iterator[Row | Refused]:
        """Every row of the file. Raises FileBroken after the last one there is."""
        ...


_ENDINGS: Final[Mapping[str, FileFormat]] = {
    **{f".{name}": name for name in get_args(FileFormat)},
    ".ndjson": "jsonl",
    ".json": "jsonl",
}


def _nobody(_: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Part:
    """One file read by one kind of row."""

    path: Path
    rows: Rows
    format: FileFormat
    translator: Translator

    def read(self, joined: Mapping[str, Mapping[str, Any]], *, told: Told = _nobody) -> Iterator[Row | Refused]:
        """Every row, joined with what `load_join` gave for it. Raises FileBroken after the last row there is."""
        found = _reader(self.format)(self.path, self.rows, self.translator.columns(), told=told)
        named = _named(found, self.rows.name) if self.rows.name else found
        return named if self.rows.join is None else _joined(named, self.rows.join.on, joined)


def parts(mapping: SourceMapping, files: Sequence[Path]) -> list[Part]:
    """What to read, in the order of the mapping's rows, so that dossiers come before their acts where it says so.

    Raises FileBroken for a file that no rows fit: it would be passed over in silence.
    """
    found: list[Part] = []
    translators = [Translator(mapping, rows) for rows in mapping.rows]
    for translator in translators:
        rows = translator.rows
        fitting = [path for path in files if fnmatch(path.name, rows.files or "*")]
        found += [Part(path, rows, rows.format or _format(path), translator) for path in fitting]
    taken = {part.path for part in found}
    for path in files:
        if path not in taken:
            if not path.exists():
                raise FileBroken(f"{path}: there is no such file")
            patterns = ", ".join(repr(rows.files) for rows in mapping.rows)
            raise FileBroken(
                f"{path}: fits none of the mapping's [[rows]] files ({patterns}); rename it or add its rows"
            )
    return found


def load_join(part: Part, every: Sequence[Part]) -> dict[str, Mapping[str, Any]]:
    """The other file's columns by the shared key, for a part that joins; held in memory, a few columns a dossier.

    Raises FileBroken when the other file is not among those given or cannot be read.
    """
    join = part.rows.join
    if join is None:
        return {}
    others = [other for other in every if other.rows.name == join.rows]
    if not others:
        raise FileBroken(f"{part.path.name}: joins the rows {join.rows!r}, but no such file was given; give it too")
    table: dict[str, Mapping[str, Any]] = {}
    for other in others:
        for row in _reader(other.format)(other.path, other.rows, frozenset({join.key, *join.columns}), told=_nobody):
            if isinstance(row, Row) and (key := row.values.get(join.key)) is not None:
                table[plain(key, join.key)] = {f"{join.rows}/{name}": row.values.get(name) for name in join.columns}
    return table


def _named(rows: Iterator[Row | Refused], name: str) -> Iterator[Row | Refused]:
    for row in rows:
        yield Row(row.locator, row.values, name) if isinstance(row, Row) else row


def _joined(rows: Iterator[Row | Refused], on: str, table: Mapping[str, Mapping[str, Any]]) -> Iterator[Row | Refused]:
    for row in rows:
        if isinstance(row, Refused):
            yield row
            continue
        key = row.values.get(on)
        # Without a partner the joined columns are absent, and the rule that needs them says so with the row's name.
        joined = table.get("" if key is None else plain(key, on), {})
        yield Row(row.locator, {**row.values, **joined}, row.rows)


def _format(path: Path) -> FileFormat:
    ending = Path(path.name.removesuffix(".gz")).suffix.lower()
    found = _ENDINGS.get(ending)
    if found is None:
        raise FileBroken(
            f"{path}: what is in a file that ends in {ending!r}? {nearest(ending, _ENDINGS)} Or say `format`"
        )
    return found


def _reader(name: FileFormat) -> Reader:
    if name == "xes":
        from services.sources.readers import xes

        return xes.read
    if name == "xlsx":
        from services.sources.readers import workbook

        return workbook.read
    if name == "jsonl":
        from services.sources.readers import json_lines

        return json_lines.read
    from services.sources.readers import separated

    return partial(separated.read, delimiter="\t" if name == "tsv" else ",")
