"""A deployed program without its known bugs counts as form II.06a does, so the bugs are the whole difference."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from contracts.observations import Observation
from services.domain.statistics.cases import cases_of, with_later_ones
from services.domain.statistics.count import count
from services.domain.statistics.definition import Definition, Due, Question
from services.domain.statistics.definitions import hv06, hv06_older, hv766, ii06a, opencps
from services.domain.zones import offsets_of
from tests.unit.statistics.asking import ZONE
from tests.unit.statistics.stretched import days, histories, midnight, stretched, timeline

DEPLOYED = [hv06.DEFINITION, hv06_older.DEFINITION, hv766.DEFINITION, opencps.DEFINITION]
COLUMNS = [str(number) for number in range(3, 14)]


@pytest.mark.parametrize("deployed", DEPLOYED, ids=lambda one: one.name)
@settings(max_examples=60, deadline=None)
@for_all(
    st.lists(histories, max_size=3), days, days, st.sampled_from(["instant", "day"]), st.sampled_from(["local", "UTC"])
)
def test_without_its_bugs_it_is_the_form(
    deployed: Definition, said: list[list[Observation]], one: int, other: int, due: Due, server: str
) -> None:
    opens, closes = midnight(min(one, other)), midnight(max(one, other) + 1)
    dossiers = [(timeline(stretched(each)), ("one-stop", f"H-{number}")) for number, each in enumerate(said)]
    known = cases_of([each for each in dossiers if each[0]], opens=opens, closes=closes, latest=True)
    nowhere = [pl.lit(None, dtype=pl.String).alias(name) for name in ("level", "before_level", "field")]
    cases = with_later_ones(known).with_columns(nowhere)
    form, program = (
        count(
            cases,
            definition,
            Question(
                opens=opens,
                closes=closes,
                offsets=offsets_of(ZONE),
                due=due,
                switches={switch.name: switch.default for switch in definition.switches}
                | ({"server_zone": server, "catalogue": "declared"} if definition is deployed else {}),
                mended=frozenset(bug.name for bug in definition.known_bugs),
            ),
            by=(),
        ).total
        for definition in (ii06a.DEFINITION, deployed)
    )
    assert {key: program.figures[key] for key in COLUMNS} == {key: form.figures[key] for key in COLUMNS}
    assert {key: program.hashes[key] for key in COLUMNS} == {key: form.hashes[key] for key in COLUMNS}
