"""How each of the three portals takes what Khớp delivers: the state with the highest position, per dossier.

The memory that makes a repeated delivery harmless is the position itself: deliveries of one dossier come in order, so
a key is known exactly when its position is not above the dossier's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from services.sandbox.portals.kept import Kept, Portal
from services.sandbox.profiles import ZONE

Event = dict[str, Any]

_CHANNELS: Final = {"direct": 1, "online": 2, "postal": 3}
_CHANNEL_NAMES: Final = {number: name for name, number in _CHANNELS.items()}
_PROVINCE_SYSTEM: Final = "one-stop"
_NEVER: Final = (0, "")


class Receiver:
    """One portal's receiving side.

    `own_system` is the portal's name where it has codes of its own; `new_code` makes one for a dossier that it did
    not know. Without `own_system` rows are kept under the dossier's id.
    """

    def __init__(
        self, portal: Portal, *, own_system: str | None = None, new_code: Callable[[], str] | None = None
    ) -> None:
        self.portal = portal
        self.taken = 0
        self._own_system = own_system
        self._new_code = new_code
        self._at: dict[str, tuple[int, str]] = {}
        self._holders: dict[str, str] = {}
        self._repairs: set[str] = set()

    def take(self, events: Iterable[Event]) -> list[dict[str, Any]]:
        """Apply events in order and give the outcome of each, as the webhook contract wants it."""
        results = []
        for event in events:
            code = self._apply(event)
            result: dict[str, Any] = {"number": event.get("khopdelivery"), "outcome": "accepted"}
            if code:
                result["code"] = code
            results.append(result)
        return results

    def known(self, key: str) -> dict[str, Any]:
        """What became of a delivery, by its idempotency key `subscriber:subject:position[:repair]`."""
        _, subject, position, *repair = key.split(":")
        at, row = self._at.get(subject, _NEVER)
        if (key not in self._repairs) if repair else (at < int(position)):
            return {"outcome": "absent"}
        return {"outcome": "accepted"} | ({"code": row} if row and self._own_system else {})

    def state(self, subject: str, codes: Iterable[str]) -> dict[str, Any] | None:
        """What this portal shows of a dossier, in the words of a dossier's state; None if it has none."""
        _, row = self._at.get(subject, _NEVER)
        keys = [row, *codes] if self._own_system else [subject]
        kept = next((found for key in keys if key and (found := self.portal.get(key))), None)
        if kept is None:
            return None
        return {
            "status": kept.status or None,
            "channel": _CHANNEL_NAMES.get(kept.channel),
            "accepted_at": _iso(kept.accepted),
            "due_at": _iso(kept.due),
            "ended_at": _iso(kept.ended),
            "void": kept.void,
        }

    def _apply(self, event: Event) -> str | None:
        state, subject, position = event.get("state"), event["subject"], event["position"]
        if state is None:
            return None
        at, row = self._at.get(subject, _NEVER)
        repair = "khoprepair" in event
        if position < at or (position == at and not repair):
            return row if self._own_system else None
        if repair:
            self._repairs.add(event["khopkey"])
        self.taken += 1
        codes = state.get("codes", {})
        if state.get("merged_into"):
            self._at[subject] = (position, "")
            self._release(subject, row)
            return None
        key = self._key(subject, row, codes)
        if row and row != key:
            self._release(subject, row)
        self._at[subject] = (position, key)
        if self._own_system:
            self._holders[key] = subject
        self.portal.put(key, _kept(state, codes))
        return key if self._own_system else None

    def _key(self, subject: str, row: str, codes: dict[str, list[str]]) -> str:
        if self._own_system is None:
            return subject
        own = codes.get(self._own_system)
        if own:
            for other in own[1:]:  # one dossier under several codes of ours is one row
                self.portal.remove(other)
            return own[0]
        assert self._new_code is not None
        return row or self._new_code()

    def _release(self, subject: str, row: str) -> None:
        """Give a row up, unless another dossier has taken it over meanwhile."""
        if row and (self._own_system is None or self._holders.get(row) == subject):
            self.portal.remove(row)


def _kept(state: dict[str, Any], codes: dict[str, list[str]]) -> Kept:
    return Kept(
        code=codes.get(_PROVINCE_SYSTEM, [""])[0],
        status=state.get("status") or 0,
        channel=_CHANNELS.get(state.get("channel", ""), 0),
        accepted=_seconds(state.get("accepted_at")),
        due=_seconds(state.get("due_at")),
        ended=_seconds(state.get("ended_at")),
        void=bool(state.get("void")),
    )


def _seconds(moment: str | None) -> int:
    return int(datetime.fromisoformat(moment).timestamp()) if moment else 0


def _iso(at: int) -> str | None:
    return datetime.fromtimestamp(at, ZONE).isoformat() if at else None
