"""A province at work, as its systems tell it: many dossiers open at once, each told by two of them."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.observations import Observation, encode_observation, make_observation
from services.messaging.port import Received

BEGIN = datetime(2024, 1, 1, 1, 0, tzinfo=UTC)
AGENCIES = [f"H99.{number}" for number in range(10, 40)]
PROCEDURES = [f"9.{number:06}" for number in range(100, 160)]
SYSTEMS = {"one-stop": "one_stop", "portal": "provincial_portal", "national": "national_portal"}
OPEN_AT_ONCE = 3_300
"""172,000 dossiers a half year, open for 3.5 days each."""
_APART_S = 90
_LAST_DAYS = 3.5


def configuration(tenant: str) -> list[Observation]:
    """Who takes part."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    return [
        make_observation(
            tenant=tenant,
            system=system,
            code=system,
            act="system_connected",
            occurred_at=long_ago,
            observed_at=long_ago,
            data={"kind": kind},
        )
        for system, kind in SYSTEMS.items()
    ]


def province(tenant: str, *, dossiers: int, seed: int = 1, short: bool = False) -> Iterator[Observation]:
    """What is said of so many dossiers, in the order of time: 12 statements each on average, 6 if `short`."""
    rng = random.Random(seed)
    waiting: list[tuple[datetime, int, int, list[tuple[timedelta, dict[str, Any]]]]] = []
    for number in range(dossiers):
        begun = BEGIN + timedelta(seconds=number * _APART_S)
        while waiting and waiting[0][0] <= begun:
            yield _next(waiting, tenant)
        story = _short(number, begun, rng) if short else _story(number, begun, rng)
        heapq.heappush(waiting, (begun + story[0][0], number, 0, story))
    while waiting:
        yield _next(waiting, tenant)


def received(observations: Iterator[Observation], *, topic: str = "bench") -> Iterator[Received]:
    """The same as records of Kafka."""
    for offset, each in enumerate(observations):
        yield Received(topic, 0, offset, each.code.encode(), encode_observation(each), 0)


def _next(waiting: list[tuple[datetime, int, int, list[tuple[timedelta, dict[str, Any]]]]], tenant: str) -> Observation:
    at, number, step, story = waiting[0]
    said = story[step][1]
    if step + 1 < len(story):
        later = at + (story[step + 1][0] - story[step][0])
        heapq.heapreplace(waiting, (later, number, step + 1, story))
    else:
        heapq.heappop(waiting)
    return make_observation(tenant=tenant, occurred_at=at, observed_at=at + timedelta(seconds=30), **said)


def _story(number: int, begun: datetime, rng: random.Random) -> list[tuple[timedelta, dict[str, Any]]]:
    tell = _Teller(number, begun, rng)
    tell.says("portal", 0.0, 1)
    tell.links(0.1)
    tell.says("one-stop", 0.1, 2, due_days=rng.choice((1, 3, 5, 10)))
    tell.steps(0.2, "received")
    tell.says("one-stop", 0.3, 4)
    tell.steps(0.4, "checked")
    if number % 5 == 0:
        tell.says("one-stop", 0.5, 5)
        tell.says("one-stop", 0.6, 4)
    tell.steps(0.7, "drafted")
    tell.steps(0.75, "signed")
    tell.says("one-stop", 0.8, 9)
    tell.says("one-stop", 0.9, 10)
    tell.says("portal", 0.95, 10)
    if number % 10 < 6:
        tell.steps(1.0, "filed")
    return tell.story


def _short(number: int, begun: datetime, rng: random.Random) -> list[tuple[timedelta, dict[str, Any]]]:
    tell = _Teller(number, begun, rng)
    tell.says("one-stop", 0.0, 2, due_days=rng.choice((1, 3, 5, 10)))
    tell.steps(0.2, "received")
    tell.says("one-stop", 0.4, 4)
    tell.steps(0.6, "signed")
    tell.says("one-stop", 0.8, 9)
    tell.says("one-stop", 1.0, 10)
    return tell.story


class _Teller:
    """Collects one dossier's statements."""

    def __init__(self, number: int, begun: datetime, rng: random.Random) -> None:
        self.story: list[tuple[timedelta, dict[str, Any]]] = []
        self._number = number
        self._begun = begun
        self._code = {"one-stop": f"{AGENCIES[number % 30]}-{number:08}", "portal": f"P-{number:08}"}
        self._last = timedelta(days=_LAST_DAYS * 2 * rng.random() + 0.1)
        self._common = {
            "agency": AGENCIES[number % 30],
            "procedure": PROCEDURES[number * 7 % 60],
            "channel": "online" if number % 40 else "direct",
        }

    def says(self, system: str, share: float, status: int, *, due_days: int | None = None) -> None:
        """This system shows this status from that share of the dossier's time on."""
        data: dict[str, Any] = {**self._common, "status": status, "raw": f"status {status}"}
        if due_days is not None:
            data["due_at"] = self._begun + timedelta(days=due_days)
        self._add(system, share, "status_reported", data)

    def steps(self, share: float, step: str) -> None:
        """A step of the one-stop system's workflow is done."""
        self._add("one-stop", share, "step_completed", {"step": step, "unit": self._common["agency"]})

    def links(self, share: float) -> None:
        """The one-stop system shows the portal's code."""
        self._add("one-stop", share, "linked", {"system": "portal", "code": self._code["portal"]})

    def _add(self, system: str, share: float, act: str, data: dict[str, Any]) -> None:
        said: dict[str, Any] = {"system": system, "code": self._code[system], "act": act, "data": data}
        said["sequence"] = len(self.story) + 1
        said["act_id"] = f"{self._number}-{len(self.story) + 1}"
        self.story.append((self._last * share, said))
