"""Where the system that this command looks at is: the environment, else what the running system wrote down."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.operator.errors import WrongUsage

WRITTEN_AT = Path(".khop") / "env"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """Addresses as the operator's role sees them."""

    postgres_dsn: str
    kafka_bootstrap: str | None
    processes: tuple[str, ...]
    """`name=http://127.0.0.1:port` of each process that should be running."""


def read_settings(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> OperatorSettings:
    """The settings of this call; a variable that is set beats the file `.khop/env` of this folder or one above it.

    Raises WrongUsage when nobody says where the database is.
    """
    values = environment_of(environment, folder=folder)
    dsn = values.get("KHOP_POSTGRES_DSN")
    if not dsn:
        raise WrongUsage(
            f"nobody says where the database is: no KHOP_POSTGRES_DSN in the environment and no {WRITTEN_AT} here or "
            "above; start the system with `make up`, or set KHOP_POSTGRES_DSN"
        )
    return OperatorSettings(
        postgres_dsn=dsn,
        kafka_bootstrap=values.get("KHOP_KAFKA_BOOTSTRAP") or None,
        processes=tuple(values.get("KHOP_PROCESSES", "").replace(",", " ").split()),
    )


def environment_of(environment: Mapping[str, str] | None = None, *, folder: Path | None = None) -> dict[str, str]:
    """Every KHOP_* setting: those of the file, overridden by those of the environment."""
    given = os.environ if environment is None else environment
    return {
        **_written(folder or Path.cwd()),
        **{name: value for name, value in given.items() if name.startswith("KHOP_")},
    }


def _written(folder: Path) -> dict[str, str]:
    for place in (folder, *folder.parents):
        file = place / WRITTEN_AT
        if file.is_file():
            return _parse(file)
    return {}


def _parse(file: Path) -> dict[str, str]:
    values = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        name, sign, value = text.partition("=")
        if not sign:
            raise WrongUsage(f"{file}:{number}: {text!r} is not NAME=value; `make up` writes this file anew")
        values[name.strip()] = value.strip().strip("'\"")
    return values
