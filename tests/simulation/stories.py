"""What the systems of a tenant say, made from a seed: whole careers of dossiers, told by two or three systems.

Only observations are made here. Nothing says what they come to: that is checked by comparing the pipeline with a
fold of the same observations, and orders of arrival with one another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from contracts.codes import SystemKind
from contracts.observations import Observation, make_observation

OPENING: Final = datetime(2023, 6, 1, tzinfo=UTC)
CONNECTED: Final = datetime(2023, 1, 1, tzinfo=UTC)
SYSTEMS: Final[dict[str, SystemKind]] = {
    "portal": "provincial_portal",
    "one-stop": "one_stop",
    "national": "national_portal",
    "payments": "payment_platform",
    "desk": "operator",
}
_ROW: Final = {1: "new", 2: "accepted", 3: "refused", 4: "working", 5: "waiting", 6: "paying", 7: "withdrawn"}
_ENDS: Final = {8: "stopped", 9: "ready", 10: "handed over"}


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is said about one tenant, in the order in which it happened."""

    tenant: str
    observations: tuple[Observation, ...]


class Teller:
    """Makes the observations of one tenant."""

    def __init__(self, tenant: str, rng: random.Random) -> None:
        self._tenant = tenant
        self._rng = rng
        self._skew = {name: timedelta(seconds=rng.randint(-600, 600)) for name in SYSTEMS}

    def tell(self, dossiers: int) -> Story:
        """The whole story."""
        said = [
            self._say(name, name, "system_connected", CONNECTED, {"kind": kind}, skewed=False)
            for name, kind in SYSTEMS.items()
        ]
        for number in range(dossiers):
            said += self._dossier(number)
        return Story(self._tenant, tuple(said))

    def _dossier(self, number: int) -> Iterator[Observation]:
        rng = self._rng
        at = OPENING + timedelta(minutes=rng.randint(0, 200_000))
        portal, desk = f"P-{number}", f"H99.{number % 3}-{number:04d}"
        shown: dict[str, Any] = {"agency": f"H99.{number % 3}", "procedure": f"9.00000{rng.randint(1, 3)}"}
        online = rng.random() < 0.8
        if online:
            yield self._row("portal", portal, 1, at, {"channel": "online", **shown})
            link = self._say("one-stop", desk, "linked", at, {"system": "portal", "code": portal})
            yield link
            if rng.random() < 0.1:  # a wrong link, taken back by an operator, and made again by the same
                yield self._say("desk", desk, "unlinked", at + timedelta(hours=1), {"system": "portal", "code": portal})
                if rng.random() < 0.5:
                    again = at + timedelta(hours=2)
                    yield self._say("desk", desk, "linked", again, {"system": "portal", "code": portal})
        at += timedelta(minutes=rng.randint(5, 2000))
        if rng.random() < 0.05:
            yield self._row("one-stop", desk, 3, at, {})
            return
        due = at + timedelta(days=rng.randint(1, 20))
        accepted = {"due_at": due, **shown, **({} if online else {"channel": "direct"})}
        yield self._row("one-stop", desk, 2, at, accepted)
        for status in self._path():
            at += timedelta(minutes=rng.randint(1, 4000))
            yield self._row("one-stop", desk, status, at, {})
            if rng.random() < 0.15:  # another system shows what it heard, perhaps late
                yield self._row("portal", portal, status, at + timedelta(minutes=rng.randint(0, 900)), {})
            if status == 6 and rng.random() < 0.7:
                yield self._say("payments", f"PAY-{number}", "linked", at, {"system": "one-stop", "code": desk})
                paid = self._say(
                    "payments", f"PAY-{number}", "payment_confirmed", at, {"amount_vnd": 1000, "via": "local"}
                )
                yield paid
        yield from self._corrections(desk, at, due)

    def _corrections(self, desk: str, at: datetime, due: datetime) -> Iterator[Observation]:
        rng = self._rng
        if rng.random() < 0.2:
            moved = due + timedelta(days=3)
            act = self._say("one-stop", desk, "due_date_changed", at, {"due_at": moved}, act_id="due-1")
            yield act
            if rng.random() < 0.5:  # said otherwise later
                other = {"due_at": moved + timedelta(days=1)}
                yield self._say(
                    "one-stop", desk, "due_date_changed", at, other, act_id="due-1", revision=at + timedelta(1)
                )
            if rng.random() < 0.3:
                yield self._say("one-stop", desk, "retracted", at, {"act": "due_date_changed", "act_id": "due-1"})
        if rng.random() < 0.05:
            yield self._say("one-stop", desk, "voided", at + timedelta(days=1), {"reason": "test"})

    def _path(self) -> list[int]:
        rng = self._rng
        path = [4]
        if rng.random() < 0.3:
            path += [5, 4]
        if rng.random() < 0.2:
            path += [6, 4]
        if rng.random() < 0.05:
            return [*path, 7]
        if rng.random() < 0.05:
            return [*path, 8]
        if rng.random() < 0.2:
            return path
        path += [9]
        if rng.random() < 0.7:
            path += [10]
        if rng.random() < 0.1:
            path += [4, 9, 10]
        return path

    def _row(self, system: str, code: str, status: int, at: datetime, shown: dict[str, Any]) -> Observation:
        raw = (_ROW | _ENDS)[status]
        return self._say(system, code, "status_reported", at, {"status": status, "raw": raw, **shown})

    def _say(
        self, system: str, code: str, act: str, at: datetime, data: dict[str, Any], *, skewed: bool = True, **more: Any
    ) -> Observation:
        moment = at + self._skew[system] if skewed else at
        return make_observation(
            tenant=self._tenant,
            system=system,
            code=code,
            act=act,
            occurred_at=moment,
            observed_at=moment + timedelta(seconds=self._rng.randint(0, 3600)),
            data=data,
            **more,
        )
