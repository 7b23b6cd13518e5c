"""What deployed calculators get wrong, each as a small model of theirs beside the right answer.

Their answers are worked out by hand too: a model that no longer errs would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import pytest

from services.domain.working_time.calendar import calendar_of
from services.domain.working_time.declarations import Opening, Season
from services.domain.working_time.due import due_date
from services.domain.working_time.history import due_history
from services.domain.working_time.limits import Limit
from services.domain.working_time.paused import Paused
from services.domain.working_time.span import YearMissing
from tests.builders import VIETNAM
from tests.unit.domain.working_time.calendars import (
    PLAIN,
    calendar_days,
    days,
    declaration,
    hours,
    moment,
    working_days,
)


def later_workday(start: datetime, number: int, holidays: Collection[date]) -> datetime:
    """The deployed loop: the clock time is kept, whatever it is, and days are counted from the next one."""
    while number:
        start += timedelta(days=1)
        number -= start.weekday() < 5 and start.date() not in holidays
    return start


class TestSupplementExtension:
    """The old due date plus the elapsed calendar days less one, and then one working day."""

    @staticmethod
    def deployed(due: datetime, since: datetime, until: datetime) -> datetime:
        return later_workday(due + timedelta(days=(until.date() - since.date()).days - 1), 1, ())

    @staticmethod
    def right(accepted: datetime, since: datetime, until: datetime) -> datetime:
        pauses = [Paused("supplement", since, until)]
        return due_history(PLAIN, accepted=accepted, limit=working_days(5), pauses=pauses)[-1].due_at

    def test_it_gives_three_days_for_two_hours(self) -> None:
        due = moment("Wed 09:00", week=1)
        since, until = moment("Fri 16:00"), moment("Mon 08:00", week=1)
        # Three days less one: Friday; and the working day after it.
        assert self.deployed(due, since, until) == moment("Mon 09:00", week=2)
        # One hour on Friday and one on Monday.
        assert self.right(moment("Wed 09:00"), since, until) == moment("Wed 11:00", week=1)

    def test_it_gives_nothing_for_seven_hours(self) -> None:
        due = moment("Thu 09:00", week=1)
        since, until = moment("Mon 07:30", week=1), moment("Mon 16:30", week=1)
        # No day less one: Wednesday; and the working day after it.
        assert self.deployed(due, since, until) == due
        # Four hours before lunch and three after it: six on Thursday, the seventh on Friday.
        assert self.right(moment("Thu 09:00"), since, until) == moment("Fri 08:00", week=1)

    def test_whole_days_hide_it(self) -> None:
        since, until = moment("Tue 09:00"), moment("Thu 09:00")
        assert self.deployed(moment("Mon 09:00", week=1), since, until) == moment("Wed 09:00", week=1)
        assert self.right(moment("Mon 09:00"), since, until) == moment("Wed 09:00", week=1)


class TestHolidaysOfTheCurrentYearOnly:
    """The holiday table is read for the year in which the server reckons."""

    RIGHT = calendar_of(
        declaration(2022, 2023, 2024, rest=days("2023-01-02", "2023-01-02") + days("2023-01-20", "2023-01-26"))
    )
    HOLIDAYS = frozenset(each.day for each in days("2023-01-02", "2023-01-02") + days("2023-01-20", "2023-01-26"))

    def deployed(self, start: datetime, number: int) -> datetime:
        return later_workday(start, number, {day for day in self.HOLIDAYS if day.year == start.year})

    def test_the_new_year_is_worked_through(self) -> None:
        start = moment("2022-12-29 09:00")
        # Friday 30 December, then Monday 2 January, which is a day in lieu.
        assert self.deployed(start, 2) == moment("2023-01-02 09:00")
        assert due_date(self.RIGHT, start, working_days(2)) == moment("2023-01-03 09:00")

    def test_so_is_tet(self) -> None:
        start = moment("2022-12-30 09:00")
        # 2-6, 9-13 and 16-20 January are fifteen days: the last is the first day of Tết.
        assert self.deployed(start, 15) == moment("2023-01-20 09:00")
        # 3-6, 9-13, 16-19 are thirteen; Tết; Friday 27 and Monday 30 January.
        assert due_date(self.RIGHT, start, working_days(15)) == moment("2023-01-30 09:00")

    def test_a_year_that_is_not_known_is_an_error_and_not_a_year_without_holidays(self) -> None:
        with pytest.raises(YearMissing) as missing:
            due_date(calendar_of(declaration(2022)), moment("2022-12-29 09:00"), working_days(2))
        assert missing.value.year == 2023


class TestExactlyAtNoon:
    """At 11:30 neither half of the day is theirs: the hours are added to nought o'clock."""

    @staticmethod
    def deployed(start: datetime, number: int) -> datetime:
        worked = timedelta(0)
        if start.time() < time(11, 30):
            worked = start - datetime.combine(start.date(), time(0), VIETNAM)
        if start.time() > time(11, 30):
            worked = max(start.time(), time(13, 30)).hour * timedelta(hours=1)
        return datetime.combine(start.date(), time(0), VIETNAM) + worked + timedelta(hours=number)

    def test_it_is_due_in_the_small_hours_before_it_was_received(self) -> None:
        assert self.deployed(moment("Mon 11:30"), 2) == moment("Mon 02:00")
        assert due_date(PLAIN, moment("Mon 11:30"), hours(2)) == moment("Mon 15:30")


