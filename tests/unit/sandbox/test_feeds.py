"""The sources repeat themselves, are late and out of order, and say everything at least once."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from services.sandbox.faults import QUIET, SourceFaults
from services.sandbox.feeds import OneStopFeed, PortalFeed
from services.sandbox.history import History
from services.sandbox.profiles import PROFILES
from services.sandbox.truth import generate

HOUR_S, DAY_S = 3600, 86_400


@pytest.fixture(scope="module")
def history() -> History:
    return generate(PROFILES["langson-2024-h1"], scale=400, seed=1)


def test_a_row_of_the_one_stop_system_says_what_happened(hand_written: History) -> None:
    rows = OneStopFeed(hand_written, QUIET, seed=1).page(0, 100)
    assert next(row for row in rows if row["stt"] == 1) == {
        "soHoSo": "H99.10-240301-0001",
        "thoiDiem": "20240301090000",
        "stt": 1,
        "kenh": 2,
        "donVi": "H99.10",
        "thuTuc": "9.000100",
        "trangThai": 0,
        "maLienKet": "P-240301-000000",
    }
    deleted = next(row for row in rows if "xoa" in row)
    assert deleted["xoa"] == 1
    assert "trangThai" not in deleted
    accepted = next(row for row in rows if row.get("trangThai") == 19 and row["kenh"] == 2)
    assert accepted["henTra"] == "20240308170000"
    assert "maLienKet" not in accepted


def test_a_row_of_the_portal_says_what_was_submitted(hand_written: History) -> None:
    assert PortalFeed(hand_written, QUIET, seed=1).page(0, 1) == [
        {
            "code": "P-240301-000000",
            "status": "receiving",
            "at": "2024-03-01T08:59:30+07:00",
            "seq": 1,
            "channel": "online",
            "agency": "H99.10",
            "procedure": "9.000100",
            "changed_at": "2024-03-01T08:59:30+07:00",
        }
    ]


def test_quiet_sources_say_everything_once_in_order(history: History) -> None:
    feed = OneStopFeed(history, QUIET, seed=1)
    numbers = [row["stt"] for row in feed.page(0, len(feed))]
    assert sorted(numbers) == list(range(1, history.statement_count + 1))
    times = [row["thoiDiem"] for row in feed.page(0, len(feed))]
    assert times == sorted(times)


def test_faulty_sources_still_say_everything(history: History) -> None:
    feed = OneStopFeed(history, SourceFaults(doubled=0.2, out_of_order=0.2, late=0.2), seed=1)
    rows = feed.page(0, len(feed))
    said = Counter(row["stt"] for row in rows)
    assert said.keys() == set(range(1, history.statement_count + 1))
    assert max(said.values()) == 2
    assert [row["thoiDiem"] for row in rows] != sorted(row["thoiDiem"] for row in rows)


def turns_missed_s(feed: OneStopFeed) -> int:
    """By how many seconds at most a row comes after one that happened later."""
    latest, missed = 0.0, 0.0
    for row in feed.page(0, len(feed)):
        happened = datetime.strptime(row["thoiDiem"], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
        latest = max(latest, happened)
        missed = max(missed, latest - happened)
    return int(missed)


@pytest.mark.parametrize(
    ("faults", "least_s", "most_s"),
    [
        (SourceFaults(doubled=0, out_of_order=0, late=0.2), 4 * DAY_S, 5 * DAY_S),
        (SourceFaults(doubled=0, out_of_order=0.2, late=0), HOUR_S, 2 * HOUR_S),
    ],
    ids=["late", "out of order"],
)
def test_a_source_that_is_only_late_says_everything_once_within_its_time(
    history: History, faults: SourceFaults, least_s: int, most_s: int
) -> None:
    feed = OneStopFeed(history, faults, seed=1)
    numbers = [row["stt"] for row in feed.page(0, len(feed))]
    assert sorted(numbers) == list(range(1, history.statement_count + 1))
    assert least_s < turns_missed_s(feed) < most_s


def test_a_dossier_whose_commune_was_offline_is_late_as_a_whole(history: History) -> None:
    feed = OneStopFeed(history, SourceFaults(doubled=0, out_of_order=0, late=1), seed=1)
    shown: defaultdict[str, list[int]] = defaultdict(list)
    for row in feed.page(0, len(feed)):
        shown[row["soHoSo"]].append(row["stt"])
    assert all(numbers == sorted(numbers) for numbers in shown.values())


def test_a_source_that_only_repeats_itself_first_says_all_in_order_and_the_rest_within_a_day(history: History) -> None:
    feed = OneStopFeed(history, SourceFaults(doubled=1, out_of_order=0, late=0), seed=1)
    shown = [(row["thoiDiem"], row["stt"]) for row in feed.page(0, len(feed))]
    assert set(Counter(shown).values()) == {2}
    times = [time for time, _ in dict.fromkeys(shown)]
    assert times == sorted(times)
    assert HOUR_S < turns_missed_s(feed) < DAY_S


@pytest.mark.parametrize("kind", [OneStopFeed, PortalFeed])
def test_a_seed_gives_one_feed(history: History, kind: type[OneStopFeed | PortalFeed]) -> None:
    def rows(seed: int) -> list[dict[str, Any]]:
        feed = kind(history, SourceFaults(), seed=seed)
        return feed.page(0, len(feed))

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_pages_follow_one_another_without_a_gap(history: History) -> None:
    feed = PortalFeed(history, SourceFaults(), seed=1)
    paged = [row for start in range(0, len(feed), 7) for row in feed.page(start, 7)]
    assert paged == feed.page(0, len(feed))
    assert feed.page(len(feed), 7) == []
