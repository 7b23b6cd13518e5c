"""Asks a definition about a few dossiers written down as facts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.observations import Observation
from services.domain.dossier import Fact, fact_of_observation
from services.domain.reference import reference_of
from services.domain.statistics.cases import cases_of, papers_of, with_later_ones, with_papers
from services.domain.statistics.count import Counted, columns_of, part_of, total_of
from services.domain.statistics.definition import Definition, Dimension, Due, Mode, Question
from services.domain.statistics.figures import Figure
from services.domain.statistics.places import place, places_of
from services.domain.statistics.seats import seat
from services.domain.statistics.submitted import given_by
from services.domain.working_time.calendar import Calendar
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
    counted_at: datetime | None = None,
    mended: Collection[str] = (),
    calendar: Calendar | None = None,
    **switches: str,
) -> Counted:
    """What a definition counts of these dossiers, each named by its number, from `opens` until before `closes`."""
    last = (closes - timedelta(microseconds=1)).astimezone(ZONE).date()
    told = [given(*facts).dossier for facts in dossiers]
    names = [("one-stop", f"H-{number}") for number, _ in enumerate(dossiers)]
    timelines = zip((one.segments for one in told), names, strict=True)
    papers = papers_of(zip((one.papers for one in told), names, strict=True), opens=opens, closes=closes)
    question = Question(
        opens=opens,
        closes=closes,
        offsets=offsets_of(ZONE),
        due=due,
        switches={switch.name: switch.default for switch in definition.switches} | switches,
        mended=frozenset(mended),
        counted_at=counted_at,
    )
    latest = any(name.startswith("now_") for name in columns_of(definition, question))
    reference = reference_of(fact_of_observation(said) for said in declared)
    known = with_papers(with_later_ones(cases_of(timelines, opens=opens, closes=closes, latest=latest)), papers)
    cases, _ = seat(known, question, reference.agencies, mode, last)
    calendars = {} if calendar is None else {None: calendar}
    cases = place(cases, places_of(reference.catalogue, on=last, calendars=calendars), opens=question.opens)
    given_figures = given_by(reference.submitted, first=opens.astimezone(ZONE).date(), last=last)
    parts = [part_of(cases, definition, question, by=by)]
    return total_of(parts, definition, by=by, lists=True, given=given_figures)


def figures(definition: Definition, *facts: Fact, **more: object) -> dict[str, Figure]:
    """The figures in which one dossier of these facts counts."""
    counted = asked(definition, facts, **more)  # type: ignore[arg-type]
    assert not counted.breaches
    return {key: figure for key, figure in counted.total.figures.items() if figure}
