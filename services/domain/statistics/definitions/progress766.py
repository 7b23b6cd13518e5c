"""Index 2.1 of QĐ 766/QĐ-TTg in detail: who is on time and who is late, ended, waiting for papers or in hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from services.domain.statistics import progress
from services.domain.statistics.definition import Cell, Definition, Identity, Question, Words

_ON_TIME: Final = Words("Đúng hạn", "On time")
_LATE: Final = Words("Quá hạn", "Late")
_ENDED: Final = Words("Đã kết thúc", "Ended")
_WAITING: Final = Words("Chờ công dân bổ sung", "Waiting for the citizen's papers")
_OPEN: Final = Words("Đang giải quyết", "In hand")


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Each dossier once: by where it stands, and by whether it is on time."""
    on_time, late = progress.on_time(question), progress.late(question)
    waiting, ended = progress.waiting(), pl.col("ended_at").is_not_null()
    return {
        "total": progress.processed(question),
        "ended_on_time": on_time & ~waiting & ended,
        "waiting_on_time": on_time & waiting,
        "open_on_time": on_time & ~waiting & ~ended,
        "ended_late": late & ~waiting & ended,
        "waiting_late": late & waiting,
        "open_late": late & ~waiting & ~ended,
        "unjudged": progress.processed(question) & ~progress.judged(question),
        "on_time": on_time,
        "judged": progress.judged(question),
    }


DEFINITION: Final = Definition(
    name="766-2.1",
    version=1,
    title=Words("Tiến độ giải quyết (chỉ số 2.1), chi tiết", "Progress (index 2.1) in detail"),
    source="QĐ 766/QĐ-TTg (23/06/2022), chỉ số 2.1; mô tả công thức tính chỉ số",
    confidence="secondary",
    cells=(
        Cell(key="total", title=Words("Tiếp nhận hoặc giải quyết trong kỳ", "Received or processed in the period")),
        Cell(key="ended_on_time", title=_ENDED, group=(_ON_TIME,)),
        Cell(key="waiting_on_time", title=_WAITING, group=(_ON_TIME,)),
        Cell(key="open_on_time", title=_OPEN, group=(_ON_TIME,)),
        Cell(key="ended_late", title=_ENDED, group=(_LATE,)),
        Cell(key="waiting_late", title=_WAITING, group=(_LATE,)),
        Cell(key="open_late", title=_OPEN, group=(_LATE,)),
        Cell(
            key="unjudged",
            title=Words(
                "Không có ngày hẹn trả, không rõ thời hạn theo quy định", "No due date, and no statutory limit known"
            ),
        ),
        Cell(key="on_time", title=Words("Cộng đúng hạn", "On time in all")),
        Cell(key="judged", title=Words("Cộng xác định được", "Of those that can be told")),
        Cell(key="rate", title=Words("Tỷ lệ đúng hạn (%)", "On time (%)"), share=("on_time", "judged")),
    ),
    measure=measure,
    identities=(
        Identity(
            "tổng = đúng hạn + quá hạn + không xác định",
            ("total",),
            (
                *("ended_on_time", "waiting_on_time", "open_on_time", "ended_late", "waiting_late", "open_late"),
                "unjudged",
            ),
        ),
        Identity(
            "cộng đúng hạn = kết thúc + chờ + đang giải quyết",
            ("on_time",),
            ("ended_on_time", "waiting_on_time", "open_on_time"),
        ),
        Identity(
            "cộng xác định được = đúng hạn + quá hạn",
            ("judged",),
            ("on_time", "ended_late", "waiting_late", "open_late"),
        ),
    ),
    switches=progress.SWITCHES,
    by=("agency",),
    from_day=date(2022, 6, 23),
)
