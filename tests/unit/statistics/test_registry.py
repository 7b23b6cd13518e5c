"""Definitions are found by name, however it is written, and a wrong name is answered with the nearest ones."""

import pytest

from services.domain.statistics.facts import in_words
from services.domain.statistics.registry import UnknownDefinition, all_definitions, find


def test_case_and_punctuation_do_not_matter() -> None:
    assert find("ii06a") is find("II.06a") is find("II.06A")


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownDefinition, match=r"'II\.06b' is no definition; did you mean II\.06a"):
        find("II.06b")
    with pytest.raises(UnknownDefinition, match=r"II\.06a has no version 9; it has 1"):
        find("II.06a", version=9)


@pytest.mark.parametrize("name", sorted(all_definitions()))
def test_every_cell_is_measured_or_made_of_those_before_it_and_its_needs_have_words(name: str) -> None:
    from tests.unit.statistics.asking import asked

    for definition in all_definitions()[name]:
        counted = asked(definition)
        measured = set(counted.total.hashes)
        before: set[str] = set()
        for cell in definition.cells:
            assert (cell.key in measured) == cell.measured
            assert set(cell.made_of) <= before
            assert all(in_words(need).vi for need in (*cell.needs, *([cell.given] if cell.given else ())))
            before.add(cell.key)
        for identity in definition.identities:
            assert {*identity.left, *identity.right} <= measured
        assert len({cell.key for cell in definition.cells}) == len(definition.cells)
