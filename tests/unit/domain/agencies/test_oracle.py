"""As is, beside a second computation: reforms replayed in order on a list of where each agency's work lies."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from contracts.observations import Observation
from services.domain.agencies.agency import Agency
from tests.unit.domain.agencies.province import BEGIN, agencies, agency, succession

REFORMS = 25
Place = tuple[str, date]


class Province:
    """Agencies in force, and where the work of each that ever began has gone: one code, several, or nowhere."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.today = BEGIN
        self.numbers = 0
        self.since: dict[str, date] = {}
        self.said: list[Observation] = []
        self.work: dict[Place, set[str]] = {}
        self.parted: set[Place] = set()
        self.begin(8)

    def begin(self, how_many: int) -> list[str]:
        new = [f"H99.{self.numbers + 1 + number:02}" for number in range(how_many)]
        self.numbers += how_many
        self.since |= dict.fromkeys(new, self.today)
        self.work |= {(code, self.today): {code} for code in new}
        return new

    def reform(self) -> None:
        self.today += timedelta(days=self.rng.randint(1, 90))
        code = self.rng.choice(sorted(self.since))
        since = self.since.pop(code)
        kind = self.rng.choice(
            ["merged_into", "renamed", "relevelled", "split_into", "ended"] if self.since else ["renamed"]
        )
        moved = [where for where in self.work.values() if code in where]
        if kind == "split_into":
            self.parted |= {place for place, where in self.work.items() if code in where}
        # A successor that is new begins on the very day, and is not among those whose work moves.
        heirs = {
            "merged_into": lambda: [self.rng.choice(sorted(self.since))],
            "split_into": lambda: self.begin(2),
            "ended": list,
        }.get(kind, lambda: self.begin(1))()
        for where in moved:
            where.discard(code)
            where.update(heirs)
        end = self.today if kind == "ended" else self.rng.choice([None, self.today])
        self.said.append(agency(code, "commune", since, end))
        if kind != "ended":
            self.said.append(succession(code, kind, *heirs, on=self.today))


@pytest.mark.parametrize("seed", range(60))
def test_where_the_work_of_every_agency_went_is_what_replaying_the_reforms_says(seed: int) -> None:
    province = Province(Random(seed))
    history = []
    for _ in range(REFORMS):
        if province.since:
            province.reform()
        work = {place: frozenset(where) for place, where in province.work.items()}
        history.append((province.today, work, frozenset(province.parted)))
    said = [*province.said, *(agency(code, "commune", since) for code, since in province.since.items())]
    Random(seed).shuffle(said)
    dimension = agencies(*said)
    assert dimension.findings == ()
    for day, work, parted in history:
        for (code, since), where in work.items():
            answer = dimension.as_is(code, said_on=since, report_on=day)
            if isinstance(answer, Agency):
                assert {answer.code} == where, (code, day)
                assert (code, since) not in parted
                # What stands there now is in force on that day, by its own dates.
                assert dimension.as_was(answer.code, day) == answer
            else:
                assert set(answer.candidates) == where, (code, day)
                assert answer.reason == ("split" if (code, since) in parted else "ended")
