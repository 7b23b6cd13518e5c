"""A calendar on its way from a file through a fact to due dates; what contradicts itself is refused at the file."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.domain.dossier import fact_of_observation
from services.domain.reference import reference_of
from services.domain.working_time.calendar import Calendar, calendar_of
from services.domain.working_time.declarations import MakeUpDay, Opening, RestDay
from services.domain.working_time.declared import declaration_of
from services.domain.working_time.due import due_date
from services.domain.working_time.limits import Limit
from services.sources.reference.judge import contradictions
from services.sources.reference.read import read_reference
from services.sources.row import Said
from services.sources.tables import TableError
from tests.shipped_calendar import EXAMPLE, SPEAKER, shipped_calendar
from tests.unit.sources.test_reference_files import CALENDAR, stated

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return calendar_of(shipped_calendar())


def test_the_example_says_that_it_must_be_checked() -> None:
    head = EXAMPLE.read_text(encoding="utf-8").splitlines()[:3]
    assert "PHẢI ĐỐI CHIẾU" in head[0]
    assert "TO BE CHECKED" in head[1]


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # Tết 2024: Thursday 8 to Wednesday 14 February were off.
        ("2024-02-07T09:00", 1, "2024-02-15T09:00"),
        # From Friday 26 April: 29 (swapped), 30 April and 1 May were off, and Saturday 4 May was worked instead.
        ("2024-04-26T09:00", 1, "2024-05-02T09:00"),
        ("2024-04-26T09:00", 3, "2024-05-04T09:00"),
        ("2024-04-26T09:00", 4, "2024-05-06T09:00"),
        # 1 January 2023 was a Sunday, made up for on Monday: across the year's end.
        ("2022-12-30T09:00", 1, "2023-01-03T09:00"),
        # Tết 2023: Friday 20 to Thursday 26 January were off.
        ("2023-01-19T14:00", 2, "2023-01-30T14:00"),
        # 30 April and 1 May 2022 fell on a weekend, made up for on Monday and Tuesday.
        ("2022-04-29T10:00", 1, "2022-05-04T10:00"),
    ],
)
def test_due_dates_cross_the_holidays_of_the_example(calendar: Calendar, start: str, days: int, due: str) -> None:
    found = due_date(calendar, datetime.fromisoformat(start).replace(tzinfo=ZONE), Limit(days, "working_day"))
    assert found == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_what_the_example_says_is_what_is_declared() -> None:
    declared = shipped_calendar()
    assert declared.years == (2022, 2023, 2024)
    assert declared.zone == "Asia/Ho_Chi_Minh"
    assert declared.make_up_days == (MakeUpDay(date(2024, 5, 4), date(2024, 4, 29)),)
    assert RestDay(date(2024, 2, 8), "Tết Nguyên đán") in declared.rest_days
    [season] = declared.seasons
    assert (season.first, season.last, season.agency) == (date(2022, 1, 1), date(2024, 12, 31), None)
    day = (Opening(time(7), time(11, 30)), Opening(time(13, 30), time(17)))
    assert season.week == (day, day, day, day, day, (), ())


def mistakes(path: Path) -> list[str]:
    """What the file is refused for, by itself or once its calendar is looked at whole."""
    try:
        return contradictions(read_reference([path], SPEAKER), [])
    except TableError as error:
        return str(error).splitlines()


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("rest_days = [", "restdays = [", "unknown key 'restdays'; did you mean 'rest_days'?"),
        ("weekdays.friday =", "weekdays.firday =", "friday"),
        ("weekdays.friday = ", "# ", "calendar[1].seasons[1]: weekdays does not name friday"),
        ("in_place_of = ", "in_place = ", "make_up_days[1]: unknown key 'in_place'; did you mean 'in_place_of'?"),
        ('opens = "07:00"', 'opens = "7h"', "seasons[1].weekdays.monday[1].opens"),
        ('closes = "11:30"', 'closes = "25:30"', "seasons[1].weekdays.monday[1].closes"),
        ("date = 2022-01-01", 'date = "2022-13-01"', "rest_days[1].date"),
        ("date = 2022-01-01", "date = 2022-01-01T09:00:00", "rest_days[1].date"),
        ('title = "Tết Dương lịch" }', 'title = "" }', "rest_days[1].title"),
        ("years = [2022,", 'years = ["mmxxii",', "years[1]"),
        (
            "years = [2022, 2023, 2024]",
            "years = [2023, 2024]",
            "2022-01-01 is not in a declared year",
        ),
        ("date = 2024-05-04", "date = 2024-04-30", "make_up_days[1].day: 2024-04-30 is also a rest day"),
        ('opens = "13:30", closes = "17:00"', 'opens = "17:00", closes = "13:30"', "17:00-13:30 ends before it begins"),
        ('version = "', "version = ", "x.toml: is not TOML"),
    ],
)
def test_a_mistake_in_a_calendar_is_told_where_it_is(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert right in text
    path = tmp_path / "x.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    found = mistakes(path)
    assert any(told in line for line in found), found
    assert all("x.toml" in line for line in found)


def test_a_calendar_that_contradicts_itself_is_told_with_its_entry(tmp_path: Path) -> None:
    # It is worked on Mondays alone, its make-up day is no rest day's, and half of the year has no hours.
    wrong = CALENDAR.replace("last_day = 2024-12-31", "last_day = 2024-06-30")
    found = contradictions(stated(tmp_path, a_toml=wrong), [])
    assert [one.removeprefix("a.toml: calendar[1]: vn 2024-1: ") for one in found] == [
        "make_up_days[1].in_place_of: 2024-04-29 is not among the rest days",
        "seasons: none for everybody covers 2024-07-01, though 2024 is declared",
    ]


def test_every_field_of_a_calendar_comes_over(tmp_path: Path) -> None:
    agency = 'agency = "H99.10"'
    text = CALENDAR.replace('title = "Tết Dương lịch" }', f'title = "Tết Dương lịch", {agency} }}').replace(
        "in_place_of = 2024-04-29 }", f"in_place_of = 2024-04-29, {agency} }}"
    )
    [one] = stated(tmp_path, a_toml=text + f"{agency}\n")
    assert isinstance(one, Said)
    [((name, _), claim)] = reference_of([fact_of_observation(one.observation)]).calendars.items()
    found = declaration_of(name, claim)
    assert (found.name, found.version, found.years, found.zone) == ("vn", "2024-1", (2024,), "Asia/Ho_Chi_Minh")
    [season], [rest], [made] = found.seasons, found.rest_days, found.make_up_days
    assert (season.first, season.last, season.agency) == (date(2024, 1, 1), date(2024, 12, 31), "H99.10")
    assert [[(each.opens.hour, each.closes.minute) for each in day] for day in season.week] == [[(7, 30)], *[[]] * 6]
    assert (rest.day, rest.name, rest.agency) == (date(2024, 1, 1), "Tết Dương lịch", "H99.10")
    assert (made.day, made.in_place_of, made.agency) == (date(2024, 5, 4), date(2024, 4, 29), "H99.10")
