"""Pairing requests with their replies: by round or reference where there is one, else one after the other.

A reply whose clock runs behind its request's still closes it: it waits as a stray until the request comes in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

PauseKind = Literal["supplement", "obligation", "suspension"]


@dataclass(frozen=True, slots=True)
class Pause:
    """A request that waits for its reply. `label`: its round or reference, where the source gave one."""

    kind: PauseKind
    label: str | None
    since: datetime
    system: str


@dataclass(frozen=True, slots=True)
class Stray:
    """A reply for which no request was there. `by_label_only`: a payment, which may have been for anything else."""

    kind: PauseKind
    label: str | None
    system: str
    fact: UUID
    by_label_only: bool


class Pairing(NamedTuple):
    """What is open, which replies came too early, and which labels are done with."""

    open: tuple[Pause, ...] = ()
    strays: tuple[Stray, ...] = ()
    settled: frozenset[tuple[PauseKind, str]] = frozenset()

    def requested(self, pause: Pause) -> tuple[Pairing, Stray | None]:
        """Open a pause, unless its reply is there already; gives that reply."""
        for stray in self.strays:
            if stray.kind == pause.kind and _early_reply(stray, pause):
                strays = tuple(other for other in self.strays if other is not stray)
                return Pairing(self.open, strays, _settle(self.settled, pause.kind, pause.label, stray.label)), stray
        return self._replace(open=(*self.open, pause)), None

    def replied(self, reply: Stray) -> tuple[Pairing, bool]:
        """Close the pause that this replies to. False: there is none; the reply is kept unless it was said before."""
        found = _answered(self.open, reply)
        if found is not None:
            rest = tuple(pause for pause in self.open if pause is not found)
            return Pairing(rest, self.strays, _settle(self.settled, reply.kind, found.label, reply.label)), True
        if reply.label is not None and (reply.kind, reply.label) in self.settled:
            return self, False
        return self._replace(strays=(*self.strays, reply)), False

    def left(self, kind: PauseKind, system: str) -> tuple[Pairing, bool]:
        """Close what a system's own status says it waits for no longer: all its pauses of a kind, else the oldest."""
        own = [pause for pause in self.open if pause.kind == kind and pause.system == system]
        closed = own or [pause for pause in self.open if pause.kind == kind][:1]
        if not closed:
            return self, False
        settled = self.settled
        for pause in closed:
            settled = _settle(settled, kind, pause.label)
        return Pairing(tuple(pause for pause in self.open if pause not in closed), self.strays, settled), True

    def ended(self) -> Pairing:
        """Nothing is waited for after an end, nor again after a reopening."""
        return self._replace(open=()) if self.open else self


def _early_reply(stray: Stray, pause: Pause) -> bool:
    if stray.label is not None and stray.label == pause.label:
        return True
    # Without labels only another system's clock can be wrong: one system replies after it asks.
    unlabelled = stray.label is None or pause.label is None
    return unlabelled and not stray.by_label_only and stray.system != pause.system


def _answered(open_: tuple[Pause, ...], reply: Stray) -> Pause | None:
    same_kind = [pause for pause in open_ if pause.kind == reply.kind]
    for pause in same_kind:
        if pause.label is not None and pause.label == reply.label:
            return pause
    if reply.by_label_only:
        return None
    for pause in same_kind:
        if pause.label is None or reply.label is None:
            return pause
    return None


def _settle(
    settled: frozenset[tuple[PauseKind, str]], kind: PauseKind, *labels: str | None
) -> frozenset[tuple[PauseKind, str]]:
    named = {(kind, label) for label in labels if label is not None}
    return settled | named if named else settled
