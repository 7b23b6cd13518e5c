"""A history small enough to be counted by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.sandbox.history import DIRECT, ONLINE, VOIDED, History, Statement
from services.sandbox.profiles import PROFILES, ZONE


def at(day: str, time: str = "09:00") -> int:
    """Unix second of a local day of 2024 and time."""
    return int(datetime.fromisoformat(f"2024-{day}T{time}:00").replace(tzinfo=ZONE).timestamp())


@pytest.fixture
def hand_written() -> History:
    """Online on time; online paused and open; counter overdue and open since before; counter late; voided."""
    profile = PROFILES["langson-2024-h1"]
    history = History(profile, agencies=["H99.10"], procedures=["9.000100"])

    def add(channel: int, *statements: tuple[int, int, int]) -> None:
        history.add(
            agency=0,
            procedure=0,
            channel=channel,
            submitted=statements[0][0] - 30 if channel == ONLINE else 0,
            coded_on=datetime.fromtimestamp(statements[0][0], ZONE).date(),
            statements=[Statement(*statement) for statement in statements],
        )

    due = at("03-08", "17:00")
    add(ONLINE, (at("03-01"), 0, 0), (at("03-01", "10:00"), 19, due), (at("03-05"), 2, due), (at("03-07"), 6, due))
    add(ONLINE, (at("03-01"), 0, 0), (at("03-04"), 19, due), (at("03-06"), 3, due))
    before = int(datetime(2023, 12, 20, 9, tzinfo=ZONE).timestamp())
    add(DIRECT, (before, 19, at("01-10")), (at("01-03"), 15, at("01-10")))
    add(DIRECT, (at("03-01", "11:00"), 19, due), (at("03-08", "16:00"), 4, due), (at("03-11"), 8, due))
    add(ONLINE, (at("03-02"), 0, 0), (at("03-02", "10:00"), 19, due), (at("03-03"), VOIDED, due))
    return history
