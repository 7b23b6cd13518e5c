"""Moments are read as they are written, in their zone, and never guessed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.sources.instants import instant_reader

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("form", "text", "utc"),
    [
        ("iso", "2024-05-13T09:12:00+07:00", "2024-05-13T02:12:00"),
        ("iso", "2024-05-13 09:12", "2024-05-13T02:12:00"),
        ("iso", "2024-05-13T02:12:00Z", "2024-05-13T02:12:00"),
        ("date14", "20240513091200", "2024-05-13T02:12:00"),
        ("date", "2024-05-13", "2024-05-12T17:00:00"),
        ("date-end", "2024-05-13", "2024-05-13T16:59:59"),
        ("%d/%m/%Y %H:%M", "13/05/2024 09:12", "2024-05-13T02:12:00"),
        ("%d/%m/%Y %H:%M %z", "13/05/2024 09:12 +0900", "2024-05-13T00:12:00"),
    ],
)
def test_a_moment_in_each_form(form: str, text: str, utc: str) -> None:
    assert instant_reader(form, HANOI)(text).astimezone(UTC).replace(tzinfo=None).isoformat() == utc


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("iso", "13/05/2024"),
        ("iso", "2024-05-13"),
        ("iso", "2024-13-01T00:00:00"),
        ("iso", "2024-05-13T09:12:00+99:00"),
        ("date14", "2024051309120"),
        ("date14", "20240513 91200"),
        ("date14", "20240532091200"),
        ("date14", "２０２４0513091200"),
        ("date", "20240513"),
        ("%d/%m/%Y", "2024-05-13"),
    ],
)
def test_another_form_is_refused(form: str, text: str) -> None:
    with pytest.raises(ValueError, match="is no time of the form"):
        instant_reader(form, HANOI)(text)


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+07:00", "1899-12-31T23:59:59Z", "9999-12-31T23:59:59"]
)
def test_a_year_no_dossier_can_have_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a dossier's moments are from 1900 to 2199"):
        instant_reader("iso", HANOI)(text)


def test_a_time_the_clocks_skipped_is_refused() -> None:
    with pytest.raises(ValueError, match="does not exist in Europe/Amsterdam"):
        instant_reader("iso", AMSTERDAM)("2011-03-27T02:30:00")


def test_of_an_hour_gone_through_twice_it_is_the_first() -> None:
    read = instant_reader("iso", AMSTERDAM)("2011-10-30T02:30:00")
    assert read.astimezone(UTC) == datetime(2011, 10, 30, 0, 30, tzinfo=UTC)
