"""Small parts that every section of the page is made of."""

from __future__ import annotations

from typing import Any

from lxml.builder import E

from services.domain.statistics.definition import Words

Element = Any
"""What lxml builds; it escapes all text."""


def both(words: Words) -> Element:
    """Vietnamese with English beside it."""
    return E.span(words.vi, " ", E.span(words.en, lang="en")) if words.en != words.vi else E.span(words.vi)


def classed(*names: str) -> dict[str, str]:
    """The attribute that style sheets go by."""
    return {"class": " ".join(name for name in names if name)}
