"""`khop reports`: reports as they were printed, whatever was learnt since."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Annotated, Any, Final

import typer
from rich.box import SIMPLE
from rich.table import Table

from services.archive.port import Entry, Printed
from services.archive.postgres import PostgresArchive
from services.domain.statistics.document import digest
from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant

BEGINNING_MIN: Final = 8
"""So many digits tell a thousand reports apart; the whole hash has 64."""


def register(app: typer.Typer) -> None:
    """Add `khop reports list|show`."""
    reports = typer.Typer(help="Báo cáo đã in · reports as they were printed.", no_args_is_help=True)
    reports.command("list")(list_all)
    reports.command("show")(show)
    app.add_typer(reports, name="reports")


def list_all(
    *,
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Các báo cáo đã in, mới nhất trước · the reports that were printed, the latest first."""
    entries = asyncio.run(_list(tenant))
    if as_json:
        screen.print_json({"reports": [_document(entry) for entry in entries]})
    elif entries:
        _show(entries)
    else:
        print("Chưa in báo cáo nào · no report was printed yet")


def show(
    begins: Annotated[str, typer.Argument(metavar="HASH", help="As printed on it, or its first digits.")],
) -> None:
    """In lại nguyên văn · print a report again, byte for byte as `--json` printed it."""
    if not re.fullmatch(rf"[0-9a-f]{{{BEGINNING_MIN},64}}", begins):
        raise WrongUsage(
            f"HASH {begins!r}: write the SHA-256 that is printed on the report, or at least its first {BEGINNING_MIN} "
            "digits (0-9, a-f)"
        )
    found = asyncio.run(_find(begins))
    if not found:
        raise Findings(f"no report with the hash {begins} was archived; `khop reports list --tenant …` shows them")
    if len(found) > 1:
        several = ", ".join(f"{each.entry.hash} ({each.entry.tenant})" for each in found)
        raise Findings(f"several reports begin with {begins}: {several}; write more digits")
    text = found[0].body.decode()
    if digest(json.loads(text)) != found[0].entry.hash:
        raise Findings(f"the report {found[0].entry.hash} is not what was archived: its content has another hash")
    sys.stdout.write(text)


def _show(entries: list[Entry]) -> None:
    table = Table(
        "SHA-256", "Biểu · form", "Từ · from", "Đến · to", "Vị trí · position", "In lúc · printed", box=SIMPLE
    )
    for entry in entries:
        table.add_row(
            entry.hash,
            f"{entry.definition} v{entry.version}",
            f"{entry.first:%d/%m/%Y}",
            f"{entry.last:%d/%m/%Y}",
            str(entry.position),
            f"{entry.printed_at:%Y-%m-%d %H:%M}Z",
        )
    screen.print_whole(table)


def _document(entry: Entry) -> dict[str, Any]:
    return {
        "hash": entry.hash,
        "tenant": entry.tenant,
        "definition": entry.definition,
        "version": entry.version,
        "from": entry.first.isoformat(),
        "to": entry.last.isoformat(),
        "position": entry.position,
        "printed_at": entry.printed_at.isoformat(),
    }


async def _list(tenant: str) -> list[Entry]:
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, tenant)
        return await PostgresArchive(database.pool).list(tenant)


async def _find(begins: str) -> list[Printed]:
    async with open_database(read_settings()) as database:
        return await PostgresArchive(database.pool).find(begins)
