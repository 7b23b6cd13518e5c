"""What a page shows beside the document itself: each month of the period, the age of what is in hand, the dossiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

import polars as pl

from services.domain.periods import months_of
from services.domain.reference import Reference
from services.domain.statistics.ageing import Aged, added, ageing
from services.domain.statistics.count import mark
from services.domain.statistics.definition import Definition, Dimension, Question, Words
from services.domain.statistics.document import Request
from services.domain.statistics.heirs import claims_on
from services.domain.statistics.listed import Labels, Listed, listed
from services.projections.cases import Cases
from services.projections.report import Days, make_report, parts_of

MONTHS_MAX: Final = 36
LISTED_MAX: Final = 40_000
"""Dossiers named on one page: some four megabytes."""
NO_MONTHS: Final = Words(
    f"Kỳ dài hơn {MONTHS_MAX} tháng nên không có biểu đồ theo tháng", "too long for monthly charts"
)
NO_FLOW: Final = Words(
    "Báo cáo này không có số tiếp nhận, giải quyết nên không có biểu đồ theo tháng",
    "no monthly charts: this report does not say what was received and resolved",
)
NO_AGE: Final = Words(
    "Báo cáo này không có số đang giải quyết nên không có biểu đồ tuổi hồ sơ",
    "no chart of ages: this report does not say what is in hand",
)
NOT_ALL: Final = Words(
    "Kỳ chưa rõ số liệu của đơn vị không có danh sách hồ sơ và biểu đồ tuổi hồ sơ",
    "where the figures of this agency are not known there are no lists of dossiers and no chart of ages",
)
PUBLISHED: Final = Words(
    "Bản công bố không có danh sách hồ sơ, biểu đồ theo tháng và biểu đồ tuổi hồ sơ",
    "what is published has no lists of dossiers, no monthly charts and no chart of ages",
)


@dataclass(frozen=True, slots=True)
class More:
    """What there is; what is not there has its reason in `left_out`."""

    months: tuple[Mapping[str, Any], ...] = ()
    """The same report of each month, by agency."""
    ageing: tuple[Aged, ...] = ()
    lists: Mapping[tuple[Labels, str], Listed] = field(default_factory=dict)
    left_out: tuple[Words, ...] = ()


FOR_PUBLICATION: Final = More(left_out=(PUBLISHED,))


def steps_of(definition: Definition, request: Request) -> int:
    """How often `more_of` says that it has moved on."""
    return len(_months(definition, request)) + len(_listed_days(request))


async def more_of(
    cases: Cases, definition: Definition, request: Request, *, reference: Reference, moved: Callable[[int], None]
) -> More:
    """Read it. Raises ReadModelsUnavailable."""
    months, done = [], 0
    for first, last in _months(definition, request):
        of_month = replace(request, first=first, last=last, by=("agency",), lists=False)
        months.append(await make_report(cases, definition, of_month, reference=reference))
        done += 1
        moved(done)
    ages: list[tuple[Aged, ...]] = []
    lists: dict[tuple[Labels, str], Listed] = {}
    left_out: tuple[Words, ...] = ()
    days = _listed_days(request)
    for month, period in days.items():
        own = _by(request) if month or not _monthly(request) else ()
        aged: list[tuple[Aged, ...]] = []
        also = None if month else _by_age(definition, aged)
        parts, unseated = await parts_of(cases, definition, request, period, own, reference, also=also)
        if claims_on(unseated, request.agency):
            # What was handed over so far to an heir of a split agency is no figure, and no list is behind one.
            left_out = (NOT_ALL,)
        else:
            ages += aged
            of_period = listed(parts, definition, by=own, most=LISTED_MAX // len(days))
            lists |= {((month, *row) if month else row, cell): found for (row, cell), found in of_period.items()}
        done += 1
        moved(done)
    return More(tuple(months), added(ages), lists, (*_left_out(definition, request), *left_out))


def _by_age(definition: Definition, ages: list[tuple[Aged, ...]]) -> Callable[[pl.DataFrame, Question], None] | None:
    """To `ages` comes how old the cases in hand are, where the definition says which are."""
    common = definition.common
    if common is None or not common.in_hand:
        return None

    def take(some: pl.DataFrame, question: Question) -> None:
        ages.append(ageing(mark(some, definition, question), common, closes=question.closes))

    return take


def _by(request: Request) -> tuple[Dimension, ...]:
    return cast("tuple[Dimension, ...]", tuple(name for name in request.by if name != "month"))


def _months(definition: Definition, request: Request) -> list[Days]:
    months = months_of(request.first, request.last)
    return months if definition.common is not None and len(months) <= MONTHS_MAX else []


def _listed_days(request: Request) -> dict[str, Days]:
    """Month, or nothing for the whole → its days: rows by month are counted as periods of their own."""
    whole: dict[str, Days] = {"": (request.first, request.last)}
    months = months_of(request.first, request.last) if _monthly(request) else []
    return whole | {f"{days[0]:%Y-%m}": days for days in months}


def _monthly(request: Request) -> bool:
    return "month" in request.by


def _left_out(definition: Definition, request: Request) -> tuple[Words, ...]:
    told = []
    if definition.common is None:
        told.append(NO_FLOW)
    elif not _months(definition, request):
        told.append(NO_MONTHS)
    if definition.common is None or not definition.common.in_hand:
        told.append(NO_AGE)
    return tuple(told)
