"""What is published of any definition gives nobody away, and no sum that always holds is one it does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import polars as pl
import pytest

from services.domain.statistics.count import count, mark
from services.domain.statistics.definition import Cell, Definition, Dimension, Identity
from services.domain.statistics.publish import Unpublishable, publish
from services.domain.statistics.registry import all_definitions
from tests.unit.statistics.any_cases import any_cases, question_of
from tests.unit.statistics.documents import made
from tests.unit.statistics.test_publish import Unknown, given_away

DEFINITIONS = [versions[-1] for versions in all_definitions().values()]
OFFICIAL = [one for one in DEFINITIONS if not one.known_bugs]
CASES = any_cases(seed=5, many=20_000)


def named(definition: Definition) -> str:
    return definition.name


def rank(vectors: Sequence[Sequence[int]]) -> int:
    """How many of them are independent, reckoned with fractions."""
    lines: list[tuple[int, list[Fraction]]] = []
    for vector in vectors:
        left = [Fraction(one) for one in vector]
        for pivot, line in lines:
            if left[pivot]:
                left = [one - left[pivot] * other for one, other in zip(left, line, strict=True)]
        pivot = next((at for at, one in enumerate(left) if one), -1)
        if pivot >= 0:
            lines.append((pivot, [one / left[pivot] for one in left]))
    return len(lines)


@pytest.mark.parametrize("definition", OFFICIAL, ids=named)
def test_every_sum_that_holds_for_all_dossiers_is_declared(definition: Definition) -> None:
    """Dossiers as vectors of their cells: what they leave of the space is what always holds, and no more is declared.

    A reader of the law can tell any such sum, and one that publishing does not reckon with would give figures away.
    """
    keys = [cell.key for cell in definition.cells if cell.measured]
    marked = mark(CASES, definition, question_of(definition)).select(f"#{key}" for key in keys).unique()
    declared = [
        [(key in one.left) - (key in one.right) for key in keys]
        for one in definition.identities
        # Not within one row: what came to an agency is what left another.
        if one.text != "11 kỳ trước = 6 + đã xóa"
    ]
    # Transfers are in as many dossiers as out.
    moved = [[(key == "transferred_in") - (key == "transferred_out") for key in keys]]
    assert rank(marked.rows()) + rank([*declared, *moved]) == len(keys)


@pytest.mark.parametrize("definition", OFFICIAL, ids=named)
@pytest.mark.parametrize("seed", range(12))
def test_what_is_published_of_any_definition_gives_nobody_away(definition: Definition, seed: int) -> None:
    """With as few dossiers as 20 nearly all figures are small, with 300 few are."""
    by = (("agency",), ("level", "agency"), ("agency", "procedure"))[seed % 3]
    assert not published_away(definition, any_cases(seed, many=(20, 60, 300)[seed % 3]), by)


@pytest.mark.parametrize("seed", range(100, 140))
def test_a_figure_is_not_read_off_its_twin(seed: int) -> None:
    """Of what was received, 4.1 leaves out the same dossiers as 3.6, and 4.2 has the whole of 4.3."""
    [definition] = [one for one in OFFICIAL if one.name == "766"]
    twins = (Identity("=", ("4.2.whole",), ("4.3.whole",)), Identity("=", ("4.1.left_out",), ("3.6.left_out",)))
    cases = any_cases(seed, many=(15, 40)[seed % 2])
    assert not published_away(definition, cases, ("level", "agency"), twins, given="received")


def published_away(
    definition: Definition,
    cases: pl.DataFrame,
    by: tuple[Dimension, ...],
    more: tuple[Identity, ...] = (),
    **switches: str,
) -> set[Unknown]:
    """What a reader who knows the identities, and more, works out of what is published of these cases."""
    question = question_of(definition, **switches)
    counted = count(cases, definition, question, by=by)
    assert not counted.breaches
    whole = made(definition, counted, by=by)
    published = publish(definition, whole)
    for before, after in zip(whole["rows"], published["rows"], strict=True):
        for cell in definition.cells:
            if cell.measured and before[cell.key] in range(1, 5):
                assert after[cell.key] is None
    # How many different values there are does not add up over rows; what others counted is known to everyone.
    adding = tuple(cell for cell in definition.cells if not (cell.distinct or cell.given or _not_known(cell, whole)))
    missing = [one for one in published["suppressed"] if one["cell"] in {cell.key for cell in adding}]
    known = replace(definition, cells=adding, identities=(*definition.identities, *more))
    return given_away(known, {**published, "suppressed": missing})


def _not_known(cell: Cell, whole: dict[str, dict[str, object]]) -> bool:
    return not cell.made_of and whole["total"][cell.key] is None


@pytest.mark.parametrize("definition", [one for one in DEFINITIONS if one.known_bugs], ids=named)
def test_figures_of_deployed_programs_are_not_published(definition: Definition) -> None:
    whole = made(definition, count(CASES.head(100), definition, question_of(definition), by=()))
    with pytest.raises(Unpublishable, match="they are not for publication"):
        publish(definition, whole)
