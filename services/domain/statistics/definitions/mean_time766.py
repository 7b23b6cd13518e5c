"""Index 2.2 of QĐ 766/QĐ-TTg: how long dossiers of a procedure take on average."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from services.domain.statistics import progress, terms
from services.domain.statistics.definition import Cell, Definition, Question, Switch, Words

_DAY_S: Final = 86_400


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Dossiers accepted in the period that have a result, from the acceptance to the result."""
    counted = terms.received(question) & progress.has_result()
    took = (progress.end() - pl.col("accepted_at")).dt.total_seconds()
    if question.switches["citizen_time"] == "subtracted":
        took = took - pl.col("supplement_seconds").fill_null(0)
    return {"finished": counted, "seconds": pl.when(counted).then(took)}


DEFINITION: Final = Definition(
    name="766-2.2",
    version=1,
    title=Words("Thời gian giải quyết trung bình (chỉ số 2.2)", "Mean processing time (index 2.2)"),
    source="QĐ 766/QĐ-TTg (23/06/2022), chỉ số 2.2; mô tả công thức tính chỉ số",
    confidence="secondary",
    cells=(
        Cell(
            key="finished",
            title=Words("Tiếp nhận trong kỳ và đã có kết quả", "Received in the period, with a result"),
        ),
        Cell(key="seconds", title=Words("Tổng thời gian giải quyết (giây)", "Processing time in all (seconds)")),
        Cell(
            key="mean_days",
            title=Words("Trung bình (ngày 24 giờ, kể cả ngày nghỉ)", "Mean (days of 24 hours, rest days included)"),
            mean=("seconds", "finished"),
            unit=_DAY_S,
        ),
    ),
    measure=measure,
    switches=(
        Switch(
            name="citizen_time",
            title=Words("Thời gian công dân bổ sung", "Citizen's time"),
            values={
                "counted": Words("tính vào thời gian giải quyết", "is part of the processing time"),
                "subtracted": Words("không tính", "is taken off"),
            },
        ),
    ),
    by=("procedure",),
    from_day=date(2022, 6, 23),
)
