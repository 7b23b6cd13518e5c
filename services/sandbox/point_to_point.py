"""The world before: the same history carried from the one-stop system to each portal by a link of its own.

Modelled on how deployed synchronisers work: a queue that makes no new entry for a dossier while one is waiting or
sent and reads the dossier when it sends; ten tries within minutes, then an error state from which nothing returns;
and software that flags a dossier as synchronised once and for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from services.sandbox.faults import LinkFaults
from services.sandbox.history import STATUS_OF, VOIDED, Dossier, History, Statement

_POLL_S: Final = 45
_HOURS_S: Final = 3600


class Link:
    """One link over a whole period. `known` says how much of a dossier's history the far end ends up with."""

    def __init__(self, history: History, name: str, faults: LinkFaults, *, seed: int) -> None:
        self._faults = faults
        self._draw = Random(f"link/{name}/{seed}")
        self._outages = sorted(_outages(history, faults, self._draw))

    def known(self, dossier: Dossier) -> int:
        """Number of statements of this dossier that the far end got to know, 0 if it never heard of it."""
        one_shot = dossier.agency in self._faults.one_shot
        got, busy_until = 0, 0
        for place, at in _changes(dossier.statements):
            if at < busy_until or (one_shot and got):
                continue
            entered = at if not self._faults.coalesced else max(at, busy_until)
            sent = self._sent(entered + self._draw.randrange(_POLL_S))
            if sent is None:
                busy_until = entered + int(self._faults.retry_minutes * 60)
                continue
            read = max(place + 1, _said(dossier.statements, sent))
            if self._faults.coalesced:
                busy_until = sent + self._flight()
            if self._draw.random() >= self._faults.lost:
                got = read
        return got

    def _sent(self, first_try: int) -> int | None:
        """When a message got through, trying again every so often; None if it was given up."""
        for attempt in range(first_try, first_try + int(self._faults.retry_minutes * 60), _POLL_S):
            if not any(start <= attempt < stop for start, stop in self._outages):
                return attempt
        return None

    def _flight(self) -> int:
        if self._draw.random() < self._faults.slow_link:
            return self._draw.randrange(60, 900)
        return self._draw.randrange(1, 6)


def _changes(statements: tuple[Statement, ...]) -> Iterator[tuple[int, int]]:
    """Place and time of each statement after which the national status differs: what triggers a synchronisation.

    Deletions trigger none (they are soft and local), nor does another due date by itself.
    """
    before: int | None = None
    for place, (at, shown, _) in enumerate(statements):
        after = STATUS_OF[shown]
        if shown != VOIDED and after is not None and after != before:
            before = after
            yield place, at


def _said(statements: tuple[Statement, ...], instant: int) -> int:
    """How many statements were made by then; a deletion is not among what is read."""
    return sum(at <= instant and shown != VOIDED for at, shown, _ in statements)


def _outages(history: History, faults: LinkFaults, draw: Random) -> Iterator[tuple[int, int]]:
    opens, closes = (int(moment.timestamp()) for moment in (history.profile.opens_at, history.profile.closes_at))
    for _ in range(faults.outages):
        day = opens + draw.randrange((closes - opens) // 86_400) * 86_400
        start = day + draw.randrange(8 * _HOURS_S, 15 * _HOURS_S)
        yield start, start + faults.outage_minutes * 60
