"""Reads one value of a row as the mapping says it is written; what does not fit is named, with what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from services.sources.instants import instant_reader, placed
from services.sources.mapping import Cell, Source

Values = Mapping[str, Any]
Text = Callable[[Values], str | None]
Instant = Callable[[Values], datetime | None]

CODE_MAX: Final = 128
NOT_IN: Final = "is not in [{}]: add what it means, then redrive"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_WHOLE_DIGITS_MAX: Final = 18


class CannotUnderstand(Exception):
    """A value of a row; the message says why and what to do."""

    def __init__(self, field: str, value: object, reason: str, *, unknown: bool = False) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason, self.unknown = field, str(value), reason, unknown


def _value(values: Values, column: str) -> Any:
    if column in values or "/" not in column:
        return values.get(column)
    inner: Any = values
    for part in column.split("/"):
        if not isinstance(inner, Mapping):
            return None
        inner = inner.get(part)
    return inner


def text_of(cell: Cell, source: Source, *, longest: int | None = None) -> Text:
    """The reader of a text that is kept as its source writes it; empty means absent."""
    if cell.value is not None:
        constant = cell.value
        return lambda _: constant
    column, empty = cell.column or "", frozenset(source.empty)

    def read(values: Values) -> str | None:
        value = _value(values, column)
        if value is None or value == "":
            return None
        text = value if type(value) is str else plain(value, column)
        if text in empty or text.isspace():
            return None
        if longest is not None and len(text) > longest:
            raise CannotUnderstand(column, text, f"has {len(text)} characters; a code or a name has at most {longest}")
        if not text.isprintable() and _CONTROL.search(text):
            raise CannotUnderstand(column, ascii(text)[1:-1], "has a control character; correct it at the source")
        return text

    return read


def instant_of(cell: Cell, source: Source) -> Instant:
    """The reader of a moment in the cell's own format and zone, else the source's."""
    zone = ZoneInfo(cell.zone or source.zone)
    parse = instant_reader(cell.format or source.time_format, zone)
    read_text = text_of(cell, source)

    def read(values: Values) -> datetime | None:
        value = None if cell.column is None else _value(values, cell.column)
        try:
            if isinstance(value, datetime):
                return placed(value, zone)
            written = read_text(values)
            return None if written is None else parse(written)
        except ValueError as error:
            raise CannotUnderstand(cell.column or "(constant)", value, f"{error}; correct it at the source") from None

    return read


def looked_up(read: Text, table: Mapping[str, str], section: str, field: str) -> Text:
    """The reader of a code that a table of the mapping turns into ours; a code it lacks is never passed on."""

    def look_up(values: Values) -> str | None:
        word = read(values)
        if word is None:
            return None
        meaning = table.get(word)
        if meaning is None:
            raise CannotUnderstand(field, word, NOT_IN.format(section), unknown=True)
        return meaning

    return look_up


def plain(value: Any, column: str) -> str:
    """A cell's value as text; a number that a spreadsheet made of a code is written without its point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise CannotUnderstand(column, str(value), f"is a {type(value).__name__} where a text or number belongs")


def whole_of(cell: Cell, source: Source) -> Callable[[Values], int | None]:
    """The reader of a whole number from 0 up."""
    read_text = text_of(cell, source)

    def read(values: Values) -> int | None:
        text = read_text(values)
        if text is None:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= _WHOLE_DIGITS_MAX):
            raise CannotUnderstand(cell.column or "(constant)", text, "is not a whole number; correct it at the source")
        return int(text)

    return read
