"""Reads XES event logs (IEEE 1849) as a stream: a trace is a dossier, an event an act; one trace is held at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from services.sources.bytes import FileBroken, chunks
from services.sources.mapping import Rows
from services.sources.row import Refused, Row

_VALUE_BYTES_MAX: Final = 64 * 1024 * 1024


def read(
    path: Path,
    rows: Rows,
    needed: frozenset[str],  # noqa: ARG001 - keys may be absent from rows that have nothing to say
    *,
    told: Callable[[int], None],
) -> Iterator[Row | Refused]:
    """A row a trace, or a row an event with its trace's attributes as `trace/…`; nested attributes as `outer/inner`.

    Raises FileBroken when the file is no XES or cannot be read on; traces that were complete before were given.
    """
    log = _Log(path.name, events=rows.records == "event")
    try:
        for chunk in chunks(path, told):
            log.feed(chunk)
            yield from log.taken()
        log.feed(b"", final=True)
        yield from log.taken()
    except expat.ExpatError as error:
        yield from log.taken()
        where, words = f"{path.name}:{error.lineno}", expat.ErrorString(error.code)
        raise FileBroken(f"{where}: is no XML from here on ({words}); the complete traces are taken") from None
    except FileBroken:
        yield from log.taken()
        raise
    if not log.saw_log:
        raise FileBroken(f"{path.name}: is no XES: there is no <log> in it")


class _Log:
    """Builds rows from elements as they open and close. No entity and nothing outside the file is ever read."""

    def __init__(self, name: str, *, events: bool) -> None:
        self._name = name
        self._events = events
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._held: list[bytes] = []
        self._held_bytes = self._patience_bytes = 0
        self._elements = 0
        self._rows: list[Row] = []
        self._trace: dict[str, str] | None = None
        self._event: dict[str, str] | None = None
        self._trace_events: list[Row] = []
        self._path: list[str] = []
        self._began = self._event_began = 0
        self.saw_log = False

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Read on. Chunks that one value fills are gathered, since the parser begins such a value anew with each."""
        self._held.append(chunk)
        self._held_bytes += len(chunk)
        if self._held_bytes > _VALUE_BYTES_MAX:
            line = self._parser.CurrentLineNumber
            raise FileBroken(f"{self._name}:{line}: has a value of more than {_VALUE_BYTES_MAX} bytes; remove it")
        if self._held_bytes < self._patience_bytes and not final:
            return
        before, together = self._elements, b"".join(self._held)
        self._held.clear()
        self._parser.Parse(together, final)
        self._patience_bytes = 0 if self._elements > before else 2 * max(self._held_bytes, self._patience_bytes)
        self._held_bytes = 0

    def taken(self) -> list[Row]:
        """The rows that became complete."""
        rows, self._rows = self._rows, []
        return rows

    def _doctype(self, *_: object) -> None:
        raise FileBroken(
            f"{self._name}:{self._parser.CurrentLineNumber}: has a DOCTYPE, which no XES log needs; remove it"
        )

    def _open(self, element: str, attributes: dict[str, str]) -> None:
        tag = element.rpartition(":")[2]
        self._elements += 1
        if self._trace is None:
            self.saw_log = self.saw_log or tag == "log"
            if tag == "trace":
                self._trace, self._began = {}, self._parser.CurrentLineNumber
        elif tag == "event" and self._event is None and not self._path:
            self._event, self._event_began = {}, self._parser.CurrentLineNumber
        else:
            self._path.append(attributes.get("key", ""))
            value = attributes.get("value")
            if value is not None:
                target = self._trace if self._event is None else self._event
                target["/".join(part for part in self._path if part)] = value

    def _close(self, _element: str) -> None:
        if self._path:
            self._path.pop()
        elif self._event is not None:
            self._trace_events.append(Row(f"{self._name}:{self._event_began}", self._event))
            self._event = None
        elif self._trace is not None:
            self._finish(self._trace)
            self._trace, self._trace_events = None, []

    def _finish(self, trace: dict[str, str]) -> None:
        if not self._events:
            self._rows.append(Row(f"{self._name}:{self._began}", trace))
            return
        above = {f"trace/{key}": value for key, value in trace.items()}
        self._rows += [Row(event.locator, {**above, **event.values}) for event in self._trace_events]
