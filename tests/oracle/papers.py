"""What dossiers have beside their acts: files, signatures, payments, checked accounts; and what was reported."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from tests.oracle.province import DAY, LOCAL, Dossier, Paper, Province, Submitted, local
from tests.oracle.scenarios import next_month


def file_papers(made: Province) -> None:
    """Give every dossier its papers, drawn apart from the acts."""
    rng = random.Random(made.seed + 3_000_000)
    for dossier in made.dossiers:
        dossier.papers = [replace(paper, number=number) for number, paper in enumerate(_papers(dossier, rng))]


def _papers(dossier: Dossier, rng: random.Random) -> Iterator[Paper]:
    begins, span = dossier.acts[0].at, dossier.last - dossier.acts[0].at

    def when() -> int:
        chance = rng.random()
        if chance < 0.1:
            return max(begins, next_month(begins) - rng.choice((0, 0, 1)))
        return begins + rng.randint(0, span + (20 * DAY if chance < 0.3 else 0))

    for number in range(rng.choice((0, 0, 0, 1, 2, 4))):
        at = when()
        yield Paper(0, "component", at, f"C{number}", rng.choice((None, None, False, True)))
        if rng.random() < 0.2:
            # The same component again: one file more, not one component more.
            yield Paper(0, "component", at + rng.randint(1, 9 * DAY), f"C{number}", rng.choice((None, True)))
    for number in range(rng.choice((0, 0, 1, 1))):
        yield Paper(0, "result", when(), f"K{number}")
    for number in range(rng.choice((0, 0, 0, 1, 2))):
        at, digitally = when(), rng.random() < 0.6
        yield Paper(0, "document", at, f"{dossier.code}/V{number}", digitally)
        if rng.random() < 0.3:
            yield Paper(0, "document", at + rng.randint(1, 3600), f"{dossier.code}/V{number}", digitally)
    for _ in range(rng.choice((0, 0, 0, 0, 1, 2))):
        yield Paper(0, "payment", when(), None, rng.random() < 0.6, rng.choice((None, 0, 0, 20_000)))
    if rng.random() < 0.25:
        yield Paper(0, "identity", when())
    if dossier.national_code is None and rng.random() < 0.3:
        yield Paper(0, "national", when())


def submit(made: Province) -> None:
    """Reports of months and quarters around the edge, some sent twice with other figures, some by nobody."""
    rng = random.Random(made.seed + 4_000_000)
    edge = datetime.fromtimestamp(made.edge, LOCAL).date()
    months = [_months_from(edge, number) for number in range(-3, 4)]
    periods = [*pairwise(months), (months[0], months[3]), (months[3], months[6])]
    agencies = [agency.code for agency in made.agencies if rng.random() < 0.4]
    for first, after in periods:
        last = datetime.fromtimestamp(local(after) - DAY, LOCAL).date()
        for agency in (None, *agencies):
            for sent in range(rng.choice((0, 1, 1, 2))):
                most = 60 if agency is None else 12
                at = local(after) + (sent * 10 + rng.randint(1, 9)) * DAY
                made.submitted.append(Submitted(agency, first, last, rng.randint(0, most), rng.randint(0, most), at))


def _months_from(edge: date, number: int) -> date:
    month = edge.year * 12 + edge.month - 1 + number
    return date(month // 12, month % 12 + 1, 1)
