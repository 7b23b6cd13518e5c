"""Two hundred random provinces: the engine and the oracle agree on every cell of every row, dossier by dossier.

A failure names its seed. `KHOP_ORACLE_SEED=17 make test ARGS=tests/oracle` plays that province alone.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from typing import Any

import pytest

from services.domain.statistics.registry import find
from tests.oracle.engine import ManyCases, folded, reference, report, rows_of
from tests.oracle.oracle import Asked, Labels, Oracle, Rows
from tests.oracle.province import EDGES, Province, edge_of, province
from tests.oracle.systems import Told, told

ONE = os.environ.get("KHOP_ORACLE_SEED")
SEEDS = range(1, 201) if ONE is None else [int(ONE)]
PERIODS = {
    date(2025, 7, 1): (
        *((date(2025, 4, 1), date(2025, 4, 30)), (date(2025, 5, 1), date(2025, 5, 31))),
        *((date(2025, 6, 1), date(2025, 6, 30)), (date(2025, 7, 1), date(2025, 7, 31))),
        *((date(2025, 8, 1), date(2025, 8, 31)), (date(2025, 9, 1), date(2025, 9, 30))),
        *((date(2025, 4, 1), date(2025, 6, 30)), (date(2025, 7, 1), date(2025, 9, 30))),
        (date(2025, 4, 1), date(2025, 9, 30)),
    ),
    date(2024, 1, 1): (
        *((date(2023, 10, 1), date(2023, 10, 31)), (date(2023, 11, 1), date(2023, 11, 30))),
        *((date(2023, 12, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 1, 31))),
        *((date(2024, 2, 1), date(2024, 2, 29)), (date(2024, 3, 1), date(2024, 3, 31))),
        *((date(2023, 10, 1), date(2023, 12, 31)), (date(2024, 1, 1), date(2024, 3, 31))),
        (date(2023, 10, 1), date(2024, 3, 31)),
    ),
}
TREES = (("province", "agency"), ("province", "level", "field", "procedure"), ("province", "channel"))
"""What is asked by; a tree's consolidated rows are those of its beginnings."""
DEFINITIONS = {"II.06a": "ii06a", "four-figures": "four_figures"}
"""Name of a definition → the file that says it once more."""
SHARES = {
    "four-figures": {
        "online_share": ("received_online", "received"),
        "in_time_share": ("resolved_in_time", "resolved"),
    }
}
READINGS: tuple[tuple[tuple[Any, ...], Any], ...] = (
    (("instant", "as_was", "12", "by_due_date"), TREES),
    (("day", "as_is", "12", "by_due_date"), TREES[:1]),
    (("day", "as_was", "9", "on_time"), TREES[:1]),
)
"""Due date, agency mode and the two switches, each value somewhere; and by what it is asked."""


class Provinces:
    """Those of one edge, told and folded, beside the tables of their truth."""

    def __init__(self, edge: date) -> None:
        self.made: list[tuple[Province, list[Told]]] = [
            (made, told(made)) for made in (province(seed) for seed in SEEDS if edge_of(seed) == edge)
        ]
        self.cases = ManyCases([one for _, said in self.made for one in folded(said)])
        self.declared = reference(one for _, said in self.made for one in said)
        self.oracle = Oracle(self.made)
        self.oracle.know()


@pytest.fixture(scope="module", params=EDGES, ids=str)
def provinces(request: pytest.FixtureRequest) -> tuple[date, Provinces]:
    """Half of the provinces."""
    return request.param, Provinces(request.param)


def differences(ours: Rows, theirs: Rows) -> list[str]:
    """Each cell in which they differ, with the seed to play it by."""
    found = []
    for labels in sorted({*ours, *theirs}, key=str):
        mine, right = ours.get(labels), theirs.get(labels)
        for cell in right or mine or ():
            if mine is None or right is None or mine[cell] != right[cell]:
                one, other = (None if row is None else row[cell].figure for row in (mine, right))
                seed = str(labels[0]).removeprefix("H")
                found.append(f"KHOP_ORACLE_SEED={seed} {labels} {cell}: engine {one}, oracle {other}")
    return found


def shares(document: dict[str, Any], by: tuple[str, ...]) -> dict[tuple[Labels, str], float | None]:
    """The shares that a document prints in its rows of these labels."""
    printed = SHARES.get(document["identity"]["definition"], {})
    rows = [row for row in document["rows"] if tuple(row["row"]) == by]
    return {(tuple(row["row"].values()), share): row[share] for row in rows for share in printed}


def in_percent(of: int, whole: int) -> float | None:
    """With two decimals, a half rounded up; of nothing there is no share."""
    return None if whole == 0 else (20_000 * of + whole) // (2 * whole) / 100


def test_every_cell_of_every_row_is_the_same(provinces: tuple[date, Provinces]) -> None:
    edge, there = provinces
    wrong: list[str] = []
    filled: Counter[str] = Counter()
    for first, last in PERIODS[edge]:
        for reading, trees in READINGS:
            asked = Asked(first, last, *reading)
            for name, file in DEFINITIONS.items():
                for tree in trees if find(name).switches or reading[2:] == READINGS[0][0][2:] else ():
                    document = report(there.cases, find(name), asked, tree, there.declared)
                    assert not document["breaches"]
                    depths = [tree[:depth] for depth in range(1, len(tree) + 1)]
                    for by, right in zip(depths, there.oracle.count(file, asked, depths), strict=True):
                        found = differences(rows_of(document, by), right)
                        wrong += [f"{name} {first}..{last} {reading} {each}" for each in found]
                        assert shares(document, by) == {
                            (labels, share): in_percent(row[of].figure, row[whole].figure)
                            for labels, row in right.items()
                            for share, (of, whole) in SHARES.get(name, {}).items()
                        }
                        for row in right.values():
                            filled.update({f"{name}/{cell}": each.figure for cell, each in row.items()})
    assert not wrong, f"{len(wrong)} cells differ:\n" + "\n".join(wrong[:40])
    # A cell that stayed empty in all provinces would have been compared with nothing.
    assert ONE is not None or min(filled.values()) > 0, filled


def test_every_province_holds_every_scenario() -> None:
    for seed in SEEDS:
        made = province(seed)
        assert {dossier.scenario.split(" ")[0] for dossier in made.dossiers} >= {str(number) for number in range(1, 16)}
        assert 20 <= len(made.dossiers) <= 60
        assert 3 <= len(made.agencies) <= 6
        assert 4 <= len(made.procedures) <= 8
