"""A folder of exports: every file is read once, going on after a stop, and again when it changes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.sources.folder import Folder
from services.sources.port import SourceAway
from services.sources.row import Refused, Row
from tests.unit.sources.conftest import Office

HEADER = "id,code,status,at\n"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def rows_of(first: int, last: int) -> str:
    return HEADER + "".join(f"{number},H-{number},moi,2024-05-13T09:00:00\n" for number in range(first, last))


class Exports:
    def __init__(self, office: Office) -> None:
        self.path = office.folder / "exports"
        self.path.mkdir()
        self.office = office
        self.now = LONG_AGO
        self.source = self.again()
        self.cursor: str | None = None

    def again(self) -> Folder:
        """An observer that was just started."""
        return Folder(self.path, self.office.mapping(), now=lambda: self.now)

    def write(self, name: str, content: str) -> None:
        """Written now; complete a minute later."""
        (self.path / name).write_text(content)
        moment = self.now.timestamp()
        os.utime(self.path / name, (moment, moment))
        self.now += timedelta(minutes=1)

    async def read(self, limit: int = 100) -> list[str]:
        """What one page gives: codes, and what could not be read."""
        page = await self.source.page(self.cursor, limit)
        self.cursor = page.next
        return [row.values["code"] if isinstance(row, Row) else str(row) for row in page.rows]

    async def read_all(self) -> list[str]:
        found: list[str] = []
        while True:
            before = self.cursor
            found += await self.read()
            if self.cursor == before:
                return found


@pytest.fixture
def exports(office: Office) -> Exports:
    return Exports(office)


async def test_files_are_read_one_after_the_other_and_once(exports: Exports) -> None:
    exports.write("acts-2.csv", rows_of(3, 5))
    exports.write("acts-1.csv", rows_of(1, 3))
    assert await exports.read_all() == ["H-1", "H-2", "H-3", "H-4"]
    assert await exports.read_all() == []
    exports.write("acts-3.csv", rows_of(5, 6))
    assert await exports.read_all() == ["H-5"]


async def test_a_last_line_that_is_still_being_written_is_not_taken_until_it_ends(exports: Exports) -> None:
    exports.write("acts.csv", rows_of(1, 3).removesuffix(":00\n"))
    first, waits = await exports.read_all()
    assert first == "H-1"
    assert waits.startswith("acts.csv:3: the line does not end")
    exports.write("acts.csv", rows_of(1, 3))
    assert await exports.read_all() == ["H-1", "H-2"]


async def test_a_file_that_changed_is_read_again(exports: Exports) -> None:
    exports.write("acts-1.csv", rows_of(1, 3))
    await exports.read_all()
    exports.write("acts-1.csv", rows_of(1, 4))
    assert await exports.read_all() == ["H-1", "H-2", "H-3"]


async def test_a_file_that_is_still_being_written_waits(exports: Exports) -> None:
    exports.write("acts-1.csv", rows_of(1, 3))
    written = exports.now - timedelta(minutes=1)
    exports.now = written + timedelta(seconds=1)
    assert await exports.read_all() == []
    exports.now = written + timedelta(seconds=2)
    assert await exports.read_all() == ["H-1", "H-2"]


async def test_after_a_stop_it_goes_on_inside_the_file(exports: Exports) -> None:
    exports.write("acts-1.csv", rows_of(1, 6))
    assert await exports.read(limit=2) == ["H-1", "H-2"]
    exports.source = exports.again()
    assert await exports.read(limit=2) == ["H-3", "H-4"]
    assert await exports.read(limit=2) == ["H-5"]


async def test_a_page_that_was_not_taken_is_given_again(exports: Exports) -> None:
    exports.write("acts-1.csv", rows_of(1, 6))
    first = await exports.source.page(None, 2)
    again = await exports.source.page(None, 2)
    assert first == again


async def test_a_file_that_changed_while_it_was_read_is_read_from_its_beginning(exports: Exports) -> None:
    exports.write("acts-1.csv", rows_of(1, 6))
    assert await exports.read(limit=2) == ["H-1", "H-2"]
    exports.source = exports.again()
    exports.write("acts-1.csv", rows_of(0, 6))
    assert await exports.read(limit=2) == ["H-0", "H-1"]


async def test_a_broken_file_and_one_that_fits_no_rows_are_told_and_the_others_read(exports: Exports) -> None:
    exports.write("acts-1.csv", "")
    exports.write("acts-2.csv", rows_of(2, 3))
    exports.write("readme.txt", "hello")
    first, code, last = await exports.read_all()
    assert "acts-1.csv: the file is not read to its end: acts-1.csv: is empty" in first
    assert code == "H-2"
    assert "fits none of the mapping's [[rows]] files" in last
    assert await exports.read_all() == []


async def test_rows_name_the_rules_they_are_read_by(exports: Exports) -> None:
    exports.write("acts-1.csv", rows_of(1, 2))
    exports.write("dossiers.csv", "code,channel,accepted,due\nH-1,mang,2024-05-13T09:00:00,\n")
    named = []
    for _ in range(2):
        page = await exports.source.page(exports.cursor, 10)
        exports.cursor = page.next
        named += [row.rows for row in page.rows if not isinstance(row, Refused)]
    assert named == ["acts", "dossiers"]


async def test_no_folder_is_a_source_that_is_away(office: Office, tmp_path: Path) -> None:
    with pytest.raises(SourceAway, match="cannot be read: No such file"):
        await Folder(tmp_path / "absent", office.mapping(), now=lambda: LONG_AGO).page(None, 10)
