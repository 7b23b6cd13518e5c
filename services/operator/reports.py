"""`khop reports`: reports as they were printed, whatever was learnt since."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.table import Table

from services.archive.port import Entry, Printed
from services.archive.postgres import PostgresArchive
from services.domain.statistics.document import digest
from services.domain.statistics.registry import UnknownDefinition, find
from services.operator import flow_screen, report_screen, screen
from services.operator.compare import compare
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.report_words import as_definition, as_period, day
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections import flow_document

_NAMED_MAX = 10
"""So many reports are named where the first digits leave open which is meant."""


def register(app: typer.Typer) -> None:
    """Add `khop reports list|show|compare`."""
    reports = typer.Typer(help="Báo cáo đã in · reports as they were printed.", no_args_is_help=True)
    reports.command("list")(list_all)
    reports.command("show")(show)
    reports.command("compare")(compare)
    app.add_typer(reports, name="reports")


def list_all(
    *,
    tenant: Annotated[str, typer.Option(help="Tỉnh · the tenant, such as lang-son.")],
    definition: Annotated[str | None, typer.Option(help="Biểu · only reports by this definition.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="Kỳ từ ngày · of periods from this day on.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Kỳ đến hết ngày · of periods until this day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Các báo cáo đã in, mới nhất trước · the reports that were printed, the latest first."""
    days = (None if first is None else day(first, "--from"), None if last is None else day(last, "--to"))
    as_period(*days)
    name = None if definition is None else definition.casefold()
    if name not in (None, flow_document.DEFINITION):
        name = as_definition(name, None).name

    async def listed() -> list[Entry]:
        async with open_database(read_settings()) as database:
            await require_tenant(database.store, tenant)
            archive = PostgresArchive(database.pool)
            return await archive.entries(tenant, definition=name, first=days[0], last=days[1])

    entries = asyncio.run(listed())
    if as_json:
        screen.print_json({"reports": [_document(entry) for entry in entries]})
    elif entries:
        _show_entries(entries)
    else:
        print("Không có báo cáo nào đã in như vậy · no such report was printed yet")


def show(
    begins: Annotated[str, typer.Argument(metavar="HASH", help="As printed on it, or its first digits.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Byte for byte, as `khop report --json` printed it.")] = False,
) -> None:
    """In lại nguyên văn · print a report again as it was, whatever was learnt since."""
    begins = begins.lower()
    if not re.fullmatch("[0-9a-f]{1,64}", begins):
        raise WrongUsage(
            f"HASH {begins!r}: write the SHA-256 that is printed on the report, or its first digits (0-9, a-f)"
        )

    async def found() -> list[Printed]:
        async with open_database(read_settings()) as database:
            return await PostgresArchive(database.pool).find(begins, limit=_NAMED_MAX + 1)

    printed = _the_one(asyncio.run(found()), begins)
    text = printed.body.decode()
    document = json.loads(text)
    if digest(document) != printed.entry.hash:
        raise Findings(f"the report {printed.entry.hash} is not what was archived: its content has another hash")
    if as_json:
        sys.stdout.write(text)
    else:
        _show_again(document)


def _the_one(found: list[Printed], begins: str) -> Printed:
    if not found:
        raise Findings(f"no report whose hash begins with {begins} was archived; see `khop reports list --tenant …`")
    if len(found) > 1:
        named = ", ".join(
            f"{each.entry.hash} ({each.entry.tenant} {each.entry.definition})" for each in found[:_NAMED_MAX]
        )
        more = " …" if len(found) > _NAMED_MAX else ""
        raise Findings(f"several reports begin with {begins}: {named}{more}; write more digits")
    return found[0]


def _show_again(document: Mapping[str, Any]) -> None:
    identity = document["identity"]
    if identity["definition"] == flow_document.DEFINITION:
        flow_screen.show(document)
        return
    try:
        definition = find(identity["definition"], version=identity["version"])
    except UnknownDefinition as error:
        raise Findings(f"this khop cannot lay the report out: {error}; --json prints it as it was") from None
    report_screen.show(definition, document)


def _show_entries(entries: list[Entry]) -> None:
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
