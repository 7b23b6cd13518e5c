"""One agency a dossier in a report, across the day on which districts ended: nothing appears and nothing vanishes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from services.domain.dossier import Fact
from services.domain.statistics.count import Figure
from services.domain.statistics.definition import Mode
from services.domain.statistics.definitions.ii06a import DEFINITION
from tests.builders import at, fact
from tests.unit.domain.agencies.province import PROVINCE
from tests.unit.statistics.asking import asked

JUNE, JULY, AUGUST = at("2025-06-01 00:00"), at("2025-07-01 00:00"), at("2025-08-01 00:00")


def accepted(agency: str | None) -> list[Fact]:
    more = {} if agency is None else {"agency": agency}
    return [
        fact("one-stop", "accepted", at("2025-06-10 08:00"), channel="online", due_at=at("2025-09-01 08:00"), **more)
    ]


DOSSIERS = {
    "department": accepted("H99.01"),
    "merged district": accepted("H99.10"),
    "split district": accepted("H99.11"),
    "split and reassigned": [
        *accepted("H99.11"),
        fact("one-stop", "reassigned", at("2025-07-03 08:00"), agency="H99.32"),
    ],
    "town": accepted("H99.12"),
    "left alone": accepted("H99.13"),
    "finished before": [*accepted("H99.10"), fact("one-stop", "processing_finished", at("2025-06-20 08:00"))],
    "nobody's": accepted(None),
    "undeclared": accepted("H99.77"),
}


def rows(mode: Mode, *, july: bool) -> Mapping[str | None, Figure]:
    opens, closes = (JULY, AUGUST) if july else (JUNE, JULY)
    counted = asked(
        DEFINITION, *DOSSIERS.values(), opens=opens, closes=closes, by=("agency",), declared=PROVINCE, mode=mode
    )
    assert counted.total.figures["3"] == sum(row.figures["3"] or 0 for row in counted.rows)
    return {row.labels["agency"]: row.figures["3"] for row in counted.rows if row.figures["3"]}


@pytest.mark.parametrize("mode", ["as_was", "as_is"])
def test_before_the_change_every_agency_is_itself(mode: Mode) -> None:
    # Nine dossiers were accepted in June; the one that nobody claims stands in the row that is not known.
    assert rows(mode, july=False) == {
        "H99.01": 1,
        "H99.10": 2,
        "H99.11": 2,
        "H99.12": 1,
        "H99.13": 1,
        "H99.77": 1,
        None: 1,
    }


def test_after_it_the_stock_is_where_it_went_or_is_not_known() -> None:
    # Eight are carried over, the ninth was finished. As is: the merged district's one is the province's now, the town
    # is a commune of the same code; the split district's and the ended one's are not known, nor the one of nobody.
    assert rows("as_is", july=True) == {"H99": 1, "H99.01": 1, "H99.12": 1, "H99.32": 1, "H99.77": 1, None: 3}
    # As was: on 31 July the ended districts hold nothing, so theirs are not known.
    assert rows("as_was", july=True) == {"H99.01": 1, "H99.12": 1, "H99.32": 1, "H99.77": 1, None: 4}


def test_what_one_agency_gave_up_another_one_has_or_it_is_not_known() -> None:
    counted = asked(
        DEFINITION, *DOSSIERS.values(), opens=JULY, closes=AUGUST, by=("agency",), declared=PROVINCE, mode="as_was"
    )
    moved = {
        row.labels["agency"]: (
            row.figures["transferred_in"],
            row.figures["transferred_out"],
            row.figures["stock_before"],
        )
        for row in counted.rows
        if row.figures["transferred_in"] or row.figures["transferred_out"]
    }
    # The districts had one, two and one open on 30 June; one of the split district's was reassigned, the rest are not
    # known on 31 July. The town keeps its code.
    assert moved == {
        "H99.10": (0, 1, 1),
        "H99.11": (0, 2, 2),
        "H99.13": (0, 1, 1),
        "H99.32": (1, 0, 0),
        None: (3, 0, 1),
    }
    assert counted.total.figures["transferred_in"] == counted.total.figures["transferred_out"] == 4
    assert counted.total.figures["stock_before"] == counted.total.figures["6"] == 8
    assert not counted.breaches


@pytest.mark.parametrize("mode", ["as_was", "as_is"])
def test_over_a_half_year_an_end_stays_with_the_agency_it_came_at(mode: Mode) -> None:
    # Ended in June at a commune, given to its successor on 3 July with all the others: from April to September it is
    # the commune's as was. As is it is the successor's, which did not exist yet on the day of the end.
    ended = [
        *accepted("H99.11.01"),
        fact("one-stop", "processing_finished", at("2025-06-20 08:00")),
        fact("one-stop", "reassigned", at("2025-07-03 08:00"), agency="H99.32"),
    ]
    half_year = {"opens": at("2025-04-01 00:00"), "closes": at("2025-10-01 00:00")}
    counted = asked(DEFINITION, ended, by=("agency",), declared=PROVINCE, mode=mode, **half_year)
    [row] = counted.rows
    assert row.labels == {"agency": "H99.11.01" if mode == "as_was" else "H99.32"}
    assert row.figures["7"] == 1
