"""Counts again what a kept report says, so that a bridge never starts from figures that the log does not have."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import polars as pl

from services.domain.statistics.explain.cells import summable
from services.domain.statistics.explain.way import Way


def departing(way: Way, cases: pl.DataFrame, total: Mapping[str, Any]) -> list[str]:
    """Keys of the cells whose figure, or whose list of dossiers, is another one than the report's total has."""
    marks = way.marks()
    found = []
    for key in summable(way.definition):
        counted = cases.select("line", marks[key].alias("#")).filter(pl.col("#") != 0)
        lines = counted["line"].sort()
        # A figure that was not known is told as none, whatever no dossier came to.
        same = total.get(key) in (int(counted["#"].sum()), None)
        told = total.get("hashes", {}).get(key)
        if not same or told != sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest():
            found.append(key)
    return found
