"""Makes a document fit to be published: small figures are taken out, and those that would give them away with them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from services.domain.statistics.definition import Definition
from services.domain.statistics.document import digest
from services.domain.statistics.hiding import Node, hidden_places
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
    measured = [cell.key for cell in definition.cells if cell.share is None and cell.key not in document["unknown"]]
    figures = {node: {key: row[key] for key in measured} for node, row in rows.items()}
    hidden = hidden_places(figures, known_sums(definition, list(figures.values())), below=below)
    suppressed = []
    for node, row in rows.items():
        row.pop("hashes", None)
        for cell in definition.cells:
            if row[cell.key] is not None and any((node, key) in hidden for key in cell.share or (cell.key,)):
                row[cell.key] = None
                suppressed.append({"row": dict(row["row"]), "cell": cell.key})
    for one in published["unseated"]:
        one["dossiers"] = None
    published["identity"]["publish"] = {"below": below}
    published["suppressed"] = suppressed
    return {**published, "hash": digest(published)}
