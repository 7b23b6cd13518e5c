"""Form II.06a/VPCP/KSTT, by which offices report the dossiers they received, resolved and have in hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from services.domain.statistics import terms
from services.domain.statistics.definition import (
    Cell,
    Common,
    Definition,
    Form,
    Identity,
    Question,
    Switch,
    Words,
)

_RECEIVED: Final = Words("Số lượng hồ sơ tiếp nhận", "Received")
_IN_PERIOD: Final = Words("Trong kỳ", "In the period")
_RESOLVED: Final = Words("Số lượng hồ sơ đã giải quyết", "Resolved")
_IN_HAND: Final = Words("Số lượng hồ sơ đang giải quyết", "In hand")
_TOTAL: Final = Words("Tổng số", "Total")


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Columns 3 to 13 and the lines beneath them; no total is added up from its parts, so the identities can fail."""
    received, carried = terms.received(question), terms.carried_over(question)
    resolved, in_hand = terms.resolved(question), terms.in_hand(question)
    if question.switches["open_supplement"] == "9":
        waiting = in_hand & pl.col("status").eq_missing(5)
        resolved, in_hand = resolved | waiting, in_hand & ~waiting
    else:
        waiting = pl.lit(value=False)
    late, early = terms.late(question), terms.early(question)
    if question.switches["withdrawn"] == "on_time":
        withdrawn = pl.col("outcome").eq_missing("withdrawn")
        late, early = late & ~withdrawn, early & ~withdrawn
    no_date = terms.no_due_date() & ~waiting
    overdue = terms.overdue(question)
    return {
        "3": terms.counted(question)
        & ((pl.col("accepted_at") >= question.opens) | pl.col("before_ended_at").is_null()),
        "4": received & terms.online(),
        "5": received & ~terms.online(),
        "6": carried,
        "7": resolved,
        "8": resolved & ~waiting & early,
        "9": resolved & (waiting | ~(early | late | no_date)),
        "10": resolved & ~waiting & late,
        "11": in_hand,
        "12": in_hand & ~overdue & ~no_date,
        "13": in_hand & overdue,
        "reopened": terms.reopened(question),
        "voided": terms.voided(),
        "resolved_no_due_date": resolved & no_date,
        "in_hand_no_due_date": in_hand & no_date,
        "received_channel_unknown": received & pl.col("channel").is_null(),
        "transferred_in": terms.transferred(question),
        "transferred_out": terms.transferred(question),
        "stock_before": terms.stock_before(),
        "stock_voided": terms.stock_before() & pl.col("void"),
    }


