"""A calendar that answers: when work goes on, and how much of it lies between two moments.

One convention holds wherever a moment ends a stretch of work (a due date, a deadline): if it falls on the opening of
an office it is said as the closing before it, for not a second of work lies between. Where a moment begins work it is
said as the opening. Both name the same place in working time, so adding goes on from either.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.domain.working_time.check import require_sound
from services.domain.working_time.compile import spans_of
from services.domain.working_time.declarations import CalendarDeclaration
from services.domain.working_time.span import Span, YearMissing
from services.domain.working_time.units import DAY, date_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working time of one agency, or of all that have no hours of their own, as one version declares it.

    Moments go in with any zone and come out in the calendar's. Every question about a year that is not declared
    raises YearMissing.
    """

    name: str
    version: str
    agency: str | None
    zone: ZoneInfo
    spans: tuple[Span, ...]
    offset: int
    """Local time less UTC, in microseconds."""
    _local_epoch: datetime

    def normalise(self, moment: datetime) -> datetime:
        """When the clock starts for what comes in at `moment`: at once if open, else at the next opening.

        Before 07:00 it starts at 07:00, from 11:30 to 13:30 at 13:30, after 17:00 and on rest days at the first working
        moment after. A closing is no longer open.
        """
        local = self.local(moment)
        return self.moment(self.span(local).next_open(local))

    def working_time(self, since: datetime, until: datetime) -> timedelta:
        """The open time between two moments; negative if `until` is the earlier."""
        begin, end = self.local(since), self.local(until)
        span = self.span(begin)
        return timedelta(microseconds=span.worked(end) - span.worked(begin))

    def plus(self, moment: datetime, work: timedelta) -> datetime:
        """The moment by which so much more has been worked, said as a closing where it is one; nothing moves nothing.

        Takes back what `working_time` gives: negative work goes back.
        """
        if not work:
            return moment
        local = self.local(moment)
        span = self.span(local)
        return self.moment(span.worked_off(span.worked(local) + work // _MICROSECOND))

    def is_edge(self, moment: datetime) -> bool:
        """Whether a moment is an opening or a closing: some other moment names the same place in working time."""
        local = self.local(moment)
        span = self.span(local)
        return _has(span.opens, local) or _has(span.closes, local)

    def local(self, moment: datetime) -> int:
        """Microseconds of local time since 1970."""
        return (moment - _EPOCH) // _MICROSECOND + self.offset

    def moment(self, local: int) -> datetime:
        """The moment of so many microseconds of local time since 1970."""
        return self._local_epoch + timedelta(microseconds=local)

    def span(self, local: int) -> Span:
        """The declared years on end in which a moment lies."""
        day = local // DAY
        for span in self.spans:
            if span.first <= day < span.stop:
                return span
        raise YearMissing(date_of(day).year, calendar=self.name, version=self.version)


def _has(edges: tuple[int, ...], moment: int) -> bool:
    at = bisect_left(edges, moment)
    return edges[at : at + 1] == (moment,)


def calendar_of(declared: CalendarDeclaration, *, agency: str | None = None) -> Calendar:
    """Compile a declaration as one agency works; one that declares nothing of its own works as all do.

    Raises:
        CalendarInvalid: the declaration contradicts itself or leaves a day open.
    """
    require_sound(declared)
    zone = ZoneInfo(declared.zone)
    offset = datetime(min(declared.years), 1, 1, tzinfo=zone).utcoffset() or timedelta(0)
    return Calendar(
        declared.name,
        declared.version,
        agency,
        zone,
        spans_of(declared, agency),
        offset // _MICROSECOND,
        datetime(1970, 1, 1, tzinfo=zone),
    )
