"""Health says stuck, idle and recovered apart, within its bound, by a clock that the test owns."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from services.runtime.health import BOUND_S, PROBE_TIMEOUT_S, SAMPLE_EVERY_S, Health, Reading
from services.runtime.metrics import Metrics


class HeldClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = datetime(2024, 5, 13, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds_s: float) -> None:
        self.at += timedelta(seconds=seconds_s)


class Input:
    """One lane whose supply and progress a test sets."""

    def __init__(self) -> None:
        self.supply = 0
        self.done = 0

    async def probe(self) -> Mapping[str, Reading]:
        return {"lang-son": Reading(supply=self.supply, done=self.done)}


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def health(clock: HeldClock, metrics: Metrics) -> Health:
    return Health(clock, metrics)


async def pass_time(health: Health, clock: HeldClock, seconds: int) -> None:
    for _ in range(seconds):
        await health.sample()
        await clock.sleep(SAMPLE_EVERY_S)


async def test_an_idle_input_stays_healthy(health: Health, clock: HeldClock) -> None:
    health.watch("log", Input().probe)
    await pass_time(health, clock, 3_600)
    assert health.red() == []


async def test_a_stuck_input_is_red_within_15_s_and_says_why(health: Health, clock: HeldClock) -> None:
    source = Input()
    health.watch("log", source.probe)
    await pass_time(health, clock, 60)
    source.supply = 7
    await pass_time(health, clock, 9)
    assert health.red() == []
    await pass_time(health, clock, 15 - 9 - int(PROBE_TIMEOUT_S))
    assert health.red() == ["log/lang-son: 7 waiting and no progress for 12 s (at 0)"]
    source.done = 1
    await pass_time(health, clock, 1)
    assert health.red() == []


async def test_an_input_that_is_behind_but_moves_is_healthy(health: Health, clock: HeldClock) -> None:
    source = Input()
    source.supply = 1_000_000
    health.watch("log", source.probe)
    for _ in range(100):
        source.done += 500
        await pass_time(health, clock, 5)
    assert health.red() == []
    (lane,) = health.lanes()
    assert lane["lag"] == 950_000
    assert lane["rate_per_s"] == pytest.approx(100.0)


async def test_lag_in_seconds_is_the_age_of_the_oldest_item_not_done(health: Health, clock: HeldClock) -> None:
    source = Input()
    source.supply = 10
    health.watch("log", source.probe)
    await pass_time(health, clock, 300)
    source.supply = 20
    await pass_time(health, clock, 5)
    source.done = 10
    await health.sample()
    assert health.lanes()[0]["lag_s"] == 5.0


async def test_trouble_makes_unready_at_once_and_red_when_it_lasts(health: Health, clock: HeldClock) -> None:
    await health.sample()
    assert health.unready() == []
    health.trouble("record", "StoreUnavailable: gone")
    assert health.unready() == ["record: StoreUnavailable: gone"]
    assert health.red() == []
    await clock.sleep(BOUND_S)
    health.trouble("record", "StoreUnavailable: still gone")
    assert health.red() == ["record: for 10 s: StoreUnavailable: still gone"]
    health.clear("record")
    assert (health.red(), health.unready()) == ([], [])


async def test_a_probe_that_cannot_look_is_a_finding(health: Health, clock: HeldClock) -> None:
    async def away() -> Mapping[str, Reading]:
        raise ConnectionRefusedError("no broker")

    health.watch("log", away)
    await pass_time(health, clock, 11)
    assert health.red() == ["log (probe): for 11 s: ConnectionRefusedError: no broker"]


async def test_readiness_needs_every_check(health: Health) -> None:
    reasons: list[str | None] = ["no partition yet"]

    async def check() -> str | None:
        return reasons[0]

    health.require("assigned", check)
    assert health.unready() == ["start: starting"]
    await health.sample()
    assert health.unready() == ["assigned: no partition yet"]
    reasons[0] = None
    await health.sample()
    assert health.unready() == []


async def test_a_lane_that_another_instance_took_over_is_forgotten(
    health: Health, clock: HeldClock, metrics: Metrics
) -> None:
    lanes = {"a": Reading(supply=5, done=1), "b": Reading(supply=5, done=5)}

    async def probe() -> Mapping[str, Reading]:
        return lanes

    health.watch("log", probe)
    await pass_time(health, clock, 20)
    del lanes["a"]
    await health.sample()
    assert health.red() == []
    assert b'lane="a"' not in metrics.text()
    assert b'khop_position{input="log",lane="b"} 5.0' in metrics.text()
