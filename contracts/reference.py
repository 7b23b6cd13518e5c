"""What is said about the tenant itself, beside who takes part: the agencies, procedures and calendars that give
dossiers their meaning, and the figures it has reported. A position of the log fixes these as it fixes everything else.

Whatever a source may not know is nullable, and null means "not known", never "no". A later statement under the same
key holds over an earlier one and erases nothing. Every `valid_to` is the first day on which the thing no longer holds.
The bounds on lists keep each statement, at all of them at once, below the size of one message.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.codes import (
    AgencyLevel,
    Code,
    Day,
    FormCell,
    Label,
    LimitUnit,
    OnlineLevel,
    Succession,
    SystemName,
    TimeOfDay,
    Title,
    Weekday,
    ZoneName,
)
from contracts.frozen import Frozen


class AgencyDeclared(Frozen):
    """Cơ quan, đơn vị: the agency whose code is the event's has this title and level from `valid_from` on.

    The key is (code, valid_from). A code that is declared again from the day on which it ends goes on as itself.
    """

    title: Title
    level: AgencyLevel
    valid_from: Day
    valid_to: Day | None = None
    parent: Code | None = None
    """Cơ quan chủ quản: the agency it belongs to."""


class AgencySucceeded(Frozen):
    """Sáp nhập, chia tách, đổi mã, đổi cấp: from `on` on, others do what the agency of the event's code did.

    The key is (code, on). One successor, but for a split, which has several and says of no dossier which of them has
    it: that is for each dossier's `reassigned` to say.
    """

    kind: Succession
    to: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]
    on: Day


class ProcedureDeclared(Frozen):
    """Thủ tục hành chính: the procedure whose code is the event's is announced like this from `valid_from` on.

    The key is (code, valid_from).
    """

    title: Title
    field: Code | None = None
    """Lĩnh vực: code of the field."""
    field_title: Title | None = None
    level: AgencyLevel | None = None
    """Cấp thực hiện: the level that handles it, where that is one."""
    limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Thời hạn giải quyết, in `unit`."""
    unit: LimitUnit | None = None
    paper_result: bool | None = None
    """Whether the result must be on paper."""
    fee: bool | None = None
    """Whether it bears a charge or fee (phí, lệ phí)."""
    components: Annotated[int, Field(ge=0, le=1_000)] | None = None
    """Thành phần hồ sơ: how many components a dossier has."""
    online: OnlineLevel | None = None
    valid_from: Day
    valid_to: Day | None = None
    replaced_by: Code | None = None
    """The code under which it is announced from `valid_to` on, where another one replaces it."""


class OpenHours(Frozen):
    """One stretch of a working day: from `opens` until just before `closes`."""

    opens: TimeOfDay
    closes: TimeOfDay


class CalendarSeason(Frozen):
    """Weekly hours from `first_day` to `last_day`, both included; those of an agency come before everybody's."""

    first_day: Day
    last_day: Day
    weekdays: Annotated[dict[Weekday, Annotated[tuple[OpenHours, ...], Field(max_length=4)]], Field(max_length=7)]
    """A weekday that is absent is a rest day."""
    agency: Code | None = None


class RestDay(Frozen):
    """Ngày nghỉ lễ, nghỉ bù, nghỉ hoán đổi: a day without work whatever the week says."""

    date: Day
    title: Label
    agency: Code | None = None


class MakeUpDay(Frozen):
    """Ngày làm bù: a weekly rest day that is worked, with the hours of the weekday of `in_place_of`."""

    date: Day
    in_place_of: Day
    agency: Code | None = None


class CalendarDeclared(Frozen):
    """Lịch làm việc: the official working time of these years, as a whole; the event's code is the calendar's name.

    The key is (code, version). A year that is not among `years` is not known, whatever the seasons cover.
    """

    version: Code
    zone: ZoneName
    years: Annotated[tuple[Annotated[int, Field(ge=1900, lt=2200)], ...], Field(min_length=1, max_length=20)]
    seasons: Annotated[tuple[CalendarSeason, ...], Field(max_length=150)]
    rest_days: Annotated[tuple[RestDay, ...], Field(max_length=400)]
    make_up_days: Annotated[tuple[MakeUpDay, ...], Field(max_length=100)]


class FiguresSubmitted(Frozen):
    """Số liệu đã báo cáo: what was sent to a reporting system (such as that of the Government), cell by cell.

    The event's code is the form's (such as II.06a), its time that of the submission. The key is (code, days, agency,
    submitted_to, time): a report that is sent again is another one, and both are kept.
    """

    version: Code | None = None
    """Of the form."""
    first_day: Day
    last_day: Day
    """The period, both days included."""
    agency: Code | None = None
    """Absent: the whole tenant."""
    figures: Annotated[
        dict[FormCell, Annotated[int, Field(ge=0, le=10**15)]],
        Field(min_length=1, max_length=10_000),
    ]
    """Cell → what was sent. A cell that was left empty is absent."""
    submitted_to: SystemName
    reference: Code | None = None
    """Its number in the system it was sent to."""
