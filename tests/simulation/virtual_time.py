"""An event loop whose time jumps to the next timer: an hour of waiting costs nothing and every run is the same.

Nothing in a simulation waits for the outside, so a loop that has nothing to run may step to its next timer at once.
"""

from __future__ import annotations

import asyncio
import itertools
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

T = TypeVar("T")

START: Final = datetime(2024, 1, 1, tzinfo=UTC)


class Deadlock(AssertionError):
    """Every task waits and no timer will ever wake one: the system would hang for ever."""


class _Selector(selectors.SelectSelector):
    """Never waits: what the loop would have slept is added to its clock instead."""

    skipped_s: float = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Deadlock
        self.skipped_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An asyncio loop on virtual time, which starts at 0 s."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Seconds that have been skipped so far."""
        return self._virtual.skipped_s


class _Task(asyncio.Task[T]):
    """Hashes by its number, not by its address: sets of tasks are walked in the same order in every run."""

    _numbers = itertools.count()

    def __init__(self, *args: Any, **named: Any) -> None:
        self._number = next(_Task._numbers)
        super().__init__(*args, **named)

    def __hash__(self) -> int:
        return self._number


class VirtualClock:
    """The clock of a simulated machine; `skew` is by how much it is wrong."""

    def __init__(self, skew: timedelta = timedelta()) -> None:
        self._skew = skew

    def now(self) -> datetime:
        """The loop's time as a date."""
        return START + timedelta(seconds=asyncio.get_running_loop().time()) + self._skew

    async def sleep(self, seconds_s: float) -> None:
        """Wait on the loop's time."""
        await asyncio.sleep(seconds_s)


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        # A task of a killed process ends with nobody to ask for its result: that is what being killed means.
        runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        _Task._numbers = itertools.count()
        runner.get_loop().set_task_factory(lambda loop, coro, **named: _Task(coro, loop=loop, **named))
        return runner.run(main)
