"""The known bugs and undecided readings that several deployed programs have, each once."""

from __future__ import annotations

from typing import Final

from services.domain.statistics.definition import Bug, Switch, Words

CURRENT_COLUMNS: Final = Bug(
    name="current_columns",
    vi="đếm theo dữ liệu hiện tại của hồ sơ, không theo lúc kết thúc kỳ: chạy lại thì số liệu kỳ trước thay đổi",
    en="counts what the columns hold today, not what held when the period ended: run again, past figures change",
)
UTC_SERVER: Final = Bug(
    name="utc_server",
    vi="máy chủ đặt giờ UTC: ngày bắt đầu lúc 07:00 giờ Việt Nam, việc xảy ra trước đó bị tính vào ngày hôm trước",
    en="the server's clock is on UTC: its days begin at 07:00 in Vietnam, what happens before counts the day before",
    only=("server_zone", "UTC"),
)
UNMAPPED_DROPPED: Final = Bug(
    name="unmapped_dropped",
    vi="bỏ hồ sơ có mã thủ tục hoặc đơn vị không có trong danh mục (phép nối trong)",
    en="drops dossiers whose procedure or agency is not in the catalogue (an inner join)",
    only=("catalogue", "declared"),
)
NULL_CHANNEL_LOST: Final = Bug(
    name="null_channel_lost",
    vi="hồ sơ không ghi kênh tiếp nhận không được tính là trực tuyến, cũng không được tính là trực tiếp",
    en="a dossier without a channel is counted neither as online nor as handed in at the desk",
)
NULL_DUE_ON_TIME: Final = Bug(
    name="null_due_on_time",
    vi="hồ sơ không có ngày hẹn trả được tính là đúng hạn, trong hạn",
    en="a dossier without a due date is counted as on time or not yet due",
)
ONLY_2_AND_4_OPEN: Final = Bug(
    name="only_2_and_4_open",
    vi="đang giải quyết chỉ gồm trạng thái 2 và 4: hồ sơ chờ bổ sung (5), chờ nghĩa vụ tài chính (6) bị bỏ ra ngoài",
    en="in hand are statuses 2 and 4 alone: dossiers waiting for papers (5) or a payment (6) are left out",
)
STOPPED_LEFT_OUT: Final = Bug(
    name="stopped_left_out",
    vi="hồ sơ dừng xử lý (8) không được tính là đã giải quyết",
    en="dossiers whose processing was stopped (8) are not counted as resolved",
)
WITHDRAWN_APART: Final = Bug(
    name="withdrawn_apart",
    vi="hồ sơ công dân rút (7) để ở dòng riêng, không được tính là đã giải quyết",
    en="withdrawn dossiers (7) stand on a line of their own and are not counted as resolved",
)
BY_DAY: Final = Bug(
    name="by_day",
    vi="so sánh ngày kết thúc với ngày hẹn trả, không xét giờ",
    en="compares the day of the end with the day of the due date, whatever the hour",
)

SERVER_ZONE: Final = Switch(
    name="server_zone",
    title=Words("Múi giờ của máy chủ", "The server's time zone"),
    values={
        "local": Words("như múi giờ của báo cáo", "that of the report"),
        "UTC": Words("UTC", "UTC"),
    },
)
CATALOGUE: Final = Switch(
    name="catalogue",
    title=Words("Danh mục của phần mềm", "The program's catalogue"),
    values={
        "complete": Words("coi như có đủ mọi mã", "taken to hold every code"),
        "declared": Words("chỉ có các mã đã khai báo", "holds the codes that are declared, no others"),
    },
)
