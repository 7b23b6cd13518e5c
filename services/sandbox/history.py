"""The whole province's history in a few flat columns, so that half a year of dossiers fits into a small process.

A history is what truly happened, statement by statement, in the words of the one-stop system. Everything else in the
sandbox (what the sources show, what the links between portals lose, what the right figures are) is computed from it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from services.sandbox.profiles import Profile

ONLINE: Final = 2
DIRECT: Final = 1
POSTAL: Final = 3
"""KenhThucHien as the one-stop system writes it."""

VOIDED: Final = 99
"""Not a status of the one-stop system's list: its mark that the dossier was deleted as a mistake."""

STATUS_OF: Final[dict[int, int | None]] = {
    0: 1,  # đăng ký mới trực tuyến
    17: 1,  # đã bổ sung, chờ tiếp nhận
    19: 2,  # mới tiếp nhận
    1: 4,  # chuyển phòng chuyên môn
    2: 4,  # chờ xử lý
    4: 4,  # chờ ký duyệt
    15: 4,  # đang xử lý
    12: 4,  # chờ thực hiện liên thông
    13: 4,  # đã nhận kết quả liên thông
    14: 4,  # chờ trả thông báo nghĩa vụ tài chính
    3: 5,  # chờ bổ sung
    9: 6,  # chờ thực hiện nghĩa vụ tài chính
    6: 9,  # đã xử lý xong
    5: 10,  # đã trả kết quả
    18: 7,  # đã rút
    8: 8,  # không xử lý được
    16: 3,  # không tiếp nhận
    7: None,  # công dân yêu cầu rút: asked for, moves nothing yet
    VOIDED: None,
}
"""The one-stop system's number → status of the national list. A copy of its own: truth leans on no code it tests."""


class Statement(NamedTuple):
    """What the one-stop system said: at this Unix second, this status number, with this due date (0 = none)."""

    at: int
    shown: int
    due: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """One dossier of the history. `submitted` is by the portal's own clock, 0 if it was not submitted there."""

    number: int
    code: str
    portal_code: str | None
    agency: str
    procedure: str
    channel: int
    submitted: int
    first: int
    """Number of its first statement among all statements."""
    statements: tuple[Statement, ...]


class History:
    """Every dossier of one province and period, in columns; append while generating, then only read."""

    def __init__(self, profile: Profile, *, agencies: Sequence[str], procedures: Sequence[str]) -> None:
        self.profile = profile
        self.agencies = tuple(agencies)
        self.procedures = tuple(procedures)
        self._ats = array("I")
        self._shown = array("B")
        self._dues = array("I")
        self._starts = array("I", [0])
        self._agency = array("B")
        self._procedure = array("B")
        self._channel = array("B")
        self._submitted = array("I")
        self._day = array("I")
        self._order = array("H")
        self._orders: dict[tuple[int, int], int] = {}

    def add(
        self,
        *,
        agency: int,
        procedure: int,
        channel: int,
        submitted: int,
        coded_on: date,
        statements: Sequence[Statement],
    ) -> None:
        """Append a dossier. Its code is made of the agency, the day `coded_on` and its order number on that day."""
        day = coded_on.toordinal()
        order = self._orders.get((agency, day), 0) + 1
        if order > 9999:
            raise OverflowError(f"agency {self.agencies[agency]} would need more than 9999 codes on {coded_on}")
        self._orders[agency, day] = order
        self._agency.append(agency)
        self._procedure.append(procedure)
        self._channel.append(channel)
        self._submitted.append(submitted)
        self._day.append(day)
        self._order.append(order)
        for at, shown, due in statements:
            self._ats.append(at)
            self._shown.append(shown)
            self._dues.append(due)
        self._starts.append(len(self._ats))

    def __len__(self) -> int:
        return len(self._agency)

    @property
    def statement_count(self) -> int:
        """How many statements the one-stop system made in all."""
        return len(self._ats)

    def dossier(self, number: int) -> Dossier:
        """The dossier of this number, counted from 0."""
        first, stop = self._starts[number], self._starts[number + 1]
        agency, day, submitted = self._agency[number], self._day[number], self._submitted[number]
        marked = date.fromordinal(day)
        agency_code = self.agencies[agency]
        return Dossier(
            number=number,
            code=f"{agency_code}-{marked:%y%m%d}-{self._order[number]:04d}",
            portal_code=f"P-{marked:%y%m%d}-{number:06d}" if submitted else None,
            agency=agency_code,
            procedure=self.procedures[self._procedure[number]],
            channel=self._channel[number],
            submitted=submitted,
            first=first,
            statements=tuple(map(Statement, self._ats[first:stop], self._shown[first:stop], self._dues[first:stop])),
        )

    def holder(self, statement: int) -> int:
        """Number of the dossier that a statement of this number belongs to."""
        return bisect_right(self._starts, statement) - 1

    def when(self, statement: int) -> int:
        """Unix second of a statement."""
        return self._ats[statement]

    def submitted(self, number: int) -> int:
        """Unix second at which a dossier was submitted on the portal, 0 if it was not."""
        return self._submitted[number]

    def __iter__(self) -> Iterator[Dossier]:
        return (self.dossier(number) for number in range(len(self)))


class Columns(NamedTuple):
    """What a portal keeps of a dossier: Unix seconds, 0 = none; `status` and `channel` by their national codes."""

    status: int
    channel: int
    accepted: int
    due: int
    ended: int
    void: bool
    paused: int
    """Since when a supplement or payment is awaited, 0 if it is not."""


def columns(dossier: Dossier, said: int | None = None) -> Columns:
    """What the first `said` statements of a dossier come to (all of them if absent), by reading them in order."""
    status = accepted = due = ended = paused = 0
    void = False
    for at, shown, due_then in dossier.statements[:said]:
        if shown == VOIDED:
            void = True
            continue
        after = STATUS_OF[shown]
        if after is None:
            continue
        if after in (9, 10, 8, 7, 3):
            ended = ended or at
            paused = 0
        else:
            ended = 0
            due = due_then or due
            paused = at if after in (5, 6) and accepted else 0
        if after == 2 and not accepted:
            accepted = at
        status = after
    return Columns(status, dossier.channel, accepted, due, ended, void, paused)
