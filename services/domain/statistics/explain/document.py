"""A bridge as a document: both sides, each cell with its reasons, the largest first, and a hash over all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.domain.statistics.definition import Words
from services.domain.statistics.document import digest
from services.domain.statistics.explain.bridge import Bridge, Span
from services.domain.statistics.explain.way import Way

FORMAT: Final = 1
SHOWN: Final = 5
"""How many dossiers of a reason are named where not all are asked for."""


def explanation(
    a: Mapping[str, Any],
    b: Mapping[str, Any],
    bridges: Sequence[Bridge],
    *,
    left_out: Mapping[str, Words],
    also: Sequence[Mapping[str, Any]] = (),
    everything: bool = False,
) -> dict[str, Any]:
    """The document. `left_out`: cells for which there is no bridge, and why. `also`: readings that fit a number too.

    Each reason has the hash of its whole list of dossiers, and the first of them, or all with `everything`.
    """
    document = {
        "format": FORMAT,
        "a": dict(a),
        "b": dict(b),
        "cells": [
            {
                "cell": {"a": found.cells[0], "b": found.cells[1]},
                "a": found.a,
                "b": found.b,
                "difference": found.b - found.a,
                "reasons": [_reason(span, everything=everything) for span in found.spans],
            }
            for found in bridges
        ],
        "left_out": {key: words._asdict() for key, words in left_out.items()},
        "readings": [dict(one) for one in also],
    }
    return {**document, "hash": digest(document)}


def side(way: Way) -> dict[str, Any]:
    """What identifies a side that is counted."""
    request = way.request
    return {
        "definition": way.definition.name,
        "version": way.definition.version,
        "tenant": request.tenant,
        "from": request.first.isoformat(),
        "to": request.last.isoformat(),
        "zone": request.zone,
        "due": request.due,
        "mode": request.mode,
        "agency": request.agency,
        "switches": dict(sorted(way.question.switches.items())),
        "without": sorted(way.mended),
        "calendar": None if request.calendar is None else "@".join(request.calendar),
        "position": request.position,
    }


def _reason(span: Span, *, everything: bool) -> dict[str, Any]:
    def shown(lines: tuple[str, ...]) -> list[str]:
        return list(lines if everything else lines[:SHOWN])

    return {
        **span.reason._asdict(),
        "difference": span.difference,
        "dossiers": span.dossiers,
        "more_in_a": {"dossiers": len(span.more_in_a), "codes": shown(span.more_in_a)},
        "more_in_b": {"dossiers": len(span.more_in_b), "codes": shown(span.more_in_b)},
        "list_hash": span.hash,
    }
