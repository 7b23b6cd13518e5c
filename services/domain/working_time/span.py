"""Some years on end as one line of working time: prefix sums, so that a due date costs a bisection and not a walk."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from services.domain.working_time.units import DAY, date_of


class YearMissing(LookupError):
    """What was asked touches a year that the calendar does not know; a newer version must say its days, nobody else."""

    def __init__(self, year: int, *, calendar: str, version: str) -> None:
        self.year = year
        self.calendar = calendar
        self.version = version
        super().__init__(
            f"calendar {calendar!r}, version {version!r}, says nothing of the year {year};"
            " load a version that declares its rest days and make-up days"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Moments are microseconds of local time since 1970, days are numbered from then; `first` ≤ day < `stop`.

    Stretch `k` is open from `opens[k]` until just before `closes[k]`, and `done[k]` is the work of all before it; the
    last `done` is the work of all there are. Working day `i` begins its work at `begins[i]`. For the `n`-th day of the
    span `next_of[n]` is the first working day on or after it, and `counted_by[n]` is how many days before it are no
    holidays; `counted` are those days. Every method raises YearMissing where it would leave the span.
    """

    calendar: str
    version: str
    first: int
    stop: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    done: tuple[int, ...]
    begins: tuple[int, ...]
    next_of: tuple[int, ...]
    counted: tuple[int, ...]
    counted_by: tuple[int, ...]

    def worked(self, moment: int) -> int:
        """The work done from the beginning of the span until a moment."""
        if moment < self.first * DAY:
            raise self.before()
        if moment >= self.stop * DAY:
            raise self.after()
        at = bisect_right(self.opens, moment) - 1
        return 0 if at < 0 else self.done[at] + min(moment, self.closes[at]) - self.opens[at]

    def worked_off(self, work: int) -> int:
        """The earliest moment by which so much has been done: a closing, never an opening."""
        if work > self.done[-1]:
            raise self.after()
        at = bisect_left(self.done, work) - 1
        if at < 0:
            raise self.before()
        return self.opens[at] + work - self.done[at]

    def next_open(self, moment: int) -> int:
        """This moment if it is open, else the next opening."""
        at = bisect_right(self.closes, moment)
        if at == len(self.closes):
            raise self.after()
        return max(moment, self.opens[at])

    def last_open(self, moment: int) -> int:
        """This moment if it is open or a closing, else the closing before; an opening counts as not yet open."""
        at = bisect_left(self.opens, moment) - 1
        if at < 0:
            raise self.before()
        return min(moment, self.closes[at])

    def workday(self, day: int) -> int:
        """The first working day on or after a day; one past the last if the span has no more."""
        if day < self.first:
            raise self.before()
        if day >= self.stop:
            raise self.after()
        return self.next_of[day - self.first]

    def begin(self, workday: int) -> int:
        """When a working day begins its work."""
        if workday >= len(self.begins):
            raise self.after()
        return self.begins[workday]

    def is_worked(self, day: int) -> bool:
        """Whether a day is a working day."""
        workday = self.workday(day)
        return workday < len(self.begins) and self.begins[workday] // DAY == day

    def later_counted(self, day: int, days: int) -> int:
        """The day so many days after a day that is no holiday, when holidays do not count."""
        place = self.counted_by[day - self.first] + days
        if place >= len(self.counted):
            raise self.after()
        return self.counted[place]

    def after(self) -> YearMissing:
        """That the year after this span is not known."""
        return YearMissing(date_of(self.stop).year, calendar=self.calendar, version=self.version)

    def before(self) -> YearMissing:
        """That the year before this span is not known."""
        return YearMissing(date_of(self.first).year - 1, calendar=self.calendar, version=self.version)