class TestSwallowedErrors:
    """Whatever goes wrong, the due date is the first day of the first year."""

    @staticmethod
    def deployed(reckon: Callable[[], datetime]) -> datetime:
        try:
            return reckon()
        except Exception:  # noqa: BLE001 - the defect itself
            return datetime(1, 1, 1, tzinfo=UTC)

    def test_a_date_two_thousand_years_ago_is_not_told_from_a_date(self) -> None:
        def of_a_year_nobody_declared() -> datetime:
            return due_date(PLAIN, moment("2031-03-03 09:00"), working_days(3))

        assert self.deployed(of_a_year_nobody_declared).year == 1
        with pytest.raises(YearMissing, match=r"'test', version 'test-1', says nothing of the year 2031"):
            of_a_year_nobody_declared()

    def test_a_limit_that_is_missing_is_not_two_hours(self) -> None:
        def deployed_limit(configured: int | None) -> int:
            return configured or 2

        assert deployed_limit(None) == 2
        assert deployed_limit(0) == 2
        with pytest.raises(ValueError, match="at least 1 hour, not 0"):
            Limit(0, "hour")


class TestHolidaysInTheServersZone:
    """A holiday is kept as its midnight in Vietnam and compared as a date where the server stands."""

    HOLIDAY = datetime(2024, 5, 1, tzinfo=VIETNAM)

    def deployed(self, start: datetime, number: int, *, server: tzinfo) -> datetime:
        return later_workday(start, number, {self.HOLIDAY.astimezone(server).date()})

    def test_in_utc_the_first_of_may_is_the_thirtieth_of_april(self) -> None:
        start = moment("2024-04-30 09:00")
        assert self.deployed(start, 1, server=VIETNAM) == moment("2024-05-02 09:00")
        assert self.deployed(start, 1, server=UTC) == moment("2024-05-01 09:00")
        right = calendar_of(declaration(2024, rest=days("2024-05-01", "2024-05-01")))
        assert due_date(right, start, working_days(1)) == moment("2024-05-02 09:00")
        assert due_date(right, start.astimezone(UTC), working_days(1)) == moment("2024-05-02 09:00")


