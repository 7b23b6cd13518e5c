"""Maps quarantined rows again, once the mapping knows their codes: they enter with their original times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic_core import from_json

from services.messaging.port import Publisher
from services.parking.port import Quarantine, Quarantined
from services.sources.intake import Intake
from services.sources.mapping import SourceMapping
from services.sources.port import ContentMemory
from services.sources.row import Refused, Row
from services.sources.translate import Translator


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of the rows: released, or still waiting and why."""

    released: tuple[Quarantined, ...]
    waiting: tuple[tuple[Quarantined, str], ...]


async def redrive(
    rows: Sequence[Quarantined],
    *,
    mapping_for: Callable[[Quarantined], SourceMapping | str],
    publisher: Publisher,
    memory: ContentMemory,
    quarantine: Quarantine,
) -> Redriven:
    """Map each row again; `mapping_for` gives the mapping it came by, or why there is none.

    A row is settled after what it says is published: stopped half-way, it is said again under the same ids.
    """
    released: list[Quarantined] = []
    waiting: list[tuple[Quarantined, str]] = []
    # In the order in which they were seen, so that of two contents of one act the later one is the newer.
    ordered = sorted(rows, key=lambda row: (row.tenant, row.system, row.source, row.observed_at, row.id))
    for _, group in groupby(ordered, key=lambda row: (row.tenant, row.system, row.source)):
        batch = list(group)
        mapping = mapping_for(batch[0])
        translator = _translator(mapping, batch[0])
        intake = Intake(
            tenant=batch[0].tenant,
            system=batch[0].system,
            source=batch[0].source.partition("#")[0],
            manner="late",
            publisher=publisher,
            memory=memory,
            quarantine=quarantine,
        )
        for row in batch:
            reason = await _one(row, translator, intake)
            if reason is not None:
                waiting.append((row, reason))
            elif await quarantine.settle(row.id, "redriven", "the mapping knows it now"):
                released.append(row)
    return Redriven(tuple(released), tuple(waiting))


async def _one(row: Quarantined, translator: Translator | str, intake: Intake) -> str | None:
    values = from_json(row.raw)
    if not isinstance(values, dict) or values.keys() <= {"line", "line_base64"}:
        return "is no row with columns: correct it in its file, import that again and drop this"
    if isinstance(translator, str):
        return translator
    said = translator.translate(Row(row.locator, values), observed_at=row.observed_at)
    if isinstance(said, Refused):
        return f"{said.field} {said.value!r} {said.reason}"
    await intake.take(said, observed_at=row.observed_at)
    return None


def _translator(mapping: SourceMapping | str, row: Quarantined) -> Translator | str:
    if isinstance(mapping, str):
        return mapping
    name = row.source.partition("#")[2]
    for rows in mapping.rows:
        if rows.name == name:
            return Translator(mapping, rows)
    return f"the mapping has no [[rows]] named {name!r}; they had that name when the row was set aside"
