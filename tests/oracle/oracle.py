"""The second opinion: the forms counted in plain SQL over the raw truth, with no code of the engine in between."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

from tests.oracle.province import Province, local
from tests.oracle.systems import Told

HERE = Path(__file__).parent
ALL = 10**12
"""A position behind every log."""

FAR = 10**11
"""A moment behind every act, in seconds since 1970."""

Labels = tuple[str | None, ...]


class Asked(NamedTuple):
    """A period of local days, both included, and how it is read."""

    first: date
    last: date
    due: Literal["instant", "day"] = "instant"
    mode: Literal["as_was", "as_is"] = "as_was"
    open_supplement: str = "12"
    withdrawn: str = "by_due_date"


@dataclass(frozen=True, slots=True)
class Behind:
    """A figure, and the SHA-256 (hex) of the lines `system/code`, sorted bytewise, of the dossiers behind it."""

    figure: int
    hash: str


Rows = dict[Labels, dict[str, Behind]]
GIVEN_UP_BY = ("agency", "level")
"""What a dossier may have belonged to before the period; `…_given_up.sql` counts it there."""
NOBODY = Behind(0, sha256(b"").hexdigest())


class Oracle:
    """Provinces as they truly were, in tables.

    `positions`: id of an observation → where the log holds it; without them all is known at once.
    """

    def __init__(
        self, provinces: Iterable[tuple[Province, Sequence[Told]]], *, positions: dict[object, int] | None = None
    ) -> None:
        self._tables = sqlite3.connect(":memory:")
        self._tables.executescript(_text("truth"))
        for made, said in provinces:
            self._fill(made, said, positions)

    def know(self, position: int = ALL) -> None:
        """Look at the truth as far as it was known at a position of the log."""
        for table in ("act", "named", "pause", "seen", "current"):
            self._tables.execute(f"DROP TABLE IF EXISTS temp.{table}")
        for statement in _statements("known"):
            self._tables.execute(statement, {"position": position})
        self._tables.execute(
            "CREATE TEMP TABLE seen (instant, dossier, accepted_at, ended_at, ended_by, reopened_at, due_at,"
            " paused_since, awaiting, agency, void, PRIMARY KEY (instant, dossier))"
        )

        self._see(FAR)
        for statement in _statements("current"):
            self._tables.execute(statement, {"instant": FAR})

    def _see(self, instant: int) -> None:
        if self._tables.execute("SELECT 1 FROM seen WHERE instant = ?", (instant,)).fetchone() is None:
            self._tables.execute(_text("seen"), {"instant": instant})

    def count(self, definition: str, asked: Asked, by: Sequence[Sequence[str]]) -> list[Rows]:
        """For each way to tell dossiers apart: its rows, by their labels, with every measured cell of each."""
        opens, closes = local(asked.first), local(asked.last + timedelta(days=1))
        self._see(opens)
        self._see(closes)
        given = {
            "opens": opens,
            "closes": closes,
            "by_day": asked.due == "day",
            "as_is": asked.mode == "as_is",
            "wait": asked.open_supplement,
            "gone": asked.withdrawn,
        }
        for statement in _statements("period"):
            self._tables.execute(statement, given)
        columns, placed = self._all("SELECT * FROM place ORDER BY line", given)
        rows: list[Rows] = [{} for _ in by]
        cells: list[str] = []
        for file, prefix in ((definition, ""), (f"{definition}_given_up", "before_")):
            if not (HERE / f"{file}.sql").exists():
                continue
            names, marks = self._all(_text(file), given)
            cells += names[1:]
            found = {row[0]: [cell for cell, mark in zip(names[1:], row[1:], strict=True) if mark] for row in marks}
            for all_rows, wanted in zip(rows, by, strict=True):
                own = [columns.index(prefix + name if name in GIVEN_UP_BY else name) for name in wanted]
                _add(all_rows, placed, found, own, line=columns.index("line"))
        return [
            {labels: {cell: row.get(cell, NOBODY) for cell in cells} for labels, row in each.items()} for each in rows
        ]

    def _all(self, statement: str, given: dict[str, object]) -> tuple[list[str], list[tuple[Any, ...]]]:
        found = self._tables.execute(statement, given)
        return [column[0] for column in found.description], found.fetchall()

    def _fill(self, made: Province, said: Sequence[Told], positions: dict[object, int] | None) -> None:
        def at(one: Told) -> int:
            return 0 if positions is None else positions[one.observation.id]

        write = self._tables.executemany
        agencies = [(one.code, one.level, one.begins, one.ends, one.successor) for one in made.agencies]
        write("INSERT INTO agency VALUES (?, ?, ?, ?, ?)", agencies)
        write("INSERT INTO procedure VALUES (?, ?)", made.procedures.items())
        for dossier in made.dossiers:
            own = [code for code in (dossier.code, dossier.second_code) if code is not None]
            rows = [(code, made.name, dossier.procedure, dossier.channel) for code in own]
            write("INSERT INTO dossier VALUES (?, ?, ?, ?)", rows)
            write("INSERT INTO code VALUES (?, 'one-stop', ?, 0)", [(code, code) for code in own])
        linked = [(*one.links, at(one)) for one in said if one.links is not None]
        write("INSERT INTO code VALUES (?, ?, ?, ?)", linked)
        versions = [(one.known, at(one)) for one in said if one.known is not None]
        rows_told = [
            (each.code, each.number, each.version, *_columns(each.act), position)
            for each, position in dict.fromkeys(versions)
        ]
        write("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows_told)


def _columns(act: object) -> tuple[object, ...]:
    names = ("act", "at", "due_at", "agency", "label")
    return (None,) * len(names) if act is None else tuple(getattr(act, name) for name in names)


def _add(
    rows: Rows, placed: Sequence[tuple[Any, ...]], marks: dict[str, list[str]], by: Sequence[int], *, line: int
) -> None:
    """Group the marks of single dossiers, sorted by their lines, by what stands in these columns of their places."""
    lists: defaultdict[Labels, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for place in placed:
        for cell in marks.get(place[0], ()):
            lists[tuple(place[column] for column in by)][cell].append(f"{place[line]}\n")
    for labels, cells in lists.items():
        for cell, lines in cells.items():
            rows.setdefault(labels, {})[cell] = Behind(len(lines), sha256("".join(lines).encode()).hexdigest())


def _text(name: str) -> str:
    return (HERE / f"{name}.sql").read_text(encoding="utf-8")


def _statements(name: str) -> list[str]:
    found, begun = [], ""
    for line in _text(name).splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found
