"""A folder that an existing system exports files into: each file is read once, and again when it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr
from pydantic_core import to_json

from services.sources.bytes import FileBroken
from services.sources.file import Part, load_join, parts
from services.sources.mapping import SourceMapping
from services.sources.port import Page, SourceAway
from services.sources.row import Refused, Row

SETTLED: Final = timedelta(seconds=2)
"""A file that was written to more recently may not be complete yet."""


class _Place(BaseModel):
    """Where reading stands; the cursor is this as JSON."""

    model_config = ConfigDict(extra="forbid")

    done: dict[str, str] = {}
    """File → its size and time when it was read to the end."""
    file: str | None = None
    mark: str = ""
    rows: int = 0
    """Rows of `file` that were given, over all kinds of row it is read by."""


@dataclass(slots=True)
class _Open:
    """A file that is being read, kept between pages so that its beginning is not read again."""

    place: _Place
    rows: Iterator[Row | Refused] = field(repr=False)


class Folder:
    """Gives the rows of one file after the other, in order of their names."""

    def __init__(self, folder: Path, mapping: SourceMapping, *, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._mapping = mapping
        self._now = now
        self._open: _Open | None = None

    async def page(self, after: str | None, limit: int) -> Page:
        """The next rows; an empty page when every file was read as it is now. Raises SourceAway: there is no folder."""
        place = _Place() if after is None else _Place.model_validate_json(after)
        if self._open is None or self._open.place != place:
            self._open = self._opened(place)
        if self._open is None:
            return Page(rows=[], next=after or place.model_dump_json())
        at, rows = self._open.place, list(islice(self._open.rows, limit))
        assert at.file is not None
        if len(rows) < limit:
            following = _Place(done={**at.done, at.file: at.mark})
            self._open = None
        else:
            following = at.model_copy(update={"rows": at.rows + len(rows)})
            self._open.place = following
        return Page(rows=rows, next=following.model_dump_json(), more=True)

    def _opened(self, place: _Place) -> _Open | None:
        waiting = self._waiting(place)
        if place.file is not None and waiting.get(place.file) == place.mark:
            rows = self._rows(place.file)
            # The rows that were given before: they are passed over, not said again.
            next(islice(rows, place.rows, place.rows), None)
            return _Open(place, rows)
        for name, mark in waiting.items():
            return _Open(_Place(done=place.done, file=name, mark=mark), self._rows(name))
        return None

    def _waiting(self, place: _Place) -> dict[str, str]:
        marks = {}
        try:
            for path in sorted(self._folder.iterdir()):
                if path.name.startswith(".") or not path.is_file():
                    continue
                about = path.stat()
                mark = f"{about.st_size} {about.st_mtime_ns}"
                written = datetime.fromtimestamp(about.st_mtime, UTC)
                if place.done.get(path.name) != mark and written + SETTLED <= self._now():
                    marks[path.name] = mark
        except OSError as error:
            raise SourceAway(f"{self._folder} cannot be read: {error.strerror}") from error
        return marks

    def _rows(self, name: str) -> Iterator[Row | Refused]:
        try:
            # Other files of the folder are there to be joined, whenever they came.
            every = self._fitting()
            for part in parts(self._mapping, [self._folder / name]):
                yield from part.read(load_join(part, every))
        except FileBroken as error:
            raw = to_json({"line": f"{name}: {error}"})
            yield Refused(locator=name, field="the file", value="", reason=f"is not read to its end: {error}", raw=raw)

    def _fitting(self) -> list[Part]:
        if not any(rows.join for rows in self._mapping.rows):
            return []
        files = [path for path in sorted(self._folder.iterdir()) if path.is_file() and not path.name.startswith(".")]
        found: list[Part] = []
        for path in files:
            try:
                found += parts(self._mapping, [path])
            except FileBroken:
                continue  # said when that file itself is read
        return found


@asynccontextmanager
async def open_changes(url: str, mapping: SourceMapping, key: SecretStr | None) -> AsyncIterator[Folder]:  # noqa: ARG001
    """The folder that `url` (file:///srv/exports) names; a folder asks for no key."""
    yield Folder(Path(unquote(urlsplit(url).path)), mapping, now=lambda: datetime.now(UTC))
