"""Dossiers received, resolved and in hand as the statistics of OpenCPS count them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import Bug, Definition, Question, Words
from services.domain.statistics.deployed.bugs import (
    CATALOGUE,
    CURRENT_COLUMNS,
    NULL_DUE_ON_TIME,
    SERVER_ZONE,
    UTC_SERVER,
    WITHDRAWN_APART,
)
from services.domain.statistics.deployed.columns import NUMBERED, line, numbered
from services.domain.statistics.deployed.look import Deployed

FIELDLESS_SKIPPED: Final = Bug(
    name="fieldless_skipped",
    vi="bỏ qua hồ sơ không có mã lĩnh vực (domainCode)",
    en="dossiers without a field code (domainCode) are skipped",
    only=("catalogue", "declared"),
)
UNACCEPTED_COUNTED: Final = Bug(
    name="unaccepted_counted",
    vi="hồ sơ chưa tiếp nhận (receiving) bị tính là từ kỳ trước và đang giải quyết",
    en="dossiers not accepted yet (receiving) are counted as carried over and in hand",
)
FIRST_INSTANT_CARRIED: Final = Bug(
    name="first_instant_carried",
    vi="hồ sơ tiếp nhận đúng 00:00 ngày đầu kỳ bị tính là từ kỳ trước",
    en="a dossier received at 00:00 of the first day is counted as carried over",
)
EARLY_BY_HAND_OVER: Final = Bug(
    name="early_by_hand_over",
    vi="trước hạn xét theo ngày trả kết quả (finishDate), không theo ngày xử lý xong",
    en="early goes by the hand-over (finishDate), not by the end of processing",
)
BY_INSTANT: Final = Bug(
    name="by_instant",
    vi="so sánh đến từng giây với ngày hẹn trả",
    en="compares with the due date to the very second",
)
WALL_CLOCK: Final = Bug(
    name="wall_clock",
    vi="đang giải quyết quá hạn xét theo lúc chạy thống kê, không theo lúc kết thúc kỳ",
    en="overdue goes by the moment the statistics are run, not by the end of the period",
)
SATURDAY_BY_RECEPTION: Final = Bug(
    name="saturday_by_reception",
    vi="“giải quyết vào thứ Bảy” xét theo ngày tiếp nhận",
    en="“resolved on a Saturday” goes by the day of reception",
)
BUGS: Final = (
    *(FIELDLESS_SKIPPED, UNACCEPTED_COUNTED, WITHDRAWN_APART, FIRST_INSTANT_CARRIED, SATURDAY_BY_RECEPTION),
    *(WALL_CLOCK, NULL_DUE_ON_TIME, EARLY_BY_HAND_OVER, BY_INSTANT, UTC_SERVER, CURRENT_COLUMNS),
)
_SATURDAY: Final = 2
"""Day 0 is 1970-01-01, a Thursday."""


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Ends by releaseDate. What extendDate adds to early is left out: no source of the log gives that date."""
    see = Deployed(question, BUGS)
    asked = see.question_by()
    by = see.question_by("instant" if see.has(BY_INSTANT) else None)
    kept = pl.col("field").is_not_null() if see.has(FIELDLESS_SKIPPED) else pl.lit(value=True)
    there, status = see.there(catalogue=()) & kept, see.seen("status")
    accepted, ended = see.seen("accepted_at"), see.seen("ended_at")
    received, carried = there & see.within(accepted), there & see.carried_over()
    if see.has(FIRST_INSTANT_CARRIED):
        at_once = there & accepted.eq_missing(pl.lit(asked.opens))
        received, carried = received & ~at_once, carried | at_once
    receiving = pl.lit(value=False)
    if see.has(UNACCEPTED_COUNTED):
        receiving = accepted.is_null() & status.eq_missing(1) & ~see.seen("void") & kept
        receiving = receiving & (see.seen("submitted_at") < asked.closes)
    resolved = there & see.within(ended)
    withdrawn = resolved & status.eq_missing(7)
    if see.has(WITHDRAWN_APART):
        resolved = resolved & status.ne_missing(7)
    in_hand = (there & (ended.is_null() | (ended >= asked.closes))) | receiving
    return {
        **numbered(
            received=(received, *see.by_channel(received, loses_unknown=False)),
            carried=carried | receiving,
            resolved=_by_class(see, by, resolved),
            in_hand=_by_due(see, by, in_hand),
        ),
        "waiting": in_hand & (status.eq_missing(5) | receiving),
        "withdrawn": withdrawn,
        "saturday": resolved & (see.day(accepted if see.has(SATURDAY_BY_RECEPTION) else ended) % 7 == _SATURDAY),
    }


def _by_class(see: Deployed, by: Question, resolved: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    late, early = terms.late(by, of=see.of), terms.early(by, of=see.of)
    if see.has(EARLY_BY_HAND_OVER):
        handed_over = pl.when(see.seen("status").is_in([3, 7, 8])).then(see.seen("ended_at"))
        early = ((handed_over.otherwise(see.seen("returned_at")) < see.seen("due_at")) & ~late).fill_null(value=False)
    no_class = pl.lit(value=False) if see.has(NULL_DUE_ON_TIME) else terms.no_due_date(of=see.of)
    return resolved, resolved & early, resolved & ~(early | late | no_class), resolved & late


def _by_due(see: Deployed, by: Question, in_hand: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    moment = by.counted_at if see.has(WALL_CLOCK) and by.counted_at is not None else by.closes
    overdue = terms.passed(by, pl.min_horizontal(see.seen("paused_since"), pl.lit(moment)), of=see.of)
    no_class = pl.lit(value=False) if see.has(NULL_DUE_ON_TIME) else terms.no_due_date(of=see.of)
    return in_hand, in_hand & ~overdue & ~no_class, in_hand & overdue


DEFINITION: Final = Definition(
    name="opencps",
    version=1,
    title=Words("Thống kê hồ sơ của OpenCPS", "Dossier statistics of OpenCPS"),
    source="Mã nguồn công khai VietOpenCPS/opencps-v2, StatisticEngine",
    confidence="secondary",
    cells=(
        *NUMBERED,
        line("waiting", "Chờ bổ sung và chờ tiếp nhận", "Waiting for papers or to be accepted"),
        line("withdrawn", "Đã rút", "Withdrawn"),
        line("saturday", "Giải quyết vào thứ Bảy", "Resolved on a Saturday"),
    ),
    measure=measure,
    switches=(SERVER_ZONE, CATALOGUE),
    by=("level", "field", "procedure"),
    known_bugs=BUGS,
)
