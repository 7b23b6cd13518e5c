"""How many dossiers of which kind a province needs so that its counts come out exactly, before any is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from services.sandbox.history import DIRECT, ONLINE, POSTAL
from services.sandbox.profiles import Profile, scaled

Kind = Literal[
    "received", "carried_over", "reopened", "ended_before", "voided", "refused", "withdrawn_early", "pending"
]
"""Received and carried over: as the report says. Reopened: ended before the period, reopened in it. Ended before: only
its result is handed over in the period. Voided: accepted and deleted in it. The last three never get accepted."""

Fate = Literal["on_time", "late", "open"]

SHARES: Final = {
    "reopened": 0.001,
    "ended_before": 0.004,
    "voided": 0.002,
    "refused": 0.03,
    "withdrawn_early": 0.003,
    "pending": 0.002,
}
"""Of what is received. None of these is in a published figure; they are there to be left out rightly."""

_POSTAL_SHARE: Final = 0.01
_CARRIED_RESOLVED_SHARE: Final = 0.92
_REOPENED_RESOLVED_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Case:
    """One dossier to lay out."""

    kind: Kind
    fate: Fate
    channel: int


def plan(profile: Profile, *, scale: int, seed: int) -> list[Case]:
    """Every dossier of a profile at a scale, in an order fixed by the seed; equal cases share one object.

    Raises ValueError where the figures contradict each other.
    """
    figures = scaled(profile, scale)
    draw = Random(f"plan/{profile.name}/{scale}/{seed}")
    extra = {kind: max(1, round(figures.received * share)) for kind, share in SHARES.items()}
    resolved = {
        "carried_over": round(figures.carried_over * _CARRIED_RESOLVED_SHARE),
        "reopened": round(extra["reopened"] * _REOPENED_RESOLVED_SHARE),
    }
    resolved["received"] = figures.resolved - resolved["carried_over"] - resolved["reopened"]
    if not (0 <= resolved["received"] <= figures.received and figures.on_time <= figures.resolved):
        raise ValueError(f"{profile.name} at scale {scale}: resolved does not fit received and carried over")

    punctual: list[Fate] = ["on_time"] * figures.on_time
    punctual += ["late"] * (figures.resolved - figures.on_time)
    draw.shuffle(punctual)
    postal = min(round(figures.received * _POSTAL_SHARE), figures.received - figures.online)
    channels = [ONLINE] * figures.online + [POSTAL] * postal
    channels += [DIRECT] * (figures.received - len(channels))
    draw.shuffle(channels)
    share = figures.online / figures.received

    seen: dict[Case, Case] = {}

    def case(kind: Kind, fate: Fate, channel: int) -> Case:
        fresh = Case(kind, fate, channel)
        return seen.setdefault(fresh, fresh)

    def any_channel() -> int:
        return ONLINE if draw.random() < share else DIRECT

    cases: list[Case] = []
    stocks: tuple[tuple[Kind, int], ...] = (
        ("received", figures.received),
        ("carried_over", figures.carried_over),
        ("reopened", extra["reopened"]),
    )
    for kind, count in stocks:
        fates: list[Fate] = [punctual.pop() for _ in range(resolved[kind])]
        fates += ["open"] * (count - len(fates))
        draw.shuffle(fates)
        cases += [case(kind, fate, channels.pop() if kind == "received" else any_channel()) for fate in fates]
    asides: tuple[tuple[Kind, Fate], ...] = (("ended_before", "on_time"), ("voided", "open"))
    for kind, fate in asides:
        cases.extend(case(kind, fate, any_channel()) for _ in range(extra[kind]))
    early: tuple[Kind, ...] = ("refused", "withdrawn_early", "pending")
    for kind in early:
        cases.extend(case(kind, "open", ONLINE) for _ in range(extra[kind]))
    draw.shuffle(cases)
    return cases
