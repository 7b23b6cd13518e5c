"""Why a record is no contract of ours, in words that may be kept: where and what, never the value."""

from __future__ import annotations

from pydantic import ValidationError


def reason_of(error: ValidationError) -> str:
    """The first thing that is wrong, and how many more there are; a value may be anything, a person's name included."""
    first, *others = error.errors(include_url=False, include_input=False, include_context=False)
    where = ".".join(str(part) for part in first["loc"]) or "record"
    more = f" (and {len(others)} more)" if others else ""
    return f"{where}: {first['msg']}{more}"
