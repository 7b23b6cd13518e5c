"""By when an online submission must be accepted or refused (hạn tiếp nhận)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.domain.working_time.calendar import Calendar
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import Limit

RECEPTION: Final = Limit(8, "hour")
"""Eight working hours from submission, as provinces direct and TT 87/2021/TT-BTC, article 10, has it."""


def reception_deadline(calendar: Calendar, submitted: datetime) -> datetime:
    """The last moment to decide on what was submitted then; outside working time it counts from the next opening."""
    return due_date(calendar, submitted, RECEPTION)
