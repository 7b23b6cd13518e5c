"""Every hop of a dossier, by any of its codes: what is done, what waits, and who must do something."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.operator import why
from services.operator.__main__ import main as khop
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

    async def publish_and_project(self) -> None:
        head = await self.store.head(TENANT)
        await self.checkpoints.advance("relay", TENANT, head)
        await self.models.apply("dossiers", TENANT, after=0, up_to=head, changes=[TableChanges(table=DOSSIERS)])

    async def go_all_the_way(self) -> None:
        await self.publish_and_project()
        await self.plan()
        async with self.deliverer():
            await self.rest(*self.portals)

    async def send_until_parked(self, name: str) -> None:
        async with self.deliverer():
            while not await self.ledger.parked(TENANT, name, 1):
                await self.clock.sleep(1)


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
        await desk.send_until_parked("portal")
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


def test_every_wait_is_told_in_vietnamese_and_in_english() -> None:
    async def main() -> None:
        desk, told = Desk(), dict[str, str]()

        async def hear() -> None:
            found = await desk.one("a-at-one-stop")
            told.update({wait["vi"]: wait["en"] for wait in found["waits"]})
            printed = [line.strip() for line in _block(found).splitlines()]
            for wait in found["waits"]:
                at = printed.index(wait["en"])
                assert printed[at - 1][2:] == f"{wait['hop']}: {wait['vi']}"
                assert printed[at + 1] == f"→ {wait['next']}"

        portal = await desk.subscribe("portal", rejections_max="2")
        portal.reject = lambda _: "no_such_procedure"
        await desk.log.add("a", status=2)
        await hear()
        await desk.publish_and_project()
        await desk.plan()
        await hear()
        async with desk.deliverer():
            while portal.requests == 0:
                await desk.clock.sleep(0.1)
            await hear()
        await desk.send_until_parked("portal")
        await hear()
        await desk.ledger.pause(TENANT, "portal", paused=True)
        await hear()
        assert told == {
            "chưa phát, đã đến 0 trên 1": "not published yet: the relay is at 0 of 1",
            "số liệu đọc mới đến 0 trên 1": "the read model is at 0 of 1",
            "nợ mới ghi đến 0 trên 1": "what is owed is written up to 0 of 1",
            "còn nợ 1, chưa gửi lần nào": "1 owed, not tried yet",
            "còn nợ 1, lần cuối rejected: rejected: no_such_procedure": (
                "1 owed, last attempt rejected: rejected: no_such_procedure"
            ),
            "để riêng sau 2 lần gửi, còn 1: rejected: no_such_procedure": (
                "set aside after 2 attempts, 1 wait: rejected: no_such_procedure"
            ),
            "đang tạm dừng gửi": "sending is paused",
        }

    run(main())


def test_the_screen_shows_every_hop_the_one_wait_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def main() -> dict[str, Any]:
        desk = Desk()
        await desk.subscribe("portal")
        national = await desk.subscribe("national", rejections_max="2")
        national.reject = lambda _: "no_such_procedure"
        await desk.log.add("a", status=2, codes={"portal": ["P-1"]})
        await desk.publish_and_project()
        await desk.plan()
        await desk.send_until_parked("national")
        return await desk.why("P-1")

    document = run(main())

    async def looked(code: str, tenant: str | None) -> dict[str, Any]:
        assert (code, tenant) == ("P-1", None)
        return document

    monkeypatch.setattr(why, "_look", looked)
    monkeypatch.setattr("sys.argv", ["khop", "why", "P-1"])
    with pytest.raises(SystemExit) as ended:
        khop()
    shown = capsys.readouterr()
    assert shown.out == SCREEN
    assert (ended.value.code, shown.err) == (1, STUCK)


SCREEN = """\
Hồ sơ · dossier 35b65f33-a679-5e76-af3c-273ea349ede4  (lang-son)
  Mã · codes      one-stop: a-at-one-stop  portal: P-1
  Trạng thái · state  2 Được tiếp nhận · accepted
  Ghi nhận · observed     1, cuối · last 2024-05-13T02:00:01.000+00:00
  Lưu · recorded          vị trí · position 1, 2024-05-13T02:00:01.000+00:00
  Phát · published        rồi · done (1)
  Tổng hợp · projected    rồi · done (1)
  Gửi · delivered         national: chưa · not yet, biên nhận · receipts 0/1
  Gửi · delivered         portal: rồi · done, biên nhận · receipts 1/1, 2024-01-01T00:00:00.000+00:00
         1  2024-05-13T02:00:01.000+00:00  status_reported  one-stop  national: open  portal: acknowledged
  ! national: để riêng sau 2 lần gửi, còn 1: rejected: no_such_procedure
    set aside after 2 attempts, 1 wait: rejected: no_such_procedure
    → khop subscriber unpark national --tenant lang-son --dossier 35b65f33-a679-5e76-af3c-273ea349ede4
"""
STUCK = (
    "khop: national: set aside after 2 attempts, 1 wait: rejected: no_such_procedure; next: "
    "khop subscriber unpark national --tenant lang-son --dossier 35b65f33-a679-5e76-af3c-273ea349ede4\n"
)


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
