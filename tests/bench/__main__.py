"""`python -m tests.bench`: every figure of the goals beside its limit or peer, in one table and in .khop/bench.json.

PostgreSQL runs with fsync on. The figures are those of this machine at this moment: nothing fails because one is low.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local import paths
from services.runtime.collector import calm_collector
from tests.bench import (
    append,
    append_live,
    commit_to_consumer,
    deliverer,
    due_dates,
    forms,
    memory,
    projectors,
    read_models,
    recorder,
    relay,
    whole_way,
)
from tests.bench.row import Row
from tests.bench.stage import Stage

Measure = Callable[[Stage], Awaitable[list[Row]]]

FAMILIES: dict[str, Measure] = {
    "append": append.measure,
    "append-live": append_live.measure,
    "recorder": recorder.measure,
    "relay": relay.measure,
    "commit-to-consumer": commit_to_consumer.measure,
    "deliverer": deliverer.measure,
    "whole-way": whole_way.measure,
    "read-models": read_models.measure,
    "projectors": projectors.measure,
    "due-dates": due_dates.measure,
    "forms": forms.measure,
    "memory": memory.measure,
}
"""In the order of the table; each starts servers of its own."""


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when a row could not be measured; a row that falls short of its goal is a figure, not an error."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(FAMILIES), help="measure this alone; may be repeated")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, the figures mean little")
    parser.add_argument(
        "--memory-events", type=int, default=2_000_000, help="up to how many; first looked at at a quarter of them"
    )
    parser.add_argument("--out", type=Path, default=paths.ROOT / ".khop" / "bench.json", help="where rows are written")
    asked = parser.parse_args(arguments)
    console = Console(stderr=True)
    # As every process of ours does: the default thresholds of the garbage collector cost a recorder half its time.
    calm_collector()
    rows: list[Row] = []
    failed: list[str] = []
    for name in asked.only or FAMILIES:
        try:
            rows += _measure(name, console, quick=asked.quick, memory_events=asked.memory_events)
        except Exception as error:  # noqa: BLE001 - one row that fails does not take the others with it, and is named
            traceback.print_exc()
            failed.append(f"{name}: {type(error).__name__}: {error}")
        _write(asked.out, rows)
    _show(rows, failed, Console() if sys.stdout.isatty() else Console(width=200))
    return 1 if failed else 0


def _measure(name: str, console: Console, *, quick: bool, memory_events: int) -> list[Row]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.fields[family]:<20}"),
        TextColumn("{task.description:<44}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with (
        tempfile.TemporaryDirectory(prefix="khop-bench-") as folder,
        Progress(*columns, console=console) as bars,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        task = bars.add_task("", total=1, family=name)

        def tell(step: str, done: float, total: float) -> None:
            bars.update(task, description=step, completed=round(done), total=round(total))

        return runner.run(
            _awaited(FAMILIES[name], Stage(folder=Path(folder), quick=quick, memory_events=memory_events, tell=tell))
        )


async def _awaited(measure: Measure, stage: Stage) -> list[Row]:
    return await measure(stage)


def _write(out: Path, rows: list[Row]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([row.document() for row in rows], ensure_ascii=False, indent=1) + "\n")


def _show(rows: list[Row], failed: list[str], console: Console) -> None:
    table = Table(title="Khớp, PostgreSQL with fsync on")
    for heading, side in (
        ("Work", "left"),
        ("Measured", "right"),
        ("Goal", "left"),
        ("Limit or peer in this run", "left"),
        ("", "right"),
        ("Ratio", "right"),
    ):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(
            row.name,
            f"{_number(row.value)} {row.unit}",
            f"[{'green' if row.met else 'red'}]{row.goal.text(row.unit)}",
            row.limit,
            _number(row.limit_value),
            f"{row.ratio:.2f}",
        )
    console.print(table)
    short = [row.name for row in rows if not row.met]
    if short:
        console.print(f"Below their goals: {'; '.join(short)}")
    for each in failed:
        console.print(f"[red]Not measured: {each}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.2f}"


if __name__ == "__main__":
    sys.exit(main())
