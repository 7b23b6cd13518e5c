"""The second opinion: the forms counted in plain SQL over the raw truth, with no code of the engine in between."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from tests.oracle.limits import over_at
from tests.oracle.province import Province, local
from tests.oracle.voice import Told

HERE = Path(__file__).parent
ALL = 10**12
"""A position behind every log."""

FAR = 10**11
"""A moment behind every act, in seconds since 1970."""

Labels = tuple[str | None, ...]


class Asked(NamedTuple):
    """A period of local days, both included, and how it is read: `switches` beside the first value of each."""

    first: date
    last: date
    due: Literal["instant", "day"] = "instant"
    mode: Literal["as_was", "as_is"] = "as_was"
    switches: tuple[tuple[str, str], ...] = ()


class Behind(NamedTuple):
    """A figure, and the SHA-256 (hex) of the lines `system/code`, sorted bytewise, of the dossiers behind it."""

    figure: int
    hash: str


Rows = dict[Labels, dict[str, Behind]]
"""Labels → cell → what is behind it, where there is anything."""
GIVEN_UP_BY = ("agency", "level")
"""What a dossier may have belonged to before the period; `…_given_up.sql` counts it there."""
NOBODY = Behind(0, sha256(b"").hexdigest())

FILES: Final = {
    "II.06a": "ii06a",
    "four-figures": "four_figures",
    "766": "index766",
    "766-2.1": "progress766",
    "766-2.2": "mean_time766",
    "digitisation": "digitisation",
    "signing": "signing",
    "hv06": "hv06",
    "hv06-older": "hv06_older",
    "hv766": "hv766",
    "opencps": "opencps",
}
"""Name of a definition → the file that says it once more."""
_PROGRESS: Final = {"second_supplement": ("while_open", "always"), "citizen_time": ("subtracted", "counted")}
_DEPLOYED: Final = {"server_zone": ("local", "UTC"), "catalogue": ("complete", "declared")}
READINGS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "II.06a": {"open_supplement": ("12", "9"), "withdrawn": ("by_due_date", "on_time")},
    "766": {**_PROGRESS, "given": ("resolved", "received")},
    "766-2.1": _PROGRESS,
    "766-2.2": {"citizen_time": ("counted", "subtracted")},
    "hv06": _DEPLOYED,
    "hv06-older": {"hand_over": ("recorded", "at_finish"), **_DEPLOYED},
    "hv766": _DEPLOYED,
    "opencps": _DEPLOYED,
}
"""Name of a definition → what its sources leave open → the readings, that which holds if nothing is said first."""


class Oracle:
    """Provinces as they truly were, in tables.

    `positions`: id of an observation → where the log holds it; without them all is known at once.
    """

    def __init__(
        self, provinces: Iterable[tuple[Province, Sequence[Told]]], *, positions: dict[object, int] | None = None
    ) -> None:
        self._tables = sqlite3.connect(":memory:")
        self._tables.create_function("over_at", 3, over_at, deterministic=True)
        self._tables.executescript(_text("truth"))
        self._placed: tuple[object, ...] = ()
        self._judged: tuple[object, ...] = ()
        for made, said in provinces:
            self._fill(made, said, positions)

    def know(self, position: int = ALL) -> None:
        """Look at the truth as far as it was known at a position of the log."""
        for table in ("act", "named", "pause", "seen", "current", "paper", "reported"):
            self._tables.execute(f"DROP TABLE IF EXISTS temp.{table}")
        self._run("known", {"position": position})
        self._tables.execute(
            "CREATE TEMP TABLE seen (instant, dossier, accepted_at, ended_at, ended_by, reopened_at, due_at,"
            " paused_since, awaiting, agency, void, PRIMARY KEY (instant, dossier))"
        )
        self._placed = self._judged = ()
        self._see(FAR)
        self._run("current", {"instant": FAR})

    def _see(self, instant: int) -> None:
        if self._tables.execute("SELECT 1 FROM seen WHERE instant = ?", (instant,)).fetchone() is None:
            self._tables.execute(_text("seen"), {"instant": instant})

    def count(self, definition: str, asked: Asked, by: Sequence[Sequence[str]]) -> list[Rows]:
        """For each way to tell dossiers apart: its rows, by their labels, with every measured cell of each."""
        given = _given(definition, asked)
        self._look(given)
        file = FILES[definition]
        judged = (*self._placed, *(given[name] for name in ("by_day", *_PROGRESS)))
        if "progress" in _text(file) and judged != self._judged:
            self._run("progress", given)
            self._judged = judged
        # There is a total even of nothing.
        rows: list[Rows] = [{} if wanted else {(): {}} for wanted in by]
        for statement, before in ((file, ""), (f"{file}_given_up", "before_")):
            if (HERE / f"{statement}.sql").exists():
                if given["offset"] == 0:
                    # A server on UTC begins each of the same days seven hours later.
                    given = {**given, "opens": given["opens"] + 25_200, "closes": given["closes"] + 25_200}
                marked = f"SELECT * FROM place JOIN ({_text(statement)}) USING (dossier) ORDER BY line"
                columns, found = self._all(marked, given)
                for all_rows, wanted in zip(rows, by, strict=True):
                    own = [columns.index(before + name if name in GIVEN_UP_BY else name) for name in wanted]
                    _add(all_rows, columns, found, own, cells=columns.index("before_level") + 1)
        return rows

    def reported(self, asked: Asked, province: str | None = None) -> dict[str | None, int]:
        """Agency → dossiers received as it reported them for exactly these days; None: a whole province, if one is
        named."""
        given = {"first": local(asked.first), "after": local(asked.last + timedelta(days=1)), "province": province}
        found = self._tables.execute(
            "SELECT agency, received FROM reported WHERE first = :first AND after = :after"
            " AND (agency IS NOT NULL OR province = :province)",
            given,
        )
        return dict(found.fetchall())

    def _look(self, given: dict[str, Any]) -> None:
        place = (given["opens"], given["closes"], given["as_is"])
        if place != self._placed:
            self._see(given["opens"])
            self._see(given["closes"])
            self._run("period", given)
            self._run("papers", given)
            self._placed = place

    def _run(self, name: str, given: dict[str, Any]) -> None:
        for statement in _statements(name):
            self._tables.execute(statement, given)

    def _all(self, statement: str, given: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
        found = self._tables.execute(statement, given)
        return [column[0] for column in found.description], found.fetchall()

    def _fill(self, made: Province, said: Sequence[Told], positions: dict[object, int] | None) -> None:
        def at(one: Told) -> int:
            return 0 if positions is None else positions[one.observation.id]

        agencies = [(one.code, one.level, one.begins, one.ends, one.successor) for one in made.agencies]
        self._write("agency", agencies)
        procedures = made.procedures.items()
        self._write("procedure", [(code, *_columns(one, _PROCEDURE)) for code, one in procedures])
        for dossier in made.dossiers:
            own = [code for code in (dossier.code, dossier.second_code) if code is not None]
            self._write("dossier", [(code, made.name, dossier.procedure, dossier.channel) for code in own])
            self._write("code", [(code, "one-stop", code, 0) for code in own])
        self._write("code", [(*one.links, at(one)) for one in said if one.links is not None])
        acts = [(one.known, at(one)) for one in said if one.known is not None]
        papers = [(one.filed, at(one)) for one in said if one.filed is not None]
        reports = [(one.submitted, at(one)) for one in said if one.submitted is not None]
        self._write(
            "told",
            [(one.code, one.number, one.version, *_columns(one.act, _ACT), pos) for one, pos in dict.fromkeys(acts)],
        )
        self._write(
            "filed",
            [(o.code, o.number, o.version, *_columns(o.paper, _PAPER), pos) for o, pos in dict.fromkeys(papers)],
        )
        self._write(
            "submitted",
            [
                (
                    made.name,
                    one.agency,
                    local(one.first),
                    local(one.last + timedelta(days=1)),
                    *_columns(one, _SENT),
                    pos,
                )
                for one, pos in dict.fromkeys(reports)
            ],
        )

    def _write(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            self._tables.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


_ACT: Final = ("act", "at", "due_at", "agency", "label")
_PAPER: Final = ("kind", "at", "name", "flag", "amount")
_PROCEDURE: Final = ("field", "components", "paper_result", "fee", "limit", "unit")
_SENT: Final = ("online", "direct", "at")


def _columns(one: object, names: tuple[str, ...]) -> tuple[object, ...]:
    return (None,) * len(names) if one is None else tuple(getattr(one, name) for name in names)


def _given(definition: str, asked: Asked) -> dict[str, Any]:
    open_ones = {**_PROGRESS, **READINGS.get(definition, {})}
    readings = {name: values[0] for name, values in open_ones.items()} | dict(asked.switches)
    return {
        "opens": local(asked.first),
        "closes": local(asked.last + timedelta(days=1)),
        "by_day": asked.due == "day",
        "as_is": asked.mode == "as_is",
        "offset": 0 if readings.get("server_zone") == "UTC" else 25_200,
        **readings,
    }


def _add(
    rows: Rows, columns: Sequence[str], found: Sequence[tuple[Any, ...]], by: Sequence[int], *, cells: int
) -> None:
    """Group single dossiers, sorted by their lines, by what stands in these columns; sum up the cells behind them."""
    groups: defaultdict[Labels, list[tuple[Any, ...]]] = defaultdict(list)
    for one in found:
        groups[tuple([one[column] for column in by])].append(one)
    line = columns.index("line")
    for labels, own in groups.items():
        for place in range(cells, len(columns)):
            behind = [one for one in own if one[place]]
            if behind:
                values = [one[place] for one in behind]
                # A text stands for the different ones there are.
                figure = len(set(values)) if isinstance(values[0], str) else sum(values)
                text = "".join([f"{one[line]}\n" for one in behind])
                rows.setdefault(labels, {})[columns[place]] = Behind(figure, sha256(text.encode()).hexdigest())


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
