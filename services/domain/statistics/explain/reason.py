"""The reasons two figures can differ for, in words an official can paste into a letter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Literal, NamedTuple

from services.domain.statistics.definition import Bug, Definition, Switch, Words

Kind = Literal[
    "definition",
    "bug",
    "switch",
    "period",
    "zone",
    "due",
    "agency",
    "calendar",
    "late_arrival",
    "correction",
    "identity",
    "clock",
    "missing",
    "phantom",
    "listed",
    "residual",
]
"""What is to be mended: a rule or a reading, the time a fact was learnt, the facts themselves, a list. `residual`: what
nothing explains."""


class Reason(NamedTuple):
    """Why dossiers count on one side alone. `name` is the same for ever; it goes on as “… vì · because”."""

    kind: Kind
    name: str
    vi: str
    en: str


UNEXPLAINED: Final = Reason(
    "residual", "unexplained", "chưa giải thích được, cần xem từng hồ sơ", "not explained: look at each dossier"
)


def by_bug(definition: Definition, bug: Bug) -> Reason:
    """A known bug of a deployed program."""
    return Reason(
        "bug", f"{definition.name}/{bug.name}", f"{definition.name}: {bug.vi}", f"{definition.name}: {bug.en}"
    )


def by_rule(one: Definition, other: Definition) -> Reason:
    """Two definitions count by different rules, with no known bug between them."""
    name = f"{one.name} v{one.version} → {other.name} v{other.version}"
    return Reason(
        "definition",
        name,
        f"quy tắc đếm của {one.name} (v{one.version}) khác của {other.name} (v{other.version})",
        f"the rule of {one.name} (v{one.version}) is another than that of {other.name} (v{other.version})",
    )


def by_cell(definition: Definition) -> Reason:
    """Two cells of one definition are compared."""
    return Reason(
        "definition",
        f"{definition.name}: another cell",
        f"hai cột khác nhau của {definition.name} được so với nhau",
        f"two different cells of {definition.name} are compared",
    )


def by_switch(switch: Switch, one: str, other: str) -> Reason:
    """An undecided reading was decided in two ways."""
    was, is_now = switch.values[one], switch.values[other]
    return Reason(
        "switch",
        f"{switch.name}={one} → {other}",
        f"{switch.title.vi}: bên A {was.vi}, bên B {is_now.vi}",
        f"{switch.title.en}: A {was.en}, B {is_now.en}",
    )


def by_input(kind: Kind, name: str, title: Words, one: object, other: object) -> Reason:
    """One input of the two reports differs."""
    was, is_now = _in_words(one), _in_words(other)
    return Reason(
        kind,
        f"{name} {_written(one)} → {_written(other)}",
        f"{title.vi}: bên A {was.vi}, bên B {is_now.vi}",
        f"{title.en}: A {was.en}, B {is_now.en}",
    )


_VALUES: Final[Mapping[object, Words]] = {
    "all": Words("tất cả", "all"),
    "none": Words("không có", "none"),
    "instant": Words("đến từng thời điểm", "to the very moment"),
    "day": Words("theo trọn ngày", "by whole days"),
    "as_was": Words("như khi đó", "as they were then"),
    "as_is": Words("như ở cuối kỳ", "as they are at the period's end"),
}


def _written(value: object) -> str:
    return "@".join(value) if isinstance(value, tuple) else str(value)


def _in_words(value: object) -> Words:
    if isinstance(value, tuple):
        return Words("@".join(value), "@".join(value))
    if isinstance(value, date):
        return Words(f"{value:%d/%m/%Y}", value.isoformat())
    return _VALUES.get(value, Words(str(value), str(value)))
