"""Observations and facts for tests, with the values that do not matter filled in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any

from contracts.codes import SystemKind
from contracts.observations import Observation, make_observation
from services.domain.authority import Connections, connections_of
from services.domain.dossier import Fact, fact_of_observation

VIETNAM = timezone(timedelta(hours=7))
TENANT = "lang-son"
LONG_AGO = datetime(2000, 1, 1, tzinfo=VIETNAM)

USUAL_SYSTEMS: dict[str, SystemKind] = {
    "national": "national_portal",
    "portal": "provincial_portal",
    "one-stop": "one_stop",
    "payments": "payment_platform",
}


def at(text: str) -> datetime:
    """A moment in Vietnam: `13/5 09:12` (2024), or `2025-06-30 23:59`."""
    if "/" in text:
        day, clock = text.split(" ")
        number, month = day.split("/")
        text = f"2024-{int(month):02}-{int(number):02} {clock}"
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def observation(
    system: str,
    act: str,
    when: str | datetime,
    *,
    code: str = "H99-0007",
    tenant: str = TENANT,
    observed_at: datetime | None = None,
    act_id: str | None = None,
    item: str | None = None,
    sequence: int | None = None,
    revision: datetime | None = None,
    **data: Any,
) -> Observation:
    """A claim by a system; `data` are the claim's own fields, moments in them as for `at` or as datetimes."""
    occurred_at = at(when) if isinstance(when, str) else when
    moments = {name: at(value) for name, value in data.items() if name in _MOMENTS and isinstance(value, str)}
    if "status" in data:
        data.setdefault("raw", f"status {data['status']}")
    return make_observation(
        tenant=tenant,
        system=system,
        code=code,
        act=act,
        occurred_at=occurred_at,
        observed_at=observed_at or occurred_at + timedelta(minutes=1),
        data={**data, **moments},
        act_id=act_id,
        item=item,
        sequence=sequence,
        revision=revision,
    )


_MOMENTS = frozenset({"due_at", "previous_due_at", "reply_by", "at"})


def link(
    system: str, code: str, to_system: str, to_code: str, when: str | datetime, act: str = "linked"
) -> Observation:
    """A word on whether two codes are one dossier."""
    occurred_at = at(when) if isinstance(when, str) else when
    return make_observation(
        tenant=TENANT,
        system=system,
        code=code,
        act=act,
        occurred_at=occurred_at,
        observed_at=occurred_at + timedelta(minutes=1),
        data={"system": to_system, "code": to_code},
    )


def retraction(
    system: str,
    when: str | datetime,
    act: str,
    *,
    code: str = "H99-0007",
    named_id: str | None = None,
    named_at: datetime | None = None,
    revision: datetime | None = None,
) -> Observation:
    """An earlier act is taken back, named by its own id or by its time."""
    occurred_at = at(when) if isinstance(when, str) else when
    return make_observation(
        tenant=TENANT,
        system=system,
        code=code,
        act="retracted",
        occurred_at=occurred_at,
        observed_at=occurred_at + timedelta(minutes=1),
        revision=revision,
        data={"act": act, "act_id": named_id, "at": named_at},
    )


def fact(system: str, act: str, when: str | datetime, **more: Any) -> Fact:
    """The fact that such an observation becomes."""
    return fact_of_observation(observation(system, act, when, **more))


def connecting(
    system: str, kind: SystemKind, *, since: datetime = LONG_AGO, agencies: tuple[str, ...] | None = None
) -> Observation:
    """A system takes part from a moment on."""
    return observation(system, "system_connected", since, code=system, kind=kind, agencies=agencies)


def connected(systems: dict[str, SystemKind] | None = None) -> Connections:
    """A province in which these systems took part from long ago on; the usual four if none are named."""
    return connections_from(connecting(name, kind) for name, kind in (systems or USUAL_SYSTEMS).items())


def connections_from(observations: Iterable[Observation]) -> Connections:
    """What tenant-level observations come to."""
    return connections_of(fact_of_observation(one) for one in observations)
