"""Form II.06a as a deployed one-stop program counts it, in the version that compares dates."""

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

WITHDRAWN_ON_TIME: Final = Bug(
    name="withdrawn_on_time",
    vi="hồ sơ công dân rút (7) luôn được tính là đúng hạn",
    en="withdrawn dossiers (7) are always counted as on time",
)
BUGS: Final = (
    *(UNMAPPED_DROPPED, WITHDRAWN_ON_TIME, STOPPED_LEFT_OUT, ONLY_2_AND_4_OPEN, NULL_CHANNEL_LOST, NULL_DUE_ON_TIME),
    *(BY_DAY, UTC_SERVER, CURRENT_COLUMNS),
)


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Ends by NgayKetThucXuLy; dossiers with status 5, 6 and 8 on lines of their own."""
    see = Deployed(question, BUGS)
    by = see.question_by("day" if see.has(BY_DAY) else None)
    there, status = see.there(catalogue=("field", "level")), see.seen("status")
    received = there & see.within(see.seen("accepted_at"))
    resolved = there & see.within(see.seen("ended_at"))
    withdrawn = resolved & status.eq_missing(7)
    if see.has(STOPPED_LEFT_OUT):
        resolved = resolved & status.is_in([7, 9, 10])
    late, early, overdue = (term(by, of=see.of) for term in (terms.late, terms.early, terms.overdue))
    no_class = pl.lit(value=False) if see.has(NULL_DUE_ON_TIME) else terms.no_due_date(of=see.of)
    always_on_time = withdrawn if see.has(WITHDRAWN_ON_TIME) else pl.lit(value=False)
    in_hand = there & (status.is_in([2, 4]) if see.has(ONLY_2_AND_4_OPEN) else see.seen("ended_at").is_null())
    return {
        **numbered(
            received=(received, *see.by_channel(received, loses_unknown=see.has(NULL_CHANNEL_LOST))),
            carried=there & see.carried_over(),
            resolved=(
                resolved,
                resolved & early & ~always_on_time,
                resolved & (always_on_time | ~(early | late | no_class)),
                resolved & late & ~always_on_time,
            ),
            in_hand=(in_hand, in_hand & ~overdue & ~no_class, in_hand & overdue),
        ),
        "supplement": there & status.eq_missing(5),
        "stopped": there & status.is_in([6, 8]),
        "withdrawn": withdrawn,
    }


DEFINITION: Final = Definition(
    name="hv06",
    version=1,
    title=Words("Biểu 06 của một phần mềm một cửa (bản so theo ngày)", "Form 06 of a one-stop program, by dates"),
    source="Mã nguồn công khai HuanVu201/DichVuCong_KhoaLuan_PASETO, ThongKeWhereBuilder",
    confidence="secondary",
    cells=(
        *NUMBERED,
        line("supplement", "Chờ bổ sung (5)", "Waiting for papers (5)"),
        line("stopped", "Dừng xử lý (6, 8)", "Stopped (6, 8)"),
        line("withdrawn", "Trả lại, xin rút (7)", "Withdrawn (7)"),
    ),
    measure=measure,
    switches=(SERVER_ZONE, CATALOGUE),
    by=("level", "field", "procedure"),
    known_bugs=BUGS,
)
