"""Holds a portal's list of dossiers against a way to count: who is missing, who stands there and does not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from services.domain.statistics.explain.cells import summable
from services.domain.statistics.explain.readings import Reading
from services.domain.statistics.explain.reason import Reason
from services.domain.statistics.explain.trace import SCHEMA
from services.domain.statistics.explain.way import Place, Way

MISSING: Final = Reason(
    "missing",
    "missing",
    "hồ sơ được tính trong sổ ghi chung nhưng không có trong danh sách (chưa đồng bộ)",
    "the dossier counts by the common log but is not on the list (not synchronised)",
)
TWICE: Final = Reason(
    "identity",
    "listed_twice",
    "hồ sơ có mặt nhiều lần trong danh sách, cùng một mã hoặc dưới nhiều mã khác nhau",
    "the dossier stands on the list more than once, under the same code or under several",
)
UNKNOWN: Final = Reason(
    "phantom",
    "unknown_code",
    "mã hồ sơ trong danh sách chưa hệ thống nào gửi tới sổ ghi chung",
    "no system ever told the common log of this code",
)
NOT_THEN: Final = Reason(
    "late_arrival",
    "not_known_then",
    "hồ sơ chưa được ghi nhận tại vị trí này, hoặc mã được nhập vào hồ sơ khác sau đó",
    "the dossier was not recorded yet at this position, or its code was joined to another one since",
)
_AFTER: Final = Reason(
    "listed", "after_period", "hồ sơ chỉ phát sinh sau kỳ báo cáo", "nothing is known of the dossier before the end"
)
_VOID: Final = Reason("listed", "listed_void", "hồ sơ đã bị xóa", "the dossier is void")
_NOT_ACCEPTED: Final = Reason(
    "listed", "not_accepted", "hồ sơ chưa được tiếp nhận trước khi hết kỳ", "the dossier was not accepted by the end"
)
_OTHER_AGENCY: Final = Reason(
    "listed", "other_agency", "hồ sơ thuộc đơn vị khác", "the dossier belongs to another agency"
)
_NOT_COUNTED: Final = Reason(
    "residual",
    "not_counted",
    "hồ sơ có trong danh sách nhưng không thuộc cột nào của kỳ này",
    "the dossier is on the list but in no cell of this period",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A list whose codes were looked up: `system/code` → how often it is there.

    `known` are lines of dossiers as the cases name them; `unknown` codes that nobody ever sent, `not_then` those of
    dossiers that were not known at the position.
    """

    known: Mapping[str, int]
    unknown: Mapping[str, int]
    not_then: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many lines the list has."""
        return sum(sum(some.values()) for some in (self.known, self.unknown, self.not_then))


def nearest_reading(
    listed: Listed, tried: Sequence[Reading], frames: Mapping[Place, pl.DataFrame]
) -> tuple[Reading, int]:
    """The reading that the list goes by, and for how many dossiers the two differ even so.

    The first of `tried` unless another leaves less than half of what it leaves: a list with gaps is no other reading.
    """
    left = [_apart(listed, reading, frames[reading.way.place]) for reading in tried]
    best = min(range(len(tried)), key=lambda number: (left[number], number))
    return (tried[best], left[best]) if left[best] * 2 < left[0] else (tried[0], left[0])


def listed_trace(
    listed: Listed, reading: Reading, cases: pl.DataFrame, *, first: int
) -> tuple[pl.DataFrame, list[Reason]]:
    """From what the reading counts (start) to what the list holds (end); the reasons are numbered from `first`."""
    way, cell = reading
    counted = cases.select("line", way.marks()[cell].alias("start")).filter(pl.col("start") != 0)
    both = counted.join(_frame(listed.known), on="line", how="full", coalesce=True).with_columns(
        pl.col("start", "end").fill_null(0)
    )
    others = both.filter((pl.col("start") == 0) & (pl.col("end") != 0))["line"]
    why_not = _why_not_counted(others, way, cases)
    reasons: list[Reason] = []
    numbers: dict[Reason, int] = {}
    rows: list[tuple[str, int, int, int | None]] = []

    def take(line: str, start: int, end: int, reason: Reason | None) -> None:
        if reason is not None and reason not in numbers:
            numbers[reason] = first + len(reasons)
            reasons.append(reason)
        rows.append((line, start, end, None if reason is None else numbers[reason]))

    for line, start, end in both.sort("line").iter_rows():
        if start == end:
            take(line, start, end, None)
        elif start == 0:
            take(line, start, end, why_not[line])
        else:
            take(line, start, end, TWICE if end > start else MISSING)
    for lines, reason in ((listed.unknown, UNKNOWN), (listed.not_then, NOT_THEN)):
        for line, end in sorted(lines.items()):
            take(line, 0, end, reason)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row"), reasons


def turned_round(traced: pl.DataFrame) -> pl.DataFrame:
    """The same trace from its end to its start."""
    return traced.rename({"start": "end", "end": "start"}).select(*SCHEMA)


def _frame(lines: Mapping[str, int]) -> pl.DataFrame:
    return pl.DataFrame({"line": list(lines), "end": list(lines.values())}, schema={"line": pl.String, "end": pl.Int64})


def _apart(listed: Listed, reading: Reading, cases: pl.DataFrame) -> int:
    counted = cases.select("line", reading.way.marks()[reading.cell].alias("start")).filter(pl.col("start") != 0)
    both = counted.join(_frame(listed.known), on="line", how="full", coalesce=True)
    apart = (pl.col("start").fill_null(0) - pl.col("end").fill_null(0)).abs().sum()
    return int(both.select(apart).item() or 0)


def _why_not_counted(lines: pl.Series, way: Way, cases: pl.DataFrame) -> dict[str, Reason]:
    everywhere = way.asking(agency=None)
    here = cases.filter(pl.col("line").is_in(lines.implode()))
    keys = summable(way.definition)
    marks = everywhere.marks()
    counted = here.select(
        *("line", "void", "accepted_at", "agency"),
        *(marks[key].alias(f"#{key}") for key in keys),
    )
    # Of several cells it counts in, the smallest says most.
    sizes = cases.select(marks[key].sum().alias(key) for key in keys).row(0) if len(cases) else (0,) * len(keys)
    by_size = [key for _, key in sorted(zip(sizes, keys, strict=True), key=lambda each: each[0])]
    found = dict.fromkeys(lines, _AFTER)
    for row in counted.iter_rows(named=True):
        found[row["line"]] = _reason(row, way, [key for key in by_size if row[f"#{key}"]])
    return found


def _reason(row: Mapping[str, object], way: Way, counts_in: Sequence[str]) -> Reason:
    if row["void"]:
        return _VOID
    if counts_in and way.request.agency is not None and row["agency"] != way.request.agency:
        return _OTHER_AGENCY
    if counts_in:
        cell = next(one for one in way.definition.cells if one.key == counts_in[0])
        return Reason(
            "listed",
            f"counted_in/{cell.key}",
            f"theo {way.definition.name} hồ sơ được tính ở cột ({cell.key}) {cell.title.vi}",
            f"by {way.definition.name} the dossier counts in ({cell.key}) {cell.title.en}",
        )
    if row["void"] is None:
        return _AFTER
    return _NOT_ACCEPTED if row["accepted_at"] is None else _NOT_COUNTED
