"""The progress figures behind index 766 as a deployed one-stop program counts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import Bug, Definition, Question, Words
from services.domain.statistics.deployed.bugs import (
    BY_DAY,
    CATALOGUE,
    CURRENT_COLUMNS,
    NULL_CHANNEL_LOST,
    NULL_DUE_ON_TIME,
    ONLY_2_AND_4_OPEN,
    SERVER_ZONE,
    STOPPED_LEFT_OUT,
    UNMAPPED_DROPPED,
    UTC_SERVER,
)
from services.domain.statistics.deployed.columns import NUMBERED, line, numbered
from services.domain.statistics.deployed.look import Deployed

NULL_DUE_LEAKS: Final = Bug(
    name="null_due_leaks",
    vi="điều kiện HOẶC thiếu dấu ngoặc: mọi hồ sơ không có ngày hẹn trả, dù ở kỳ nào, trạng thái nào, đều bị đếm",
    en="an OR without brackets: every dossier without a due date is counted, whatever its period and status",
)
FIRST_DAY_LOST: Final = Bug(
    name="first_day_lost",
    vi="hồ sơ từ kỳ trước kết thúc trong ngày đầu kỳ không được tính là từ kỳ trước (dấu > thay vì ≥)",
    en="a dossier that ended on the first day is not counted as carried over (> instead of ≥)",
)
STOPPED_LATE_AS_IN_TIME: Final = Bug(
    name="stopped_late_as_in_time",
    vi="“dừng trong hạn” và “dừng quá hạn” dùng cùng một điều kiện nên luôn bằng nhau",
    en="“stopped within due” and “stopped late” have the same condition and are always equal",
)
BUGS: Final = (
    *(UNMAPPED_DROPPED, NULL_DUE_LEAKS, STOPPED_LATE_AS_IN_TIME, FIRST_DAY_LOST, STOPPED_LEFT_OUT, ONLY_2_AND_4_OPEN),
    *(NULL_CHANNEL_LOST, NULL_DUE_ON_TIME, BY_DAY, UTC_SERVER, CURRENT_COLUMNS),
)


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Withdrawn dossiers (7) are resolved ones; statuses 5, 6 and 8 together are “dừng”."""
    see = Deployed(question, BUGS)
    by = see.question_by("day" if see.has(BY_DAY) else None)
    there, status, ended = see.there(catalogue=("field", "level")), see.seen("status"), see.seen("ended_at")
    received = there & see.within(see.seen("accepted_at"))
    carried = there & see.carried_over()
    if see.has(FIRST_DAY_LOST):
        carried = carried & see.day(ended).ne_missing(see.first_day())
    resolved = there & see.within(ended)
    if see.has(STOPPED_LEFT_OUT):
        resolved = resolved & status.is_in([7, 9, 10])
    late, early, overdue = (term(by, of=see.of) for term in (terms.late, terms.early, terms.overdue))
    no_class = pl.lit(value=False) if see.has(NULL_DUE_ON_TIME) else terms.no_due_date(of=see.of)
    leaked = pl.lit(value=False)
    if see.has(NULL_DUE_LEAKS):
        mapped = see.mapped(catalogue=("field", "level"))
        leaked = terms.no_due_date(of=see.of) & ~see.seen("void") & mapped
    in_hand = there & (status.is_in([2, 4]) if see.has(ONLY_2_AND_4_OPEN) else ended.is_null())
    stopped = there & status.is_in([5, 6, 8])
    return {
        **numbered(
            received=(received, *see.by_channel(received, loses_unknown=see.has(NULL_CHANNEL_LOST))),
            carried=carried,
            resolved=(
                resolved,
                resolved & early,
                (resolved & ~(early | late | no_class)) | leaked,
                resolved & late,
            ),
            in_hand=(in_hand, (in_hand & ~overdue & ~no_class) | leaked, in_hand & overdue),
        ),
        "stopped": stopped,
        "stopped_in_time": stopped & ~overdue,
        "stopped_late": stopped & (~overdue if see.has(STOPPED_LATE_AS_IN_TIME) else overdue),
    }


DEFINITION: Final = Definition(
    name="hv766",
    version=1,
    title=Words(
        "Số liệu tiến độ giải quyết cho Bộ chỉ số 766 của một phần mềm một cửa",
        "Progress figures for index 766 of a one-stop program",
    ),
    source="Mã nguồn công khai HuanVu201/DichVuCong_KhoaLuan_PASETO, thống kê Bộ chỉ số 766",
    confidence="secondary",
    cells=(
        *NUMBERED,
        line("stopped", "Dừng (5, 6, 8)", "Stopped (5, 6, 8)"),
        line("stopped_in_time", "Dừng trong hạn", "Stopped within due"),
        line("stopped_late", "Dừng quá hạn", "Stopped late"),
    ),
    measure=measure,
    switches=(SERVER_ZONE, CATALOGUE),
    by=("level", "field", "procedure"),
    known_bugs=BUGS,
)
