"""On time or late as index 2.1 of QĐ 766/QĐ-TTg (23/06/2022) means it, sentence by sentence of its formula.

It looks at the times at which statuses were reached: the result counts before the hand-over, both before a stop, a
withdrawal or a refusal after the acceptance; what was never accepted is in no figure.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import Question, Switch, Words

SWITCHES: Final = (
    Switch(
        name="second_supplement",
        title=Words("Yêu cầu bổ sung từ hai lần trở lên", "Papers asked for more than once"),
        values={
            "while_open": Words(
                "chỉ tính quá hạn khi chưa có kết quả và còn chờ bổ sung",
                "late only while without a result and waiting",
            ),
            "always": Words("luôn tính quá hạn, kể cả khi đã có kết quả", "always late, with a result too"),
        },
    ),
    Switch(
        name="citizen_time",
        title=Words("Thời gian công dân bổ sung, khi có ngày hẹn trả", "Citizen's time where there is a due date"),
        values={
            "subtracted": Words("được trừ khi hồ sơ đã kết thúc", "taken off once the dossier has ended"),
            "counted": Words(
                "không trừ, vì ngày hẹn trả đã được gia hạn", "not taken off: the due date was moved already"
            ),
        },
    ),
)
"""Readings that the text leaves open."""


def processed(question: Question) -> pl.Expr:
    """Tiếp nhận hoặc giải quyết trong kỳ: in hand at some moment of the period, whenever it was accepted."""
    return terms.resolved(question) | terms.in_hand(question)


def has_result() -> pl.Expr:
    """Đã xử lý xong hoặc đã trả kết quả (9, 10)."""
    said = pl.col("outcome").is_in(["finished", "returned"]).fill_null(value=False)
    return said | pl.col("returned_at").is_not_null()


def waiting() -> pl.Expr:
    """Without a result, and papers that were asked for never came: also where it was stopped for that."""
    return ~has_result() & pl.col("supplement_since").is_not_null()


def late_by_supplements(question: Question) -> pl.Expr:
    """Papers were asked for more than once."""
    more = pl.col("supplements") > 1
    return more if question.switches["second_supplement"] == "always" else more & waiting()


def end() -> pl.Expr:
    """When it counts as ended; null if it does not yet."""
    handed_over = pl.when(pl.col("outcome").ne_missing("finished")).then("returned_at")
    asked = pl.when(waiting()).then("supplement_since")
    return pl.coalesce(handed_over, asked, "ended_at")


def judged(question: Question) -> pl.Expr:
    """Whether it can be told: a due date was promised, or the statutory limit is known, or nothing else matters."""
    known = pl.col("due_at").is_not_null() | pl.col("law_due_at").is_not_null()
    return processed(question) & (known | late_by_supplements(question))


def on_time(question: Question) -> pl.Expr:
    """Đúng hạn: it ended, or the period did, no later than promised or, where nothing was, than the law lets."""
    due = pl.coalesce("due_at", "law_due_at")
    took = pl.duration(seconds=pl.col("supplement_seconds").fill_null(0))
    without_due = pl.col("due_at").is_null()
    off = without_due | pl.col("ended_at").is_not_null() if _takes_off(question) else without_due
    until = end().fill_null(pl.lit(question.closes))
    moment = pl.when(off).then(until - took).otherwise(until)
    return judged(question) & ~late_by_supplements(question) & ~terms.lies_before(question, due, moment)


def late(question: Question) -> pl.Expr:
    """Quá hạn."""
    return judged(question) & ~on_time(question)


def _takes_off(question: Question) -> bool:
    return question.switches["citizen_time"] == "subtracted"
