"""How deployed programs look at dossiers: at current columns, by their server's days, each known bug by its name.

Read from the programs' public code: what they do where it departs from form II.06a is a bug with a name. Where it is
not known what they do, the form's own rule stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import Bug, Due, Question
from services.domain.statistics.deployed.bugs import CURRENT_COLUMNS, UNMAPPED_DROPPED, UTC_SERVER

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A question as a deployed program with these known bugs takes it."""

    question: Question
    bugs: tuple[Bug, ...]

    def has(self, bug: Bug) -> bool:
        """Whether counting is done with this bug."""
        return bug in self.bugs and bug.acts(self.question)

    @property
    def of(self) -> str:
        """Which look at a dossier is meant, as the terms take it."""
        return "now_" if self.has(CURRENT_COLUMNS) else ""

    def seen(self, name: str) -> pl.Expr:
        """A column of that look."""
        return pl.col(f"{self.of}{name}")

    def question_by(self, due: Due | None = None) -> Question:
        """The question by the server's clock; `due`: how due dates are compared, None for as asked."""
        asked = self.question if due is None else replace(self.question, due=due)
        if not self.has(UTC_SERVER):
            return asked
        first, last = (_utc_midnight(self.question, moment) for moment in (asked.opens, self._last_moment))
        never = (datetime.min.replace(tzinfo=UTC),)
        return replace(asked, opens=first, closes=last + timedelta(days=1), offsets=(never, (timedelta(0),)))

    @property
    def _last_moment(self) -> datetime:
        return self.question.closes - timedelta(microseconds=1)

    def there(self, *, catalogue: Iterable[str]) -> pl.Expr:
        """Accepted by the end of the period, not deleted, and in the catalogue: `field` and `level` are known."""
        return terms.counted(self.question_by(), of=self.of) & self.mapped(catalogue=catalogue)

    def mapped(self, *, catalogue: Iterable[str]) -> pl.Expr:
        """Not dropped by a join on these columns of the catalogue."""
        if not self.has(UNMAPPED_DROPPED):
            return pl.lit(value=True)
        return pl.all_horizontal(pl.col(name).is_not_null() for name in catalogue)

    def within(self, moment: pl.Expr) -> pl.Expr:
        """Whether a moment falls into the period; false where there is none."""
        question = self.question_by()
        return ((moment >= question.opens) & (moment < question.closes)).fill_null(value=False)

    def by_channel(self, received: pl.Expr, *, loses_unknown: bool) -> tuple[pl.Expr, pl.Expr]:
        """What was received online, and what was not; a channel nobody said is direct, or lost to both."""
        online = terms.online(of=self.of)
        direct = received & ~online
        return received & online, direct & self.seen("channel").is_not_null() if loses_unknown else direct

    def carried_over(self) -> pl.Expr:
        """From before the period: a program that has no history looks whether the end it knows now came later."""
        question = self.question_by()
        if not self.has(CURRENT_COLUMNS):
            return terms.carried_over(question)
        ended = pl.col("now_ended_at")
        before = terms.counted(question, of="now_") & (pl.col("now_accepted_at") < question.opens)
        return before & (ended.is_null() | (ended >= question.opens))

    def day(self, moment: pl.Expr) -> pl.Expr:
        """Days since 1970-01-01 on the server's clock."""
        return terms.local_day(self.question_by(), moment)

    def first_day(self) -> pl.Expr:
        """The first day of the period, as `day` counts."""
        return pl.lit(terms.first_day(self.question_by()))

    def last_midnight(self) -> datetime:
        """What a program takes for the end of the period if it reads the last day as a moment: its first instant."""
        return self.question_by().closes - timedelta(days=1)


def _utc_midnight(question: Question, moment: datetime) -> datetime:
    """The UTC midnight of the same date as the local day of a moment."""
    return _EPOCH + timedelta(days=terms.day_of(question, moment))
