"""`khop rebuild`: makes a read model again from the log while the old one goes on serving."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any, Final

import typer

from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections.keep import PROJECTIONS
from services.projections.part_processes import PartFailed, in_processes
from services.projections.port import BuildGone
from services.projections.postgres import PostgresReadModels
from services.projections.rebuild import rebuild, sweep
from services.runtime.collector import calm_collector

_WORKERS_MAX: Final = 4
"""Each reads the whole log and all write to one database: beyond so many there is little left to share."""


def register(app: typer.Typer) -> None:
    """Add `khop rebuild`."""
    app.command("rebuild")(command)


def command(
    name: Annotated[str, typer.Argument(help=f"Bảng đọc · the read model: {', '.join(PROJECTIONS)}.")],
    *,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant; every tenant if absent.")] = None,
    afresh: Annotated[bool, typer.Option("--afresh", help="Do not go on with what a stopped rebuild left.")] = False,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help=f"Processes at once. [default: the processors there are, at most {_WORKERS_MAX}]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Dựng lại bảng đọc từ nhật ký · make a read model again from the log; readers see the old one until it is done."""
    if name not in PROJECTIONS:
        raise WrongUsage(f"there is no read model {name!r}; there are: {', '.join(PROJECTIONS)}")
    calm_collector()
    document = asyncio.run(_rebuild(name, tenant, afresh=afresh, workers=workers or _workers(), quiet=as_json))
    if as_json:
        screen.print_json(document)
        return
    for row in document["tenants"]:
        print(f"{row['tenant']}: {name} đến vị trí · up to position {row['position']:,}")


def _workers() -> int:
    return min(_WORKERS_MAX, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


async def _rebuild(name: str, tenant: str | None, *, afresh: bool, workers: int, quiet: bool) -> dict[str, Any]:
    settings = read_settings()
    async with open_database(settings) as database:
        models = PostgresReadModels(database.pool)
        if tenant is not None:
            await require_tenant(database.store, tenant)
        done = []
        for one, head in sorted((await database.store.heads()).items()):
            if tenant is not None and one != tenant:
                continue
            with screen.progress(f"{one}: {name}", total=head, quiet=quiet) as moved:
                try:
                    position = await rebuild(
                        database.store,
                        models,
                        projection=name,
                        tenant=one,
                        afresh=afresh,
                        progress=moved,
                        parts=workers,
                        follow_parts=in_processes(settings.postgres_dsn, at_once=workers),
                    )
                except BuildGone as error:
                    raise Findings(f"{error}; see whether it did what you wanted before you start again") from None
                except PartFailed as error:
                    raise Findings(f"{error}; the same command goes on where each part stopped") from None
            done.append({"tenant": one, "position": position})
        await sweep(models, projection=name)
        return {"projection": name, "tenants": done}
