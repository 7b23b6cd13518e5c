"""The fifteen scenarios every province must hold, and dossiers that wander through the procedure at random."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime

from tests.oracle.province import CHANNELS, DAY, HOLIDAYS, LOCAL, Dossier, Province, local, move_at_edge, open_dossier

HOUR, MINUTE = 3_600, 60


def office(rng: random.Random, made: Province, first: int, last: int) -> int:
    """A moment of an office day, so many days from the edge."""
    return made.edge + rng.randint(first, last) * DAY + rng.randint(7 * HOUR, 17 * HOUR)


def promised(rng: random.Random, at: int, most: int = 20) -> int:
    """A due date: at the same time of day, at the close of a day, or at midnight."""
    day = at + rng.randint(1, most) * DAY
    midnight = day - (day + 7 * HOUR) % DAY
    return rng.choice((day, midnight + 17 * HOUR, midnight))


def next_month(at: int) -> int:
    """The first instant of the month after a moment."""
    day = datetime.fromtimestamp(at, LOCAL).date()
    return local(date(day.year + day.month // 12, day.month % 12 + 1, 1))


def received(made: Province, dossier: Dossier, rng: random.Random, at: int, *, due_at: int | None) -> None:
    """Handed in, where it came online, and accepted."""
    if dossier.channel == "online":
        dossier.then("submitted", at - rng.randint(5 * MINUTE, 2 * DAY))
    dossier.then("accepted", at, due_at=due_at)


def happy(made: Province, rng: random.Random) -> None:
    """1. Online, finished in time and handed over."""
    dossier = open_dossier(made, rng, "1 happy path online", channel="online", agency=f"{made.name}.1")
    at = office(rng, made, -85, 60)
    received(made, dossier, rng, at, due_at=at + 10 * DAY)
    dossier.then("forwarded", at + HOUR)
    dossier.then("finished", at + rng.randint(2 * HOUR, 10 * DAY))
    dossier.then("returned", dossier.last + DAY)


def counter(made: Province, rng: random.Random) -> None:
    """2. At the counter, with the result the same day."""
    dossier = open_dossier(made, rng, "2 same day", channel="direct", agency=f"{made.name}.2")
    at = office(rng, made, -85, 60)
    received(made, dossier, rng, at, due_at=at + 8 * HOUR)
    dossier.then("finished", at + 20 * MINUTE)
    dossier.then("returned", at + 25 * MINUTE)


def holiday(made: Province, rng: random.Random) -> None:
    """3. A supplement asked for before a long holiday and handed in after it."""
    dossier = open_dossier(made, rng, "3 supplement across a holiday", channel="direct", agency=f"{made.name}.1")
    first, last = HOLIDAYS[datetime.fromtimestamp(made.edge, LOCAL).date()]
    at = local(first, 9) - 2 * DAY
    received(made, dossier, rng, at, due_at=at + 5 * DAY)
    dossier.then("supplement_requested", at + DAY, label="1")
    dossier.then("supplement_received", local(last, 10) + DAY, label="1", due_at=dossier.last + 5 * DAY)
    dossier.then("finished", dossier.last + rng.choice((DAY, 9 * DAY)))


def supplements(made: Province, rng: random.Random) -> None:
    """4. A supplement asked for twice: (a) still awaited, the promised date long over; (b) finished in time."""
    for still_open in (True, False):
        dossier = open_dossier(made, rng, "4 two supplements", channel="online", agency=f"{made.name}.1")
        at = made.edge - 20 * DAY
        received(made, dossier, rng, at, due_at=at + rng.choice((3, 12)) * DAY)
        dossier.then("supplement_requested", at + DAY, label="1")
        dossier.then("supplement_received", at + 2 * DAY, label="1")
        dossier.then("supplement_requested", at + 5 * DAY, label="2")
        if not still_open:
            dossier.then("supplement_received", at + 9 * DAY, label="2", due_at=at + 12 * DAY)
            dossier.then("finished", at + 11 * DAY)


def paid_twice(made: Province, rng: random.Random) -> None:
    """5. A financial obligation whose payment is confirmed twice."""
    dossier = open_dossier(made, rng, "5 paid twice", channel="online", agency=f"{made.name}.1")
    at = office(rng, made, -60, 30)
    received(made, dossier, rng, at, due_at=at + 4 * DAY)
    dossier.then("obligation_requested", at + DAY, label=f"R-{dossier.code}")
    dossier.then("obligation_fulfilled", at + 6 * DAY, label=f"R-{dossier.code}")
    dossier.habits |= {"paid_twice"}
    if rng.random() < 0.5:
        dossier.then("finished", at + 7 * DAY)


def withdrawn(made: Province, rng: random.Random) -> None:
    """6. Withdrawn before it was accepted, and after."""
    early = open_dossier(made, rng, "6 withdrawn before acceptance", channel="online", agency=f"{made.name}.1")
    early.then("submitted", office(rng, made, -60, 30))
    early.then("withdrawn", early.last + DAY)
    later = open_dossier(made, rng, "6 withdrawn after acceptance", channel="online", agency=f"{made.name}.1")
    at = office(rng, made, -60, 30)
    received(made, later, rng, at, due_at=at + 5 * DAY)
    later.then("withdrawn", at + rng.choice((3, 8)) * DAY)


def last_half_hour(made: Province, rng: random.Random) -> None:
    """7. Finished at 23:30 on the last day of the quarter, which in UTC is another hour of the same day."""
    dossier = open_dossier(made, rng, "7 the last half hour", channel="online", agency=f"{made.name}.1")
    received(made, dossier, rng, made.edge - 10 * DAY, due_at=made.edge - 7 * HOUR)
    dossier.then("finished", made.edge - 30 * MINUTE)


def collected_late(made: Province, rng: random.Random) -> None:
    """8. Finished in time, collected forty days later."""
    dossier = open_dossier(made, rng, "8 collected late", channel="direct", agency=f"{made.name}.1")
    at = office(rng, made, -50, -5)
    received(made, dossier, rng, at, due_at=at + 6 * DAY)
    dossier.then("finished", at + 5 * DAY)
    dossier.then("returned", dossier.last + 40 * DAY)


def reopened(made: Province, rng: random.Random) -> None:
    """9. Taken up again after the report that counted it as resolved."""
    dossier = open_dossier(made, rng, "9 reopened", channel="online", agency=f"{made.name}.1")
    at = office(rng, made, -40, -15)
    received(made, dossier, rng, at, due_at=at + 6 * DAY)
    dossier.then("finished", at + 4 * DAY)
    again = made.edge + rng.randint(1, 20) * DAY
    dossier.then("reopened", again, due_at=rng.choice((None, again + 5 * DAY)))
    if rng.random() < 0.6:
        dossier.then("finished", again + rng.randint(1, 45) * DAY)


def outage(made: Province, rng: random.Random) -> None:
    """10. Several acts within three hours in which nothing could be sent: all of it is told late."""
    morning = office(rng, made, -40, 40)
    for number in range(2):
        dossier = open_dossier(made, rng, "10 outage", channel="online", agency=f"{made.name}.1")
        at = morning + number * HOUR
        received(made, dossier, rng, at, due_at=at + 3 * DAY)
        dossier.then("forwarded", at + 10 * MINUTE)
        dossier.then("finished", at + HOUR)
        dossier.habits |= {"delayed"}


def reply_lost(made: Province, rng: random.Random) -> None:
    """11. The answer to a sender was lost: everything is said again."""
    dossier = open_dossier(made, rng, "11 reply lost", channel="online", agency=f"{made.name}.1")
    at = office(rng, made, -40, 40)
    received(made, dossier, rng, at, due_at=at + 3 * DAY)
    dossier.then("supplement_requested", at + DAY, label="1")
    dossier.then("supplement_received", at + 2 * DAY, label="1")
    dossier.then("finished", at + 3 * DAY)
    dossier.habits |= {"doubled"}


def registered_twice(made: Province, rng: random.Random) -> None:
    """12. Created a second time under another code, and linked when that was seen."""
    dossier = open_dossier(made, rng, "12 two registrations", channel="online", agency=f"{made.name}.1")
    dossier.second_code = f"{dossier.code}-2"
    at = office(rng, made, -30, 30)
    received(made, dossier, rng, at, due_at=at + 8 * DAY)
    dossier.then("accepted", at + rng.choice((HOUR, 40 * DAY)), due_at=at + 8 * DAY, code=dossier.second_code)
    if rng.random() < 0.5:
        dossier.then("finished", dossier.last + 2 * DAY)


def born_national(made: Province, rng: random.Random) -> None:
    """13. Handed in on the national portal, so that it has a code there and another here."""
    dossier = open_dossier(made, rng, "13 two codes", channel="online", agency=f"{made.name}.1")
    dossier.national_code, dossier.portal_code = f"N{made.seed}-{len(made.dossiers):04}", None
    at = office(rng, made, -30, 30)
    received(made, dossier, rng, at, due_at=promised(rng, at))
    dossier.then("finished", at + rng.randint(1, 12) * DAY)


def voided(made: Province, rng: random.Random) -> None:
    """14. Voided after it had been sent on."""
    dossier = open_dossier(made, rng, "14 voided", channel="direct", agency=f"{made.name}.1")
    at = office(rng, made, -60, 30)
    received(made, dossier, rng, at, due_at=at + 3 * DAY)
    if rng.random() < 0.5:
        dossier.then("finished", at + 2 * DAY)
    dossier.then("voided", dossier.last + rng.randint(1, 40) * DAY)


def succession(made: Province, rng: random.Random) -> None:
    """15. In hand at an agency when it gives way to its successor: carried over there, nothing appears or vanishes."""
    for finished, waiting in ((True, False), (False, False), (False, True)):
        dossier = open_dossier(made, rng, "15 succession", channel=rng.choice(CHANNELS), agency=f"{made.name}.3")
        at = office(rng, made, -25, -1)
        received(made, dossier, rng, at, due_at=promised(rng, at, 40))
        if waiting:
            dossier.then("supplement_requested", made.edge - HOUR, label="1")
        move_at_edge(made, dossier, made.edge)
        if finished:
            dossier.then("finished", made.edge + rng.randint(0, 30) * DAY + 8 * HOUR)


SCENARIOS: tuple[Callable[[Province, random.Random], None], ...] = (
    *(happy, counter, holiday, supplements, paid_twice, withdrawn, last_half_hour, collected_late, reopened, outage),
    *(reply_lost, registered_twice, born_national, voided, succession),
)


def wander(made: Province, rng: random.Random) -> None:
    """A dossier that takes any way the procedure allows, now and then exactly on the edge of a month."""
    channel = rng.choice((*CHANNELS, "online", "online", None))
    dossier = open_dossier(made, rng, "any", channel=channel)
    at = office(rng, made, -110, 80)
    if rng.random() < 0.1:
        dossier.then("submitted", at)
        if rng.random() < 0.5:
            dossier.then("acceptance_supplement_requested", at + DAY)
            at += 2 * DAY
            dossier.then("submitted", at)
        if rng.random() < 0.4:
            dossier.then("refused", at + DAY)
            return
        at += 2 * DAY
    if rng.random() < 0.1:
        at = next_month(at) - rng.choice((0, 0, 1))
    move_at_edge(made, dossier, at)
    dossier.then("accepted", at, due_at=None if rng.random() < 0.06 else promised(rng, at))
    ways = _Ways(made, dossier, rng)
    for _ in range(rng.randint(0, 9)):
        if not ways.go_on():
            break
    if rng.random() < 0.8:
        # Who is left behind at an agency that has ended still counts there as was, and at its successor as is.
        move_at_edge(made, dossier, made.edge)


class _Ways:
    """Where a dossier may go from where it stands."""

    def __init__(self, made: Province, dossier: Dossier, rng: random.Random) -> None:
        self.made, self.dossier, self.rng = made, dossier, rng
        self.status = 2
        self.rounds = self.suspensions = 0
        self.suspended = False

    def go_on(self) -> bool:
        """One act more; false when there is none."""
        act = self.rng.choice(_NEXT[self.status])
        at = self._when()
        if act == "end":
            return False
        move_at_edge(self.made, self.dossier, at)
        at = max(at, self.dossier.last + 1)
        if act == "suspend":
            act = "resumed" if self.suspended else "suspended"
            self.suspended = not self.suspended
            self.suspensions += act == "suspended"
            self.dossier.then(act, at, label=f"S{self.suspensions}", due_at=self._maybe_due(at, act))
            return True
        label = None
        if act in ("supplement_requested", "obligation_requested"):
            self.rounds += 1
        if act in _LABELLED:
            label = f"{self.dossier.code}/{self.rounds}"
        if act in _ENDS:
            self.suspended = False
        if act == "reassigned":
            others = [one.code for one in self.made.agencies if _in_force(self.made, one.code, at)]
            self.dossier.agency = self.rng.choice(others)
        self.dossier.then(act, at, label=label, due_at=self._maybe_due(at, act))
        self.status = _AFTER.get(act, self.status)
        return True

    def _when(self) -> int:
        at = self.dossier.last + int(self.rng.expovariate(1 / (6 * DAY))) + 1
        chance = self.rng.random()
        if chance < 0.12:
            return next_month(at) - self.rng.choice((0, 0, 1))
        last_due = next((act.due_at for act in reversed(self.dossier.acts) if act.due_at is not None), None)
        if chance < 0.2 and last_due is not None and last_due > self.dossier.last:
            return last_due + self.rng.choice((-1, 0, 1))
        return at

    def _maybe_due(self, at: int, act: str) -> int | None:
        if act == "due_date_changed" or (act in _MAY_PROMISE and self.rng.random() < 0.5):
            return promised(self.rng, at)
        return None


_NEXT: dict[int, tuple[str, ...]] = {
    2: ("forwarded", "forwarded", "supplement_requested", "finished", "withdrawn", "reassigned", "end"),
    4: (
        *("supplement_requested", "supplement_requested", "obligation_requested", "finished", "finished", "finished"),
        *(
            "stopped",
            "withdrawn",
            "suspend",
            "suspend",
            "due_date_changed",
            "due_date_changed",
            "reassigned",
            "refused",
        ),
        *("returned", "end"),
    ),
    5: ("supplement_received", "supplement_received", "supplement_received", "suspend", "stopped", "withdrawn", "end"),
    6: ("obligation_fulfilled", "obligation_fulfilled", "obligation_fulfilled", "stopped", "withdrawn", "end"),
    3: ("end",),
    7: ("end", "voided"),
    8: ("reopened", "returned", "end"),
    9: ("returned", "returned", "reopened", "voided", "end", "end"),
    10: ("recalled", "end", "end"),
    11: ("end",),
}
_AFTER = {
    "forwarded": 4,
    "supplement_requested": 5,
    "supplement_received": 4,
    "obligation_requested": 6,
    "obligation_fulfilled": 4,
    "finished": 9,
    "returned": 10,
    "recalled": 9,
    "stopped": 8,
    "withdrawn": 7,
    "refused": 3,
    "reopened": 4,
    "voided": 11,
}
_ENDS = frozenset({"finished", "returned", "stopped", "withdrawn", "refused"})
_LABELLED = frozenset({"supplement_requested", "supplement_received", "obligation_requested", "obligation_fulfilled"})
_MAY_PROMISE = frozenset({"supplement_received", "obligation_fulfilled", "resumed", "reopened"})


def _in_force(made: Province, code: str, at: int) -> bool:
    [agency] = [one for one in made.agencies if one.code == code]
    return agency.begins * DAY <= at + 7 * HOUR and (agency.ends is None or at < made.edge)
