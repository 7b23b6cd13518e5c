"""Form II.06a as an older builder of the same one-stop program counts it: by moments, and by the hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import Bug, Definition, Question, Switch, Words
from services.domain.statistics.deployed.bugs import (
    CATALOGUE,
    CURRENT_COLUMNS,
    NULL_CHANNEL_LOST,
    ONLY_2_AND_4_OPEN,
    SERVER_ZONE,
    STOPPED_LEFT_OUT,
    UNMAPPED_DROPPED,
    UTC_SERVER,
    WITHDRAWN_APART,
)
from services.domain.statistics.deployed.columns import NUMBERED, line, numbered
from services.domain.statistics.deployed.look import Deployed

HAND_OVER_AS_END: Final = Bug(
    name="hand_over_as_end",
    vi="lấy ngày trả kết quả (NgayTra) làm ngày kết thúc: kết quả chưa trả thì chưa tính là đã giải quyết",
    en="takes the hand-over (NgayTra) for the end: while the result is not handed over, it is not resolved",
    only=("hand_over", "recorded"),
)
EXACT_EQUALITY: Final = Bug(
    name="exact_equality",
    vi="đúng hạn chỉ khi kết thúc trùng ngày hẹn trả đến từng giây; sớm hơn là trước hạn, muộn hơn là quá hạn",
    en="on time only if the end equals the due date to the very second: before it is early, after it late",
)
LAST_DAY_LOST: Final = Bug(
    name="last_day_lost",
    vi="đọc “đến ngày” là 00:00 của ngày đó: mất cả ngày cuối kỳ",
    en="reads the last day as its first instant, 00:00: the whole last day of the period is lost",
)
FIRST_INSTANT_LOST: Final = Bug(
    name="first_instant_lost",
    vi="hồ sơ từ kỳ trước kết thúc đúng 00:00 ngày đầu kỳ không được tính là từ kỳ trước (dấu > thay vì ≥)",
    en="a dossier that ended at 00:00 of the first day is not counted as carried over (> instead of ≥)",
)
BUGS: Final = (
    *(UNMAPPED_DROPPED, STOPPED_LEFT_OUT, WITHDRAWN_APART, HAND_OVER_AS_END, ONLY_2_AND_4_OPEN, NULL_CHANNEL_LOST),
    *(LAST_DAY_LOST, FIRST_INSTANT_LOST, EXACT_EQUALITY, UTC_SERVER, CURRENT_COLUMNS),
)


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Moments are compared as they are; what has no due date is in no class, as on the form."""
    see = Deployed(question, BUGS)
    by = see.question_by("instant" if see.has(EXACT_EQUALITY) else None)
    there, status, due = see.there(catalogue=("field", "level")), see.seen("status"), see.seen("due_at")
    end = see.seen("returned_at" if see.has(HAND_OVER_AS_END) else "ended_at")
    carried = there & _carried_over(see, end)
    resolved = there & see.within(end)
    withdrawn = there & see.within(see.seen("ended_at")) & status.eq_missing(7)
    if see.has(STOPPED_LEFT_OUT):
        resolved = resolved & status.is_in([7, 9, 10])
    if see.has(WITHDRAWN_APART):
        resolved = resolved & status.ne_missing(7)
    if see.has(LAST_DAY_LOST):
        there = there & (see.seen("accepted_at") <= see.last_midnight())
        resolved = resolved & (end <= see.last_midnight())
    received = there & see.within(see.seen("accepted_at"))
    late, no_class = terms.passed(by, end, of=see.of), terms.no_due_date(of=see.of)
    sooner = end < due if see.has(EXACT_EQUALITY) else (see.day(end) < see.day(due)) & ~late
    early = sooner.fill_null(value=False)
    in_hand = there & (status.is_in([2, 4]) if see.has(ONLY_2_AND_4_OPEN) else see.seen("ended_at").is_null())
    overdue = terms.overdue(by, of=see.of)
    return {
        **numbered(
            received=(received, *see.by_channel(received, loses_unknown=see.has(NULL_CHANNEL_LOST))),
            carried=carried,
            resolved=(resolved, resolved & early, resolved & ~(early | late | no_class), resolved & late),
            in_hand=(in_hand, in_hand & ~overdue & ~no_class, in_hand & overdue),
        ),
        "supplement": there & status.eq_missing(5),
        "stopped": there & status.is_in([6, 8]),
        "withdrawn": withdrawn,
    }


def _carried_over(see: Deployed, end: pl.Expr) -> pl.Expr:
    opens = see.question_by().opens
    carried = see.carried_over()
    if see.has(HAND_OVER_AS_END):
        carried = (see.seen("accepted_at") < opens) & (end.is_null() | (end >= opens))
    return carried & end.ne_missing(pl.lit(opens)) if see.has(FIRST_INSTANT_LOST) else carried


DEFINITION: Final = Definition(
    name="hv06-older",
    version=1,
    title=Words(
        "Biểu 06 của một phần mềm một cửa (bản cũ, so theo thời điểm)", "Form 06 of a one-stop program, older builder"
    ),
    source="Mã nguồn công khai HuanVu201/DichVuCong_KhoaLuan_PASETO, BaoCaoSo06WhereBuilder",
    confidence="secondary",
    cells=(
        *NUMBERED,
        line("supplement", "Chờ bổ sung (5)", "Waiting for papers (5)"),
        line("stopped", "Dừng xử lý (6, 8)", "Stopped (6, 8)"),
        line("withdrawn", "Trả lại, xin rút (7)", "Withdrawn (7)"),
    ),
    measure=measure,
    switches=(
        Switch(
            name="hand_over",
            title=Words("Ngày trả kết quả (NgayTra)", "The hand-over date (NgayTra)"),
            values={
                "recorded": Words("như hệ thống đã ghi khi trả kết quả", "as recorded when the result was handed over"),
                "at_finish": Words(
                    "ghi cùng lúc xử lý xong, như phần mềm này vẫn làm", "stamped when finished, as that program does"
                ),
            },
        ),
        SERVER_ZONE,
        CATALOGUE,
    ),
    by=("level", "field", "procedure"),
    known_bugs=BUGS,
)
