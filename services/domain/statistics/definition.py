"""What a statistical definition is: its cells, the law it comes from, the switches of its undecided readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple

import polars as pl

Due = Literal["instant", "day"]
"""How due dates are compared: as instants, or as local days (the day of the due date counts whole)."""

Mode = Literal["as_was", "as_is"]
"""Which agency a dossier belongs to: the one that held it then, or the one that succeeded it by the period's end."""

Dimension = Literal["agency", "receiving_agency", "level", "field", "procedure", "channel"]
"""What dossiers may be told apart by; `field` (lĩnh vực) and `level` (cấp) come from the declared catalogue."""

Confidence = Literal["read", "secondary", "inferred", "from memory"]
"""How sure the reading of the source is: read in the text itself, told by others, inferred, remembered."""


class Words(NamedTuple):
    """What an official reads."""

    vi: str
    en: str


def joined(some: Iterable[Words]) -> Words:
    """A heading, and what stands under it."""
    return Words(*(" – ".join(each) for each in zip(*some, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a definition is asked: a period as instants, and how to read dates and undecided rules."""

    opens: datetime
    closes: datetime
    """The first instant after the period."""
    offsets: tuple[tuple[datetime, ...], tuple[timedelta, ...]]
    """From which instants on which offset from UTC holds in the zone whose days are meant."""
    due: Due = "instant"
    switches: Mapping[str, str] = field(default_factory=dict)
    mended: frozenset[str] = frozenset()
    """Names of the definition's known bugs that are left out: counted as the form says."""
    counted_at: datetime | None = None
    """When the latest position was recorded: what a program that looks at the clock would have seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """One thing a deployed program does that the form does not say, in words an official understands.

    Its definition looks up by this name whether to count with it or as the form says, so a report can be counted both
    ways and the difference is the dossiers that this bug moves. `only`: the switch and value under which it is there.
    """

    name: str
    vi: str
    en: str
    only: tuple[str, str] | None = None

    def acts(self, question: Question) -> bool:
        """Whether counting is done with it."""
        return self.is_there(question.switches) and self.name not in question.mended

    def is_there(self, switches: Mapping[str, str]) -> bool:
        """Whether the program has it, read so."""
        return self.only is None or switches[self.only[0]] == self.only[1]


Given = Mapping[str, Mapping[str | None, int]]
"""Name of a figure that others counted → agency (None: the whole tenant) → the figure; an absent one is unknown."""
NOTHING_GIVEN: Final[Given] = {}

Measure = Callable[[Question], Mapping[str, pl.Expr]]
"""Key of a cell → an expression over cases: a condition whose dossiers are counted, or a number that is added up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One figure of a row: measured, given by others, or made of figures that stand before it.

    `group`: the headings above it on the form. `needs`: facts without any of which, in the whole tenant, the figure is
    not known; `unknown`: why it is not known whatever was said. What is made of an unknown figure is unknown too.
    `share`: numerator and denominator, in per cent, which `times` multiplies by another share. `points`: of a share,
    the most it can score, reached at `threshold` per cent. `mean`: a sum and how many it is spread over, in units each
    of which is `unit` of the sum's. `largest`: of these cells.
    """

    key: str
    title: Words
    group: tuple[Words, ...] = ()
    part_of: str | None = None
    """The cell whose dossiers hold all of this one's, where no identity says so."""
    needs: tuple[str, ...] = ()
    given_up: bool = False
    """Whether it counts in the row of the agency that had the dossier before the period, not of the one that has it."""
    unknown: Words | None = None
    distinct: tuple[str, ...] = ()
    """Columns: not the dossiers behind it are counted but how many different values of these they have."""
    given: str | None = None
    """The name of a figure that was counted elsewhere, see `Given`."""
    largest: tuple[str, ...] = ()
    mean: tuple[str, str] | None = None
    unit: int = 1
    share: tuple[str, str] | None = None
    times: tuple[str, str] | None = None
    points: float | None = None
    threshold: float = 100.0

    @property
    def whole_title(self) -> Words:
        """Its title under its headings."""
        return joined((*self.group, self.title))

    @property
    def made_of(self) -> tuple[str, ...]:
        """The cells it is made of; none where it is measured or given."""
        return (*(self.share or ()), *(self.times or ()), *(self.mean or ()), *self.largest)

    @property
    def measured(self) -> bool:
        """Whether dossiers stand behind it."""
        return not self.made_of and self.given is None and self.unknown is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A reading the sources leave open: its values, the default first."""

    name: str
    title: Words
    values: Mapping[str, Words]

    @property
    def default(self) -> str:
        """The value that holds where nothing is said."""
        return next(iter(self.values))


class Identity(NamedTuple):
    """Two sums of cells that must be equal in every row, dossier by dossier."""

    text: str
    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is printed on an official form beside its title and cells."""

    number: str
    """Biểu số."""
    issued: Words
    """Ban hành theo."""
    subject: Words
    """The heading above the names of the rows."""
    unit: Words
    """Đơn vị tính."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """Which cells, added up, are the figures that nearly every form has; charts are drawn from them."""

    received: tuple[str, ...]
    resolved: tuple[str, ...]
    in_time: tuple[str, ...] = ()
    """Of the resolved ones: early or on time."""
    in_hand: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    """Of those in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One way to count, kept for ever: a changed rule is another version, never a changed one.

    `from_day`, `until_day`: the periods it is official for, by their last day; outside them it may be used and says so.
    `by`: the dimensions it is printed by when nothing else is asked for, outermost first.
    """

    name: str
    version: int
    title: Words
    source: str
    confidence: Confidence
    cells: tuple[Cell, ...]
    measure: Measure
    identities: tuple[Identity, ...] = ()
    switches: tuple[Switch, ...] = ()
    by: tuple[Dimension, ...] = ()
    from_day: date | None = None
    until_day: date | None = None
    form: Form | None = None
    common: Common | None = None
    known_bugs: tuple[Bug, ...] = ()
    """What a deployed program does that the form does not say; counted so that its figures can be explained.

    One after the other they can be mended, and without all of them the definition counts as form II.06a does.
    """
