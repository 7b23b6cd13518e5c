"""The same rules by walking through the calendar a minute or a day at a time: slow, and with nothing precomputed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.domain.working_time.declarations import CalendarDeclaration, Opening
from services.domain.working_time.limits import Limit

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Walker:
    """Moments are naive local times on whole minutes; agencies are not known here."""

    declared: CalendarDeclaration

    def openings(self, day: date) -> tuple[Opening, ...]:
        assert day.year in self.declared.years
        if self.is_holiday(day):
            return ()
        stands_for = day
        for each in self.declared.make_up_days:
            if each.day == day:
                stands_for = each.in_place_of
        [season] = [one for one in self.declared.seasons if one.first <= day <= one.last]
        return season.week[stands_for.weekday()]

    def is_holiday(self, day: date) -> bool:
        return any(each.day == day for each in self.declared.rest_days)

    def is_open(self, minute: datetime) -> bool:
        return any(each.opens <= minute.time() < each.closes for each in self.openings(minute.date()))

    def next_open(self, minute: datetime) -> datetime:
        while not self.is_open(minute):
            minute += MINUTE
        return minute

    def back_to_work(self, end: datetime) -> datetime:
        """The last moment up to `end` at which a worked minute ends."""
        while not self.is_open(end - MINUTE):
            end -= MINUTE
        return end

    def working_minutes(self, since: datetime, until: datetime) -> int:
        count = 0
        while since < until:
            count += self.is_open(since)
            since += MINUTE
        return count

    def due(self, start: datetime, limit: Limit, *, skip_holidays: bool) -> datetime:
        match limit.unit:
            case "hour":
                return self.after_hours(start, limit.value)
            case "working_day":
                return self.after_working_days(self.next_open(start), limit.value)
            case "calendar_day":
                return self.after_days(self.next_open(start), limit.value, skip_holidays=skip_holidays)
            case "month":
                return self.after_months(self.next_open(start), limit.value)

    def after_hours(self, start: datetime, hours: int) -> datetime:
        left = hours * 60
        while left:
            left -= self.is_open(start)
            start += MINUTE
        return start

    def after_working_days(self, start: datetime, number: int) -> datetime:
        while number:
            start += DAY
            number -= bool(self.openings(start.date()))
        return self.back_to_work(start)

    def after_days(self, start: datetime, number: int, *, skip_holidays: bool) -> datetime:
        at_opening = self.at_opening(start)
        day = start.date()
        number -= at_opening
        while number:
            day += DAY
            number -= not (skip_holidays and self.is_holiday(day))
        return self.end_on(day, None if at_opening else start.time())

    def after_months(self, start: datetime, number: int) -> datetime:
        year, month = start.year, start.month
        for _ in range(number):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day = start.day
        while True:
            try:
                end = date(year, month, day)
                break
            except ValueError:
                day -= 1
        if day < start.day:
            return self.end_on(end, None)
        return self.end_on(end - DAY, None) if self.at_opening(start) else self.end_on(end, start.time())

    def at_opening(self, start: datetime) -> bool:
        return start.time() == self.openings(start.date())[0].opens

    def end_on(self, day: date, clock: time | None) -> datetime:
        """The end at a clock time of a day, or with the day (None), moved off rest days."""
        if not self.openings(day):
            return self.next_open(datetime.combine(day, time(0)))
        if clock is None:
            return self.back_to_work(datetime.combine(day + DAY, time(0)))
        opens = self.openings(day)[0].opens
        if clock <= opens and not self.openings(day - DAY):
            return datetime.combine(day, opens)
        return self.back_to_work(datetime.combine(day, clock))
