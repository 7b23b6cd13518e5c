"""`khop`: what a person asks of the running system; one file a command, listed here and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import TextIOWrapper

import typer

from services.messaging.port import BrokerUnavailable
from services.operator import (
    explain,
    import_,
    keys,
    parked,
    purge,
    quarantine,
    rebuild,
    reference,
    report,
    reports,
    status,
    subscriber,
    why,
)
from services.operator.errors import Away, CommandError
from services.runtime.unavailable import DatabaseUnavailable

app = typer.Typer(
    name="khop",
    help="Khớp: số liệu của các cổng khớp nhau · the portals' figures agree.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def khop() -> None:
    """Khớp: số liệu của các cổng khớp nhau · the portals' figures agree."""


# A command is a file here with `register(app)`; add its `register` to this list.
COMMANDS: tuple[Callable[[typer.Typer], None], ...] = (
    status.register,
    why.register,
    report.register,
    reports.register,
    explain.register,
    import_.register,
    reference.register,
    quarantine.register,
    parked.register,
    purge.register,
    subscriber.register,
    keys.register,
    rebuild.register,
)
for register in COMMANDS:
    register(app)


def main() -> None:
    """Run the command; an error a person can cause ends in one sentence and an exit code, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        # Whatever the terminal's locale: a report is the same bytes everywhere, and Vietnamese can always be written.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    try:
        app()
    except CommandError as error:
        print(f"khop: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (DatabaseUnavailable, BrokerUnavailable, ConnectionError) as error:
        print(f"khop: {error}; is the system running? See `khop status`", file=sys.stderr)
        sys.exit(Away.exit_code)


if __name__ == "__main__":
    main()
