"""`khop rebuild`: makes a read model again from the log while the old one goes on serving."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import typer

from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.open import open_database
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections.keep import PROJECTIONS
from services.projections.port import BuildGone
from services.projections.postgres import PostgresReadModels
from services.projections.rebuild import rebuild, sweep
from services.runtime.collector import calm_collector


def register(app: typer.Typer) -> None:
    """Add `khop rebuild`."""
    app.command("rebuild")(command)


def command(
    name: Annotated[str, typer.Argument(help=f"Bảng đọc · the read model: {', '.join(PROJECTIONS)}.")],
    *,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant; every tenant if absent.")] = None,
    afresh: Annotated[bool, typer.Option("--afresh", help="Do not go on with what a stopped rebuild left.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Dựng lại bảng đọc từ nhật ký · make a read model again from the log; readers see the old one until it is done."""
    if name not in PROJECTIONS:
        raise WrongUsage(f"there is no read model {name!r}; there are: {', '.join(PROJECTIONS)}")
    calm_collector()
    document = asyncio.run(_rebuild(name, tenant, afresh=afresh, quiet=as_json))
    if as_json:
        screen.print_json(document)
        return
    for row in document["tenants"]:
        print(f"{row['tenant']}: {name} đến vị trí · up to position {row['position']:,}")


async def _rebuild(name: str, tenant: str | None, *, afresh: bool, quiet: bool) -> dict[str, Any]:
    async with open_database(read_settings()) as database:
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
                        database.store, models, projection=name, tenant=one, afresh=afresh, progress=moved
                    )
                except BuildGone as error:
                    raise Findings(f"{error}; see whether it did what you wanted before you start again") from None
            done.append({"tenant": one, "position": position})
        await sweep(models, projection=name)
        return {"projection": name, "tenants": done}
