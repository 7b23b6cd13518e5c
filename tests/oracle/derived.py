"""What is worked out from counted figures, once more: shares, points and means as the sources give their formulas."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from tests.oracle.oracle import NOBODY, Behind

Derived = dict[str, float | None]
Row = Mapping[str, Behind]

_SHARES: Final = {
    "four-figures": {
        "online_share": ("received_online", "received"),
        "in_time_share": ("resolved_in_time", "resolved"),
    },
    "766-2.1": {"rate": ("on_time", "judged")},
    "digitisation": {
        "components.rate": ("components.done", "components.due"),
        "results.rate": ("results.done", "results.due"),
        "rate": ("done", "due"),
    },
    "signing": {"rate": ("signed_digitally", "issued")},
}
_INDICES: Final[Mapping[str, tuple[int, int] | None]] = {
    "2.1": (20, 100),
    "3.2": None,
    "3.6": (6, 100),
    "4.1": (6, 100),
    "4.2": (4, 80),
    "4.3": (2, 80),
    "4.5a": (2, 100),
    "4.5b": (2, 100),
}
"""QĐ 766: index → its points, and the rate at which all of them are reached. Score = rate × points / threshold."""


def derived(definition: str, row: Row, *, reported: int | None = None) -> Derived:
    """Every figure of a row that no dossiers stand behind. `reported`: what the row's agency reported as received."""
    if definition == "766":
        return _indices(row, reported)
    if definition == "766-2.2":
        # In days of 24 hours.
        return {"mean_days": rounded(_ratio(row, "seconds", "finished"), 86_400)}
    return {
        cell: rounded(_ratio(row, of, whole), Fraction(1, 100))
        for cell, (of, whole) in _SHARES.get(definition, {}).items()
    }


def _indices(row: Row, reported: int | None) -> Derived:
    synced = _figure(row, "1.4.synced")
    # The larger of what was reported to the Government and what is on the national portal.
    whole = None if reported is None else max(synced, reported)
    sync = Fraction(synced, whole) if whole else None
    online = _ratio(row, "3.3.of", "3.3.whole")
    both = None if sync is None or online is None else sync * online
    found: Derived = {
        "1.4.reported": reported,
        "1.4.whole": whole,
        "1.4.rate": rounded(sync, Fraction(1, 100)),
        "1.4.score": _points(sync, 6, 100),
        "3.3.rate": rounded(online, Fraction(1, 100)),
        "3.3.synced_rate": rounded(both, Fraction(1, 100)),
        "3.3.attained": _points(both, 100, 50),
        "3.3.score": None,
        "4.4.of": None,
        "4.4.rate": None,
        "4.4.score": None,
    }
    for index, points in _INDICES.items():
        rate = _ratio(row, f"{index}.of", f"{index}.whole")
        found[f"{index}.rate"] = rounded(rate, Fraction(1, 100))
        found[f"{index}.score"] = None if points is None else _points(rate, *points)
    return found


def _figure(row: Row, cell: str) -> int:
    return row.get(cell, NOBODY).figure


def _ratio(row: Row, of: str, whole: str) -> Fraction | None:
    return Fraction(_figure(row, of), _figure(row, whole)) if _figure(row, whole) else None


def _points(rate: Fraction | None, most: int, threshold: int) -> float | None:
    return None if rate is None else rounded(min(Fraction(most), rate * 100 * most / threshold), 1)


def rounded(ratio: Fraction | None, unit: Fraction | int) -> float | None:
    """How often the unit goes into it, with two decimals, a half rounded up; of nothing there is no share."""
    return None if ratio is None else int(ratio / unit * 100 + Fraction(1, 2)) / 100
