"""Reads the words a person writes to `khop report`; what is wrong is said with the option and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

from contracts.codes import EARLIEST, LATEST
from services.domain.statistics.definition import Definition, Due, Mode
from services.domain.statistics.registry import UnknownDefinition, find
from services.domain.zones import start_of
from services.operator.errors import WrongUsage

YEARS: Final = f"{EARLIEST.year} to {LATEST.year - 1}"


def day(text: str, option: str) -> date:
    """A local day, of the years in which anything can have happened. Raises WrongUsage."""
    try:
        read = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a local day has no zone of its own
    except ValueError:
        raise WrongUsage(f"{option} {text!r} is no day; write it as 2024-06-30") from None
    if not EARLIEST.year <= read.year < LATEST.year:
        raise WrongUsage(f"{option} {text}: nothing is recorded of that year; say one from {YEARS}")
    return read


def as_period(first: date | None, last: date | None) -> None:
    """Both days of a period, which ends on or after the day it begins. Raises WrongUsage."""
    if first is not None and last is not None and last < first:
        raise WrongUsage(f"--to {last} lies before --from {first}")


def not_over(last: date, zone: ZoneInfo, *, known_at: datetime) -> str | None:
    """What to say of a period that is not over when it is counted: its due dates are compared at its end."""
    if known_at >= start_of(last + timedelta(days=1), zone):
        return None
    return (
        f"kỳ báo cáo đến hết {last:%d/%m/%Y} chưa kết thúc: quá hạn tính đến cuối kỳ, số liệu còn thay đổi · the "
        f"period lasts until {last} and is not over: overdue is as of its end, and the figures will change"
    )


def as_definition(name: str, version: int | None) -> Definition:
    """The definition of this name, the newest unless a version is asked for. Raises WrongUsage."""
    try:
        return find(name, version=version)
    except UnknownDefinition as error:
        raise WrongUsage(str(error)) from None


def as_due(text: str) -> Due:
    """How due dates are compared."""
    if text not in {"day", "instant"}:
        raise WrongUsage(f"--due {text!r}: say day or instant")
    return cast(Due, text)


def as_mode(text: str) -> Mode:
    """Which agency is meant."""
    mode = text.replace("-", "_")
    if mode not in {"as_was", "as_is"}:
        raise WrongUsage(f"--mode {text!r}: say as_was or as_is")
    return cast(Mode, mode)


def as_list(text: str, option: str, known: Sequence[str]) -> tuple[str, ...]:
    """Names with commas between, in the order in which they were written."""
    asked = [part.strip() for part in text.split(",") if part.strip()]
    for number, one in enumerate(asked):
        if one not in known:
            raise WrongUsage(f"{option} {one!r}: say any of {','.join(known)}, with commas between")
        if one in asked[:number]:
            raise WrongUsage(f"{option} {one!r} is there twice")
    return tuple(asked)


def as_switches(texts: Iterable[str], definition: Definition) -> dict[str, str]:
    """Every switch of a definition with the value asked for, else its default."""
    values = {switch.name: switch.default for switch in definition.switches}
    known = {switch.name: switch.values for switch in definition.switches}
    named: set[str] = set()
    for text in texts:
        name, _, value = text.partition("=")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            offer = f"did you mean {near[0]}?" if near else f"{definition.name} has {', '.join(known) or 'none'}"
            raise WrongUsage(f"--switch {text!r}: no switch of that name; {offer}")
        if value not in known[name]:
            raise WrongUsage(f"--switch {text!r}: {name} is one of {', '.join(known[name])}")
        if name in named:
            raise WrongUsage(f"--switch {text!r}: {name} is said twice")
        named.add(name)
        values[name] = value
    return values
