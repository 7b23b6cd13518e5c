"""Makes a document fit to be published: small figures are taken out, and those that would give them away with them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from services.domain.statistics.definition import Definition
from services.domain.statistics.document import digest
from services.domain.statistics.hiding import Node, Place, hidden_places
from services.domain.statistics.moves import known_sums

BELOW: Final = 5


class Unpublishable(ValueError):
    """A document that cannot be published as it is; its text says what to do."""


def publish(definition: Definition, document: Mapping[str, Any], *, below: int = BELOW) -> dict[str, Any]:
    """The document without its figures from 1 to `below` - 1 and without those that would give them away.

    They are null and listed in `suppressed`, by row and cell. Zero says nothing of anyone and stays; a share stays
    where both its cells do. Hashes of lists are taken out and the hash is the new document's own: with either, what
    is missing could be found by trying. No reader of this one document can work out a missing figure; whoever also
    has one that cuts the same dossiers otherwise, or one of the next period (which carries over what this one left in
    hand), may. Raises Unpublishable.
    """
    if below < 2:
        raise Unpublishable(f"small figures are those from 1 up to below a bound of 2 or more, not {below}")
    if definition.known_bugs:
        raise Unpublishable(
            f"{definition.name} counts as a deployed program does, so that its figures can be explained; they are not "
            "for publication: publish II.06a"
        )
    if document["breaches"]:
        raise Unpublishable("identities of the form do not hold, and such figures must not be published")
    by = document["identity"]["by"]
    if "month" in by:
        raise Unpublishable(
            "figures by month cannot be published: what is carried over into a month tells what was in hand before it; "
            "leave month out"
        )
    published = deepcopy(dict(document))
    rows: dict[Node, dict[str, Any]] = {
        tuple(row["row"][name] for name in by[: len(row["row"])]): row
        for row in (published["total"], *published["rows"])
    }
    hidden = _hidden(definition, rows, below)
    suppressed = []
    for node, row in rows.items():
        row.pop("hashes", None)
        gone: set[str] = set()
        for cell in definition.cells:
            # What is made of figures comes after them, and would tell them.
            if (node, cell.key) in hidden or not gone.isdisjoint(cell.made_of):
                gone.add(cell.key)
                if row[cell.key] is not None:
                    row[cell.key] = None
                    suppressed.append({"row": dict(row["row"]), "cell": cell.key})
    for one in published["unseated"]:
        one["dossiers"] = None
    published["identity"]["publish"] = {"below": below}
    published["suppressed"] = suppressed
    return {**published, "hash": digest(published)}


def _hidden(definition: Definition, rows: Mapping[Node, Mapping[str, Any]], below: int) -> set[Place]:
    counted = [cell.key for cell in definition.cells if not cell.made_of]
    beneath: dict[Node, list[Mapping[str, Any]]] = {node: [] for node in rows}
    for node, row in rows.items():
        if node:
            beneath[node[:-1]].append(row)
    # How many different values there are, or what others counted, does not add up over rows.
    adding = [
        key
        for key in counted
        if all(row[key] is not None for row in rows.values())
        and all(rows[node][key] == sum(row[key] for row in some) for node, some in beneath.items() if some)
    ]
    small = {(node, key) for node, row in rows.items() for key in counted if 0 < (row[key] or 0) < below}
    # A sum over few dossiers tells of them as much as their number does.
    small |= {
        (node, cell.mean[0])
        for cell in definition.cells
        if cell.mean is not None
        for node, row in rows.items()
        if (node, cell.mean[1]) in small and row[cell.mean[0]]
    }
    figures = {node: {key: row[key] for key in adding} for node, row in rows.items()}
    placed = {place for place in small if place[1] in adding}
    return small | hidden_places(figures, known_sums(definition, list(figures.values())), placed)
