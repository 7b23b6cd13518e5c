"""What a code stood for on a day: statements that hold for a time, and what is wrong where they contradict each other.

Intervals are half-open: `valid_to` is the first day on which a statement no longer holds, None while no end is known.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from operator import attrgetter
from typing import Generic, Literal, Protocol, TypeVar
from uuid import UUID

FindingKind = Literal["reversed", "overlap", "outside", "unknown", "not_in_force", "count", "cycle", "incomplete"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why statements cannot all be meant: `fact` is the one to mend."""

    kind: FindingKind
    code: str
    fact: UUID
    text: str
    """One sentence, in which `code` is the subject."""
    wanted: str | None = None
    """A code that nobody declared, so that whoever shows this can offer the nearest one."""


class Dated(Protocol):
    """A statement about a code that holds for a time."""

    @property
    def code(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def fact(self) -> UUID: ...


Kind = TypeVar("Kind", bound=Dated)


class Validities(Generic[Kind]):
    """Every statement about every code, found by day in logarithmic time."""

    __slots__ = ("_starts", "by_code")

    def __init__(self, stated: Iterable[Kind]) -> None:
        found: dict[str, list[Kind]] = {}
        for one in sorted(stated, key=attrgetter("code", "valid_from")):
            found.setdefault(one.code, []).append(one)
        self.by_code: Mapping[str, tuple[Kind, ...]] = {code: tuple(several) for code, several in found.items()}
        """Code → what was stated of it, oldest first."""
        self._starts = {code: [one.valid_from for one in several] for code, several in self.by_code.items()}

    def __iter__(self) -> Iterator[Kind]:
        for several in self.by_code.values():
            yield from several

    def begun(self, code: str, day: date) -> Kind | None:
        """The latest statement about a code that had begun by a day, ended since or not."""
        index = bisect_right(self._starts.get(code, ()), day)
        return self.by_code[code][index - 1] if index else None

    def at(self, code: str, day: date) -> Kind | None:
        """The statement about a code that holds on a day."""
        found = self.begun(code, day)
        return found if found is not None and (found.valid_to is None or day < found.valid_to) else None

    def findings(self) -> Iterator[Finding]:
        """Statements that end before they begin, and two about one code that hold on the same day."""
        for several in self.by_code.values():
            for one in several:
                if one.valid_to is not None and one.valid_to <= one.valid_from:
                    text = f"is valid from {one.valid_from}, but only until before {one.valid_to}"
                    yield Finding("reversed", one.code, one.fact, text)
            for one, following in pairwise(several):
                if one.valid_to is None or one.valid_to > following.valid_from:
                    text = f"is declared from {one.valid_from} {_until(one)} and again from {following.valid_from} on; "
                    text += f"both hold on {following.valid_from}: say with valid_to when the first one ends"
                    yield Finding("overlap", one.code, following.fact, text)


def _until(one: Dated) -> str:
    return "without an end" if one.valid_to is None else f"until before {one.valid_to}"


Node = TypeVar("Node")


def first_cycle(graph: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """A way through the graph that comes back to where it begins, its first node again at its end; none: empty."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # It gives the way against the arrows.
        return list(reversed(error.args[1]))
    return []