class TestConfiguredHours:
    """The hours of an agency are split at the same separator twice, so nothing is left of them but the defaults."""

    CONFIGURED = "07:30-12:00,13:00-16:30"
    DEFAULT = (time(7), time(11, 30), time(13, 30), time(17))

    def deployed(self, configured: str) -> tuple[time, ...]:
        found = [part.split(",") for part in configured.split(",")]
        if all(len(pair) == 2 for pair in found):
            return tuple(time.fromisoformat(clock) for pair in found for clock in pair)
        return self.DEFAULT

    @staticmethod
    def early(end: datetime, due: datetime, opens: time) -> bool:
        """Theirs: ended before the half day of the due moment began."""
        return end < datetime.combine(due.date(), opens, VIETNAM)

    def test_an_end_inside_the_due_half_day_becomes_early(self) -> None:
        end, due = moment("Wed 13:10"), moment("Wed 14:00")
        theirs = self.deployed(self.CONFIGURED)
        assert theirs == self.DEFAULT
        assert self.early(end, due, theirs[2])
        week = ((Opening(time(7, 30), time(12)), Opening(time(13), time(16, 30))),) * 5 + ((), ())
        own = Season(date(2024, 1, 1), date(2024, 12, 31), week, agency="H99.10")
        common = declaration(2024)
        right = calendar_of(declaration(2024, seasons=(*common.seasons, own)), agency="H99.10")
        afternoon = right.normalise(moment("Wed 12:00"))
        assert afternoon == moment("Wed 13:00")
        assert not self.early(end, due, afternoon.time())
        # The hours count: 50 minutes of work lie between the end and the due moment.
        assert right.working_time(end, due) == timedelta(minutes=50)
        assert calendar_of(common).working_time(end, due) == timedelta(minutes=30)


class TestReceptionOutsideHours:
    """On rest days the clock time is kept, and after the day's end a day is added."""

    def test_saturdays_morning_is_not_worked(self) -> None:
        start = moment("Sat 09:00")
        assert later_workday(start, 1, ()) == moment("Mon 09:00", week=1)
        assert due_date(PLAIN, start, working_days(1)) == moment("Mon 17:00", week=1)

    def test_an_evening_is_the_next_morning_also_before_a_weekend(self) -> None:
        def deployed(start: datetime, number: int) -> datetime:
            after_hours = start.time() > time(17)
            begun = datetime.combine(start.date(), time(7), VIETNAM) if after_hours else start
            return later_workday(begun, number + after_hours, ())

        # The same place in working time, said as the next opening: a day later for whoever compares days.
        assert deployed(moment("Fri 17:20"), 1) == moment("Tue 07:00", week=1)
        assert due_date(PLAIN, moment("Fri 17:20"), working_days(1)) == moment("Mon 17:00", week=1)
        assert PLAIN.normalise(moment("Mon 17:00", week=1)) == moment("Tue 07:00", week=1)


class TestHoursSplitIntoDaysOfEight:
    """Hours are turned into days of eight, whatever a day of the office has."""

    def test_a_day_of_seven_hours_is_not_a_day_of_eight(self) -> None:
        week = ((Opening(time(7, 30), time(11, 30)), Opening(time(13, 30), time(16, 30))),) * 5 + ((), ())
        short = calendar_of(declaration(2024, seasons=(Season(date(2024, 1, 1), date(2024, 12, 31), week),)))

        def deployed(start: datetime, number: int) -> datetime:
            return later_workday(start, number // 8, ()) + timedelta(hours=number % 8)

        assert deployed(moment("Mon 08:30"), 8) == moment("Tue 08:30")
        # Six hours are left of Monday, so two are Tuesday's.
        assert due_date(short, moment("Mon 08:30"), hours(8)) == moment("Tue 09:30")


def test_calendar_days_are_rolled_over_the_holidays_of_any_year() -> None:
    calendar = calendar_of(declaration(2023, 2024, rest=days("2024-01-01", "2024-01-01")))
    # Sunday 31 December 2023, then the New Year.
    assert due_date(calendar, moment("2023-12-29 09:00"), calendar_days(2)) == moment("2024-01-02 07:00")
