"""The calendar an official writes down: each mistake is told with its place and the nearest right word."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from services.domain.working_time.declarations import MakeUpDay, Opening, RestDay
from services.sources.calendar_file import calendar_declaration
from services.sources.tables import TableError

EXAMPLE = "services/sources/calendars/vn-2022-2024.toml"


@pytest.fixture(scope="module")
def text(repo_root: Path) -> str:
    return (repo_root / EXAMPLE).read_text(encoding="utf-8")


def test_the_example_says_that_it_is_to_be_checked_in_both_languages(text: str) -> None:
    head = text.partition("\n\n")[0]
    assert "PHẢI ĐỐI CHIẾU" in head
    assert "TO BE CHECKED" in head
    assert "to be checked" in calendar_declaration(text, name="x").version


def test_what_the_file_says_is_what_is_declared(text: str) -> None:
    declared = calendar_declaration(text, name="x")
    assert declared.years == (2022, 2023, 2024)
    assert declared.zone == "Asia/Ho_Chi_Minh"
    assert declared.make_up_days == (MakeUpDay(date(2024, 5, 4), date(2024, 4, 29)),)
    assert RestDay(date(2024, 2, 8), "Tết Nguyên đán Giáp Thìn") in declared.rest_days
    [season] = declared.seasons
    assert (season.first, season.last, season.agency) == (date(2022, 1, 1), date(2024, 12, 31), None)
    day = (Opening(time(7), time(11, 30)), Opening(time(13, 30), time(17)))
    assert season.week == (day, day, day, day, day, (), ())


def test_an_agency_has_hours_and_days_of_its_own(text: str) -> None:
    own = text + (
        '\n[[seasons]]\nagency = "H99.10"\nfirst = 2024-04-16\nlast = 2024-10-15\nmonday = ["6:30 – 11:00"]\n'
        + "".join(f"{day} = []\n" for day in ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    )
    season = calendar_declaration(own, name="x").seasons[1]
    assert (season.agency, season.week[0]) == ("H99.10", (Opening(time(6, 30), time(11)),))


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("rest_days = [", "restdays = [", "x.toml: unknown key 'restdays'; did you mean 'rest_days'?"),
        ("friday =", "firday =", "x.toml: seasons[1]: unknown key 'firday'; did you mean 'friday'?"),
        ("friday = [", "# friday = [", "x.toml: seasons[1].friday: is missing"),
        ("in_place_of = ", "in_place = ", "make_up_days[1]: unknown key 'in_place'; did you mean 'in_place_of'?"),
        ('["07:00-11:30"', '["7h-11h30"', "seasons[1].monday[1]: '7h-11h30' is not an opening; write it as \"07:00-"),
        ('["07:00-11:30"', '["07:00-25:30"', "seasons[1].monday[1]: '07:00-25:30' is not an opening"),
        ('["07:00-11:30"', "[7", "seasons[1].monday[1]: 7 is not an opening"),
        ("day = 2022-01-01", 'day = "2022-01-01"', "rest_days[1].day: '2022-01-01' is not a date; write it as 2024-"),
        ("day = 2022-01-01", "day = 2022-01-01T00:00:00", "rest_days[1].day: '2022-01-01 00:00:00' is not a date"),
        ('name = "Tết Dương lịch" }', 'name = "" }', "rest_days[1].name: "),
        ("years = [2022,", 'years = ["2022",', "years[1]: Input should be a valid integer"),
        (
            "years = [2022, 2023, 2024]",
            "years = [2023, 2024]",
            "rest_days[1].day: 2022-01-01 is not in a declared year",
        ),
        ("day = 2024-05-04", "day = 2024-04-30", "make_up_days[1].day: 2024-04-30 is also a rest day"),
        ('"13:30-17:00"', '"17:00-13:30"', "seasons[1].monday: 17:00-13:30 ends before it begins"),
        ('version = "', "version = ", "x.toml: is not TOML: "),
    ],
)
def test_a_mistake_is_told_where_it_is(text: str, right: str, wrong: str, told: str) -> None:
    assert right in text
    with pytest.raises(TableError) as refused:
        calendar_declaration(text.replace(right, wrong, 1), name="x.toml")
    assert any(told in line for line in str(refused.value).splitlines()), str(refused.value)


def test_every_mistake_has_the_files_name(text: str) -> None:
    with pytest.raises(TableError) as refused:
        calendar_declaration(text.replace('"07:00-11:30"', '"11:30-07:00"'), name="x.toml")
    lines = str(refused.value).splitlines()
    assert len(lines) == 5
    assert all(line.startswith("x.toml: seasons[1].") for line in lines)
