"""What a reader of the log knows of one dossier at one position, and the step from one such knowledge to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from services.domain.dossier import Dossier, Fact, Segment
from services.domain.statistics.parting import Looks, parting

_Row = TypeVar("_Row", bound=tuple[Any, ...])

RowName = tuple[int, int]
"""Position that brought a row of a timeline, and its number among those."""


# One of each is made for every event, and a frozen class takes three times as long to make. Nobody changes them.
@dataclass(slots=True)
class Known:
    """A dossier as of its last event at or below some position. Never changed once it is made."""

    dossier: UUID
    position: int
    codes: Mapping[str, tuple[str, ...]]
    least: tuple[str, str]
    """Its least (system, code), bytewise: what lists of dossiers are hashed by."""
    merged_into: UUID | None
    folded: Dossier
    configured: int
    """How many events about who takes part it was folded under: after another one it is folded anew."""
    rows: tuple[RowName, ...]
    """Names of its segment rows, one a segment; none once another dossier goes on with its codes."""
    others: tuple[Fact, ...] = ()
    """Facts recorded under its lineage that speak of codes another part holds since a split: a later link brings them
    back."""
    paper_rows: tuple[RowName, ...] = ()
    """The same of the rows that tell what became of its papers; most dossiers have none."""

    def facts(self) -> tuple[Fact, ...]:
        """Every fact of the lineage."""
        return self.folded.facts + self.others


@dataclass(slots=True)
class Change:
    """One event's step of one dossier; `before` is None for a dossier that was not there."""

    position: int
    before: Known | None
    after: Known


def moved(changes: Sequence[Change]) -> Iterator[tuple[Known | None, Known]]:
    """Each dossier whose timeline moved in a run, as it was before the run and as it is after it."""
    # By number: hashing a UUID is a call into Python code.
    were: dict[int, Known | None] = {}
    are: dict[int, Known] = {}
    for change in changes:
        number = change.after.dossier.int
        if number not in are:
            were[number] = change.before
        are[number] = change.after
    for number, after in are.items():
        before = were[number]
        if before is None or before.rows is not after.rows:
            yield before, after


def counted_segments(known: Known | None) -> Sequence[Segment]:
    """Its timeline if it may be in a figure at all, else nothing.

    Before acceptance a dossier is in no figure, and what was once accepted stays so, or is void.
    """
    if known is None or not known.rows:
        return ()
    last = known.folded.segments[-1]
    return known.folded.segments if last.accepted_at is not None or last.void else ()


def differing(
    changes: Sequence[Change], *, looks: Looks, zone: ZoneInfo
) -> Iterator[tuple[date, Sequence[Segment], Sequence[Segment]]]:
    """Each dossier that may count otherwise after a run: since which local day, and its timelines before and after."""
    for before, after in moved(changes):
        old, new = counted_segments(before), counted_segments(after)
        parted = parting(old, new, looks=looks)
        if parted is not None:
            yield parted.astimezone(zone).date(), old, new


def least_of(codes: Mapping[str, tuple[str, ...]]) -> tuple[str, str]:
    """The least (system, code). Python compares text by code points, which is the order of its UTF-8 bytes."""
    system = min(codes)
    return system, min(codes[system])


def row_names(
    before: Known | None, folded: Dossier, *, least: tuple[str, str], position: int, first: int = 0
) -> tuple[RowName, ...]:
    """Names of the segment rows after a step: a segment that stays as it was keeps its row and its name.

    New ones are numbered from `first` on, where another dossier moves at the same position.
    """
    segments = folded.segments
    if before is None or before.least != least or not before.rows:
        return tuple((position, first + number) for number in range(len(segments)))
    return _names(before.folded.segments, before.rows, segments, position=position, first=first)


def paper_row_names(
    before: Known | None, folded: Dossier, *, least: tuple[str, str], position: int, first: int = 0
) -> tuple[RowName, ...]:
    """The same of the rows that tell what became of its papers."""
    papers = folded.papers
    if not papers:
        return ()
    if before is None or before.least != least or not before.paper_rows:
        return tuple((position, first + number) for number in range(len(papers)))
    return _names(before.folded.papers, before.paper_rows, papers, position=position, first=first)


def _names(
    old: tuple[_Row, ...], names: tuple[RowName, ...], rows: tuple[_Row, ...], *, position: int, first: int
) -> tuple[RowName, ...]:
    if old is rows:
        return names
    same, most = 0, min(len(old), len(rows))
    while same < most and (old[same] is rows[same] or old[same] == rows[same]):
        same += 1
    if same == len(old) == len(rows):
        return names
    if same == len(old) - 1 == len(rows) - 2 and old[same][0] == rows[same][0]:
        # As most do: the last one ended and another goes on from there.
        return (*names[:same], (position, first), (position, first + 1))
    kept = {row[0]: (row, name) for row, name in zip(old[same:], names[same:], strict=True)}
    result = list(names[:same])
    fresh = first
    for row in rows[same:]:
        was = kept.get(row[0])
        if was is not None and was[0] == row:
            result.append(was[1])
        else:
            result.append((position, fresh))
            fresh += 1
    return tuple(result)
