"""Looking again: at rest nothing to do; a difference is published, repaired once, and never repaired in a circle."""

import json
import random
from datetime import timedelta
from typing import Any

import pytest

from contracts.findings import Finding
from contracts.observations import encode_observation, make_observation
from contracts.topics import FINDINGS
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.messaging.port import Received
from services.reconciler.look import BUSY, LET_GO, Reconciler
from services.recorder.record import Recorder
from services.subscribers.port import NotAnswered, Request, Response
from services.subscribers.webhook import connect
from tests.recorded import BEGIN, TENANT
from tests.simulation.virtual_time import run
from tests.unit.deliverer.world import SECRET, World


class Province(World):
    """A world whose log is written by the recorder, with a reconciler for one portal."""

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Recorder(store=self.store, clock=self.clock)
        self.checkpoints = MemoryCheckpoints(self.store)
        self._acts = 0

    async def begin(self) -> None:
        self.portal = await self.subscribe("national")
        for system, kind in (("one-stop", "one_stop"), ("national", "national_portal")):
            await self.say(system, system, "system_connected", {"kind": kind})

    async def say(self, system: str, code: str, act: str, data: dict[str, Any]) -> None:
        self._acts += 1
        at = BEGIN + timedelta(minutes=self._acts) if act != "system_connected" else BEGIN - timedelta(days=9)
        observation = make_observation(
            tenant=TENANT, system=system, code=code, act=act, occurred_at=at, observed_at=at, data=data
        )
        [*parked] = await self.recorder.handle([Received("o", 0, self._acts, None, encode_observation(observation), 0)])
        assert parked == []

    async def settle(self) -> None:
        await self.plan()
        async with self.deliverer():
            await self.rest("national")

    async def ready(self) -> Reconciler:
        """A reconciler as a process that has just started has it."""
        [subscriber] = await self.ledger.subscribers(TENANT)
        return Reconciler(
            subscriber=subscriber,
            portal=connect(settings=subscriber.settings, transport=self.portal, clock=self.clock),
            store=self.store,
            ledger=self.ledger,
            checkpoints=self.checkpoints,
            publisher=self.broker.publisher(),
            clock=self.clock,
        )

    def findings(self) -> list[Finding]:
        return [Finding.model_validate_json(record.value) for record in self.broker.records(FINDINGS.name)]


async def three_dossiers(province: Province) -> None:
    await province.begin()
    for name in ("A", "B", "C"):
        await province.say("one-stop", name, "accepted", {"channel": "online", "agency": "H99.10"})
    await province.say("one-stop", "A", "processing_finished", {})


def test_at_rest_there_is_nothing_to_do_and_the_checkpoint_is_at_the_end() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        reconciler = await province.ready()
        looked = await reconciler.look()
        assert (looked.compared, looked.owed, looked.findings, looked.more) == (3, 0, [], False)
        assert province.findings() == []
        head = await province.store.head(TENANT)
        assert await province.checkpoints.get("reconcile/national", TENANT) == head
        assert (await (await province.ready()).look()).compared == 0

    run(main())


def test_what_the_ledger_has_not_heard_of_yet_is_no_difference() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        await province.say("one-stop", "B", "processing_finished", {})
        reconciler = await province.ready()
        looked = await reconciler.look()
        assert (looked.compared, looked.owed, looked.findings) == (2, 0, [])
        await province.settle()
        looked = await reconciler.look()
        assert (looked.compared, looked.owed, looked.findings) == (1, 0, [])
        assert province.findings() == []

    run(main())


def test_while_the_log_runs_ahead_nothing_is_compared_and_nothing_forgotten() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        for step in range(BUSY + 1):
            await province.say("one-stop", "B", "step_completed", {"step": f"S{step}"})
        reconciler = await province.ready()
        looked = await reconciler.look()
        assert (looked.compared, looked.more) == (0, False)
        await province.settle()
        assert (await reconciler.look()).compared == 3
        assert province.findings() == []

    run(main())


def test_what_was_lost_there_is_found_said_and_repaired() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        [lost] = [subject for subject, state in province.portal.states.items() if state["status"] == 9]
        wrong = next(subject for subject in province.portal.states if subject != lost)
        right = json.loads(json.dumps(province.portal.states))
        del province.portal.states[lost]
        province.portal.states[wrong]["status"] = 4
        reconciler = await province.ready()
        looked = await reconciler.look()
        found = {str(finding.dossier): finding for finding in province.findings()}
        assert set(found) == {lost, wrong}
        assert [(d.field, d.expected, d.shown) for d in found[lost].differences] == [("dossier", "present", "absent")]
        assert [(d.field, d.expected, d.shown) for d in found[wrong].differences] == [("status", 2, 4)]
        assert looked.findings == province.findings()
        await province.settle()
        assert province.portal.states == right
        assert (await reconciler.look()).findings == []
        assert await province.checkpoints.get("reconcile/national", TENANT) == await province.store.head(TENANT)

    run(main())


