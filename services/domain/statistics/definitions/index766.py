"""The indices of QĐ 766/QĐ-TTg that dossiers tell of: of each its numerator, denominator, rate and points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

from services.domain.statistics import progress, terms
from services.domain.statistics.definition import Cell, Definition, Identity, Question, Switch, Words

_RATE: Final = Words("Tỷ lệ (%)", "Rate (%)")
_POINTS: Final = Words("Điểm", "Points")
_LEFT_OUT: Final = Words("Chưa tính: danh mục TTHC không nêu", "Left out: the catalogue is silent")
_RECEIVED: Final = Words("Hồ sơ tiếp nhận trong kỳ", "Dossiers received in the period")
_NO_POINTS: Final = Words(
    "không rõ: nguồn công thức không nêu điểm tối đa của chỉ số", "not known: the source names no points for it"
)


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Numerators, denominators, and what cannot be told because the procedure was not declared."""
    received = terms.received(question)
    with_result = pl.col("results_digitised").is_not_null()
    given = received
    if question.switches["given"] == "resolved":
        given = terms.resolved(question) & progress.has_result()
    paper, fee = pl.col("paper_result"), pl.col("fee").fill_null(value=False)
    online = received & terms.online()
    decided = paper.is_not_null() | with_result
    fee_due = received & fee & pl.col("fee_zero").ne_missing(True)  # noqa: FBT003 - the value, not an option
    counted = pl.col("procedure").is_not_null()
    verified = received & pl.col("identity_verified").fill_null(value=False)
    return {
        "1.4.synced": received & pl.col("national_at").is_not_null(),
        "1.4.received": received,
        "2.1.of": progress.on_time(question),
        "2.1.whole": progress.judged(question),
        "2.1.left_out": progress.processed(question) & ~progress.judged(question),
        "3.2.of": _begun(question) & counted & terms.online(),
        "3.2.whole": _begun(question) & counted,
        "3.3.online": online,
        "3.3.of": online & (with_result | ~paper.fill_null(value=True)),
        "3.3.whole": received & (decided | ~terms.online()),
        "3.3.left_out": online & ~decided,
        "3.6.of": fee_due & pl.col("paid_online").fill_null(value=False),
        "3.6.whole": fee_due,
        "3.6.left_out": received & pl.col("fee").is_null(),
        "4.1.of": given & paper.fill_null(value=False) & with_result,
        "4.1.whole": given & paper.fill_null(value=False),
        "4.1.left_out": given & paper.is_null(),
        "4.2.of": given & with_result & pl.col("components_digitised").is_not_null(),
        "4.2.whole": given,
        "4.3.of": received & (pl.col("components_reused") > 0).fill_null(value=False),
        "4.3.whole": received,
        "4.4.whole": received,
        "4.5a.of": verified & counted,
        "4.5a.whole": received & counted,
        "4.5b.of": verified,
        "4.5b.whole": received,
    }


def _begun(question: Question) -> pl.Expr:
    begun = pl.coalesce("accepted_at", "submitted_at")
    return ~pl.col("void") & begun.is_between(question.opens, question.closes, closed="left").fill_null(value=False)


def _index(
    number: str,
    title: Words,
    of: Words,
    whole: Words,
    *,
    points: float | None,
    threshold: float = 100.0,
    needs: tuple[str, ...] = (),
    of_needs: tuple[str, ...] = (),
    distinct: tuple[str, ...] = (),
    part_of: str | None = None,
    left_out: bool = False,
) -> tuple[Cell, ...]:
    group = (Words(f"{number} {title.vi}", f"{number} {title.en}"),)
    share: Any = {"group": group, "share": (f"{number}.of", f"{number}.whole")}
    score = Cell(key=f"{number}.score", title=_POINTS, group=group, unknown=_NO_POINTS)
    if points is not None:
        title_points = Words(f"Điểm (tối đa {points:g})", f"Points (of {points:g})")
        score = Cell(key=f"{number}.score", title=title_points, points=points, threshold=threshold, **share)
    return (
        Cell(key=f"{number}.of", title=of, group=group, needs=(*needs, *of_needs), distinct=distinct),
        Cell(key=f"{number}.whole", title=whole, group=group, part_of=part_of, needs=needs, distinct=distinct),
        Cell(key=f"{number}.rate", title=_RATE, **share),
        score,
        *((Cell(key=f"{number}.left_out", title=_LEFT_OUT, group=group, part_of=part_of),) if left_out else ()),
    )


