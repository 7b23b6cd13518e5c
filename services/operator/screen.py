"""How commands speak: one JSON document on standard output, or tables there; progress on standard error alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

_WIDEST: Final = 1_000


def print_json(document: Any) -> None:
    """The document, and nothing else, on standard output."""
    sys.stdout.write(json_text(document))


def json_text(document: Any) -> str:
    """The document as it is printed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def plain(*, width: int | None = None, soft_wrap: bool = False) -> Console:
    """Standard output for text that others wrote: a code such as `[/1]` or `:x:` is printed, never obeyed."""
    return Console(width=width, soft_wrap=soft_wrap, markup=False, emoji=False, highlight=False)


def print_whole(table: Table) -> None:
    """A table as wide as it must be: a terminal that is too narrow breaks lines; a figure is never cut short."""
    console = plain()
    whole = Measurement.get(console, console.options.update(max_width=_WIDEST), table).maximum
    plain(width=max(console.width, whole), soft_wrap=True).print(table)


@contextmanager
def progress(label: str, *, total: int | None, quiet: bool = False) -> Iterator[Callable[[int], None]]:
    """A bar on standard error; gives a function to tell how much is done. No `total`: unknown.

    `quiet` shows none, nor does a standard error that nobody watches: a log would get an empty line for each.
    """
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.update(task, completed=done)
