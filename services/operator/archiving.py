"""Keeps what `khop report` prints, before it is printed: a report that was handed in is never one that is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.archive.port import Archive, Entry, Printed
from services.domain.statistics.document import digest
from services.operator.screen import json_text


async def archive(into: Archive, document: Mapping[str, Any], *, at: datetime) -> None:
    """Keep a report's document as `--json` prints it. Raises DatabaseUnavailable."""
    identity = document["identity"]
    entry = Entry(
        tenant=identity["tenant"],
        hash=digest(document),
        definition=identity["definition"],
        version=identity["version"],
        first=date.fromisoformat(identity["from"]),
        last=date.fromisoformat(identity["to"]),
        position=identity["position"],
        printed_at=at,
    )
    await into.keep(Printed(entry=entry, body=json_text(document).encode()))
