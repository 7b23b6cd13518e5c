"""Counts again what a kept report says, so that a bridge never starts from figures that the log does not have."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import polars as pl

from services.domain.statistics.explain.cells import summable
from services.domain.statistics.explain.way import Way


def departing(way: Way, cases: pl.DataFrame, total: Mapping[str, Any], *, known: bool) -> list[str]:
    """Keys of the cells whose figure, or whose list of dossiers, is another one than the report's total has.

    `known`: whether there are figures at all; of an heir that is not known a report tells neither figures nor lists.
    """
    hashes = total.get("hashes", {})
    if not known:
        return [key for key in summable(way.definition) if (total.get(key), hashes.get(key)) != (None, None)]
    marks = way.marks()
    found = []
    for key in summable(way.definition):
        counted = cases.select("line", marks[key].alias("#")).filter(pl.col("#") != 0)
        lines = counted["line"].sort()
        # A figure that was not known is told as none, whatever no dossier came to.
        same = total.get(key) in (int(counted["#"].sum()), None)
        if not same or hashes.get(key) != sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest():
            found.append(key)
    return found
