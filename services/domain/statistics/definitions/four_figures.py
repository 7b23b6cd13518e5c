"""The four figures a province names in its half-year report on administrative reform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import Cell, Common, Definition, Question, Words


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Received and resolved are different cohorts: what is resolved includes what was carried over."""
    received, resolved = terms.received(question), terms.resolved(question)
    return {
        "received": received,
        "received_online": received & terms.online(),
        "resolved": resolved,
        "resolved_in_time": resolved & ~terms.late(question) & ~terms.no_due_date(),
        "resolved_no_due_date": resolved & terms.no_due_date(),
    }


DEFINITION: Final = Definition(
    name="four-figures",
    version=1,
    title=Words("Bốn số liệu tổng hợp về giải quyết TTHC", "The four figures of a province's report"),
    source="Báo cáo 6 tháng của UBND tỉnh (Lạng Sơn, quý II/2024)",
    confidence="inferred",
    cells=(
        Cell(key="received", title=Words("Tiếp nhận trong kỳ", "Received in the period")),
        Cell(key="received_online", title=Words("Trong đó trực tuyến", "Of these online"), needs=("channel",)),
        Cell(
            key="online_share",
            title=Words("Tỷ lệ trực tuyến (%)", "Online (%)"),
            share=("received_online", "received"),
            needs=("channel",),
        ),
        Cell(key="resolved", title=Words("Đã giải quyết trong kỳ", "Resolved in the period")),
        Cell(key="resolved_in_time", title=Words("Trước và đúng hạn", "Early or on time"), needs=("due_at",)),
        Cell(
            key="in_time_share",
            title=Words("Tỷ lệ trước và đúng hạn (%)", "Early or on time (%)"),
            share=("resolved_in_time", "resolved"),
            needs=("due_at",),
        ),
        Cell(
            key="resolved_no_due_date",
            title=Words("Đã giải quyết, không có ngày hẹn trả", "Resolved, without a due date"),
            part_of="resolved",
        ),
    ),
    measure=measure,
    common=Common(received=("received",), resolved=("resolved",), in_time=("resolved_in_time",)),
)
