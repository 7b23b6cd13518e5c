"""The named switches of what goes wrong, so that a run says which faults it was made with.

The source systems say everything at least once, so towards Khớp they can only repeat themselves, be late and out of
order. Only the links between systems lose what they carry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFaults:
    """How the feeds of the two source systems misbehave; shares of statements."""

    doubled: float = 0.02
    """Shown a second time, later."""
    out_of_order: float = 0.03
    """Shown up to two hours after their turn."""
    late: float = 0.01
    """Dossiers of a commune that was offline: all they said is shown up to five days after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFaults:
    """How a point-to-point link between two systems misbehaves in the world before Khớp."""

    coalesced: bool = True
    """No new entry while one is waiting or sent: what changes between the reading and the reply is never sent."""
    one_shot: tuple[str, ...] = ()
    """Agencies whose software sends a dossier once and flags it: later changes are never sent."""
    lost: float = 0.002
    """Messages that vanish although the sender took them for delivered."""
    outages: int = 8
    """How often in the period the receiving end is away."""
    outage_minutes: int = 180
    retry_minutes: float = 7.5
    """How long a message is tried again before it is given up for ever."""
    slow_link: float = 0.05
    """Share of messages whose reply takes minutes instead of seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFaults:
    """How a portal misbehaves towards Khớp. Nothing is lost by it for good: what is unknown can be asked about."""

    lost: float = 0.0
    """Share of requests that are taken, and whose reply never leaves the portal."""
    outage_s: float = 0.0
    """Away for so long, beginning with the request after the first `outage_after`."""
    outage_after: int = 5
    slow_link_s: float = 0.0
    """Every reply waits so long."""


BEFORE: Final[dict[str, LinkFaults]] = {
    "portal": LinkFaults(outages=10, outage_minutes=120),
    "national": LinkFaults(outages=6, outage_minutes=240, one_shot=("H99.17", "H99.31.02", "H99.32.04")),
    "ioc": LinkFaults(outages=14, outage_minutes=90, one_shot=("H99.12",), slow_link=0.1),
}
"""The three links of the demonstration's province, before."""

QUIET: Final = SourceFaults(doubled=0, out_of_order=0, late=0)
