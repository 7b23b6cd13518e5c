"""A source in one folder: files, their mapping, and what reading them comes to."""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.observations import Observation, parse_observation
from services.messaging.port import Record
from services.parking.memory import MemoryQuarantine
from services.parking.port import Quarantined
from services.sources.file import parts
from services.sources.importing import import_files
from services.sources.mapping import SourceMapping, load_mapping
from services.sources.memory import MemoryContentMemory
from services.sources.reading import Tally
from services.sources.redriving import redrive

HEAD = """
[source]
tenant = "lang-son"
system = "one-stop"
kind = "one_stop"
zone = "Asia/Ho_Chi_Minh"
"""

ROWS = """
[[rows]]
name = "dossiers"
files = "dossiers*"
code = "code"
channel = "channel"

[[rows.act]]
act = "accepted"
at = "accepted"
once = true
data.due_at = "due"

[[rows]]
name = "acts"
files = "acts*"
code = "code"

[[rows.act]]
status_from = "status"
at = "at"
id = "id"

[status_map]
moi = 1
xong = 9

[channel_map]
mang = "online"
quay = "direct"
"""


@dataclass
class Office:
    """One source whose files are read again and again; what it published and what waits."""

    folder: Path
    said: list[Observation] = field(default_factory=list)
    memory: MemoryContentMemory = field(default_factory=MemoryContentMemory)
    quarantine: MemoryQuarantine = field(default_factory=MemoryQuarantine)
    now: datetime = datetime(2024, 6, 1, tzinfo=UTC)
    rules: str = HEAD + ROWS

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        assert topic == "khop.observations.v1"
        self.said += [parse_observation(record.value) for record in records]

    def mapping(self) -> SourceMapping:
        (self.folder / "m.toml").write_text(self.rules, encoding="utf-8")
        return load_mapping(self.folder / "m.toml")

    def write(self, name: str, content: str | bytes) -> Path:
        data = content.encode() if isinstance(content, str) else content
        path = self.folder / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    def take(self, *files: Path) -> Tally:
        """Import the files, a day after the last time."""
        self.now += timedelta(days=1)
        mapping = self.mapping()
        return asyncio.run(
            import_files(
                mapping,
                parts(mapping, files),
                source="m.toml",
                publisher=self,
                memory=self.memory,
                quarantine=self.quarantine,
                observed_at=self.now,
                told=lambda _part, _read: None,
            )
        )

    def redrive(self) -> tuple[int, list[str]]:
        """How many rows were released, and why the others still wait."""
        mapping = self.mapping()
        done = asyncio.run(
            redrive(
                self.waiting(),
                mapping_for=lambda _: mapping,
                publisher=self,
                memory=self.memory,
                quarantine=self.quarantine,
            )
        )
        return len(done.released), [reason for _, reason in done.waiting]

    def waiting(self) -> list[Quarantined]:
        return asyncio.run(self.quarantine.list())

    def acts(self) -> list[tuple[str, str]]:
        """(act, code) of what was published, configuration aside."""
        return [(one.act, one.code) for one in self.said if one.act != "system_connected"]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)
