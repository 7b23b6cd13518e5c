"""Where no due date was promised the statutory limit is reckoned by a calendar that is named, never guessed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.builders import VIETNAM
from tests.integration.operator.conftest import Office
from tests.unit.projections.made_log import ALWAYS

PROGRESS = ("report", "766-2.1", "--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")
HOURS = [{"opens": "07:00", "closes": "11:30"}, {"opens": "13:30", "closes": "17:00"}]
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), HOURS)


def declare(office: Office, version: str, year: int, *, week: dict[str, Any] = WEEK, agency: str | None = None) -> None:
    season = {"first_day": f"{year}-01-01", "last_day": f"{year}-12-31"}
    seasons = [season | {"weekdays": WEEK}]
    if agency is not None:
        seasons.append(season | {"weekdays": week, "agency": agency})
    said = {"version": version, "zone": "Asia/Ho_Chi_Minh", "years": [year], "seasons": seasons}
    said |= {"rest_days": [], "make_up_days": []}
    office.log.say("operator", "province", "calendar_declared", ALWAYS, said)


def work(office: Office, agency: str = "H99.2") -> None:
    """Five working days from Friday 5 January 09:00 end on Friday the 12th at 09:00: B1 ends before, B2 after it."""
    declared = {"title": "Cấp giấy phép", "field": "G1", "level": "province", "limit": 5, "unit": "working_day"}
    office.log.say("operator", "9.5", "procedure_declared", ALWAYS, declared | {"valid_from": "2020-01-01"})
    told = {"agency": agency, "procedure": "9.5", "channel": "online"}
    for code, day in (("B1", 12), ("B2", 15)):
        office.log.say("one-stop", code, "accepted", datetime(2024, 1, 5, 9, tzinfo=VIETNAM), told)
        office.log.say("one-stop", code, "processing_finished", datetime(2024, 1, day, 8, tzinfo=VIETNAM))


async def figures(office: Office, *more: str) -> tuple[int, int, int]:
    """Unjudged, ended on time, ended late, of agency H99.2."""
    total = (await office.khop.document(*PROGRESS, "--agency", "H99.2", *more))["total"]
    return total["unjudged"], total["ended_on_time"], total["ended_late"]


async def test_without_a_calendar_they_cannot_be_told_and_with_the_only_one_they_can(office: Office) -> None:
    work(office)
    await office.record()
    assert await figures(office) == (2, 0, 0)
    before = len(office.log.events)
    declare(office, "2024-1", 2024)
    await office.record()
    assert await figures(office) == (0, 1, 1)
    document = await office.khop.document(*PROGRESS)
    assert document["identity"]["calendar"] == "province@2024-1"
    assert "calendars" in document["identity"]["reference"]
    assert await figures(office, "--as-of", str(before)) == (2, 0, 0)


async def test_an_agency_that_works_on_other_days_has_other_limits(office: Office) -> None:
    work(office)
    # Open on Fridays alone, five working days after Friday the 5th are weeks away.
    declare(office, "2024-1", 2024, agency="H99.2", week={"friday": HOURS})
    await office.record()
    assert await figures(office) == (0, 2, 0)


async def test_a_year_that_no_calendar_declares_is_named(office: Office) -> None:
    work(office)
    declare(office, "2023-1", 2023)
    await office.record()
    told = await office.khop.run(*PROGRESS, code=1)
    assert "says nothing of the year 2024" in told
    assert len(told.strip().splitlines()) == 1


async def test_which_of_several_calendars_is_asked(office: Office) -> None:
    work(office)
    declare(office, "2023-1", 2023)
    declare(office, "2024-1", 2024)
    await office.record()
    told = await office.khop.run(*PROGRESS, code=2)
    assert "province@2023-1, province@2024-1" in told
    assert await figures(office, "--calendar", "province@2024-1") == (0, 1, 1)
    assert "no calendar 'district'" in await office.khop.run(*PROGRESS, "--calendar", "district", code=2)


async def test_a_form_that_rests_on_no_working_time_takes_no_calendar(office: Office) -> None:
    told = await office.khop.run("report", "II.06a", *PROGRESS[2:], "--calendar", "province", code=2)
    assert "no figure of II.06a rests on working time" in told


async def test_what_moves_because_a_calendar_was_declared_is_explained_by_the_calendar(office: Office) -> None:
    work(office)
    await office.record()
    before = len(office.log.events)
    declare(office, "2024-1", 2024)
    await office.record()
    asked = (*PROGRESS[2:], "--agency", "H99.2", "--cell", "ended_late")
    for sides, sign in (((f"766-2.1@{before}", "766-2.1"), 1), (("766-2.1", f"766-2.1@{before}"), -1)):
        [cell] = (await office.khop.document("explain", *sides, *asked))["cells"]
        [reason] = cell["reasons"]
        assert (reason["kind"], reason["difference"]) == ("calendar", sign)
        assert "province@2024-1" in reason["name"]
        assert reason["more_in_b" if sign == 1 else "more_in_a"]["codes"] == ["one-stop/B2"]
    same = await office.khop.document("explain", "766-2.1", "766-2.1,calendar=province:2024-1", *asked)
    assert same["cells"][0]["reasons"] == []
