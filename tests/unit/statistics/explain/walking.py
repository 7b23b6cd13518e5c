"""Walks between ways over hand-made dossiers, of which more is known at a later position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from services.domain.dossier import Fact
from services.domain.fold import fold
from services.domain.statistics.cases import cases_of, with_later_ones
from services.domain.statistics.document import Request
from services.domain.statistics.explain.bridge import Bridge
from services.domain.statistics.explain.walk import Cells, Walk
from services.domain.statistics.explain.way import Place, Way
from services.domain.statistics.registry import find
from tests.builders import TENANT, connected

Told = Mapping[str, Sequence[tuple[int, Fact]]]
"""Line of a dossier → its facts, each with the position at which it became known."""
END = 1_000


def way(name: str, *, mended: Sequence[str] = (), **asked: Any) -> Way:
    """A definition by name, of May 2024 at the end of the log unless something else is asked."""
    definition = find(name)
    switches = {switch.name: switch.default for switch in definition.switches}
    known = {"tenant": TENANT, "first": date(2024, 5, 1), "last": date(2024, 5, 31), "zone": "Asia/Ho_Chi_Minh"}
    request = Request(**known | {"position": END} | asked | {"switches": switches | asked.get("switches", {})})  # type: ignore[arg-type]
    return Way(definition=definition, request=request, mended=frozenset(mended))


def frame(told: Told, one: Way) -> pl.DataFrame:
    """The cases that a way is counted on; nothing is declared of agencies and procedures."""
    asked, dossiers = one.question, []
    for line, facts in told.items():
        system, _, code = line.partition("/")
        known = [fact for position, fact in facts if position <= one.request.position]
        segments = fold(known, connected()).segments
        if segments:
            dossiers.append((segments, (system, code)))
    cases = with_later_ones(cases_of(dossiers, opens=asked.opens, closes=asked.closes, latest=True))
    nowhere = [pl.lit(None, dtype=pl.String).alias(name) for name in ("level", "before_level", "field")]
    line_of = pl.concat_str("system", pl.lit("/"), "code").alias("line")
    return cases.select(line_of, pl.all().exclude("system", "code"), *nowhere)


def walked(told: Told, a: Way, b: Way, *cells: Cells, names: Mapping[str, str] | None = None) -> list[Bridge]:
    """The bridges from `a` to `b`, of all common cells unless some are named."""
    walk = Walk(a, b)
    frames: dict[Place, pl.DataFrame] = {}
    for one in walk.ways:
        if one.place not in frames:
            frames[one.place] = frame(told, one)
    return walk.bridges(frames, cells or walk.common(), names=names or {})


def told_of(found: Bridge) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Name of each reason → its difference and the dossiers it moves."""
    return {
        span.reason.name: (span.difference, tuple(sorted((*span.more_in_b, *span.more_in_a)))) for span in found.spans
    }
