"""A machine that can die at any call of a port: before it, after it with the reply lost, or by being slow.

`Machine.guard(port)` gives the port as that machine reaches it. When the machine dies, every later call of it fails
too, so that no `finally` of a killed process can do what `kill -9` would not have let it do.
"""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from services.runtime.unavailable import DatabaseUnavailable


class Killed(BaseException):
    """The machine is gone. Not an Exception: nothing may catch it and go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often what happens, per call of a port."""

    kill: float = 0.0
    fail: float = 0.0
    """The database is away for a moment: the call never arrives, or it is done and the reply is lost."""
    delay: float = 0.3
    delay_max_s: float = 0.05
    stall: float = 0.0
    """A long pause, longer than leases and rebalances."""
    stall_s: float = 40.0


class Machine:
    """What one run of one process lives on."""

    def __init__(self, name: str, rng: random.Random, rates: Callable[[], Rates]) -> None:
        self.name = name
        self.alive = True
        self.calls = 0
        self._rng = rng
        self._rates = rates

    def guard(self, port: Any) -> Any:
        """The port with faults in front of and behind every call."""
        return _Guarded(self, port)

    def kill(self) -> None:
        """Gone from now on."""
        self.alive = False

    async def before(self) -> None:
        """Anything may happen before a call reaches the other side."""
        self.calls += 1
        self._must_live()
        await self._dawdle()
        rates = self._rates()
        if rates.stall and self._rng.random() < rates.stall:
            await asyncio.sleep(rates.stall_s)
        self._maybe_die()
        self._maybe_fail("before")

    async def after(self) -> None:
        """The other side did it; whether the reply comes is another matter."""
        await self._dawdle()
        self._maybe_die()
        self._maybe_fail("after")

    async def step(self) -> None:
        """A call to the broker, which has outages of its own."""
        self._must_live()
        await self._dawdle()
        self._maybe_die()

    def _maybe_fail(self, when: str) -> None:
        if self._rng.random() < self._rates().fail:
            raise DatabaseUnavailable(f"{self.name}: the connection broke {when} the call")

    async def _dawdle(self) -> None:
        rates = self._rates()
        if self._rng.random() < rates.delay:
            await asyncio.sleep(self._rng.random() * rates.delay_max_s)

    def _maybe_die(self) -> None:
        if self._rng.random() < self._rates().kill:
            self.alive = False
        self._must_live()

    def _must_live(self) -> None:
        if not self.alive:
            raise Killed(self.name)


class _Guarded:
    def __init__(self, machine: Machine, port: Any) -> None:
        self._machine = machine
        self._port = port

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if inspect.iscoroutinefunction(found):
            return self._call(found)
        if inspect.isasyncgenfunction(found):
            return self._iterate(found)
        if callable(found):
            return self._enter_or_call(found)
        return found

    def _call(self, method: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*args: Any, **named: Any) -> Any:
            await self._machine.before()
            result = await method(*args, **named)
            await self._machine.after()
            return result

        return call

    def _iterate(self, method: Callable[..., Any]) -> Callable[..., AsyncIterator[Any]]:
        async def iterate(*args: Any, **named: Any) -> AsyncIterator[Any]:
            await self._machine.before()
            async for item in method(*args, **named):
                yield item
                await self._machine.after()

        return iterate

    def _enter_or_call(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            result = method(*args, **named)
            return _GuardedContext(self._machine, result) if hasattr(result, "__aenter__") else result

        return call


class _GuardedContext:
    """A transaction or a held lock: dying inside ends it as the death of a connection does, without a commit."""

    def __init__(self, machine: Machine, inner: AbstractAsyncContextManager[Any]) -> None:
        self._machine = machine
        self._inner = inner

    async def __aenter__(self) -> Any:
        await self._machine.before()
        entered = await self._inner.__aenter__()
        try:
            await self._machine.after()
        except BaseException as error:
            await self._inner.__aexit__(type(error), error, error.__traceback__)
            raise
        return entered if isinstance(entered, bool | None) else self._machine.guard(entered)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if error is None:
            try:
                await self._machine.before()
            except BaseException as death:
                await self._inner.__aexit__(type(death), death, death.__traceback__)
                raise
        elif not self._machine.alive:
            # What leaves is a dead process: the other side sees a broken connection whatever was raised.
            error = Killed(self._machine.name)
            kind = Killed
        swallowed = await self._inner.__aexit__(kind, error, trace)
        await self._machine.after()
        return swallowed
