"""What `khop why` finds out: every hop of one dossier, from observation to receipt, and what waits for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from contracts.dossier_events import DossierEvent
from contracts.upcasting import parse_event
from services.deliveries.port import Ledger, Subscriber
from services.domain.decision import Entry
from services.event_store.port import Checkpoints, EventStore
from services.parking.port import ParkingLot, Quarantine
from services.projections.port import ReadModels

RELAY: Final = "relay"
SEARCHED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that is asked."""

    store: EventStore
    ledger: Ledger
    checkpoints: Checkpoints
    models: ReadModels
    parking: ParkingLot
    quarantine: Quarantine


async def look(sources: Sources, code: str, *, tenant: str | None) -> dict[str, Any]:
    """Every dossier that has this code (or this id), hop by hop; `aside` is what was set aside and holds the code."""
    found = await _find(sources, code, tenant)
    return {
        "code": code,
        "dossiers": [await _dossier(sources, of, dossier) for of, dossier in found],
        "aside": await _aside(sources, code, tenant),
    }


async def _find(sources: Sources, code: str, tenant: str | None) -> list[tuple[str, UUID]]:
    holders = {(of, dossier) for of, _, dossier in await sources.store.find_code(code) if tenant in (None, of)}
    try:
        dossier = UUID(code)
    except ValueError:
        return sorted(holders)
    for of in await sources.store.heads():
        if tenant in (None, of) and await sources.store.entries(of, [dossier]):
            holders.add((of, dossier))
    return sorted(holders)


async def _dossier(sources: Sources, tenant: str, dossier: UUID) -> dict[str, Any]:
    entry = await _living(sources.store, tenant, dossier)
    events = [parse_event(each.body) for each in await sources.store.events_of(tenant, entry.lineage)]
    latest = max((each for each in events if each.subject == str(entry.dossier)), key=lambda each: each.position)
    state = latest.state
    codes = {} if state is None else {system: list(own) for system, own in state.codes.items()}
    own = [
        event for event in events if event.subject == str(entry.dossier) or event.code in codes.get(event.system, ())
    ]
    row = None
    for system, several in sorted(codes.items()):
        row = row or await sources.models.find(tenant, system, several[0])
    published = await sources.checkpoints.get(RELAY, tenant)
    projected = (await sources.models.positions(tenant)).get("dossiers", 0)
    delivered = await _delivered(sources.ledger, tenant, {*entry.lineage, entry.dossier})
    last = latest.position
    hops = {
        "observed": {"statements": len(own), "last_at": _moment(max(event.observedtime for event in own))},
        "recorded": {"position": last, "at": _moment(latest.recordedtime)},
        "published": {"up_to": published, "done": published >= last},
        "projected": {"up_to": projected, "done": projected >= last},
        "delivered": [_hop(each, last) for each in delivered],
    }
    return {
        "tenant": tenant,
        "dossier": str(entry.dossier),
        "codes": codes,
        "state": None if state is None else state.model_dump(mode="json", exclude_none=True),
        "judgements": None if row is None or row.position < last else from_json(row.judgements),
        "events": [_event(event, delivered) for event in own],
        "hops": hops,
        "waits": _waits(tenant, str(entry.dossier), last, hops, delivered),
    }


async def _living(store: EventStore, tenant: str, dossier: UUID) -> Entry:
    entry = (await store.entries(tenant, [dossier]))[dossier]
    while entry.merged_into is not None:
        entry = (await store.entries(tenant, [entry.merged_into]))[entry.merged_into]
    return entry


@dataclass(frozen=True, slots=True)
class _Served:
    subscriber: Subscriber
    planned: int
    deliveries: Sequence[Mapping[str, Any]]

    @property
    def open(self) -> list[Mapping[str, Any]]:
        return [each for each in self.deliveries if each["receipt"] is None]


async def _delivered(ledger: Ledger, tenant: str, dossiers: set[UUID]) -> list[_Served]:
    planned = await ledger.planned(tenant)
    told: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for each in await ledger.history(tenant, dossiers):
        told[str(each["subscriber"])].append(each)
    return [
        _Served(subscriber, planned.get(subscriber.name, 0), told[subscriber.name])
        for subscriber in await ledger.subscribers(tenant)
    ]


def _hop(served: _Served, last: int) -> dict[str, Any]:
    receipts = [each["receipt"]["at"] for each in served.deliveries if each["receipt"] is not None]
    return {
        "subscriber": served.subscriber.name,
        "planned_up_to": served.planned,
        "owed": len(served.deliveries),
        "acknowledged": len(receipts),
        "last_receipt_at": _moment(max(receipts)) if receipts else None,
        "done": served.planned >= last and not served.open,
    }


