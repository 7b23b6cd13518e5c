"""Asks a definition about a few dossiers written down as facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.observations import Observation
from services.domain.dossier import Fact, fact_of_observation
from services.domain.reference import reference_of
from services.domain.statistics.cases import cases_of
from services.domain.statistics.count import Counted, Figure, count
from services.domain.statistics.definition import Definition, Dimension, Due, Mode, Question
from services.domain.statistics.places import place, places_of
from services.domain.statistics.seats import seat
from services.domain.zones import offsets_of
from tests.builders import at
from tests.specification import given

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
APRIL, MAY, JUNE, JULY = at("1/4 00:00"), at("1/5 00:00"), at("1/6 00:00"), at("1/7 00:00")


def asked(
    definition: Definition,
    *dossiers: Sequence[Fact],
    opens: datetime = MAY,
    closes: datetime = JUNE,
    due: Due = "instant",
    by: Sequence[Dimension] = (),
    declared: Sequence[Observation] = (),
    mode: Mode = "as_was",
    **switches: str,
) -> Counted:
    """What a definition counts of these dossiers, each named by its number, from `opens` until before `closes`."""
    last = (closes - timedelta(microseconds=1)).astimezone(ZONE).date()
    timelines = [(given(*facts).dossier.segments, ("one-stop", f"H-{number}")) for number, facts in enumerate(dossiers)]
    question = Question(
        opens=opens,
        closes=closes,
        offsets=offsets_of(ZONE),
        due=due,
        switches={switch.name: switch.default for switch in definition.switches} | switches,
    )
    reference = reference_of(fact_of_observation(said) for said in declared)
    cases, _ = seat(cases_of(timelines, opens=opens, closes=closes), question, reference.agencies, mode, last)
    cases = place(cases, places_of(reference.catalogue, on=last))
    return count(cases, definition, question, by=by, lists=True)


def figures(definition: Definition, *facts: Fact, **more: object) -> dict[str, Figure]:
    """The figures in which one dossier of these facts counts."""
    counted = asked(definition, facts, **more)  # type: ignore[arg-type]
    assert not counted.breaches
    return {key: figure for key, figure in counted.total.figures.items() if figure}