DEFINITION: Final = Definition(
    name="II.06a",
    version=1,
    title=Words(
        "Tình hình, kết quả giải quyết TTHC tại cơ quan, đơn vị trực tiếp giải quyết TTHC",
        "Dossiers received, resolved and in hand at the offices that decide them",
    ),
    source="Biểu số II.06a/VPCP/KSTT, TT 01/2020/TT-VPCP (21/10/2020)",
    confidence="inferred",
    cells=(
        Cell(key="3", title=_TOTAL, group=(_RECEIVED,)),
        Cell(key="4", title=Words("Trực tuyến", "Online"), group=(_RECEIVED, _IN_PERIOD)),
        Cell(
            key="5",
            title=Words("Trực tiếp, dịch vụ bưu chính", "At the desk or by post"),
            group=(_RECEIVED, _IN_PERIOD),
        ),
        Cell(key="6", title=Words("Từ kỳ trước", "Carried over"), group=(_RECEIVED,)),
        Cell(key="7", title=_TOTAL, group=(_RESOLVED,)),
        Cell(key="8", title=Words("Trước hạn", "Early"), group=(_RESOLVED,)),
        Cell(key="9", title=Words("Đúng hạn", "On time"), group=(_RESOLVED,)),
        Cell(key="10", title=Words("Quá hạn", "Late"), group=(_RESOLVED,)),
        Cell(key="11", title=_TOTAL, group=(_IN_HAND,)),
        Cell(key="12", title=Words("Trong hạn", "Not yet due"), group=(_IN_HAND,)),
        Cell(key="13", title=Words("Quá hạn", "Overdue"), group=(_IN_HAND,)),
        Cell(key="reopened", title=Words("Xử lý lại trong kỳ", "Reopened in the period")),
        Cell(key="voided", title=Words("Đã xóa (ngoài biểu)", "Voided, in no column")),
        Cell(
            key="resolved_no_due_date",
            title=Words("Trong cột 7: không có ngày hẹn trả", "Of column 7: without a due date"),
        ),
        Cell(
            key="in_hand_no_due_date",
            title=Words("Trong cột 11: không có ngày hẹn trả", "Of column 11: without a due date"),
        ),
        Cell(
            key="received_channel_unknown",
            title=Words("Trong cột 5: không rõ kênh tiếp nhận", "Of column 5: channel not known"),
            part_of="5",
        ),
        Cell(
            key="transferred_in",
            title=Words("Trong cột 6: từ đơn vị khác chuyển đến", "Of column 6: from another agency"),
            part_of="6",
        ),
        Cell(
            key="transferred_out",
            title=Words("Đã chuyển sang đơn vị khác (ngoài biểu)", "Given up to another agency, in no column here"),
            given_up=True,
        ),
        Cell(
            key="stock_before",
            title=Words("Cột 11 cuối kỳ trước, theo dữ liệu nay đã biết", "Column 11 of the period before"),
            given_up=True,
        ),
        Cell(
            key="stock_voided",
            title=Words("Trong đó đã xóa trong kỳ", "Of these voided in the period"),
            given_up=True,
        ),
    ),
    measure=measure,
    identities=(
        Identity("3 = 4 + 5 + 6", ("3",), ("4", "5", "6")),
        Identity("7 = 8 + 9 + 10 + không có hạn", ("7",), ("8", "9", "10", "resolved_no_due_date")),
        Identity("11 = 12 + 13 + không có hạn", ("11",), ("12", "13", "in_hand_no_due_date")),
        Identity("3 + xử lý lại = 7 + 11", ("3", "reopened"), ("7", "11")),
        Identity("11 kỳ trước = 6 + đã xóa", ("stock_before",), ("6", "stock_voided")),
        Identity(
            "11 kỳ trước + chuyển đến = 6 + đã xóa + chuyển đi",
            ("stock_before", "transferred_in"),
            ("6", "stock_voided", "transferred_out"),
        ),
    ),
    switches=(
        Switch(
            name="open_supplement",
            title=Words("Hồ sơ đang chờ bổ sung", "Dossiers waiting for a supplement"),
            values={
                "12": Words("tính vào cột 12 (đang giải quyết, trong hạn)", "counted in column 12"),
                "9": Words("tính vào cột 9 (đã giải quyết, đúng hạn)", "counted in column 9"),
            },
        ),
        Switch(
            name="withdrawn",
            title=Words("Hồ sơ công dân xin rút", "Withdrawn dossiers"),
            values={
                "by_due_date": Words("xếp theo ngày hẹn trả", "classed by their due date"),
                "on_time": Words("tính là đúng hạn", "counted as on time"),
            },
        ),
    ),
    by=("level", "field", "procedure"),
    from_day=date(2020, 12, 15),
    until_day=date(2026, 2, 14),
    form=Form(
        number="II.06a/VPCP/KSTT",
        issued=Words(
            "Ban hành theo Thông tư số 01/2020/TT-VPCP ngày 21/10/2020", "Circular 01/2020/TT-VPCP of 21 October 2020"
        ),
        subject=Words("Lĩnh vực, công việc giải quyết theo cấp", "Field and procedure, by level"),
        unit=Words("Số hồ sơ TTHC", "dossiers"),
    ),
    common=Common(received=("4", "5"), resolved=("7",), in_time=("8", "9"), in_hand=("11",), overdue=("13",)),
)
