"""Names the right word next to a wrong one, so that a typo is mended in one look."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_LISTED_MAX: Final = 12


def nearest(word: str, choices: Iterable[str]) -> str:
    """The tail of a sentence: `did you mean 'x'?`, or what there is to choose from when nothing is near."""
    known = sorted(set(choices))
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(repr(choice) for choice in known[:_LISTED_MAX])
    return f"it is one of {shown}{' …' if len(known) > _LISTED_MAX else ''}" if known else "there is none"
