"""Corrections and late facts by the thousand about a province whose reports are out: all that may change a figure."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from contracts.observations import Observation, make_observation
from tests.oracle.province import DAY, Dossier, Province
from tests.oracle.scenarios import promised
from tests.oracle.voice import Told

Correct = Callable[[Province, Dossier, random.Random, int], Observation]


def corrections(made: Province, said: list[Told], *, count: int) -> Iterator[Observation]:
    """So many, about dossiers drawn at random; the first few are about the agencies and procedures themselves."""
    rng = random.Random(made.seed + 2_000_000)
    yield from _declared(made)
    acts: dict[str, list[Observation]] = {}
    for one in said:
        if one.observation.act in _CORRECTED and one.observation.system == "one-stop":
            acts.setdefault(one.observation.code, []).append(one.observation)
    for number in range(count):
        dossier = rng.choice(made.dossiers)
        known = acts.get(dossier.code)
        if known and rng.random() < 0.4:
            yield rng.choice((_revised, _retracted))(rng.choice(known), rng, number)
        else:
            yield rng.choice(KINDS)(made, dossier, rng, number)


def voided(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """Xóa."""
    return _say(made, dossier, "voided", dossier.last + rng.randint(1, 30 * DAY), number)


def reopened(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """Xử lý lại, dated after its last act."""
    return _say(made, dossier, "reopened", dossier.last + rng.randint(1, 20 * DAY), number)


def recoded(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """Đổi mã: to a code that stands before all others, so that it is listed elsewhere."""
    at = dossier.last + rng.randint(1, DAY)
    return _say(made, dossier, "recoded", at, number, new_code=f"A{made.seed}-{number:06}")


def promised_otherwise(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """Gia hạn, dated back."""
    at = dossier.acts[0].at + rng.randint(1, 10 * DAY)
    return _say(made, dossier, "due_date_changed", at, number, due_at=_when(promised(rng, at)))


def finished_late(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """An end that arrives weeks after it came."""
    at = dossier.acts[0].at + rng.randint(DAY, 30 * DAY)
    return _say(made, dossier, "processing_finished", at, number, agency=dossier.agency)


def accepted_late(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """A dossier that nobody had heard of, or an earlier acceptance of one that is known."""
    at = dossier.acts[0].at - rng.randint(1, 20 * DAY)
    unheard = Dossier(f"{dossier.code}-late-{number}", dossier.agency, dossier.procedure, "direct", "late")
    which = rng.choice((dossier, unheard))
    data = {"agency": which.agency, "procedure": which.procedure, "channel": which.channel}
    return _say(made, which, "accepted", at, number, due_at=_when(promised(rng, at)), **data)


def moved(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """Chuyển đơn vị, dated back."""
    at = dossier.acts[0].at + rng.randint(1, 30 * DAY)
    return _say(made, dossier, "reassigned", at, number, agency=rng.choice(made.agencies).code)


def awaited(made: Province, dossier: Dossier, rng: random.Random, number: int) -> Observation:
    """Yêu cầu bổ sung, learnt late."""
    at = dossier.acts[0].at + rng.randint(1, 20 * DAY)
    return _say(made, dossier, "supplement_requested", at, number, round=f"late {number}")


KINDS: tuple[Correct, ...] = (
    *(voided, reopened, recoded, promised_otherwise, finished_late, accepted_late, moved, awaited),
)


def _revised(claim: Observation, rng: random.Random, number: int) -> Observation:
    """The same act, now said to have been at another time or to promise another date."""
    data = claim.data.model_dump(exclude_none=True)
    if "due_at" in data:
        data["due_at"] = _when(int(data["due_at"].timestamp()) + rng.randint(-9, 9) * DAY)
    at = (
        claim.occurred_at
        if rng.random() < 0.3
        else _when(int(claim.occurred_at.timestamp()) + rng.randint(-9, 9) * DAY)
    )
    return _again(claim, claim.act, at, data, act_id=claim.act_id, revision=_when(2_000_000_000 + number))


def _retracted(claim: Observation, rng: random.Random, number: int) -> Observation:
    """What was said is taken back."""
    return _again(claim, "retracted", _when(2_000_000_000 + number), {"act": claim.act, "act_id": claim.act_id})


_CORRECTED = frozenset({"accepted", "processing_finished", "supplement_requested", "due_date_changed", "reopened"})


def _declared(made: Province) -> Iterator[Observation]:
    # Said again, and otherwise: an agency's level and a procedure's field belong to a report as figures do.
    for agency in made.agencies[:2]:
        data = {"title": "renamed", "level": "department", "valid_from": date(2000, 1, 1)}
        yield _declare(made, "agency_declared", agency.code, data)
    for procedure in sorted(made.procedures)[:2]:
        data = {"title": "renamed", "field": "another", "valid_from": date(2000, 1, 1)}
        yield _declare(made, "procedure_declared", procedure, data)


def _declare(made: Province, act: str, code: str, data: dict[str, Any]) -> Observation:
    seen = _when(2_000_000_000)
    return make_observation(
        tenant=made.name.lower(),
        system="operator",
        code=code,
        act=act,
        occurred_at=_when(0),
        observed_at=seen,
        revision=seen,
        data=data,
    )


def _say(made: Province, dossier: Dossier, act: str, at: int, number: int, **data: Any) -> Observation:
    return make_observation(
        tenant=made.name.lower(),
        system="one-stop",
        code=dossier.code,
        act=act,
        occurred_at=_when(at),
        observed_at=_when(2_000_000_000 + number),
        act_id=f"late-{number}",
        data=data,
    )


def _again(claim: Observation, act: str, at: datetime, data: dict[str, Any], **more: Any) -> Observation:
    return make_observation(
        tenant=claim.tenant,
        system=claim.system,
        code=claim.code,
        act=act,
        occurred_at=at,
        observed_at=_when(2_000_000_000),
        data=data,
        **more,
    )


def _when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
