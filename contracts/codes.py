"""The closed code lists and the bounded text types that every contract is built from.

No type here can hold a person's name, an identity number, a contact or free prose on purpose: personal data stays
out of the log (Law 91/2025/QH15), so there is no field for it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import IntEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

TenantName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
"""One province's installation, such as `lang-son`: a name that never changes, not an administrative code."""

SystemName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
"""A portal or other party of one tenant, such as `one-stop`."""

Code = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=128)]
"""A code as its system writes it: kept raw, never normalised (TT 01/2018/TT-VPCP Art. 19 gives the usual form)."""

Label = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=200)]
"""A short name out of a catalogue: a step, a unit, a reason code. Never prose about a person."""

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

Instant = Annotated[AwareDatetime, Field(ge=EARLIEST, lt=LATEST)]
"""A moment with its zone, 1900 to 2199: a date such as 0001-01-01 is a defect of the source, not a moment."""


def _no_number(value: Any) -> Any:
    if isinstance(value, (int, float)):
        # It would be taken for Unix seconds, which nobody means by a day.
        raise ValueError("must be a day such as 2024-05-13")
    return value


Day = Annotated[date, BeforeValidator(_no_number), Field(ge=date(EARLIEST.year, 1, 1), lt=date(LATEST.year, 1, 1))]
"""A local day, 1900 to 2199; whose days are meant is said beside it."""

Title = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=1_000)]
"""The official title of an agency, procedure, field or holiday, as it was announced in public."""

FormCell = Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$", min_length=1, max_length=64)]
"""A cell of a form by its codes: `3` is column 3 of the total, `G99-GD10/3` that of a row."""

TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A local time of day, such as `07:00`."""

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

ZoneName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", max_length=64)]
"""A name of the IANA time zone database, such as `Asia/Ho_Chi_Minh`."""


class DossierStatus(IntEnum):
    """TrangThaiHoSo of the national portal's interface, the one list into which every source's own is mapped."""

    REGISTERED = 1  # Mới đăng ký
    ACCEPTED = 2  # Được tiếp nhận
    REFUSED = 3  # Không được tiếp nhận
    IN_PROCESS = 4  # Đang xử lý
    SUPPLEMENT_REQUESTED = 5  # Yêu cầu bổ sung giấy tờ
    FINANCIAL_OBLIGATION = 6  # Yêu cầu thực hiện nghĩa vụ tài chính
    WITHDRAWN = 7  # Công dân yêu cầu rút hồ sơ
    STOPPED = 8  # Dừng xử lý
    FINISHED = 9  # Đã xử lý xong
    RETURNED = 10  # Đã trả kết quả


STATUS_LABELS: dict[DossierStatus, tuple[str, str]] = {
    DossierStatus.REGISTERED: ("Mới đăng ký", "newly registered"),
    DossierStatus.ACCEPTED: ("Được tiếp nhận", "accepted"),
    DossierStatus.REFUSED: ("Không được tiếp nhận", "not accepted"),
    DossierStatus.IN_PROCESS: ("Đang xử lý", "in process"),
    DossierStatus.SUPPLEMENT_REQUESTED: ("Yêu cầu bổ sung giấy tờ", "supplement requested"),
    DossierStatus.FINANCIAL_OBLIGATION: ("Yêu cầu thực hiện nghĩa vụ tài chính", "financial obligation requested"),
    DossierStatus.WITHDRAWN: ("Công dân yêu cầu rút hồ sơ", "withdrawn by applicant"),
    DossierStatus.STOPPED: ("Dừng xử lý", "processing stopped"),
    DossierStatus.FINISHED: ("Đã xử lý xong", "processing finished"),
    DossierStatus.RETURNED: ("Đã trả kết quả", "result returned"),
}
"""What officials read: Vietnamese, English."""

Channel = Literal["direct", "online", "postal"]
"""KenhThucHien: 1 trực tiếp, 2 trực tuyến, 3 bưu chính công ích. Unknown stays absent; it is never made `direct`."""

Clock = Literal["not_started", "running", "paused", "stopped"]
"""Whether processing time counts: not before acceptance, while a supplement or payment is awaited, or after the end."""

Outcome = Literal["finished", "returned", "stopped", "withdrawn", "refused"]
"""Which end holds: result ready, result handed over, stopped, withdrawn by the applicant, refused at reception."""

SystemKind = Literal[
    "national_portal",
    "provincial_portal",
    "one_stop",
    "document_management",
    "payment_platform",
    "result_store",
    "ministry_system",
    "identity_platform",
    "operator",
]
"""What a system is for; authority per act is given to kinds, never to names."""

PaidVia = Literal["national", "local", "counter"]
"""DuocThanhToanTrucTuyen: 1 on the national portal, 2 by a local gateway; at the counter is not online."""

ReturnedBy = Literal["counter", "post"]
"""HinhThuc of the result: 0 counter, 1 post."""

AgencyLevel = Literal["ministry", "province", "department", "district", "commune"]
"""Cấp: bộ, ngành; tỉnh; sở, ban, ngành tỉnh; huyện (until 30 June 2025); xã."""

LEVEL_LABELS: dict[AgencyLevel, tuple[str, str]] = {
    "ministry": ("Bộ, ngành", "ministry"),
    "province": ("Cấp tỉnh", "province"),
    "department": ("Sở, ban, ngành", "provincial department"),
    "district": ("Cấp huyện", "district"),
    "commune": ("Cấp xã", "commune"),
}
"""What officials read: Vietnamese, English."""

FORM_LEVEL: dict[AgencyLevel, AgencyLevel] = {
    "ministry": "ministry",
    "province": "province",
    "department": "province",
    "district": "district",
    "commune": "commune",
}
"""The level under which the forms of TT 01/2020/TT-VPCP count an agency: a department is part of the province's."""

Succession = Literal["merged_into", "split_into", "renamed", "relevelled"]
"""Sáp nhập vào, chia tách thành, đổi tên hoặc mã, đổi cấp."""

LimitUnit = Literal["hour", "working_day", "calendar_day", "month"]
"""DonViTinh of a time limit: giờ (làm việc), ngày làm việc, ngày, tháng."""

OnlineLevel = Literal["full", "partial", "information"]
"""Dịch vụ công toàn trình, một phần (NĐ 42/2022/NĐ-CP), or information only."""
