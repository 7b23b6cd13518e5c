"""Asks one source for what changed, for as long as this instance holds it: publish first, then the cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.event_store.port import Checkpoints
from services.runtime.clock import Clock
from services.runtime.health import Reading
from services.sources.connected import connected
from services.sources.intake import Intake, Taken
from services.sources.mapping import SourceMapping
from services.sources.port import Changes, Cursors, Page
from services.sources.row import Refused, Said, Unsaid
from services.sources.translate import Translator

HOLD_AGAIN_S: Final = 1.0
NOTHING: Final = Taken(published=(), unchanged=0, contradictions=(), refused=())


class Overtaken(Exception):
    """The cursor is not where this instance left it: another one read the source meanwhile. Start again from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is asked for at once, and how long to wait after the end was reached."""

    page_rows: int = 1000
    poll_s: float = 1.0


class Poll:
    """The reading of one source. `noted` is told what became of each page, and that all is well without one."""

    def __init__(
        self,
        *,
        mapping: SourceMapping,
        changes: Changes,
        intake: Intake,
        cursors: Cursors,
        checkpoints: Checkpoints,
        clock: Clock,
        pace: Pace,
        noted: Callable[[Taken], None] = lambda _: None,
    ) -> None:
        self.tenant, self.system = mapping.tenant, mapping.system
        self._mapping = mapping
        self._translators = {rows.name: Translator(mapping, rows) for rows in mapping.rows}
        self._changes = changes
        self._intake = intake
        self._cursors = cursors
        self._checkpoints = checkpoints
        self._clock = clock
        self._pace = pace
        self._noted = noted
        self._reading: Reading | None = None

    async def run(self) -> None:
        """Read for ever, or wait until whoever holds the source is gone.

        Raises SourceAway, Overtaken, Transient and DatabaseUnavailable: calling it again goes on where it was.
        """
        while True:
            async with self._checkpoints.hold(f"observer/{self.system}", self.tenant) as mine:
                if mine:
                    await self._read_on()
                self._noted(NOTHING)
            await self._clock.sleep(HOLD_AGAIN_S)

    def reading(self) -> Reading | None:
        """How much the source has and how much of it is read; None while another instance reads it."""
        return self._reading

    async def _read_on(self) -> None:
        try:
            now = self._clock.now()
            await self._intake.take([connected(self._mapping, observed_at=now)], observed_at=now)
            cursor = await self._cursors.get(self.tenant, self.system)
            while True:
                page = await self._changes.page(cursor, self._pace.page_rows)
                cursor = await self.take(page, cursor)
                if len(page.rows) < self._pace.page_rows and not page.more:
                    await self._clock.sleep(self._pace.poll_s)
        finally:
            self._reading = None

    async def take(self, page: Page, cursor: str | None) -> str:
        """Publish what a page says, then move the cursor past it; gives the new cursor."""
        self._note(page, cursor)
        taken = NOTHING
        if page.rows:
            now = self._clock.now()
            taken = await self._intake.take(self._understood(page, observed_at=now), observed_at=now)
        if page.next != cursor and not await self._cursors.move(self.tenant, self.system, old=cursor, new=page.next):
            raise Overtaken(f"{self.tenant}/{self.system} was read by another observer; going on from where it is")
        self._note(page, page.next)
        self._noted(taken)
        return page.next

    def _understood(self, page: Page, *, observed_at: datetime) -> list[Said | Unsaid | Refused]:
        statements: list[Said | Unsaid | Refused] = []
        for row in page.rows:
            said = (
                row if isinstance(row, Refused) else self._translators[row.rows].translate(row, observed_at=observed_at)
            )
            if isinstance(said, Refused):
                statements.append(said)
            else:
                statements += said
        return statements

    def _note(self, page: Page, cursor: str | None) -> None:
        # Cursors are the source's own; only where they are numbers can they be compared with its newest one.
        done = int(cursor) if cursor is not None and cursor.isascii() and cursor.isdecimal() else 0
        more = len(page.rows) if cursor != page.next else 0
        self._reading = Reading(supply=done + more if page.newest is None else max(page.newest, done), done=done)
