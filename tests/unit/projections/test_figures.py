"""Whatever is said in whatever order: no dossier is lost in a report, and the days add up to the reports of days."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.domain.periods import Period
from services.domain.zones import start_of
from services.event_store.memory import MemoryEventStore
from services.projections.agency_day import ZONE
from services.projections.flow_document import FlowRequest, broken_rows, flow_document
from services.projections.flow_memory import ReferenceFlowReports
from services.projections.flow_report import FlowQuery
from services.projections.keep import Keeper
from services.projections.memory import MemoryReadModels
from services.projections.tables import DayRow
from tests.unit.projections.made_log import MadeLog

FIRST, LAST = date(2024, 2, 27), date(2024, 3, 3)
START = datetime(2024, 2, 27, 16, 0, tzinfo=UTC)

ACTS = (
    *("submitted", "accepted", "accepted", "forwarded", "supplement_requested", "supplement_received", "linked"),
    *("unlinked", "processing_finished", "processing_finished", "result_returned", "reopened", "withdrawn", "voided"),
    "refused",
)
said = st.tuples(
    st.sampled_from(["one-stop", "portal"]),
    st.sampled_from(["1", "2", "3"]),
    st.sampled_from(ACTS),
    st.integers(0, 70).map(lambda hours: START + timedelta(hours=hours)),
    st.sampled_from([None, "H99.1", "H99.2"]),
    st.sampled_from([None, "online", "direct"]),
    st.none() | st.integers(0, 80).map(lambda hours: START + timedelta(hours=hours)),
)


def recorded(claims: list[tuple[str, str, str, datetime, str | None, str | None, datetime | None]]) -> MadeLog:
    log = MadeLog()
    log.connect(("one-stop", "one_stop"), ("portal", "provincial_portal"))
    for system, code, act, at, agency, channel, due_at in claims:
        if act in {"linked", "unlinked"}:
            other = "portal" if system == "one-stop" else "one-stop"
            log.say(system, code, act, at, {"system": other, "code": code})
            continue
        data = {"agency": agency, "channel": channel}
        if act in {"accepted", "reopened", "supplement_received"}:
            data["due_at"] = due_at
        log.say(system, code, act, at, {name: value for name, value in data.items() if value is not None})
    return log


async def check(log: MadeLog) -> None:
    store, models = MemoryEventStore(), MemoryReadModels()
    async with store.writer(log.tenant) as writer:
        await writer.append(log.stored(), log.identity())
    await Keeper(store, models, page_events=7).catch_up(log.tenant, up_to=len(log.events))
    reports = ReferenceFlowReports(models)
    for position in {len(log.events), len(log.events) // 2}:
        request = FlowRequest(
            tenant=log.tenant,
            first=FIRST,
            last=LAST,
            zone=ZoneInfo("Asia/Ho_Chi_Minh"),
            by=("month", "agency", "channel"),
        )
        document = await flow_document(reports, request, position=position)
        assert broken_rows(document) == []
    assert await models.days(log.tenant) == await days_by_reports(reports, log)


async def days_by_reports(reports: ReferenceFlowReports, log: MadeLog) -> list[DayRow]:
    days = [FIRST + timedelta(days=number) for number in range(-1, 8)]
    query = FlowQuery(
        tenant=log.tenant,
        position=len(log.events),
        periods=[Period(start_of(day, ZONE), start_of(day + timedelta(days=1), ZONE)) for day in days],
        zone=ZONE,
        by=frozenset({"agency", "procedure", "channel"}),
    )
    rows = []
    for row in await reports.flow(query):
        figures = row.figures
        received = sum(figures[name] for name in ("received_online", "received_direct", "received_channel_unknown"))
        flows = (
            *(received, figures["reopened"], figures["resolved_on_time"], figures["resolved_late"]),
            *(figures["resolved_no_due_date"], figures["voided"]),
        )
        if any(flows):
            rows.append(DayRow(days[row.period], row.agency or "", row.procedure or "", row.channel or "", *flows))
    return sorted(rows)


@given(st.lists(said, max_size=14))
@settings(max_examples=150, deadline=None)
def test_no_dossier_is_lost_and_the_days_add_up(
    claims: list[tuple[str, str, str, datetime, str | None, str | None, datetime | None]],
) -> None:
    asyncio.run(check(recorded(claims)))
