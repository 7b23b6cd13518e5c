"""`khop why CODE`: where a dossier is on its way, what is stuck and what to do next, by any code of any system."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from contracts.codes import STATUS_LABELS, DossierStatus
from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.operator import screen
from services.operator.errors import Findings
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.operator.why_look import Sources, look
from services.parking.postgres import PostgresParkingLot, PostgresQuarantine
from services.projections.postgres import PostgresReadModels


def register(app: typer.Typer) -> None:
    """Add `khop why`."""
    app.command("why")(why)


def why(
    code: Annotated[
        str, typer.Argument(help="Mã hồ sơ của bất kỳ hệ thống nào · any system's code, or a dossier's id.")
    ],
    tenant: Annotated[str | None, typer.Option(help="Tỉnh · only this tenant.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Hồ sơ đang ở đâu, kẹt ở đâu, làm gì tiếp · where a dossier is, what is stuck, what to do next."""
    document = asyncio.run(_look(code, tenant))
    if as_json:
        screen.print_json(document)
    else:
        print(
            "\n\n".join(_block(dossier) for dossier in document["dossiers"]) or f"Không có mã · no dossier has: {code}"
        )
        for each in document["aside"]:
            print(f"\n{each['what']} {each['id']}  {each['where']}\n  {each['why']}\n  → {each['next']}")
    if not document["dossiers"]:
        raise Findings(
            f"no dossier has the code {code!r}{f' in {tenant}' if tenant else ''}; "
            + (
                "it was observed, but set aside: see above"
                if document["aside"]
                else "check it, or the observer's health"
            )
        )
    if stuck := [each for dossier in document["dossiers"] for each in dossier["waits"] if each["needs_person"]]:
        raise Findings(f"{stuck[0]['hop']}: {stuck[0]['en']}; next: {stuck[0]['next']}")


async def _look(code: str, tenant: str | None) -> dict[str, Any]:
    settings = read_settings()
    async with open_database(settings) as database:
        sources = Sources(
            store=database.store,
            ledger=PostgresLedger(database.pool),
            checkpoints=PostgresCheckpoints(database.pool, dsn=settings.postgres_dsn),
            models=PostgresReadModels(database.pool),
            parking=PostgresParkingLot(database.pool),
            quarantine=PostgresQuarantine(database.pool),
        )
        return await look(sources, code, tenant=tenant)


def _block(dossier: dict[str, Any]) -> str:
    state, hops = dossier["state"] or {}, dossier["hops"]
    codes = "  ".join(f"{system}: {', '.join(codes)}" for system, codes in dossier["codes"].items())
    lines = [
        f"Hồ sơ · dossier {dossier['dossier']}  ({dossier['tenant']})",
        f"  Mã · codes      {codes}",
        f"  Trạng thái · state  {_status(state.get('status'))}",
        *(f"  Lưu ý · remarked  {_judgement(each)}" for each in dossier["judgements"] or ()),
        f"  Ghi nhận · observed     {hops['observed']['statements']}, cuối · last {hops['observed']['last_at']}",
        f"  Lưu · recorded          vị trí · position {hops['recorded']['position']}, {hops['recorded']['at']}",
        f"  Phát · published        {_done(done=hops['published']['done'])} ({hops['published']['up_to']})",
        f"  Tổng hợp · projected    {_done(done=hops['projected']['done'])} ({hops['projected']['up_to']})",
    ]
    for hop in hops["delivered"]:
        at = f", {hop['last_receipt_at']}" if hop["last_receipt_at"] else ""
        count = f"{hop['acknowledged']}/{hop['owed']}"
        done = _done(done=hop["done"])
        lines.append(f"  Gửi · delivered         {hop['subscriber']}: {done}, biên nhận · receipts {count}{at}")
    for event in dossier["events"]:
        fates = "  ".join(f"{name}: {fate}" for name, fate in event["deliveries"].items())
        lines.append(f"  {event['position']:>8}  {event['occurred_at']}  {event['act']}  {event['system']}  {fates}")
    if not dossier["waits"]:
        lines.append("  Không có gì kẹt · nothing is stuck")
    for wait in dossier["waits"]:
        mark = "!" if wait["needs_person"] else "…"
        lines += [f"  {mark} {wait['hop']}: {wait['vi']}", f"    {wait['en']}", f"    → {wait['next']}"]
    return "\n".join(lines)


def _status(value: int | None) -> str:
    if value is None:
        return "chưa rõ · nobody with authority has said"
    vi, en = STATUS_LABELS[DossierStatus(value)]
    return f"{value} {vi} · {en}"


def _judgement(value: Any) -> str:
    return f"{value.get('kind')}: {value.get('text')}" if isinstance(value, dict) else str(value)


def _done(*, done: bool) -> str:
    return "rồi · done" if done else "chưa · not yet"
