"""How every process starts, is watched and stops, so that each `__main__.py` only composes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import uvloop

from services.runtime import logging
from services.runtime.backoff import Backoff
from services.runtime.clock import Clock, SystemClock
from services.runtime.collector import calm_collector
from services.runtime.health import Health
from services.runtime.http import HttpServer, face
from services.runtime.metrics import Metrics
from services.runtime.settings import ProcessSettings, SettingsError

EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
SETTLED_AFTER_S: Final = 6.0
"""A loop that ran this long goes on again: longer than a connection attempt that is going to fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Work that goes on until it is cancelled; being cancelled it finishes what is in flight and ends.

    An error listed in `retry_on` (the world's fault) is waited out with growing pauses; any other one is a defect and
    takes the process down, so that it is seen and started afresh.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    retry_on: tuple[type[Exception], ...] = ()


class LoopFailed(Exception):
    """A loop ended with an error nobody expected; its cause is in the log."""


class NotDrained(Exception):
    """What was in flight did not end in time; whatever is not acknowledged will be done again."""


class Process:
    """What a composition root is given."""

    def __init__(self, settings: ProcessSettings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.metrics = Metrics()
        self.health = Health(clock, self.metrics)
        self.log = logging.logger()
        self.http = HttpServer(settings, face(settings, self.health, self.metrics))
        self.stopping = asyncio.Event()

    async def supervise(self, *loops: Loop) -> None:
        """Run the loops until the process is asked to stop, then drain: requests first, loops after them.

        Ends by itself when there were loops and all have come to their end. Raises LoopFailed, NotDrained.
        """
        tasks = [asyncio.create_task(self._keep(loop), name=loop.name) for loop in loops]
        stop = asyncio.create_task(self.stopping.wait(), name="stop")
        observe = asyncio.create_task(self.health.observe(), name="health")
        try:
            await self._until_done(stop, observe, tasks)
        finally:
            # Before anything here ends them: what is cancelled by now was not told to stop, and must not look like it.
            strays = {task for task in (*tasks, observe) if task.cancelled()}
            self.stopping.set()
            await self.http.drain()
            for task in (*tasks, observe, stop):
                task.cancel()
            pending = (await asyncio.wait((*tasks, observe, stop), timeout=self.settings.drain_timeout_s))[1]
        if pending:
            raise NotDrained(", ".join(sorted(task.get_name() for task in pending)))
        for task in strays:
            self.log.error("loop failed", loop=task.get_name(), reason="cancelled, though nobody stopped it")
        failed = [
            task.get_name()
            for task in (*tasks, observe)
            if task in strays or (not task.cancelled() and task.exception() is not None)
        ]
        if failed:
            raise LoopFailed(", ".join(failed))

    async def _until_done(
        self, stop: asyncio.Task[bool], observe: asyncio.Task[None], tasks: list[asyncio.Task[None]]
    ) -> None:
        running: set[asyncio.Task[None]] = set(tasks)
        while running or not tasks:
            done, _ = await asyncio.wait((*running, observe, stop), return_when=asyncio.FIRST_COMPLETED)
            running -= done
            if done & {stop, observe} or any(task.cancelled() or task.exception() for task in done):
                return

    async def _keep(self, loop: Loop) -> None:
        backoff = Backoff()
        while True:
            settled = asyncio.create_task(self._settle(loop, backoff))
            try:
                await loop.run()
            except loop.retry_on as error:
                wait_s, reason = backoff.next_s(), f"{type(error).__name__}: {error}"
                self.health.trouble(loop.name, reason)
                self.metrics.retries.labels(loop.name).inc()
                self.log.warning("waiting", loop=loop.name, wait_s=round(wait_s, 2), reason=reason)
                settled.cancel()
                await self.clock.sleep(wait_s)
            except Exception:
                self.log.exception("loop failed", loop=loop.name)
                raise
            else:
                return
            finally:
                settled.cancel()

    async def _settle(self, loop: Loop, backoff: Backoff) -> None:
        await self.clock.sleep(SETTLED_AFTER_S)
        self.health.clear(loop.name)
        backoff.reset()


Main = Callable[[Process], Awaitable[None]]


def run(name: str, main: Main) -> None:
    """Be the process `name` until SIGTERM or SIGINT. Never returns an exit code other than by SystemExit."""
    try:
        settings = ProcessSettings.from_env(name)
        logging.configure(settings.log_format, process=name, instance=settings.instance)
        calm_collector()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(settings, main))
    except SettingsError as error:
        sys.stderr.write(f"{name}: {error}\n")
        raise SystemExit(EXIT_USAGE) from None
    except LoopFailed:
        raise SystemExit(EXIT_FAILED) from None
    except Exception:  # noqa: BLE001 - the last one there is: what nobody expected is logged whole, and the exit says so
        logging.logger().exception("failed")
        raise SystemExit(EXIT_FAILED) from None


async def _run(settings: ProcessSettings, main: Main) -> None:
    process = Process(settings, SystemClock())
    running = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, process.stopping.set)
    process.http.start()
    process.log.info("started", port=process.http.port, pid=os.getpid())
    work = asyncio.ensure_future(main(process))
    stop = asyncio.create_task(process.stopping.wait())
    try:
        await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
        # A stop during start-up finds nobody in `supervise`: what main still opens is cancelled after the drain time.
        await asyncio.wait_for(work, 2 * settings.drain_timeout_s)
        process.log.info("stopped")
    except (TimeoutError, NotDrained) as error:
        # Cancelled tasks that do not end would keep the loop, and with it the process, for ever.
        process.log.error("not drained in time", reason=str(error))
        sys.stderr.flush()
        os._exit(EXIT_FAILED)
    finally:
        stop.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await process.http.drain()
