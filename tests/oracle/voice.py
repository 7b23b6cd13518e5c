"""How the systems of a province talk of its truth: in other words, under other codes, wrong at first.

The one-stop system says every act, some as rows of statuses; the portals say what was handed in and repeat, days late
and with other agencies, what they think has become of it; the payment platform confirms; an operator voids.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.observations import Observation, make_observation
from tests.oracle.limits import CALENDAR, OPEN, REST
from tests.oracle.province import DAY, Act, Dossier, Paper, Province, Submitted

KINDS = {
    "one-stop": "one_stop",
    "portal": "provincial_portal",
    "national": "national_portal",
    "payments": "payment_platform",
    "accounts": "identity_platform",
}
LONG_AGO = 0
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Version:
    """What one observation lets be known of an act of the truth; without an act it takes it back."""

    code: str
    number: int
    version: int
    act: Act | None


@dataclass(frozen=True, slots=True)
class Filed:
    """The same of one of its papers."""

    code: str
    number: int
    version: int
    paper: Paper | None


@dataclass(frozen=True, slots=True)
class Told:
    """An observation, when it arrives here, and what is known by it. `links` names a code and the dossier it joins."""

    observation: Observation
    arrives: int
    known: Version | None = None
    links: tuple[str, str, str] | None = None
    filed: Filed | None = None
    submitted: Submitted | None = None


class Voice:
    """How the systems of one province talk."""

    def __init__(self, made: Province, rng: random.Random) -> None:
        self.made, self.rng = made, rng
        self.corrects = rng.random() < 0.7
        """Whether its one-stop system gives its acts ids of their own, and so can correct them."""
        self.numbers = rng.random() < 0.5

    def connects(self, system: str, kind: str) -> Told:
        """It has taken part for ever."""
        return Told(self.observe(system, system, "system_connected", LONG_AGO, {"kind": kind}), LONG_AGO)

    def declares(self) -> Iterator[Told]:
        """Its agencies, what becomes of them, and its procedures, as an operator loads them."""
        for agency in self.made.agencies:
            data = {"title": agency.code, "level": agency.level, "valid_from": _day(agency.begins)}
            yield self._declares("agency_declared", agency.code, data)
            if agency.ends is not None:
                data = {"kind": "merged_into", "to": (agency.successor,), "on": _day(agency.ends)}
                yield self._declares("agency_succeeded", agency.code, data)
        yield self._declares("calendar_declared", CALENDAR[0], _calendar())
        for procedure, said in self.made.procedures.items():
            known = {name: getattr(said, name) for name in _ANNOUNCED}
            if said.declared:
                data = {"title": procedure, "valid_from": date(2000, 1, 1), **known}
                yield self._declares("procedure_declared", procedure, data)

    def _declares(self, act: str, code: str, data: dict[str, Any]) -> Told:
        return Told(self.observe("operator", code, act, LONG_AGO, data), LONG_AGO)

    def links_of(self, dossier: Dossier) -> Iterator[Told]:
        """Which codes are one dossier: said before anything else, but for a second registration, which is seen late."""
        begins = dossier.acts[0].at - 10 * DAY
        codes = [("portal", dossier.portal_code), ("national", dossier.national_code)]
        if any(act.act == "voided" for act in dossier.acts):
            codes.append(("operator", dossier.code))
        seed = self.made.seed
        kinds = {paper.kind for paper in dossier.papers}
        if "payment" in kinds or any(act.act == "obligation_requested" for act in dossier.acts):
            codes.append(("payments", f"T-{dossier.code}"))
        if "identity" in kinds:
            codes.append(("accounts", f"I{seed}-{dossier.code}"))
        if "national" in kinds:
            codes.append(("national", f"S{seed}-{dossier.code}"))
        for system, code in codes:
            if code is not None:
                at = begins + 1 + len(system)
                if self.rng.random() < 0.5:
                    one, other = ("one-stop", dossier.code), (system, code)
                else:
                    one, other = (system, code), ("one-stop", dossier.code)
                yield self._link(one, other, at, at, (dossier.code, system, code))
        if dossier.second_code is not None:
            at = next(act.at for act in dossier.acts if act.code) + DAY
            arrives = at + self.rng.randint(0, 30 * DAY)
            ends = ("one-stop", dossier.code), ("one-stop", dossier.second_code)
            yield self._link(*ends, at, arrives, (dossier.code, "one-stop", dossier.second_code))

    def acts(self, dossier: Dossier) -> Iterator[Told]:
        """Each act by its name; they arrive in whatever order."""
        for act in dossier.acts:
            yield from self._one(dossier, act, self.arrives(dossier, act.at))
        yield from self._mistake(dossier, self.arrives(dossier, dossier.last))

    def statuses(self, dossier: Dossier) -> Iterator[Told]:
        """The status after each act, in order; what no status shows is said as an act."""
        arrives, status = 0, 1
        for act in dossier.acts:
            arrives = max(arrives + 1, self.arrives(dossier, act.at))
            status = _STATUS.get(act.act, status)
            for one in self._one(dossier, act, arrives, status=status):
                arrives = max(arrives, one.arrives)
                yield one
        yield from self._mistake(dossier, arrives + 1, status=9)

    def noise(self, dossier: Dossier) -> Iterator[Told]:
        """What a portal believes has become of a dossier: late, with its own clock and its own agency."""
        system, code = ("portal", dossier.portal_code) if dossier.portal_code else ("national", dossier.national_code)
        if code is None:
            return
        for act in dossier.acts:
            status = _STATUS.get(act.act)
            if status is not None and self.rng.random() < 0.4:
                at = act.at + self.rng.randint(1, 3 * DAY)
                data = {"status": status, "raw": "copy", "agency": f"{self.made.name}.desk", "due_at": when(at)}
                one = self.observe(system, code, "status_reported", at, data)
                yield Told(one, at + MINUTE, filed=self._national(dossier, system, 1_000 + act.number, at))

    def _one(self, dossier: Dossier, act: Act, arrives: int, *, status: int | None = None) -> Iterator[Told]:
        code = act.code or dossier.code
        if act.act == "submitted" and (system_code := _born(dossier)) is not None:
            data = {"channel": dossier.channel, "procedure": dossier.procedure}
            known = Version(code, act.number, 5, replace(act, agency=None))
            filed = self._national(dossier, system_code[0], 2_000 + act.number, act.at)
            yield Told(self.observe(*system_code, "submitted", act.at, data), arrives, known, filed=filed)
            if status is None:
                return
        if act.act == "voided" and self.rng.random() < 0.5:
            unplaced = replace(act, agency=None)
            one = self.observe("operator", code, "voided", act.at, {"reason": "test"})
            yield Told(one, arrives, Version(code, act.number, 9, unplaced))
            return
        paid = act.act == "obligation_fulfilled" and act.due_at is None
        if paid and ("paid_twice" in dossier.habits or self.rng.random() < 0.5):
            yield from self._payments(dossier, act, arrives, sure=status is None)
            if status is None:
                if self.rng.random() < 0.5:
                    # The desk enters it later than it was paid.
                    later = replace(act, at=act.at + 10 * MINUTE)
                    known = Version(code, act.number, 1, later)
                    yield Told(self._own(dossier, later, None, named="fulfilled"), arrives + DAY, known)
                return
        # What is said first may be wrong: another due date, another time before the next act; the right word is newer.
        if self.corrects and self.rng.random() < 0.08:
            wrong = replace(act, due_at=None if act.due_at is None else act.due_at + 3 * DAY)
            before = max((one.at for one in dossier.acts if one.number < act.number), default=act.at - DAY)
            if act.at - before > 2 * MINUTE:
                wrong = replace(wrong, at=before + (act.at - before) // 2)
            yield Told(self._own(dossier, wrong, status), arrives, Version(code, act.number, 1, wrong))
            known = Version(code, act.number, 9, act)
            yield Told(self._own(dossier, act, status, revision=act.at + DAY), arrives + 1, known)
        else:
            yield Told(self._own(dossier, act, status), arrives, Version(code, act.number, 9, act))

    @staticmethod
    def _national(dossier: Dossier, system: str, number: int, at: int) -> Filed | None:
        """What the national portal has a status for, it has."""
        return Filed(dossier.code, number, 1, Paper(number, "national", at)) if system == "national" else None

    def _payments(self, dossier: Dossier, act: Act, arrives: int, *, sure: bool) -> Iterator[Told]:
        """Confirmed twice: two payments of one reference, of which the first counts."""
        for again in (0, 1):
            later = replace(act, at=act.at + again * 2 * MINUTE, agency=None)
            data = {"reference": act.label, "via": "national"}
            one = self.observe("payments", f"T-{dossier.code}", "payment_confirmed", later.at, data, act_id=f"{again}")
            # Beside statuses the payment moves nothing: there the pause has no reference.
            known = Version(dossier.code, act.number, 3 - again, later) if sure else None
            number = 3_000 + 2 * act.number + again
            filed = Filed(dossier.code, number, 1, Paper(number, "payment", later.at, flag=True))
            yield Told(one, arrives + again, known, filed=filed)

    def _mistake(self, dossier: Dossier, arrives: int, *, status: int | None = None) -> Iterator[Told]:
        """An end is said that never was, and taken back the next day."""
        if not self.corrects or any(act.act in _ENDS for act in dossier.acts) or self.rng.random() < 0.6:
            return
        act = Act(900, "finished", dossier.last + 60 * MINUTE, None, dossier.agency)
        yield Told(self._own(dossier, act, status), arrives, Version(dossier.code, 900, 1, act))
        data = {"act": "processing_finished" if status is None else "status_reported", "act_id": "900"}
        one = self.observe("one-stop", dossier.code, "retracted", act.at + DAY, data)
        yield Told(one, arrives + 1, Version(dossier.code, 900, 9, None))

    def _own(
        self,
        dossier: Dossier,
        act: Act,
        status: int | None,
        *,
        revision: int | None = None,
        named: str | None = None,
    ) -> Observation:
        """One word of the one-stop system."""
        data: dict[str, Any] = {"agency": act.agency}
        if act.act in ("accepted", "submitted"):
            data |= {"channel": dossier.channel, "procedure": dossier.procedure, "receiving_agency": "any desk"}
        if act.due_at is not None:
            data["due_at"] = when(act.due_at)
        word = _WORDS.get(act.act, act.act)
        if status is not None and act.act not in _NO_STATUS:
            word, data = "status_reported", data | {"status": status, "raw": f"status {status}"}
        elif act.act in _LABEL_OF:
            data[_LABEL_OF[act.act]] = act.label
        return self.observe(
            "one-stop",
            act.code or dossier.code,
            word,
            act.at,
            data,
            act_id=named or str(act.number) if self.corrects else None,
            sequence=act.number if self.numbers else None,
            revision=revision,
        )

    def arrives(self, dossier: Dossier, at: int) -> int:
        if "delayed" in dossier.habits:
            return at + 180 * MINUTE + self.rng.randint(0, 60 * MINUTE)
        return at + (self.rng.randint(1, 25 * DAY) if self.rng.random() < 0.2 else self.rng.randint(1, MINUTE))

    def _link(
        self, one: tuple[str, str], other: tuple[str, str], at: int, arrives: int, links: tuple[str, str, str]
    ) -> Told:
        system, code = other
        return Told(self.observe(*one, "linked", at, {"system": system, "code": code}), arrives, links=links)

    def observe(
        self,
        system: str,
        code: str,
        act: str,
        at: int,
        data: dict[str, Any],
        *,
        act_id: str | None = None,
        item: str | None = None,
        sequence: int | None = None,
        revision: int | None = None,
    ) -> Observation:
        return make_observation(
            tenant=self.made.name.lower(),
            system=system,
            code=code,
            act=act,
            occurred_at=when(at),
            observed_at=when(at + MINUTE),
            data=data,
            act_id=act_id,
            item=item,
            sequence=sequence,
            revision=None if revision is None else when(revision),
        )


_ANNOUNCED = ("field", "components", "paper_result", "fee", "limit", "unit")


def _calendar() -> dict[str, Any]:
    hours = [{"opens": f"{opens:%H:%M}", "closes": f"{closes:%H:%M}"} for opens, closes in OPEN]
    every_day = {"first_day": date(2023, 1, 1), "last_day": date(2026, 12, 31)}
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    return {
        "version": CALENDAR[1],
        "zone": "Asia/Ho_Chi_Minh",
        "years": (2023, 2024, 2025, 2026),
        "seasons": [{**every_day, "weekdays": dict.fromkeys(days, hours)}],
        "rest_days": [{"date": day, "title": "holiday"} for day in sorted(REST)],
        "make_up_days": (),
    }


def _born(dossier: Dossier) -> tuple[str, str] | None:
    if dossier.national_code is not None:
        return ("national", dossier.national_code)
    return None if dossier.portal_code is None else ("portal", dossier.portal_code)


def _day(days: int) -> date:
    return date(1970, 1, 1) + timedelta(days=days)


def when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


_STATUS = {
    "submitted": 1,
    "acceptance_supplement_requested": 5,
    "accepted": 2,
    "refused": 3,
    "forwarded": 4,
    "supplement_requested": 5,
    "supplement_received": 4,
    "obligation_requested": 6,
    "obligation_fulfilled": 4,
    "withdrawn": 7,
    "stopped": 8,
    "finished": 9,
    "recalled": 9,
    "returned": 10,
    "reopened": 4,
}
_NO_STATUS = frozenset({"suspended", "resumed", "voided"})
_ENDS = frozenset({"refused", "withdrawn", "stopped", "finished", "returned"})
_WORDS = {
    "obligation_requested": "financial_obligation_requested",
    "obligation_fulfilled": "financial_obligation_fulfilled",
    "finished": "processing_finished",
    "stopped": "processing_stopped",
    "returned": "result_returned",
    "recalled": "result_recalled",
}
_LABEL_OF = {
    "supplement_requested": "round",
    "supplement_received": "round",
    "obligation_requested": "reference",
    "obligation_fulfilled": "reference",
}
