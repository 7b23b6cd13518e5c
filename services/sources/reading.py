"""Reads one file through to its end: what its rows come to, counted, and each batch handed to whoever publishes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from contracts.observations import Observation
from services.sources.bytes import FileBroken
from services.sources.file import Part
from services.sources.intake import Taken
from services.sources.row import Refused, Row, Said, Unsaid

BATCH_ROWS: Final = 2000
SHOWN_MAX: Final = 20
_UNKNOWN_MAX: Final = 1000

Statements = list[Said | Unsaid | Refused]
Take = Callable[[Statements], Awaitable[Taken]]


@dataclass(slots=True)
class Tally:
    """What was read so far. Lists show the first few; the numbers count all."""

    rows: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    first_refused: list[Refused] = field(default_factory=list)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(column, value) of codes that the mapping lacks → rows that wait for them."""
    published: int = 0
    unchanged: int = 0
    contradictions: int = 0
    first_contradictions: list[Said] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    never_seen: list[str] = field(default_factory=list)
    """Columns of the mapping that no row of a file without a header had: perhaps misspelt, perhaps just empty."""
    last: Observation | None = None
    """The last one published: what a tenant's log records in order is there when this one is."""
    _dossiers: set[int] = field(default_factory=set)

    @property
    def dossiers(self) -> int:
        """How many dossiers the rows speak of."""
        return len(self._dossiers)

    def count(self, statements: Statements) -> None:
        """Add what a batch states."""
        for one in statements:
            if isinstance(one, Said):
                self.acts[one.observation.act] += 1
                self._dossiers.add(hash(one.observation.code))
            elif isinstance(one, Refused):
                self._refuse(one)

    def add(self, taken: Taken) -> None:
        """Add what became of a batch."""
        self.published += len(taken.published)
        self.unchanged += taken.unchanged
        self.last = taken.published[-1] if taken.published else self.last
        self.contradictions += len(taken.contradictions)
        self.first_contradictions += taken.contradictions[: SHOWN_MAX - len(self.first_contradictions)]

    def note_broken(self, sentence: str) -> None:
        """Note once why a file ends early; a file that holds two kinds of rows breaks off for each of them."""
        if sentence not in self.broken:
            self.broken.append(sentence)

    def _refuse(self, one: Refused) -> None:
        self.refused += 1
        if len(self.first_refused) < SHOWN_MAX:
            self.first_refused.append(one)
        if one.unknown and (len(self.unknown) < _UNKNOWN_MAX or (one.field, one.value) in self.unknown):
            self.unknown[one.field, one.value] += 1


async def read_through(
    part: Part,
    joined: Mapping[str, Mapping[str, Any]],
    *,
    tally: Tally,
    observed_at: datetime,
    take: Take | None,
    told: Callable[[int], None],
) -> None:
    """Read one file by one kind of row; without `take` nothing is published. A broken end is noted, not raised."""
    rows = part.read(joined, told=told)
    unseen = set(part.translator.columns()) if part.format in {"jsonl", "xes"} else set()
    while True:
        batch: list[Row | Refused] = []
        try:
            batch.extend(islice(rows, BATCH_ROWS))
        except FileBroken as error:
            tally.note_broken(str(error))
        if not batch:
            break
        statements: Statements = []
        for row in batch:
            if isinstance(row, Row) and unseen:
                unseen -= row.values.keys()
            said = row if isinstance(row, Refused) else part.translator.translate(row, observed_at=observed_at)
            if isinstance(said, Refused):
                statements.append(said)
            else:
                statements += said
        tally.rows += len(batch)
        tally.count(statements)
        if take is not None:
            tally.add(await take(statements))
    tally.never_seen += [f"{part.path.name}: {column}" for column in sorted(unseen)]