def _event(event: DossierEvent, delivered: Sequence[_Served]) -> dict[str, Any]:
    def fate(served: _Served) -> str:
        mine = [each for each in served.deliveries if each["position"] == event.position]
        if not mine:
            return "not owed" if served.planned >= event.position else "not planned yet"
        return "acknowledged" if mine[-1]["receipt"] is not None else "open"

    return {
        "position": event.position,
        "act": event.act,
        "system": event.system,
        "code": event.code,
        "occurred_at": _moment(event.time),
        "observed_at": _moment(event.observedtime),
        "recorded_at": _moment(event.recordedtime),
        "changed": event.changed,
        "deliveries": {served.subscriber.name: fate(served) for served in delivered},
    }


def _waits(
    tenant: str, dossier: str, last: int, hops: Mapping[str, Any], delivered: Sequence[_Served]
) -> list[dict[str, Any]]:
    """What has not happened yet, why, and who must do something: a process by itself, or a person."""
    waits = []
    if not hops["published"]["done"]:
        waits.append(
            _wait(
                "published",
                f"chưa phát, đã đến {hops['published']['up_to']} trên {last}",
                f"not published yet: the relay is at {hops['published']['up_to']} of {last}",
                "xem `khop status`, tiến trình relay · see `khop status`, process relay",
            )
        )
    if not hops["projected"]["done"]:
        waits.append(
            _wait(
                "projected",
                f"số liệu đọc mới đến {hops['projected']['up_to']} trên {last}",
                f"the read model is at {hops['projected']['up_to']} of {last}",
                "xem `khop status`, tiến trình projector · see `khop status`, process projector",
            )
        )
    for served in delivered:
        waits += _waits_for(served, tenant, dossier, last)
    return waits


def _waits_for(served: _Served, tenant: str, dossier: str, last: int) -> list[dict[str, Any]]:
    name = served.subscriber.name
    if served.subscriber.paused:
        again = f"khop subscriber resume {name} --tenant {tenant}"
        return [_wait(name, "đang tạm dừng gửi", "sending is paused", again, person=True)]
    if served.planned < last:
        vi, en = (
            f"nợ mới ghi đến {served.planned} trên {last}",
            f"what is owed is written up to {served.planned} of {last}",
        )
        return [_wait(name, vi, en, "xem `khop status`, tiến trình deliverer · see `khop status`, process deliverer")]
    if not served.open:
        return []
    head = served.open[0]
    tried = head["attempts"][-1] if head["attempts"] else None
    detail = None if tried is None else f"{tried['outcome']}: {tried['detail']}"
    count = len(served.open)
    if head["parked_reason"] is not None:
        again = f"khop subscriber unpark {name} --tenant {tenant} --dossier {dossier}"
        vi, en = (
            f"để riêng sau {len(head['attempts'])} lần gửi, còn {count}",
            f"set aside after {len(head['attempts'])} attempts, {count} wait",
        )
        return [_wait(name, f"{vi}: {head['parked_reason']}", f"{en}: {head['parked_reason']}", again, person=True)]
    when = "đang gửi · being sent now" if head["leased"] else f"gửi lại lúc · tried again at {_moment(head['next_at'])}"
    vi = f"còn nợ {count}, " + ("chưa gửi lần nào" if detail is None else f"lần cuối {detail}")
    en = f"{count} owed, " + ("not tried yet" if detail is None else f"last attempt {detail}")
    return [_wait(name, vi, en, when)]


def _wait(hop: str, vi: str, en: str, next_action: str, *, person: bool = False) -> dict[str, Any]:
    return {"hop": hop, "vi": vi, "en": en, "next": next_action, "needs_person": person}


async def _aside(sources: Sources, code: str, tenant: str | None) -> list[dict[str, Any]]:
    """Rows and records that nobody could take in and that hold this code somewhere."""
    sought = code.encode()
    rows = await sources.quarantine.list(tenant=tenant, limit=SEARCHED_MAX)
    records = await sources.parking.list(limit=SEARCHED_MAX)
    return [
        *(
            {
                "what": "quarantined",
                "id": row.id,
                "where": f"{row.tenant}/{row.system} {row.locator}",
                "why": f"{row.field}={row.value}: {row.reason}",
                "next": f"khop quarantine redrive --tenant {row.tenant} · khi đã thêm ánh xạ, once the mapping has it",
            }
            for row in rows
            if sought in row.raw
        ),
        *(
            {
                "what": "parked",
                "id": record.id,
                "where": f"{record.topic}/{record.partition}/{record.offset}",
                "why": record.reason,
                "next": f"khop parked show {record.id}",
            }
            for record in records
            if sought in record.value
        ),
    ]


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="milliseconds")
