"""Reads a TOML file that a person wrote into a typed table; says of every mistake where it is and what was meant."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from services.sources.nearest import nearest


class TableError(Exception):
    """The file cannot be used; the message has one line a finding: where, what, and the nearest right word."""


class Table(BaseModel):
    """One table of such a file. An unknown key is an error with the nearest right one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        if isinstance(given, dict):
            for key in given:
                if key not in cls.model_fields:
                    raise ValueError(f"unknown key {key!r}; {nearest(key, cls.model_fields)}")
        return given


Kind = TypeVar("Kind", bound=Table)


def load_table(path: Path, kind: type[Kind], *, amend: Callable[[dict[str, Any]], None] = lambda _: None) -> Kind:
    """Read the file as `kind`; `amend` may change what was read before it is judged.

    Raises:
        TableError: it cannot be read or is not what it should be.
    """
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise TableError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8") from None
    return read_table(text, kind, name=str(path), amend=amend)


def read_table(
    text: str, kind: type[Kind], *, name: str, amend: Callable[[dict[str, Any]], None] = lambda _: None
) -> Kind:
    """The same for a text; `name` is what its mistakes are told under."""
    try:
        document = tomllib.loads(text)
        amend(document)
        return kind.model_validate(document)
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"{name}: is not TOML: {error}") from None
    except ValidationError as error:
        raise TableError("\n".join(f"{name}: {sentence}" for sentence in sentences(error))) from None


def sentences(error: ValidationError) -> list[str]:
    """What is wrong with a table, one sentence a finding."""
    findings = error.errors()
    # A list that is too short because its items are wrong is no mistake of its own.
    return [_sentence(one) for one in findings if one["type"] != "too_short" or len(findings) == 1]


def _sentence(finding: Any) -> str:
    # Numbers count from 1, as a person counts the [[rows]] of the file.
    where = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in finding["loc"])
    text = finding["msg"].removeprefix("Value error, ")
    if finding["type"] == "missing":
        text = "is missing"
    elif finding["type"].startswith("date_"):
        text = f"{str(finding['input'])[:80]!r} is no day; write it as 2024-06-30"
    elif finding["type"] != "value_error":
        text = f"{text} (it is {str(finding['input'])[:80]!r})"
    return f"{where.removeprefix('.')}: {text}" if where else text
