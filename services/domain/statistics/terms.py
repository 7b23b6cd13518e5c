"""The words definitions are written in, each once: expressions over cases that are true or false, never unknown.

Predicates of the public-service forms over a period [opens, closes) (TT 01/2020/TT-VPCP; NĐ 61/2018/NĐ-CP): facts
count strictly before the closing instant, only the due date is compared at it.

`of` says which look at a dossier is meant: as it stood just before the closing instant, or `now_` for the latest.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import polars as pl

from services.domain.statistics.definition import Question

DAY_US: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def counted(question: Question, *, of: str = "") -> pl.Expr:
    """Accepted before the period closes and not void: without an acceptance a dossier is in no figure."""
    return (pl.col(f"{of}accepted_at") < question.closes).fill_null(value=False) & ~pl.col(f"{of}void")


def received(question: Question, *, of: str = "") -> pl.Expr:
    """Tiếp nhận trong kỳ: accepted within the period."""
    return counted(question, of=of) & (pl.col(f"{of}accepted_at") >= question.opens)


def online(*, of: str = "") -> pl.Expr:
    """Trực tuyến."""
    return pl.col(f"{of}channel").eq_missing("online")


def carried_over(question: Question) -> pl.Expr:
    """Từ kỳ trước chuyển qua: accepted before the period, and no end was in force at its first instant."""
    return counted(question) & (pl.col("accepted_at") < question.opens) & pl.col("before_ended_at").is_null()


def transferred(question: Question) -> pl.Expr:
    """Chuyển đến: carried over by another agency than the one it belongs to now."""
    return carried_over(question) & pl.col("before_agency").ne_missing(pl.col("agency"))


def stock_before() -> pl.Expr:
    """Tồn cuối kỳ trước: accepted, not ended and not void just before the period's first instant."""
    return (
        pl.col("before_accepted_at").is_not_null()
        & pl.col("before_ended_at").is_null()
        & ~pl.col("before_void").fill_null(value=False)
    )


def reopened(question: Question) -> pl.Expr:
    """Xử lý lại: the end that was in force at the period's first instant is in force no more."""
    return (
        counted(question)
        & (pl.col("accepted_at") < question.opens)
        & pl.col("before_ended_at").is_not_null()
        & pl.col("ended_at").ne_missing(pl.col("before_ended_at"))
    )


def resolved(question: Question, *, of: str = "") -> pl.Expr:
    """Đã giải quyết: the end in force at the end of the period is dated within it."""
    return counted(question, of=of) & (pl.col(f"{of}ended_at") >= question.opens).fill_null(value=False)


def in_hand(question: Question, *, of: str = "") -> pl.Expr:
    """Đang giải quyết: no end is in force at the end of the period."""
    return counted(question, of=of) & pl.col(f"{of}ended_at").is_null()


def voided() -> pl.Expr:
    """Đã xóa: became void within the period; it is in no other figure."""
    return pl.col("void") & ~pl.col("before_void").fill_null(value=False)


def no_due_date(*, of: str = "") -> pl.Expr:
    """Không có ngày hẹn trả."""
    return pl.col(f"{of}due_at").is_null()


def passed(question: Question, moment: pl.Expr, *, of: str = "") -> pl.Expr:
    """Whether the due date lies before a moment; false where there is none. By day it holds until that day is over."""
    return lies_before(question, pl.col(f"{of}due_at"), moment)


def lies_before(question: Question, due: pl.Expr, moment: pl.Expr) -> pl.Expr:
    """The same of any promised date."""
    before = due < moment if question.due == "instant" else local_day(question, due) < local_day(question, moment)
    return before.fill_null(value=False)


def late(question: Question, *, of: str = "") -> pl.Expr:
    """Quá hạn, of what has ended: the end lies after the due date that was in force when it came."""
    return passed(question, pl.col(f"{of}ended_at"), of=of)


def early(question: Question, *, of: str = "") -> pl.Expr:
    """Trước hạn: ended on an earlier local day than the due date's."""
    day = local_day(question, pl.col(f"{of}ended_at")) < local_day(question, pl.col(f"{of}due_at"))
    return day.fill_null(value=False) & ~late(question, of=of)


def overdue(question: Question, *, of: str = "") -> pl.Expr:
    """Quá hạn, of what is in hand. While it is paused the clock stands still: only if the date passed before that."""
    return passed(question, pl.min_horizontal(pl.col(f"{of}paused_since"), pl.lit(question.closes)), of=of)


def local_day(question: Question, moment: pl.Expr) -> pl.Expr:
    """Days since 1970-01-01 of the local day a moment falls on."""
    return local_time(question, moment).floordiv(DAY_US)


def first_day(question: Question) -> int:
    """The same of the period's first instant."""
    return day_of(question, question.opens)


def day_of(question: Question, moment: datetime) -> int:
    """The same of one moment."""
    return int(pl.select(local_day(question, pl.lit(moment).cast(pl.Datetime("us", "UTC")))).item())


def local_time(question: Question, moment: pl.Expr) -> pl.Expr:
    """Microseconds from 1970-01-01 to what a local clock shows at a moment."""
    starts, offsets = question.offsets
    instant = moment.to_physical()
    since = pl.Series([(start - _EPOCH) // _MICROSECOND for start in starts], dtype=pl.Int64)
    shifts = pl.Series([offset // _MICROSECOND for offset in offsets], dtype=pl.Int64)
    # What lies before the first change of the table has the first offset.
    which = pl.lit(since).search_sorted(instant, side="right").cast(pl.Int64) - 1
    return instant + pl.lit(shifts).gather(pl.max_horizontal(which, pl.lit(0, dtype=pl.Int64)))
