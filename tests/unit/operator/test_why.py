"""Every hop of a dossier, by any of its codes: what is done, what waits, and who must do something."""

from datetime import UTC, datetime
from typing import Any

from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.operator.why import _block
from services.operator.why_look import Sources, look
from services.parking.memory import MemoryParkingLot, MemoryQuarantine
from services.parking.port import Quarantined
from services.projections.dossiers import DOSSIERS
from services.projections.memory import MemoryReadModels
from services.projections.port import TableChanges
from tests.recorded import TENANT, dossier_id
from tests.simulation.virtual_time import run
from tests.unit.deliverer.world import World


class Desk(World):
    """A world that a person asks about."""

    def __init__(self) -> None:
        super().__init__()
        self.checkpoints = MemoryCheckpoints(self.store)
        self.models = MemoryReadModels()
        self.quarantine = MemoryQuarantine()

    async def why(self, code: str) -> dict[str, Any]:
        sources = Sources(
            store=self.store,
            ledger=self.ledger,
            checkpoints=self.checkpoints,
            models=self.models,
            parking=MemoryParkingLot(),
            quarantine=self.quarantine,
        )
        return await look(sources, code, tenant=None)

    async def one(self, code: str) -> dict[str, Any]:
        [dossier] = (await self.why(code))["dossiers"]
        assert isinstance(dossier, dict)
        return dossier

    async def go_all_the_way(self) -> None:
        head = await self.store.head(TENANT)
        await self.checkpoints.advance("relay", TENANT, head)
        await self.models.apply("dossiers", TENANT, after=0, up_to=head, changes=[TableChanges(table=DOSSIERS)])
        await self.plan()
        async with self.deliverer():
            await self.rest(*self.portals)


def test_a_dossier_that_is_everywhere_waits_for_nothing_by_any_of_its_codes() -> None:
    async def main() -> None:
        desk = Desk()
        await desk.subscribe("portal")
        await desk.log.add("a", status=2, codes={"portal": ["P-1"]})
        await desk.log.add("b", status=2)
        await desk.log.add("a", status=4)
        await desk.go_all_the_way()
        found = await desk.one("P-1")
        assert found == await desk.one("a-at-one-stop") == await desk.one(str(dossier_id("a")))
        assert found["waits"] == []
        assert [event["position"] for event in found["events"]] == [1, 3]
        assert [event["deliveries"] for event in found["events"]] == [{"portal": "acknowledged"}] * 2
        [hop] = found["hops"]["delivered"]
        assert (hop["owed"], hop["acknowledged"], hop["done"]) == (2, 2, True)
        assert found["hops"]["recorded"]["position"] == 3
        assert "Không có gì kẹt · nothing is stuck" in _block(found)

    run(main())


def test_each_hop_that_lags_is_named_and_no_person_is_asked_for() -> None:
    async def main() -> None:
        desk = Desk()
        await desk.subscribe("portal")
        await desk.log.add("a", status=2)
        found = await desk.one("a-at-one-stop")
        assert [(wait["hop"], wait["needs_person"]) for wait in found["waits"]] == [
            ("published", False),
            ("projected", False),
            ("portal", False),
        ]
        assert "0 of 1" in found["waits"][0]["en"]
        await desk.plan()
        [*_, wait] = (await desk.one("a-at-one-stop"))["waits"]
        assert wait["en"] == "1 owed, not tried yet"

    run(main())


def test_a_parked_dossier_says_the_command_that_lets_it_go_on() -> None:
    async def main() -> None:
        desk = Desk()
        portal = await desk.subscribe("portal", rejections_max="2")
        portal.reject = lambda _: "no_such_procedure"
        await desk.log.add("a", status=2)
        await desk.checkpoints.advance("relay", TENANT, 1)
        await desk.plan()
        async with desk.deliverer():
            while not await desk.ledger.parked(TENANT, "portal", 1):
                await desk.clock.sleep(1)
        wait = (await desk.one("a-at-one-stop"))["waits"][-1]
        assert wait["needs_person"]
        assert wait["en"] == "set aside after 2 attempts, 1 wait: rejected: no_such_procedure"
        assert wait["next"] == f"khop subscriber unpark portal --tenant lang-son --dossier {dossier_id('a')}"

    run(main())


def test_a_paused_subscriber_says_so() -> None:
    async def main() -> None:
        desk = Desk()
        await desk.subscribe("portal")
        await desk.log.add("a", status=2)
        await desk.go_all_the_way()
        await desk.ledger.pause(TENANT, "portal", paused=True)
        [wait] = (await desk.one("a-at-one-stop"))["waits"]
        assert (wait["next"], wait["needs_person"]) == ("khop subscriber resume portal --tenant lang-son", True)

    run(main())


def test_an_unknown_code_that_is_in_quarantine_is_found_there() -> None:
    async def main() -> None:
        desk = Desk()
        row = Quarantined(
            tenant=TENANT,
            system="one-stop",
            source="igate",
            locator="line 7",
            field="trangThai",
            value="77",
            reason="no such status",
            raw=b'{"soHoSo": "H99.10-240513-0007"}',
            observed_at=datetime(2024, 5, 13, tzinfo=UTC),
        )
        await desk.quarantine.put([row])
        found = await desk.why("H99.10-240513-0007")
        assert found["dossiers"] == []
        [aside] = found["aside"]
        assert (aside["what"], aside["where"]) == ("quarantined", "lang-son/one-stop line 7")
        assert (await desk.why("H99.10-240513-0008"))["aside"] == []

    run(main())
