"""Keeps what `khop report` prints, before it is printed: a report that was handed in is never one that is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from services.archive.port import Archive, Entry, NotKept, Printed
from services.domain.statistics.document import digest
from services.operator.errors import Away, Findings
from services.operator.screen import json_text
from services.runtime.unavailable import DatabaseUnavailable

_NOT_OFFICIAL: Final = (
    "so it is not printed: a report that is not kept is not official; --no-archive shows the figures and keeps nothing"
)


async def archive(into: Archive, document: Mapping[str, Any], *, at: datetime) -> None:
    """Keep a report's document as `--json` prints it. Raises Away, Findings: then it must not be printed."""
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
    try:
        await into.keep(Printed(entry=entry, body=json_text(document).encode()))
    except DatabaseUnavailable as error:
        raise Away(f"the report was counted and could not be archived ({error}), {_NOT_OFFICIAL}") from None
    except NotKept as error:
        raise Findings(f"the report was counted and the archive does not take it ({error}), {_NOT_OFFICIAL}") from None
