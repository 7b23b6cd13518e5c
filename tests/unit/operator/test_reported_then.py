"""Which archived report stands behind a submission: the one with its figures, else the last printed before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from contracts.reference import FiguresSubmitted
from services.archive.port import Entry
from services.domain.reference import Submitted
from services.operator.reported_then import Archived, Reading, archived, choose

ANY = Reading(agency=None, version=None, zone=None, due=None, mode=None, switches={})


def on(day: int) -> datetime:
    return datetime(2024, 7, day, tzinfo=UTC)


def document(agency: str | None = None, **more: Any) -> dict[str, Any]:
    identity = {
        "version": 1, "zone": "Asia/Ho_Chi_Minh", "due": "instant", "mode": "as_was", "agency": agency,
        "switches": {"withdrawn": "on_time"},
    }  # fmt: skip
    return {
        "identity": identity | more,
        "rows": [{"row": {"agency": "H99.1"}, "3": 2}, {"row": {"agency": "H99.1", "channel": "online"}, "3": 1}],
        "total": {"row": {}, "3": 7, "4": 5},
    }


def printed(day: int, **figures: int) -> Archived:
    entry = Entry(
        tenant="lang-son", hash=f"{day:064x}", definition="II.06a", version=1, first=date(2024, 4, 1),
        last=date(2024, 6, 30), position=day, printed_at=on(day),
    )  # fmt: skip
    return Archived(entry=entry, identity={}, row={"3": 7, "4": 5, **{key[1:]: one for key, one in figures.items()}})


def sent(day: int, **figures: int) -> Submitted:
    said = FiguresSubmitted(
        first_day="2024-04-01", last_day="2024-06-30", submitted_to="bcqg",
        figures={key[1:]: one for key, one in figures.items()},
    )  # fmt: skip
    return Submitted("II.06a", None, on(day), said, UUID(int=day))


def test_the_row_is_the_total_or_the_agencys_own() -> None:
    entry = printed(1).entry
    [total, row, alone] = [
        archived(entry, document(), ANY),
        archived(entry, document(), replace(ANY, agency="H99.1")),
        archived(entry, document(agency="H99.1"), replace(ANY, agency="H99.1")),
    ]
    assert total is not None
    assert row is not None
    assert alone is not None
    assert (total.row["3"], row.row["3"], alone.row["3"]) == (7, 2, 7)
    assert archived(entry, document(), replace(ANY, agency="H99.2")) is None
    assert archived(entry, document(agency="H99.1"), ANY) is None


def test_a_report_that_reads_otherwise_than_asked_is_passed_over() -> None:
    entry = printed(1).entry
    for asked, there in (
        (replace(ANY, due="day"), False),
        (replace(ANY, due="instant", mode="as_was", version=1), True),
        (replace(ANY, version=2), False),
        (replace(ANY, zone="Asia/Tokyo"), False),
        (replace(ANY, switches={"withdrawn": "by_due_date"}), False),
        (replace(ANY, switches={"withdrawn": "on_time"}), True),
    ):
        assert (archived(entry, document(), asked) is not None) == there


def test_the_report_with_the_figures_sent_comes_first_the_last_one_by_then() -> None:
    reports = [printed(9), printed(2), printed(5), printed(4), printed(6, _3=8)]
    assert choose(reports, sent(7, _3=7, _4=5)) == ("same_figures", printed(5))
    # Printed from a system of one's own, and archived by this one only afterwards.
    assert choose(reports, sent(1, _3=7)) == ("same_figures", printed(2))
    # A cell the form does not have tells nothing, alone or beside others.
    assert choose(reports, sent(7, _3=7, _99=1)) == ("same_figures", printed(5))
    assert choose(reports, sent(7, _99=1)) == ("printed_before", printed(6, _3=8))


def test_else_the_last_that_was_printed_before_it_was_sent_never_a_later_one() -> None:
    reports = [printed(9), printed(4), printed(6, _3=8)]
    assert choose(reports, sent(7, _3=100)) == ("printed_before", printed(6, _3=8))
    assert choose(reports, sent(3, _3=100)) is None
    assert choose(reports, None) == ("last_printed", printed(9))
    assert choose([], None) is None
    assert choose([], sent(3, _3=7)) is None


def test_what_was_made_to_be_published_lacks_figures_and_stands_behind_nothing() -> None:
    whole = document()
    published = {**whole, "identity": {**whole["identity"], "publish": {"below": 5}}}
    assert ANY.fits(whole["identity"])
    assert not ANY.fits(published["identity"])