def test_a_repair_that_does_not_help_is_said_and_not_repeated() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        wrong = next(iter(province.portal.states))

        async def stubborn(request: Request) -> Response | None:
            province.portal.states[wrong] = {**province.portal.states[wrong], "status": 7}
            return None

        province.portal.before = province.portal.after = stubborn
        reconciler = await province.ready()
        for _ in range(4):
            await reconciler.look()
            await province.settle()
        assert [finding.repair is None for finding in province.findings()] == [False, True]
        repairs = [event for event in province.portal.received if "khoprepair" in event]
        assert len(repairs) == 1

    run(main())


def test_what_is_still_owed_is_left_out_but_not_forgotten() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.plan()
        reconciler = await province.ready()
        looked = await reconciler.look()
        assert (looked.compared, looked.owed, province.findings()) == (0, 3, [])
        assert await province.checkpoints.get("reconcile/national", TENANT) < await province.store.head(TENANT)
        await province.settle()
        # Another process, which knows the checkpoint alone, finds them again.
        assert (await (await province.ready()).look()).compared == 3

    run(main())


def test_while_a_portal_takes_nothing_only_so_many_wait_and_none_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr("services.reconciler.look.WAITING_MAX", 2)
        province = Province()
        await three_dossiers(province)
        await province.plan()
        reconciler = await province.ready()
        for _ in range(4):
            looked = await reconciler.look()
        assert (looked.compared, looked.owed, looked.more, reconciler.full) == (0, 2, False, True)
        await province.settle()
        compared = 0
        for _ in range(5):
            compared += (await reconciler.look()).compared
        assert (compared, reconciler.scanned, reconciler.full) == (3, await province.store.head(TENANT), False)

    run(main())


def test_a_log_that_is_behind_what_was_planned_is_waited_for() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        province.store = MemoryEventStore(clock=province.clock)  # restored to before its first event
        reconciler = await province.ready()
        looked = await reconciler.look()
        assert (looked.compared, looked.findings, reconciler.scanned) == (0, [], 0)

    run(main())


def test_what_is_owed_for_days_no_longer_holds_the_checkpoint_back() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.plan()
        reconciler = await province.ready()
        await reconciler.look()
        await province.clock.sleep(LET_GO.total_seconds() + 1)
        await reconciler.look()
        assert await province.checkpoints.get("reconcile/national", TENANT) == await province.store.head(TENANT)

    run(main())


def test_what_moves_while_we_ask_is_no_finding() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()
        moved = False

        async def move(request: Request) -> Response | None:
            nonlocal moved
            if request.url.endswith("/states") and not moved:
                moved = True
                await province.say("one-stop", "B", "processing_finished", {})
                await province.settle()
            return None

        province.portal.before = move
        reconciler = await province.ready()
        assert (await reconciler.look()).compared == 2
        assert (await reconciler.look()).compared == 1
        assert province.findings() == []

    run(main())


def test_a_portal_that_cannot_be_read_is_no_finding() -> None:
    async def main() -> None:
        province = Province()
        await three_dossiers(province)
        await province.settle()

        async def away(_: Request) -> Response | None:
            return Response(503, b"")

        reconciler = await province.ready()
        province.portal.before = away
        with pytest.raises(NotAnswered, match="HTTP 503"):
            await reconciler.look()
        assert province.findings() == []
        assert await province.checkpoints.get("reconcile/national", TENANT) == 0

    run(main())


def test_one_who_was_told_nothing_of_before_is_not_asked_about_it() -> None:
    async def main() -> None:
        province = Province()
        await province.say("one-stop", "one-stop", "system_connected", {"kind": "one_stop"})
        await province.say("one-stop", "A", "accepted", {})
        province.portal = await province.subscribe("national", start="now")
        await province.say("one-stop", "B", "accepted", {})
        assert (await (await province.ready()).look()).compared == 0
        await province.settle()
        reconciler = await province.ready()
        await reconciler.look()
        assert province.findings() == []

    run(main())


@pytest.mark.parametrize("seed", range(10))
def test_after_any_loss_the_portal_comes_to_show_what_is_so(seed: int) -> None:
    async def main() -> None:
        province, rng = Province(), random.Random(seed)
        await province.begin()
        acts = ("accepted", "supplement_requested", "supplement_received", "processing_finished", "result_returned")
        for step in range(5):
            for name in range(10):
                await province.say("one-stop", f"D{name}", acts[step], {})
        await province.settle()
        right = json.loads(json.dumps(province.portal.states))
        for subject in rng.sample(sorted(right), 6):
            if rng.random() < 0.5:
                del province.portal.states[subject]
            else:
                state = province.portal.states[subject]
                province.portal.states[subject] = {**state, "status": rng.choice([2, 4, 5]), "ended_at": None}
        reconciler = await province.ready()
        assert len((await reconciler.look()).findings) == 6
        await province.settle()
        assert province.portal.states == right
        assert (await reconciler.look()).findings == []
        assert SECRET not in str(province.findings())

    run(main())
