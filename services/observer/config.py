"""Which sources this installation polls: the file that KHOP_SOURCES names."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, SecretStr

import services.sources
from contracts.codes import SystemName, TenantName
from services.observer.poll import Pace
from services.runtime.plugins import modules
from services.runtime.settings import SettingsError
from services.sources.mapping import SourceMapping, load_mapping
from services.sources.nearest import nearest
from services.sources.port import Changes
from services.sources.tables import Table, TableError, load_table


class Polled(Table):
    """One [[source]] of the file."""

    tenant: TenantName
    system: SystemName
    adapter: str
    """The file under `services/sources` that knows how to ask."""
    url: str = Field(pattern=r"^(https?|file)://")
    """A system's address, or file:///… for a folder that it exports into."""
    mapping: str | None = None
    """Another mapping than the adapter's own, relative to this file."""
    key_file: str | None = None
    """Holds the key to send as `Authorization: Bearer`, relative to this file."""
    page_rows: int = Field(default=1000, ge=1, le=5000)
    poll_s: float = Field(default=1.0, gt=0, le=3600)


class _Sources(Table):
    source: tuple[Polled, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """A source with all that polling it needs, but nothing opened yet."""

    name: str
    url: str
    key: SecretStr | None
    mapping: SourceMapping
    mapping_file: Path
    open_changes: Callable[[str, SourceMapping, SecretStr | None], AbstractAsyncContextManager[Changes]]
    pace: Pace


def read_plans(env: Mapping[str, str] = os.environ) -> list[PollPlan]:
    """The sources to poll; none where KHOP_SOURCES is not set, since an installation may only be told things.

    Raises:
        SettingsError: the file that KHOP_SOURCES names, or one that it names, cannot be used.
    """
    named = env.get("KHOP_SOURCES")
    if not named:
        return []
    path = Path(named)
    try:
        plans = [_plan(path, source) for source in load_table(path, _Sources).source]
    except TableError as error:
        raise SettingsError(str(error)) from None
    names = [plan.name for plan in plans]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"{path}: {', '.join(twice)} is listed twice; a system of a tenant is one source")
    return plans


def _plan(path: Path, source: Polled) -> PollPlan:
    known = modules(services.sources, attribute="open_changes")
    adapter = known.get(source.adapter)
    name = f"{source.tenant}/{source.system}"
    if adapter is None:
        raise TableError(f"{path}: {name}: no adapter {source.adapter!r}; {nearest(source.adapter, known)}")
    own: Path | None = getattr(adapter, "MAPPING", None)
    mapping_file = own if source.mapping is None else path.parent / source.mapping
    if mapping_file is None:
        raise TableError(f"{path}: {name}: the adapter {source.adapter!r} has no mapping of its own; say `mapping`")
    mapping = load_mapping(mapping_file, tenant=source.tenant, system=source.system)
    if not source.url.startswith("file:") and (len(mapping.rows) != 1 or mapping.rows[0].name):
        raise TableError(f"{mapping_file}: a polled system has one kind of row; keep one [[rows]] without a name")
    return PollPlan(
        name=name,
        url=source.url,
        key=None if source.key_file is None else _key(path.parent / source.key_file),
        mapping=mapping,
        mapping_file=mapping_file,
        open_changes=adapter.open_changes,
        pace=Pace(page_rows=source.page_rows, poll_s=source.poll_s),
    )


def _key(path: Path) -> SecretStr:
    try:
        return SecretStr(path.read_text(encoding="utf-8").strip())
    except OSError as error:
        raise TableError(f"{path}: the key cannot be read: {error.strerror}") from None
