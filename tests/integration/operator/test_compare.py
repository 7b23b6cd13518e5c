"""`khop reports compare`: submitted, reported then, known now, and who moved between, on real PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.archive.postgres import PostgresArchive
from services.domain.statistics.document import digest
from services.domain.statistics.registry import all_definitions, find
from services.operator.archiving import archive
from services.runtime.postgres import open_pool
from tests.integration.operator.conftest import Office
from tests.unit.projections.made_log import T0

JANUARY = ("--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")
COMPARE = ("reports", "compare", "II.06a", *JANUARY)
NOON = datetime(2024, 1, 30, 5, 0, tzinfo=UTC)
SENT = {"3": 2, "4": 1, "5": 1, "6": 0, "7": 1, "11": 1, "G99-GD10/3": 1}
"""January by hand: A1 came in online and was ended, A2 came in at the desk and is in hand; 8 was left empty."""


def submit(office: Office, at: datetime, figures: Mapping[str, int] = SENT, **more: Any) -> None:
    said = {"first_day": "2024-01-01", "last_day": "2024-01-31", "submitted_to": "bcqg", "figures": figures}
    office.log.say("operator", "II.06a", "figures_submitted", at, said | more)


def moved(document: Any, key: str) -> tuple[list[str], list[str]]:
    who = document["cells"][key]["moved"]
    assert who["changed"] == []
    return who["came"], who["left"]


def learn(office: Office) -> None:
    """A2 was a mistake, A5 was there all along, and A1 turns out to be a dossier of the portal too."""
    told = {"agency": "H99.1", "procedure": "9.1", "channel": "direct", "due_at": NOON + timedelta(days=9)}
    office.log.say("one-stop", "A2", "voided", T0)
    office.log.say("one-stop", "A5", "accepted", NOON, told)
    office.log.connect(("a-portal", "provincial_portal"))
    office.log.say("a-portal", "X1", "linked", NOON, {"system": "one-stop", "code": "A1"})


async def test_same_figures_hide_that_other_dossiers_are_behind_them(office: Office) -> None:
    khop = office.khop
    printed = json.loads(await khop.run("report", "II.06a", *JANUARY, "--by", "agency", "--json"))
    submit(office, datetime.now(UTC), reference="BC-7")
    learn(office)
    await office.record()
    document = await khop.document(*COMPARE)
    assert (document["then"]["how"], document["then"]["hash"]) == ("same_figures", printed["hash"])
    assert document["then"]["position"] == printed["identity"]["position"] < document["now"]["position"]
    assert document["then"]["counted_again"]
    assert (document["submitted"]["to"], document["submitted"]["reference"]) == ("bcqg", "BC-7")
    three = document["cells"]["3"]
    assert (three["submitted"], three["then"], three["now"], three["now_less_submitted"]) == (2, 2, 2, 0)
    assert moved(document, "3") == moved(document, "5") == (["one-stop/A5"], ["one-stop/A2"])
    # A1 counts under its other code now, and did not move.
    assert moved(document, "4") == moved(document, "7") == ([], [])
    assert (document["cells"]["voided"]["now_less_then"], moved(document, "voided")) == (1, (["one-stop/A2"], []))
    assert (document["cells"]["8"]["submitted"], document["cells"]["8"]["now"]) == (None, 1)
    assert document["not_compared"] == {"G99-GD10/3": 1}

    text = await khop.run(*COMPARE)
    assert "báo cáo đã lưu có đúng các số đã gửi" in text
    assert "số · number BC-7" in text
    assert "(3) vào · came in 1: one-stop/A5" in text
    assert "(3) ra · left 1: one-stop/A2" in text
    assert "chưa gửi" in text
    assert "(G99-GD10/3) đã gửi 1; không phải ô tổng của biểu này, không so sánh" in text

    # As of the position of the report nothing was submitted yet, and nothing has moved.
    before = await khop.document(*COMPARE, "--as-of", str(printed["identity"]["position"]))
    assert (before["submitted"], before["then"]["how"]) == (None, "last_printed")
    assert {each["now_less_then"] for each in before["cells"].values()} == {0}
    assert "nothing was submitted for these days" in await khop.run(
        *COMPARE, "--as-of", str(printed["identity"]["position"])
    )


async def test_a_dossier_that_goes_on_as_one_that_counted_nowhere_did_not_move(office: Office) -> None:
    khop = office.khop
    office.log.connect(("a-portal", "provincial_portal"))
    office.log.say("a-portal", "P2", "submitted", T0, {"channel": "online"})
    await office.record()
    await khop.run("report", "II.06a", *JANUARY)
    # The portal's, that nobody accepted, has the lesser code: A2, which counts, goes on as it.
    office.log.say("a-portal", "P2", "linked", NOON, {"system": "one-stop", "code": "A2"})
    await office.record()
    document = await khop.document(*COMPARE)
    for key in ("3", "11"):
        assert (document["cells"][key]["now_less_then"], moved(document, key)) == (0, ([], []))


async def test_an_agencys_figures_are_its_row_of_the_archived_report(office: Office) -> None:
    khop = office.khop
    await khop.run("report", "II.06a", *JANUARY, "--by", "agency", "--due", "day")
    submit(office, datetime.now(UTC), {"3": 2, "7": 9}, agency="H99.1")
    submit(office, datetime.now(UTC) + timedelta(minutes=1), {"3": 2, "7": 1}, agency="H99.1")
    learn(office)
    office.log.say("one-stop", "A5", "reassigned", NOON + timedelta(hours=1), {"agency": "H99.2"})
    await office.record()
    document = await khop.document(*COMPARE, "--agency", "H99.1")
    assert (document["identity"]["agency"], document["identity"]["due"]) == ("H99.1", "day")
    assert (document["then"]["how"], document["cells"]["7"]["submitted"]) == ("same_figures", 1)
    assert [one["figures"] for one in document["submitted_before"]] == [{"3": 2, "7": 9}]
    assert (document["cells"]["3"]["now"], moved(document, "3")) == (1, ([], ["one-stop/A2"]))
    assert (await khop.run(*COMPARE, "--agency", "H99.1")).count("Đã gửi · submitted: ") == 2
    other = await khop.document(*COMPARE, "--agency", "H99.2")
    assert (other["submitted"], other["then"], other["cells"]["3"]["now"]) == (None, None, 1)
    assert (other["cells"]["3"]["submitted"], other["cells"]["3"]["moved"]) == (None, None)
    assert [(one["from"], one["to"], one["agency"]) for one in other["submitted_otherwise"]] == [
        ("2024-01-01", "2024-01-31", "H99.1"),
    ] * 2
    text = await khop.run(*COMPARE, "--agency", "H99.2")
    assert "chưa in báo cáo nào" in text
    assert "was submitted: 2024-01-01 – 2024-01-31, H99.1" in text


async def test_without_a_printed_report_then_is_what_was_known_when_it_was_sent_or_recorded(office: Office) -> None:
    khop = office.khop
    head = len(office.log.events)
    # The log was written from T0 on, a second an event: by then it held the connection and A1 and A2 alone.
    first_end = next(one.position for one in office.log.events if one.act == "processing_finished")
    submit(office, office.log.events[first_end - 2].recordedtime, {"3": 2, "7": 0})
    await office.record()
    document = await khop.document(*COMPARE)
    assert (document["then"]["how"], document["then"]["position"]) == ("known_when_sent", first_end - 1)
    assert (document["then"]["hash"], document["cells"]["7"]["then"], document["cells"]["7"]["now"]) == (None, 0, 1)
    assert moved(document, "7") == (["one-stop/A1"], [])
    assert moved(document, "11") == ([], ["one-stop/A1"])

    submit(office, T0 - timedelta(days=1), {"3": 1}, submitted_to="other", agency="H99.1")
    learn(office)
    await office.record()
    document = await khop.document(*COMPARE, "--agency", "H99.1")
    assert (document["then"]["how"], document["then"]["position"]) == ("known_when_recorded", head + 2)
    assert (document["cells"]["3"]["submitted"], document["cells"]["3"]["then"]) == (1, 2)
    assert "lúc gửi chưa có dữ liệu" in await khop.run(*COMPARE, "--agency", "H99.1")


async def test_many_who_moved_are_counted_on_the_screen_and_named_in_the_document(office: Office) -> None:
    khop = office.khop
    await khop.run("report", "II.06a", *JANUARY)
    for number in range(10, 25):
        office.log.say("one-stop", f"B{number}", "accepted", NOON, {"agency": "H99.1", "channel": "online"})
    await office.record()
    text = await khop.run(*COMPARE)
    assert "(3) vào · came in 15: one-stop/B10, one-stop/B11," in text
    assert "one-stop/B19 … và 5 hồ sơ nữa · and 5 more, see --json" in text
    assert "B20" not in text
    document = await khop.document(*COMPARE)
    assert moved(document, "4") == ([f"one-stop/B{number}" for number in range(10, 25)], [])


@pytest.mark.parametrize("name", all_definitions())
async def test_every_definition_is_compared_as_it_was_printed(office: Office, name: str) -> None:
    khop = office.khop
    printed = json.loads(await khop.run("report", name, *JANUARY, "--by", "agency", "--json"))
    submit(office, datetime.now(UTC), {"G99/0": 1})
    learn(office)
    await office.record()
    later = json.loads(await khop.run("report", name, *JANUARY, "--by", "agency", "--json", "--no-archive"))
    definition = find(name)
    assert bool(printed["rows"]) == (name != "signing"), "nobody signs anything in this office"
    for options, row in (((), "total"), (("--agency", "H99.1"), "rows"))[: 2 if printed["rows"] else 1]:
        document = await khop.document("reports", "compare", name, *JANUARY, *options)
        then, now = ((each[row][0] if row == "rows" else each[row]) for each in (printed, later))
        assert document["then"]["hash"] == printed["hash"]
        for cell in definition.cells:
            figures = document["cells"][cell.key]
            assert (figures["then"], figures["now"]) == (then[cell.key], now[cell.key])
            assert (figures["moved"] is not None) == cell.measured


async def test_an_archived_report_that_the_log_does_not_give_again_is_told(office: Office, postgres_dsn: str) -> None:
    khop = office.khop
    document = json.loads(await khop.run("report", "II.06a", *JANUARY, "--no-archive", "--json"))
    document["total"]["3"] = 3
    forged = {**document, "hash": digest(document)}
    async with open_pool(postgres_dsn, name="test") as pool:
        await archive(PostgresArchive(pool), forged, at=NOON)
    out, error = await khop.both(*COMPARE, "--json", code=1)
    told = json.loads(out)
    assert (told["cells"]["3"]["then"], told["cells"]["3"]["now"]) == (3, 2)
    assert not told["then"]["counted_again"]
    assert f"the archived report {forged['hash']} cannot be counted again from the log" in error


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("II.06b", *JANUARY), 2, "did you mean II.06a?"),
        (("flow", *JANUARY), 2, "flow is no form that is submitted; name one that is, such as II.06a"),
        (("II.06a", "--tenant", "lang-sn", *JANUARY[2:]), 2, "did you mean lang-son?"),
        (("II.06a", *JANUARY[:4], "--to", "2023-01-01"), 2, "--to 2023-01-01 lies before --from 2024-01-01"),
        (("II.06a", *JANUARY, "--agency", "H99.11"), 2, "nobody declared it and no dossier is there; did you mean"),
        (("II.06a", *JANUARY, "--as-of", "2999-01-01"), 2, "--as-of 2999-01-01 lies in the future"),
        (("II.06a", *JANUARY, "--as-of", "999"), 2, "the log of lang-son ends at position"),
        (("II.06a", *JANUARY, "--switch", "withdrawn=no"), 2, "withdrawn is one of by_due_date, on_time"),
        (("II.06a", *JANUARY, "--zone", "Hanoi"), 2, "--zone 'Hanoi' is no time zone"),
        (("II.06a", *JANUARY, "--due", "week"), 2, "--due 'week': say day or instant"),
        (("II.06a", *JANUARY, "--mode", "now"), 2, "--mode 'now': say as_was or as_is"),
    ],
)
async def test_a_wrong_word_is_told_in_one_sentence(
    office: Office, words: tuple[str, ...], code: int, says: str
) -> None:
    out, error = await office.khop.both("reports", "compare", *words, code=code)
    assert (out, says in error, len(error.strip().splitlines())) == ("", True, 1), error
