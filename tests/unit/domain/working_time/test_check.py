"""A calendar that contradicts itself is refused, with every mistake where it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from services.domain.working_time.calendar import calendar_of
from services.domain.working_time.check import CalendarInvalid, problems
from services.domain.working_time.declarations import CalendarDeclaration, MakeUpDay, Opening, RestDay, Season, Week
from tests.unit.domain.working_time.calendars import USUAL_DAY, USUAL_WEEK, days, declaration

REST = days("2024-04-29", "2024-05-01")


def season(first: str, last: str, *, week: Week = USUAL_WEEK, agency: str | None = None) -> Season:
    return Season(date.fromisoformat(first), date.fromisoformat(last), week, agency)


def monday(*openings: tuple[str, str]) -> Week:
    day = tuple(Opening(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in openings)
    return (day, *USUAL_WEEK[1:])


def made_up(day: str, in_place_of: str = "2024-04-29", agency: str | None = None) -> MakeUpDay:
    return MakeUpDay(date.fromisoformat(day), date.fromisoformat(in_place_of), agency)


SOUND = declaration(2024, rest=REST, made_up=(made_up("2024-05-04"),))


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        (replace(SOUND, years=()), "years: none is declared; name each year whose rest days are all here"),
        (replace(SOUND, years=(2024, 2024)), "years: 2024 is named twice"),
        (replace(SOUND, years=(2024, 20240)), "years: 20240 is not a year from 1990 to 2200"),
        (replace(SOUND, years=(2023, 2024)), "seasons: none for everybody covers 2023-01-01, though 2023 is declared"),
        (replace(SOUND, zone="Asia/Saigonn"), "zone: there is no time zone 'Asia/Saigonn'; in Vietnam it is"),
        (replace(SOUND, zone="Europe/Paris"), "zone: Europe/Paris moves its clocks between 2024 and 2024"),
        (
            replace(SOUND, seasons=(season("2024-01-01", "2024-05-01"), season("2024-05-01", "2024-12-31"))),
            "seasons[2]: begins on 2024-05-01, but seasons[1] lasts until 2024-05-01; a day has the hours of one",
        ),
        (
            replace(SOUND, seasons=(season("2024-01-01", "2024-05-01"), season("2024-05-03", "2024-12-31"))),
            "seasons: none for everybody covers 2024-05-02, though 2024 is declared",
        ),
        (
            replace(SOUND, seasons=(*SOUND.seasons, *[season("2024-05-01", "2024-05-31", agency="H99.10")] * 2)),
            "seasons[3] of agency H99.10: begins on 2024-05-01, but seasons[2] lasts until 2024-05-31",
        ),
        (
            replace(SOUND, seasons=(season("2024-01-01", "2025-01-31"),)),
            "seasons[1].last: 2025-01-31 is not in a declared year (2024)",
        ),
        (
            replace(SOUND, seasons=(*SOUND.seasons, season("2024-05-31", "2024-05-01", agency="H99.10"))),
            "seasons[2]: ends on 2024-05-01, before it begins on 2024-05-31",
        ),
        (
            replace(SOUND, seasons=(season("2024-01-01", "2024-12-31", week=monday(("11:30", "07:00"))),)),
            "seasons[1].monday: 11:30-07:00 ends before it begins",
        ),
        (
            replace(
                SOUND,
                seasons=(season("2024-01-01", "2024-12-31", week=monday(("07:00", "12:00"), ("12:00", "17:00"))),),
            ),
            "seasons[1].monday: opens at 12:00, but is open until 12:00; name openings in order, with a break",
        ),
        (
            replace(SOUND, seasons=(season("2024-01-01", "2024-12-31", week=((),) * 7),)),
            "seasons[1].week: no day is worked",
        ),
        (
            replace(SOUND, seasons=(season("2024-01-01", "2024-12-31", week=(USUAL_DAY,) * 5),)),
            "seasons[1].week: has 5 days, not seven",
        ),
        (replace(SOUND, rest_days=(*REST, REST[0])), "rest_days[4].day: 2024-04-29 is already rest_days[1]"),
        (
            replace(SOUND, rest_days=(*REST, RestDay(date(2023, 1, 1), "-"))),
            "rest_days[4].day: 2023-01-01 is not in a declared year (2024)",
        ),
        (
            replace(SOUND, make_up_days=(made_up("2024-05-04"), made_up("2024-05-04"))),
            "make_up_days[2].day: 2024-05-04 is already make_up_days[1]",
        ),
        (
            replace(SOUND, make_up_days=(made_up("2024-04-30"),)),
            "make_up_days[1].day: 2024-04-30 is also a rest day; it cannot be both",
        ),
        (
            replace(SOUND, make_up_days=(made_up("2024-04-30", agency="H99.10"),)),
            "make_up_days[1].day: 2024-04-30 is also a rest day; it cannot be both",
        ),
        (
            replace(SOUND, make_up_days=(made_up("2024-05-06"),)),
            "make_up_days[1].day: 2024-05-06 is a monday, which is worked anyway",
        ),
        (
            replace(SOUND, make_up_days=(made_up("2024-05-04", "2024-05-02"),)),
            "make_up_days[1].in_place_of: 2024-05-02 is not among the rest days",
        ),
        (
            replace(
                SOUND, rest_days=days("2024-04-28", "2024-05-01"), make_up_days=(made_up("2024-05-04", "2024-04-28"),)
            ),
            "make_up_days[1].in_place_of: 2024-04-28 is a sunday, which is not worked; the hours of the make-up day",
        ),
    ],
)
def test_a_mistake_is_told_where_it_is(declared: CalendarDeclaration, told: str) -> None:
    with pytest.raises(CalendarInvalid) as refused:
        calendar_of(declared)
    assert any(problem.startswith(told) for problem in refused.value.problems), refused.value.problems


def test_all_mistakes_are_told_at_once() -> None:
    wrong = replace(SOUND, rest_days=(*REST, *REST), make_up_days=(made_up("2025-05-04"),))
    assert [problem.split(":")[0] for problem in problems(wrong)] == [
        "rest_days[4].day",
        "rest_days[5].day",
        "rest_days[6].day",
        "make_up_days[1].day",
    ]


def test_a_sound_one_has_none() -> None:
    assert list(problems(SOUND)) == []
    agency = season("2024-05-01", "2024-05-31", agency="H99.10")
    assert list(problems(replace(SOUND, seasons=(*SOUND.seasons, agency)))) == []
