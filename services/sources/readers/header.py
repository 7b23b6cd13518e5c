"""Checks a file's column names against its mapping before any row is read by them."""

from __future__ import annotations

from collections.abc import Sequence

from services.sources.bytes import FileBroken
from services.sources.nearest import nearest


def checked_header(names: Sequence[str], needed: frozenset[str], *, name: str) -> list[str]:
    """The column names as they are.

    Raises FileBroken when a needed one is missing, with the nearest there is, or one appears twice: which of the two
    a value belongs to would be a guess.
    """
    header = list(names)
    if twice := sorted({column for column in header if column in needed and header.count(column) > 1}):
        raise FileBroken(f"{name}: column {twice[0]!r} is there twice; rename one")
    if missing := sorted(needed - set(header)):
        told = "; ".join(f"{column!r} is missing: {nearest(column, filter(None, header))}" for column in missing)
        raise FileBroken(f"{name}: column {told}; correct the mapping or the file, no row of it was taken")
    return header
