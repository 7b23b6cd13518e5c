"""One way to come to a figure: a definition with all its inputs, and the known bugs it is counted without."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from services.domain.statistics.count import as_number, columns_of
from services.domain.statistics.definition import Bug, Definition, Question
from services.domain.statistics.document import Request
from services.domain.statistics.question import question_of

Place = tuple[int, date, date, str, str, tuple[str, str] | None]
"""What a frame of cases is read by: position, first and last day, zone, mode, calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A definition and a request; ways that differ in one thing make a step of an explanation."""

    definition: Definition
    request: Request
    mended: frozenset[str] = frozenset()

    @property
    def question(self) -> Question:
        """What the definition is asked."""
        return question_of(self.definition, self.request, (self.request.first, self.request.last), mended=self.mended)

    @property
    def place(self) -> Place:
        """Ways of one place are counted on one frame of cases."""
        request = self.request
        return (request.position, request.first, request.last, request.zone, request.mode, request.calendar)

    @property
    def columns(self) -> frozenset[str]:
        """The columns of cases that it looks at."""
        return columns_of(self.definition, self.question) | {"agency"}

    def bugs(self) -> tuple[Bug, ...]:
        """The known bugs it is counted with."""
        question = self.question
        return tuple(bug for bug in self.definition.known_bugs if bug.acts(question))

    def asking(self, **changes: Any) -> Way:
        """The same way with another request."""
        return replace(self, request=replace(self.request, **changes))

    def mending(self, *bugs: str) -> Way:
        """The same way without these bugs too."""
        return replace(self, mended=self.mended | frozenset(bugs))

    def marks(self) -> dict[str, pl.Expr]:
        """Key of each measured cell → what a dossier counts in it: 0 if it is of an agency that is not meant."""
        agency = self.request.agency
        numbers = {key: as_number(each) for key, each in self.definition.measure(self.question).items()}
        if agency is None:
            return numbers
        return {key: pl.when(pl.col("agency") == agency).then(each).otherwise(0) for key, each in numbers.items()}
