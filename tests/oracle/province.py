"""A small province written down as it truly was, before any system says a word of it: plain rows, made from a seed.

Every province holds each of the fifteen scenarios a statistics engine must survive (`scenarios.py`) and further
dossiers that wander at random. What portals and desks then say of it is derived from these rows (`systems.py`), and
what the forms should show is computed from these rows alone (`*.sql`).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Literal

LOCAL = timezone(timedelta(hours=7))
"""Việt Nam has had no other offset in the years these provinces live in."""
DAY = 86_400
FIELDS = ("land", "civil", "trade")
CHANNELS = ("online", "direct", "postal")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happened to a dossier. Times are seconds since 1970; `number` is its place in the dossier."""

    number: int
    act: str
    at: int
    due_at: int | None = None
    agency: str | None = None
    label: str | None = None
    """Round of a supplement, reference of a payment, name of a suspension: what a reply answers to."""
    code: str = ""
    """The code under which it happened, where that is not the dossier's own."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One file, signature, payment or check of a dossier, or a word of the national portal; `number` as for acts."""

    number: int
    kind: Literal["component", "result", "document", "payment", "identity", "national"]
    at: int
    name: str | None = None
    flag: bool | None = None
    """Of a component whether it was used before, of a signature whether it is digital, of a payment whether it was
    made online."""
    amount: int | None = None


@dataclass(slots=True)
class Dossier:
    """One dossier and its acts, in the order in which they happened."""

    code: str
    agency: str
    procedure: str
    channel: str | None
    scenario: str
    acts: list[Act] = field(default_factory=list)
    portal_code: str | None = None
    national_code: str | None = None
    second_code: str | None = None
    """A second registration of the same application, made by mistake and linked later."""
    habits: frozenset[str] = frozenset()
    """How its observations travel: `delayed`, `doubled`, `paid_twice`."""
    papers: list[Paper] = field(default_factory=list)

    def then(self, act: str, at: int, *, due_at: int | None = None, label: str | None = None, code: str = "") -> None:
        """It went on by one act, at its present agency."""
        self.acts.append(Act(len(self.acts), act, at, due_at, self.agency, label, code))

    @property
    def last(self) -> int:
        """When its last act was."""
        return self.acts[-1].at


@dataclass(frozen=True, slots=True)
class Agency:
    """Days are days since 1970; `successor` does its work from `ends` on."""

    code: str
    level: str
    begins: int
    ends: int | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Procedure:
    """What was announced of it; None is not known. One that is not declared is known by its code alone."""

    declared: bool
    field: str | None
    components: int | None
    paper_result: bool | None
    fee: bool | None
    limit: int | None
    unit: str | None
    """Of the limit: `hour`, `working_day` or `calendar_day`."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What an agency, or the whole province, reported of a period of local days to the Government, and when."""

    agency: str | None
    first: date
    last: date
    online: int
    direct: int
    at: int


@dataclass(slots=True)
class Province:
    """Everything that is true of it. `edge`: first instant of the quarter on which an agency gives way to another."""

    seed: int
    edge: int
    agencies: list[Agency]
    procedures: dict[str, Procedure]
    dossiers: list[Dossier]
    speaks: str
    """How its one-stop system talks: `acts`, or `statuses` in place of them."""
    submitted: list[Submitted] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The code its agencies begin with."""
        return f"H{self.seed}"


def local(day: date, hour: int = 0, minute: int = 0) -> int:
    """A local moment as seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=LOCAL).timestamp())


EDGES = (date(2025, 7, 1), date(2024, 1, 1))
"""The end of the district level, and an ordinary merger at a new year with Tết not far behind it."""
HOLIDAYS = {
    date(2025, 7, 1): (date(2025, 4, 30), date(2025, 5, 1)),
    date(2024, 1, 1): (date(2024, 2, 8), date(2024, 2, 14)),
}
"""Edge → first and last day of the long holiday near it."""


def edge_of(seed: int) -> date:
    """The day on which a province's agencies change."""
    return EDGES[seed % len(EDGES)]


def province(seed: int, *, dossiers: int | None = None) -> Province:
    """The province of a seed: 20 to 60 dossiers or so many, 3 to 6 agencies on several levels, 4 to 8 procedures."""
    from tests.oracle.papers import file_papers, submit
    from tests.oracle.scenarios import SCENARIOS, wander

    rng = random.Random(seed)
    edge = edge_of(seed)
    made = Province(
        seed=seed,
        edge=local(edge),
        agencies=_agencies(f"H{seed}", edge, rng),
        procedures={
            f"9.{seed}.{number}": _procedure(number, rng.choice(FIELDS), rng) for number in range(rng.randint(4, 8))
        },
        dossiers=[],
        speaks=rng.choice(("acts", "acts", "statuses")),
    )
    for scenario in SCENARIOS:
        scenario(made, rng)
    for _ in range(max(0, (dossiers or rng.randint(20, 60)) - len(made.dossiers))):
        wander(made, rng)
    file_papers(made)
    submit(made)
    return made


def _procedure(number: int, field: str, rng: random.Random) -> Procedure:
    """One was never declared, of some others not everything is known."""
    if number == 3:
        return Procedure(False, None, None, None, None, None, None)
    components = rng.choice((None, 0, 1, 2, 3, 3))
    paper_result, fee = rng.choice((None, True, True, False)), rng.choice((None, True, False))
    limit, unit = rng.choice(((None, None), (8, "hour"), (12, "hour"), (5, "working_day"), (15, "calendar_day")))
    return Procedure(True, field, components, paper_result, fee, limit, unit)


def _agencies(name: str, edge: date, rng: random.Random) -> list[Agency]:
    long_ago, change = (date(2000, 1, 1) - date(1970, 1, 1)).days, (edge - date(1970, 1, 1)).days
    ending = "district" if edge.year == 2025 else "commune"
    agencies = [
        Agency(f"{name}.1", "department", long_ago),
        Agency(f"{name}.2", "commune", long_ago),
        Agency(f"{name}.3", ending, long_ago, change, f"{name}.2"),
    ]
    if rng.random() < 0.5:
        agencies.append(Agency(f"{name}.4", ending, long_ago, change, f"{name}.5"))
        agencies.append(Agency(f"{name}.5", "commune", change))
    if rng.random() < 0.5:
        agencies.append(Agency(f"{name}.6", "province", long_ago))
    return agencies


def open_dossier(made: Province, rng: random.Random, scenario: str, *, channel: str | None, **more: str) -> Dossier:
    """A new dossier at one of the agencies, with a code of its own and one of the portal's if it came online."""
    number = len(made.dossiers) + 1
    at_first = [agency.code for agency in made.agencies if agency.begins * DAY < made.edge - 90 * DAY]
    dossier = Dossier(
        code=f"{made.name}-{number:04}",
        agency=more.get("agency") or rng.choice(at_first),
        procedure=rng.choice(sorted(made.procedures)),
        channel=channel,
        scenario=scenario,
        portal_code=f"P{made.seed}-{number:04}" if channel == "online" else None,
    )
    made.dossiers.append(dossier)
    return dossier


def move_at_edge(made: Province, dossier: Dossier, at: int) -> None:
    """From the edge on, work done at an agency that has ended is done by its successor: it was reassigned then."""
    for agency in made.agencies:
        if agency.code == dossier.agency and agency.ends is not None and at >= made.edge:
            assert agency.successor is not None
            dossier.agency = agency.successor
            if dossier.acts and dossier.last < made.edge:
                dossier.then("reassigned", made.edge)
