"""The national portal (Cổng Dịch vụ công Quốc gia): keeps a table of text columns and counts with a query.

Times are fourteen digits of local time, as on its real interface; they sort as text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from services.sandbox.figures import Counts
from services.sandbox.portals.kept import Kept
from services.sandbox.profiles import ZONE

_TABLE: Final = """
CREATE TABLE ho_so (
    khoa TEXT PRIMARY KEY, ma_ho_so TEXT NOT NULL, trang_thai INTEGER NOT NULL, kenh INTEGER NOT NULL,
    ngay_tiep_nhan TEXT, ngay_hen_tra TEXT, ngay_ket_thuc TEXT, xoa INTEGER NOT NULL
) WITHOUT ROWID
"""
_PUT: Final = "INSERT OR REPLACE INTO ho_so VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_COLUMNS: Final = "ma_ho_so, trang_thai, kenh, ngay_tiep_nhan, ngay_hen_tra, ngay_ket_thuc, xoa"
_COUNT: Final = """
SELECT count(*) FILTER (WHERE ngay_tiep_nhan >= :tu AND kenh = 2),
       count(*) FILTER (WHERE ngay_tiep_nhan >= :tu AND kenh IN (1, 3)),
       count(*) FILTER (WHERE ngay_ket_thuc BETWEEN :tu AND :den AND ngay_ket_thuc <= ngay_hen_tra),
       count(*) FILTER (WHERE ngay_ket_thuc BETWEEN :tu AND :den AND ngay_ket_thuc > ngay_hen_tra),
       count(*) FILTER (WHERE ngay_ket_thuc IS NULL OR ngay_ket_thuc > :den)
FROM ho_so WHERE ngay_tiep_nhan <= :den AND NOT xoa
"""


class NationalPortal:
    """Rows in a table of its own."""

    def __init__(self) -> None:
        self._table = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._table.execute(_TABLE)

    def put(self, key: str, kept: Kept) -> None:
        """See `Portal`."""
        code, status, channel, accepted, due, ended, void = kept
        self._table.execute(
            _PUT, (key, code, status, channel, _digits(accepted), _digits(due), _digits(ended), int(void))
        )

    def remove(self, key: str) -> None:
        """See `Portal`."""
        self._table.execute("DELETE FROM ho_so WHERE khoa = ?", (key,))

    def get(self, key: str) -> Kept | None:
        """See `Portal`."""
        row = self._table.execute(f"SELECT {_COLUMNS} FROM ho_so WHERE khoa = ?", (key,)).fetchone()
        return None if row is None else _kept(row)

    def rows(self) -> Iterator[Kept]:
        """See `Portal`."""
        return map(_kept, self._table.execute(f"SELECT {_COLUMNS} FROM ho_so"))

    def count(self, first_day: date, last_day: date) -> Counts:
        """See `Portal`."""
        bounds = {"tu": f"{first_day:%Y%m%d}000000", "den": f"{last_day:%Y%m%d}235959"}
        online, direct, on_time, late, in_hand = self._table.execute(_COUNT, bounds).fetchone()
        return Counts(
            received_online=online,
            received_direct=direct,
            resolved_on_time=on_time,
            resolved_late=late,
            in_hand=in_hand,
        )


def _digits(at: int) -> str | None:
    return datetime.fromtimestamp(at, ZONE).strftime("%Y%m%d%H%M%S") if at else None


def _seconds(digits: str | None) -> int:
    return int(datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=ZONE).timestamp()) if digits else 0


def _kept(row: tuple[Any, ...]) -> Kept:
    code, status, channel, accepted, due, ended, void = row
    return Kept(code, status, channel, _seconds(accepted), _seconds(due), _seconds(ended), bool(void))
