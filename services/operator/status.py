"""`khop status`: is everything running, how far behind is each, and what waits for a person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from services.operator import screen
from services.operator.errors import Away, Findings, WrongUsage
from services.operator.settings import environment_of, read_settings
from services.runtime.settings import KafkaSettings, SettingsError


def register(app: typer.Typer) -> None:
    """Add `khop status`."""
    app.command("status")(command)


def command(*, as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False) -> None:
    """Tình trạng hệ thống · each process, each tenant's positions, what is parked, quarantined and owed."""
    # The clients it looks with take longest to load; every other command does without them.
    from services.operator.status_look import look

    settings = read_settings()
    try:
        kafka = KafkaSettings.from_env(environment_of()) if settings.kafka_bootstrap else None
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    found = asyncio.run(look(settings, kafka))
    if as_json:
        screen.print_json(found)
    else:
        show(found)
    if found["away"]:
        raise Away("; ".join(f"{name}: {found[name]['reason']}" for name in found["away"]))
    if found["unhealthy"]:
        raise Findings(f"not in order: {', '.join(found['unhealthy'])}")


def show(found: Mapping[str, Any]) -> None:
    """Print it as tables."""
    screen.print_whole(_processes(found["processes"]))
    database = found["database"]
    if not database["ok"]:
        return
    tenants = Table("Tỉnh\ntenant", *_HEADINGS)
    for tenant, at in database["tenants"].items():
        shown = min(at["read_models"].values()) if at["read_models"] else 0
        tenants.add_row(tenant, *(f"{number:,}" for number in (at["head"], at["published"], shown)))
    screen.print_whole(tenants)
    console = screen.plain(soft_wrap=True)
    for label, counts in (
        ("Bản ghi để riêng · parked", database["parked"]),
        ("Chờ ánh xạ · quarantined", database["quarantined"]),
    ):
        console.print(f"{label}: {', '.join(f'{where} {count:,}' for where, count in counts.items()) or '0'}")
    for row in database["owed"]:
        console.print("Còn phải gửi · owed: " + ", ".join(f"{name} {value}" for name, value in row.items()))
    for tenant, gap in database["gaps"].items():
        console.print(Text.assemble(("Nhật ký đứt quãng · gap in the log", "red"), f": {tenant}: {gap}"))


_HEADINGS = ("Vị trí cuối\nlast position", "Đã phát\npublished", "Bảng đọc\nread models")


def _processes(processes: list[dict[str, Any]]) -> Table:
    table = Table(
        "Tiến trình\nprocess", "Tình trạng\nhealth", "Trễ\nlag", "Trễ (s)\nlag", "Tốc độ\nper second", "Vì sao\nwhy"
    )
    for one in processes:
        lanes = one["lanes"]
        good = one["answers"] and one["live"] and one["ready"]
        table.add_row(
            one["name"],
            Text("tốt · ok", "green") if good else Text("không · no", "red"),
            f"{sum(lane['lag'] for lane in lanes):,}",
            f"{max((lane['lag_s'] for lane in lanes), default=0):.1f}",
            f"{sum(lane['rate_per_s'] for lane in lanes):,.0f}",
            "; ".join(one["reasons"]),
        )
    return table
