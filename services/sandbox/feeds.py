"""What the two source systems show: pages of rows in the order in which they were shown, faults included.

The portal speaks OpenCPS-like words and says only what happens on it: submissions. The one-stop system speaks
iGate-like numbers, in which 5 means returned and 6 finished. Rows are made when they are asked for.
"""

from __future__ import annotations

from array import array
from datetime import datetime
from random import Random
from typing import Any, Final

from services.sandbox.faults import SourceFaults
from services.sandbox.history import ONLINE, VOIDED, History
from services.sandbox.profiles import ZONE

Row = dict[str, Any]

PAGE_MAX: Final = 5000
_TWO_HOURS_S: Final = 2 * 3600
_FIVE_DAYS_S: Final = 5 * 86_400
_DOUBLE_S: Final = 86_400


class OneStopFeed:
    """The one-stop system's changes; the cursor is the number of rows already given."""

    def __init__(self, history: History, faults: SourceFaults, *, seed: int) -> None:
        self._history = history
        draw = Random(f"one-stop-feed/{seed}")
        shown: list[tuple[int, int]] = []
        for dossier in history:
            offline = draw.randrange(_FIVE_DAYS_S) if draw.random() < faults.late else 0
            for place, (at, _, _) in enumerate(dossier.statements):
                first = at + offline + (draw.randrange(_TWO_HOURS_S) if draw.random() < faults.out_of_order else 0)
                shown.append((first, dossier.first + place))
                if draw.random() < faults.doubled:
                    shown.append((first + draw.randrange(_DOUBLE_S), dossier.first + place))
        shown.sort()
        self._order = array("I", (statement for _, statement in shown))

    def __len__(self) -> int:
        return len(self._order)

    def page(self, after: int, limit: int) -> list[Row]:
        """The rows after a cursor, at most `limit`."""
        return [self._row(statement) for statement in self._order[after : after + limit]]

    def _row(self, number: int) -> Row:
        dossier = self._history.dossier(self._history.holder(number))
        at, shown, due = dossier.statements[number - dossier.first]
        row: Row = {
            "soHoSo": dossier.code,
            "thoiDiem": _date14(at),
            "stt": number + 1,
            "kenh": dossier.channel,
            "donVi": dossier.agency,
            "thuTuc": dossier.procedure,
        }
        if shown == VOIDED:
            row["xoa"] = 1
        else:
            row["trangThai"] = shown
        if due:
            row["henTra"] = _date14(due)
        if dossier.portal_code and number == dossier.first:
            row["maLienKet"] = dossier.portal_code
        return row


class PortalFeed:
    """The provincial portal's changes: what citizens submitted on it."""

    def __init__(self, history: History, faults: SourceFaults, *, seed: int) -> None:
        self._history = history
        draw = Random(f"portal-feed/{seed}")
        shown: list[tuple[int, int]] = []
        for number in range(len(history)):
            submitted = history.submitted(number)
            if submitted:
                shown.append((submitted, number))
                if draw.random() < faults.doubled:
                    shown.append((submitted + draw.randrange(_DOUBLE_S), number))
        shown.sort()
        self._order = array("I", (number for _, number in shown))

    def __len__(self) -> int:
        return len(self._order)

    def page(self, after: int, limit: int) -> list[Row]:
        """The rows after a cursor, at most `limit`."""
        return [self._row(number) for number in self._order[after : after + limit]]

    def _row(self, number: int) -> Row:
        dossier = self._history.dossier(number)
        moment = datetime.fromtimestamp(dossier.submitted, ZONE).isoformat()
        return {
            "code": dossier.portal_code,
            "status": "receiving",
            "at": moment,
            "seq": number + 1,
            "channel": "online" if dossier.channel == ONLINE else "direct",
            "agency": dossier.agency,
            "procedure": dossier.procedure,
            "changed_at": moment,
        }


def _date14(at: int) -> str:
    """yyyyMMddHHmmss in local time, without a zone, as these systems write it."""
    return datetime.fromtimestamp(at, ZONE).strftime("%Y%m%d%H%M%S")
