"""What takes long shows how far it is, to whoever watches: a bar on the terminal's standard error, none in `--json`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.observations import make_observation
from services.event_store.memory import MemoryEventStore
from services.operator import rebuild
from services.operator.__main__ import main
from services.operator.import_ import until_recorded
from services.projections.keep import Keeper
from services.projections.memory import MemoryReadModels
from tests.unit.projections.made_log import T0, MadeLog
from tests.unit.sources.conftest import HEAD, ROWS

Watched = Callable[[Callable[[], object]], str]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """`watched(work)`: everything that a terminal as standard error is told meanwhile."""
    for name in ("TTY_COMPATIBLE", "TTY_INTERACTIVE", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")

    def watch(work: Callable[[], object]) -> str:
        with ThreadPoolExecutor(1) as reader, monkeypatch.context() as patch:
            ours, theirs = os.openpty()
            told = reader.submit(_read_all, ours)
            with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
                patch.setattr(sys, "stderr", terminal)
                work()
            return told.result()

    return watch


def _read_all(end: int) -> str:
    told = b""
    try:
        while more := os.read(end, 65536):
            told += more
    except OSError:
        pass  # how Linux says that nobody holds the other end any more
    finally:
        os.close(end)
    return told.decode()


def khop(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr(sys, "argv", ["khop", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0


@pytest.fixture
def checked(tmp_path: Path) -> tuple[object, ...]:
    """The words of a command that reads a file."""
    (tmp_path / "m.toml").write_text(HEAD + ROWS, encoding="utf-8")
    (tmp_path / "acts.csv").write_text("id,code,status,at\n1,H-1,moi,2024-05-13T09:00:00\n")
    return "import", tmp_path / "acts.csv", "--mapping", tmp_path / "m.toml", "--check"


def test_an_import_draws_how_much_of_the_file_is_read(
    watched: Watched, checked: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = watched(lambda: khop(monkeypatch, *checked))
    assert "Kiểm tra · checking acts.csv (acts)" in drawn
    assert "━━━━" in drawn
    assert "100%" in drawn[drawn.index("  0%") :]
    assert drawn.endswith(GONE)


def test_an_import_draws_how_much_of_what_it_published_the_log_holds(watched: Watched) -> None:
    log = province()
    store = asyncio.run(stored(log))
    last = log.events[-1]
    said = make_observation(
        tenant=log.tenant,
        system="one-stop",
        code="H-2",
        act="accepted",
        occurred_at=T0,
        observed_at=last.observedtime,
        data={},
    )
    assert said.id == last.id

    def wait() -> None:
        database: Any = SimpleNamespace(store=store)
        asyncio.run(until_recorded(database, said, published=2, before=1, patience_s=0, quiet=False))

    drawn = watched(wait)
    assert "Chờ ghi nhận · waiting for the log" in drawn
    assert "2/2" in drawn[drawn.index("0/2") :]


def test_a_rebuild_draws_how_far_in_the_log_it_is(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    rebuilt_in_memory(monkeypatch)
    drawn = watched(lambda: khop(monkeypatch, "rebuild", "dossiers"))
    assert "lang-son: dossiers" in drawn
    assert "━━━━" in drawn
    assert "3/3" in drawn[drawn.index("0/3") :]
    assert drawn.endswith(GONE)


def test_nothing_is_drawn_beside_a_document(
    watched: Watched, checked: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuilt_in_memory(monkeypatch)
    assert watched(lambda: khop(monkeypatch, *checked, "--json")) == ""
    assert watched(lambda: khop(monkeypatch, "rebuild", "dossiers", "--json")) == ""


GONE = "\x1b[1A\x1b[2K"
"""One line up, and that line erased: no bar stays above what the command says."""


def province() -> MadeLog:
    log = MadeLog()
    log.connect(("one-stop", "one_stop"))
    log.say("one-stop", "H-1", "accepted", T0)
    log.say("one-stop", "H-2", "accepted", T0)
    return log


async def stored(log: MadeLog) -> MemoryEventStore:
    store = MemoryEventStore()
    async with store.writer(log.tenant) as writer:
        await writer.append(log.stored(), log.identity())
    return store


def rebuilt_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds a small province in memory where it would open the database."""
    log, models = province(), MemoryReadModels()
    store = asyncio.run(stored(log))
    asyncio.run(Keeper(store, models).catch_up(log.tenant, up_to=len(log.events)))

    @asynccontextmanager
    async def opened(_: object) -> AsyncIterator[Any]:
        yield SimpleNamespace(store=store, pool=None)

    monkeypatch.setenv("KHOP_POSTGRES_DSN", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(rebuild, "open_database", opened)
    monkeypatch.setattr(rebuild, "PostgresReadModels", lambda _: models)
