"""What a person reads as a table another program reads as one JSON document: there is no command without `--json`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from services.operator.__main__ import app


def leaves(group: TyperGroup, *words: str) -> Iterator[tuple[str, list[str]]]:
    """Every command that does something, by the words that call it, with its options."""
    for name, below in group.commands.items():
        if isinstance(below, TyperGroup):
            yield from leaves(below, *words, name)
        else:
            yield " ".join((*words, name)), [option for parameter in below.params for option in parameter.opts]


TREE = get_command(app)
assert isinstance(TREE, TyperGroup)
OPTIONS = dict(leaves(TREE))


def test_the_tree_is_walked_to_its_ends() -> None:
    assert {"status", "why", "parked redrive", "subscriber unpark", "keys revoke"} <= OPTIONS.keys()


@pytest.mark.parametrize("words", sorted(OPTIONS))
def test_a_command_can_answer_in_json(words: str) -> None:
    assert "--json" in OPTIONS[words]