_SYNC: Final = (Words("1.4 Đồng bộ hồ sơ lên Cổng DVCQG", "1.4 Synchronised with the national portal"),)
_ONLINE: Final = (Words("3.3 Hồ sơ trực tuyến", "3.3 Online dossiers"),)
_STORE: Final = (
    Words("4.4 Khai thác, sử dụng lại từ kho dữ liệu cá nhân", "4.4 Taken from or put into the personal store"),
)
_SILENT_STORE: Final = Words(
    "không rõ: chưa hệ thống nguồn nào cho biết việc dùng kho dữ liệu cá nhân trên Cổng DVCQG",
    "not known: no source tells what is taken from or put into the personal store of the national portal",
)

DEFINITION: Final = Definition(
    name="766",
    version=1,
    title=Words(
        "Bộ chỉ số chỉ đạo, điều hành và đánh giá chất lượng phục vụ: các chỉ số tính từ hồ sơ",
        "Indices of service quality that are counted from dossiers",
    ),
    source="QĐ 766/QĐ-TTg (23/06/2022); mô tả công thức tính chỉ số",
    confidence="secondary",
    cells=(
        Cell(
            key="1.4.synced",
            title=Words("Hồ sơ đã đồng bộ, tiếp nhận trong kỳ", "Synchronised, received in the period"),
            group=_SYNC,
            part_of="1.4.received",
            needs=("national_at",),
        ),
        Cell(key="1.4.received", title=Words("Tiếp nhận trong kỳ theo Khớp", "Received, as counted here"), group=_SYNC),
        Cell(
            key="1.4.reported",
            title=Words("Tiếp nhận trong kỳ đã báo cáo Chính phủ", "Received, as submitted to the Government"),
            group=_SYNC,
            given="received_as_submitted",
        ),
        Cell(
            key="1.4.whole",
            title=Words("Mẫu số: số lớn hơn", "The larger of both"),
            group=_SYNC,
            largest=("1.4.synced", "1.4.reported"),
        ),
        Cell(key="1.4.rate", title=_RATE, group=_SYNC, share=("1.4.synced", "1.4.whole")),
        Cell(
            key="1.4.score",
            title=Words("Điểm (tối đa 6)", "Points (of 6)"),
            group=_SYNC,
            share=("1.4.synced", "1.4.whole"),
            points=6,
        ),
        *_index(
            "2.1",
            Words("Tiến độ giải quyết", "Progress"),
            Words("Kết thúc đúng hạn và đang giải quyết trong hạn", "Ended on time or not yet due"),
            Words("Tiếp nhận hoặc giải quyết trong kỳ", "Received or processed in the period"),
            points=20,
        ),
        Cell(
            key="2.1.left_out",
            title=Words("Chưa tính: không rõ thời hạn", "Left out: neither due date nor statutory limit"),
            group=(Words("2.1 Tiến độ giải quyết", "2.1 Progress"),),
        ),
        *_index(
            "3.2",
            Words("Dịch vụ công có hồ sơ trực tuyến", "Services with online dossiers"),
            Words("Dịch vụ công (theo đơn vị) có hồ sơ trực tuyến", "Services of an agency with online dossiers"),
            Words("Dịch vụ công (theo đơn vị) có hồ sơ", "Services of an agency with dossiers"),
            points=None,
            needs=("procedure",),
            of_needs=("channel",),
            distinct=("agency", "procedure"),
        ),
        Cell(
            key="3.3.online",
            title=Words("Tiếp nhận trực tuyến", "Received online"),
            group=_ONLINE,
            part_of="1.4.received",
            needs=("channel",),
        ),
        Cell(
            key="3.3.of",
            title=Words(
                "Trong đó không cần kết quả giấy, hoặc đã có tệp kết quả",
                "Of these needing no paper result, or with its file",
            ),
            group=_ONLINE,
            part_of="3.3.online",
            needs=("channel", "paper_result"),
        ),
        Cell(
            key="3.3.whole",
            title=Words(f"{_RECEIVED.vi}, trừ hồ sơ chưa tính", f"{_RECEIVED.en}, but for those left out"),
            group=_ONLINE,
        ),
        Cell(key="3.3.rate", title=_RATE, group=_ONLINE, share=("3.3.of", "3.3.whole")),
        Cell(
            key="3.3.synced_rate",
            title=Words("Tỷ lệ × tỷ lệ đồng bộ 1.4 (%)", "Rate × sync rate 1.4 (%)"),
            group=_ONLINE,
            share=("3.3.of", "3.3.whole"),
            times=("1.4.synced", "1.4.whole"),
        ),
        Cell(
            key="3.3.attained",
            title=Words("Mức đạt điểm tối đa (%), ngưỡng 50 %", "Of the most points (%), reached at 50 %"),
            group=_ONLINE,
            share=("3.3.of", "3.3.whole"),
            times=("1.4.synced", "1.4.whole"),
            points=100,
            threshold=50,
        ),
        Cell(key="3.3.score", title=_POINTS, group=_ONLINE, unknown=_NO_POINTS),
        Cell(key="3.3.left_out", title=_LEFT_OUT, group=_ONLINE, part_of="3.3.online"),
        *_index(
            "3.6",
            Words("Thanh toán trực tuyến", "Online payment"),
            Words("Hồ sơ thanh toán trực tuyến", "Dossiers paid online"),
            Words("Hồ sơ của thủ tục có phí, lệ phí (trừ mức 0 đồng)", "Dossiers of procedures with a fee above 0"),
            points=6,
            needs=("fee",),
            of_needs=("paid_online",),
            part_of="1.4.received",
            left_out=True,
        ),
        *_index(
            "4.1",
            Words("Kết quả điện tử", "Electronic results"),
            Words("Hồ sơ có tệp kết quả", "Dossiers with a result file"),
            Words("Hồ sơ của thủ tục có kết quả giấy", "Dossiers of procedures with a paper result"),
            points=6,
            needs=("paper_result",),
            of_needs=("results_digitised",),
            part_of="4.2.whole",
            left_out=True,
        ),
        *_index(
            "4.2",
            Words("Số hóa hồ sơ và kết quả", "Digitised dossiers"),
            Words("Hồ sơ có tệp thành phần và tệp kết quả", "Dossiers with a component file and a result file"),
            Words("Hồ sơ thuộc thẩm quyền", "Dossiers in authority"),
            points=4,
            threshold=80,
            of_needs=("components_digitised", "results_digitised"),
        ),
        *_index(
            "4.3",
            Words("Tái sử dụng thành phần hồ sơ", "Reused components"),
            Words("Hồ sơ có thành phần tái sử dụng", "Dossiers with a reused component"),
            _RECEIVED,
            points=2,
            threshold=80,
            of_needs=("components_reused",),
        ),
        Cell(key="4.4.of", title=Words("Hồ sơ dùng kho", "Dossiers using it"), group=_STORE, unknown=_SILENT_STORE),
        Cell(key="4.4.whole", title=_RECEIVED, group=_STORE),
        Cell(key="4.4.rate", title=_RATE, group=_STORE, share=("4.4.of", "4.4.whole")),
        Cell(
            key="4.4.score",
            title=Words("Điểm (tối đa 4)", "Points (of 4)"),
            group=_STORE,
            share=("4.4.of", "4.4.whole"),
            points=4,
        ),
        *_index(
            "4.5a",
            Words("Thủ tục có xác thực tài khoản", "Procedures with verified accounts"),
            Words("Thủ tục có hồ sơ được xác thực tài khoản", "Procedures with dossiers of verified accounts"),
            Words("Thủ tục có hồ sơ", "Procedures with dossiers"),
            points=2,
            needs=("procedure",),
            of_needs=("identity_verified",),
            distinct=("procedure",),
        ),
        *_index(
            "4.5b",
            Words("Hồ sơ có xác thực tài khoản", "Dossiers of verified accounts"),
            Words("Hồ sơ được xác thực tài khoản", "Dossiers of verified accounts"),
            _RECEIVED,
            points=2,
            of_needs=("identity_verified",),
        ),
    ),
    measure=measure,
    identities=(
        Identity("tiếp nhận = 3.3 mẫu số + chưa tính", ("1.4.received",), ("3.3.whole", "3.3.left_out")),
        *(
            Identity(f"tiếp nhận = {one} mẫu số", ("1.4.received",), (f"{one}.whole",))
            for one in ("4.3", "4.4", "4.5b")
        ),
    ),
    switches=(
        *progress.SWITCHES,
        Switch(
            name="given",
            title=Words("Hồ sơ tính kết quả điện tử (4.1, 4.2)", "Dossiers counted in 4.1 and 4.2"),
            values={
                "resolved": Words("có kết quả trong kỳ", "those with a result in the period"),
                "received": Words("tiếp nhận trong kỳ", "those received in the period"),
            },
        ),
    ),
    from_day=date(2022, 6, 23),
)
