"""`khop explain A B` as a person runs it: kept reports, named definitions, a portal's list and a bare figure."""

import json
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import Workbook

from services.domain.statistics.document import digest
from services.event_store.postgres import PostgresEventStore
from services.projections.keep import Keeper
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from tests.builders import at
from tests.integration.projections.test_commands import Khop, khop
from tests.unit.projections.made_log import MadeLog

__all__ = ["khop"]

MAY = ("--tenant", "lang-son", "--from", "2024-05-01", "--to", "2024-05-31")


def spring() -> MadeLog:
    """A small office in May, and a portal whose codes are linked to two of its dossiers."""
    log = MadeLog()
    log.connect(("one-stop", "one_stop"), ("portal", "provincial_portal"))

    def accept(code: str, when: str, due: str | None = None, channel: str | None = "online") -> None:
        told = {"agency": "H99.1", "procedure": "9.1", "channel": channel, "due_at": due and at(due)}
        log.say("one-stop", code, "accepted", at(when), {key: value for key, value in told.items() if value})

    accept("A1", "13/5 08:00", "20/5 17:00")
    accept("A2", "14/5 08:00", "20/6 17:00")
    accept("A3", "15/5 08:00", "20/6 17:00", "direct")
    accept("A4", "16/5 08:00", channel=None)
    # In UTC it is still 31 May.
    accept("A5", "1/6 06:00", "20/6 17:00")
    # An hour after the due moment, on the due day.
    log.say("one-stop", "A1", "processing_finished", at("20/5 18:00"))
    log.say("one-stop", "A2", "processing_stopped", at("21/5 08:00"))
    log.say("one-stop", "A3", "forwarded", at("21/5 08:00"))
    log.say("one-stop", "A3", "supplement_requested", at("22/5 08:00"))
    for code in ("A1", "A2"):
        log.say("portal", f"P-{code}", "linked", at("13/5 08:00"), {"system": "one-stop", "code": code})
    return log


class Province:
    """What is recorded, and the position at which the first half of it was."""

    def __init__(self, log: MadeLog) -> None:
        self.early = len(log.events)
        # Both became known later: an end within May, and a dossier of May.
        log.say("one-stop", "A4", "processing_finished", at("30/5 08:00"))
        log.say("one-stop", "A6", "accepted", at("30/5 08:00"), {"channel": "online", "due_at": at("20/6 17:00")})
        self.log = log


async def record(dsn: str, log: MadeLog) -> None:
    """The log in the store, and the read models level with it."""
    async with open_pool(dsn, name="test") as pool:
        store = PostgresEventStore(pool, dsn=dsn)
        async with store.writer(log.tenant) as writer:
            await writer.append(log.stored(), log.identity())
        await Keeper(store, PostgresReadModels(pool)).catch_up(log.tenant, up_to=len(log.events))


@pytest_asyncio.fixture
async def province(postgres_dsn: str) -> Province:
    made = Province(spring())
    await record(postgres_dsn, made.log)
    return made


def reasons(document: Any, key: str) -> dict[str, tuple[int, list[str]]]:
    [cell] = [one for one in document["cells"] if one["cell"]["a"] == key]
    assert cell["difference"] == cell["b"] - cell["a"] == sum(one["difference"] for one in cell["reasons"])
    return {
        one["name"]: (one["difference"], sorted(one["more_in_a"]["codes"] + one["more_in_b"]["codes"]))
        for one in cell["reasons"]
    }


async def test_a_kept_report_and_a_program_differ_by_the_programs_bugs(
    khop: Khop, province: Province, tmp_path: Path
) -> None:
    report = await khop("report", "II.06a", *MAY, "--json")
    assert report.code == 0, report.err
    (tmp_path / "may.json").write_text(report.out, encoding="utf-8")
    # What the report was asked, the program is asked too.
    ended = await khop("explain", "may.json", "hv06", "--json")
    assert (ended.code, ended.err) == (0, "")
    document = ended.document
    assert document["hash"] == digest(document)
    assert document["b"] | {"definition": "II.06a", "switches": document["a"]["switches"]} == document["a"]
    assert reasons(document, "7") == {"hv06/stopped_left_out": (-1, ["one-stop/A2"])}
    assert reasons(document, "10") == {"hv06/by_day": (-1, ["one-stop/A1"])}
    assert reasons(document, "11") == {"hv06/only_2_and_4_open": (-1, ["one-stop/A3"])}
    assert reasons(document, "5") == {"hv06/null_channel_lost": (-1, ["one-stop/A4"])}
    # printf 'one-stop/A1\n' | sha256sum
    [ten] = [one for one in document["cells"] if one["cell"]["a"] == "10"]
    assert ten["reasons"][0]["list_hash"] == "d33a99a845b90ec3cf82c2111b39ada4d3080c44ae80e30d2e03c2680c4893b2"

    shown = await khop("explain", "may.json", "hv06", "--cell", "10")
    assert shown.code == 0, shown.err
    assert "(10) Số lượng hồ sơ đã giải quyết – Quá hạn" in shown.out
    assert "1 hồ sơ tính nhiều hơn ở bên A, vì hv06: so sánh ngày kết thúc với ngày hẹn trả, không xét giờ" in shown.out
    assert "1 dossier counts more in A, because hv06: compares the day of the end" in shown.out
    assert "A: one-stop/A1" in shown.out


async def test_a_report_that_was_changed_or_is_of_another_log_is_refused(
    khop: Khop, province: Province, tmp_path: Path
) -> None:
    report = (await khop("report", "II.06a", *MAY, "--json")).document
    changed = {**report, "total": {**report["total"], "10": 7}}
    forged = {**changed, "hash": digest(changed)}
    flow = (await khop("report", "flow", *MAY, "--json")).document
    short = {"format": 1, "identity": {"definition": "II.06a"}, "total": {}}
    for document, code, said in (
        (changed, 1, "it was changed since it was written"),
        (forged, 1, "gives another figure or list of dossiers in (10)"),
        (flow, 2, "is a report 'flow', which no bridge leads to"),
        ({**short, "hash": digest(short)}, 2, "is no whole report"),
    ):
        (tmp_path / "may.json").write_text(json.dumps(document), encoding="utf-8")
        ended = await khop("explain", "may.json", "hv06")
        assert (ended.code, said in ended.err) == (code, True), ended.err


async def test_two_positions_differ_by_what_became_known_in_between(khop: Khop, province: Province) -> None:
    ended = await khop("explain", f"II.06a@{province.early}", "II.06a", *MAY, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert reasons(ended.document, "3") == {"dossier_came": (1, ["one-stop/A6"])}
    assert reasons(ended.document, "7") == {"end_came": (1, ["one-stop/A4"])}
    assert reasons(ended.document, "11") == {
        "end_came": (-1, ["one-stop/A4"]),
        "dossier_came": (1, ["one-stop/A6"]),
    }
    again = await khop("explain", f"II.06a@{province.early}", "II.06a", *MAY, "--json")
    assert again.out == ended.out


async def test_a_code_that_was_joined_is_a_reason_and_a_lesser_code_is_none(khop: Khop, postgres_dsn: str) -> None:
    log = MadeLog()
    log.connect(("one-stop", "one_stop"), ("a-portal", "provincial_portal"))
    for code in ("B1", "B2", "B3"):
        log.say("one-stop", code, "accepted", at("13/5 08:00"), {"channel": "online"})
    early = len(log.events)
    # B1 gets a code that comes before its own, and is the same dossier. B3 turns out to be B2.
    log.say("a-portal", "P-1", "linked", at("14/5 08:00"), {"system": "one-stop", "code": "B1"})
    log.say("one-stop", "B2", "linked", at("14/5 08:00"), {"system": "one-stop", "code": "B3"})
    await record(postgres_dsn, log)
    for sides, sign in ((("II.06a", f"II.06a@{early}"), 1), ((f"II.06a@{early}", "II.06a"), -1)):
        ended = await khop("explain", *sides, *MAY, "--json")
        assert (ended.code, ended.err) == (0, "")
        assert reasons(ended.document, "3") == {"codes_joined": (sign, ["one-stop/B3"])}


async def test_a_report_by_the_clock_on_the_wall_goes_by_when_its_position_was_recorded(
    khop: Khop, province: Province, tmp_path: Path
) -> None:
    # Recorded in January 2024, so that nothing was overdue by that clock; at the end of May nothing in hand is either.
    report = await khop("report", "opencps", *MAY, "--json")
    (tmp_path / "may.json").write_text(report.out, encoding="utf-8")
    ended = await khop("explain", "may.json", "opencps", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert all(cell["reasons"] == [] for cell in ended.document["cells"])
    shown = await khop("explain", "may.json", "opencps")
    assert "Khớp hoàn toàn, từng hồ sơ · equal, dossier by dossier: 3, 4, 5" in shown.out


async def test_inputs_of_one_side_are_written_behind_its_name(khop: Khop, province: Province) -> None:
    ended = await khop("explain", "II.06a", "ii06a,zone=UTC,due=day", *MAY, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert reasons(ended.document, "4") == {"zone Asia/Ho_Chi_Minh → UTC": (1, ["one-stop/A5"])}
    assert reasons(ended.document, "10") == {"due instant → day": (-1, ["one-stop/A1"])}
    ended = await khop("explain", "hv06", "hv06,server_zone=UTC,without=by_day", *MAY, "--json")
    assert reasons(ended.document, "10") == {"hv06/by_day": (1, ["one-stop/A1"])}
    [[name, (by, codes)]] = reasons(ended.document, "4").items()
    assert (name.startswith("server_zone"), by, codes) == (True, 1, ["one-stop/A5"])


def workbook(path: Path, rows: list[list[Any]], *merged: str) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Tháng 5"
    for row in rows:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    book.save(path)


LISTED = {
    "missing": (-1, ["one-stop/A6"]),
    "counted_in/5": (1, ["one-stop/A3"]),
    "unknown_code": (1, ["portal/Z-9"]),
}


@pytest.mark.parametrize("kind", ["xlsx", "csv", "jsonl"])
async def test_a_portals_list_is_held_against_the_form_by_its_own_codes(
    khop: Khop, province: Province, tmp_path: Path, kind: str
) -> None:
    # (4), received online in May: A1, A2 and A6. The portal has the first two under its own codes.
    codes = ["P-A1", "P-A2", "A3", "Z-9"]
    path = tmp_path / f"list.{kind}"
    if kind == "xlsx":
        workbook(path, [["STT", "Mã hồ sơ"], *([number, code] for number, code in enumerate(codes))])
    elif kind == "csv":
        path.write_text("STT;Mã  Hồ Sơ\n" + "".join(f"1;{code}\n" for code in codes), encoding="utf-8-sig")
    else:
        path.write_text("".join(json.dumps({"Mã hồ sơ": code}) + "\n" for code in codes), encoding="utf-8")
    ended = await khop("explain", "II.06a", path.name, "--cell", "4", "--system", "portal", *MAY, "--json")
    assert (ended.code, ended.err) == (0, "")
    document = ended.document
    assert reasons(document, "4") == LISTED
    assert (document["cells"][0]["a"], document["cells"][0]["b"], document["b"]["lines"]) == (3, 4, 4)
    turned = await khop("explain", path.name, "II.06a", "--cell", "4", "--system", "portal", *MAY, "--json")
    assert reasons(turned.document, "4") == {name: (-by, codes) for name, (by, codes) in LISTED.items()}


async def test_a_figure_is_told_by_the_reading_that_gives_it_or_stays_a_residual(
    khop: Khop, province: Province
) -> None:
    ended = await khop("explain", "II.06a", "=4", "--cell", "4", *MAY, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert reasons(ended.document, "4") == {"zone Asia/Ho_Chi_Minh → UTC": (1, ["one-stop/A5"])}
    # A portal on UTC gives it, and so does a period that is a day longer: the list must tell them apart.
    fitting = {one["written"]: one["figure"] for one in ended.document["readings"]}
    assert fitting["II.06a,zone=UTC (4)"] == fitting["II.06a,to=2024-06-01 (4)"] == 4
    assert fitting["hv06,server_zone=UTC (4)"] == 4
    shown = await khop("explain", "II.06a", "=4", "--cell", "4", *MAY)
    assert "only the list of dossiers can tell them apart" in shown.out
    assert "vì múi giờ: bên A Asia/Ho_Chi_Minh, bên B UTC" in shown.out
    ended = await khop("explain", "=1.234", "II.06a", "--cell", "4", *MAY, "--json")
    assert reasons(ended.document, "4") == {"no_reading": (3 - 1234, [])}
    shown = await khop("explain", "=1.234", "II.06a", "--cell", "4", *MAY)
    assert "không cách đếm nào" in shown.out
    assert "none of the readings that were tried gives exactly 1234" in shown.out


@pytest.mark.parametrize(
    ("rows", "merged", "said"),
    [
        ([["STT", "Mã hồ sơ", None], [1, "P-A1", None]], "B1:C1", "row 1, cell B1: the header 'Mã hồ sơ' is merged"),
        ([["DANH SÁCH"], [None], ["STT", "Mã hồ sơ"], [1, "P-A1"]], None, "row 3, cell B3: the header 'Mã hồ sơ'"),
        ([["STT", "Mã hồ sơ"], [1, "P-A1"], [2, None]], "B2:B3", "row 2, cell B2: is merged over B2:B3"),
        ([["STT", "Mã hồ sơ"], [1, "P-A1"], ["Tổng", None]], None, "row 3, cell B3: has no code"),
        ([["STT", "Ma"], [1, "P-A1"]], None, "say with --column which of 'STT', 'Ma'"),
        ([["Số hồ sơ", "Mã hồ sơ"], [1, "P-A1"]], None, "'Số hồ sơ' (A1) and 'Mã hồ sơ' (B1) may both be"),
        ([["STT", "Mã hồ sơ"]], None, "not one dossier"),
    ],
    ids=["merged", "moved", "merged-codes", "total", "no-header", "two-headers", "empty"],
)
async def test_a_list_that_cannot_be_read_names_sheet_row_and_cell(
    khop: Khop, tmp_path: Path, rows: list[list[Any]], merged: str | None, said: str
) -> None:
    workbook(tmp_path / "list.xlsx", rows, *([merged] if merged else []))
    ended = await khop("explain", "II.06a", "list.xlsx", "--cell", "4", *MAY)
    assert (ended.code, said in ended.err) == (1, True), ended.err
    assert "sheet 'Tháng 5'" in ended.err or "not one dossier" in said


async def test_wrong_words_are_answered_with_the_right_ones(khop: Khop, province: Province, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Mã hồ sơ\nP-A1\n", encoding="utf-8")
    for arguments, said in (
        (("II.06a", "hv06@99999", *MAY), "the log of lang-son ends at position"),
        (("II.06a", "hv06", *MAY, "--cell", "in_hand_no_due"), "did you mean 'in_hand_no_due_date'?"),
        (("766", "766,due=day", *MAY, "--cell", "2.1.rate"), "is a share and no sum over dossiers"),
        (("766", "766,due=day", *MAY, "--cell", "3.2.whole"), "counts different values and is no sum"),
        (("II.06a", "=12", *MAY), "say with --cell which one cell"),
        (("II.06a", "list.csv", *MAY, "--cell", "4", "--system", "portel"), "did you mean 'portal'?"),
        (("II.06a", "II.06a,agency=H99.11", *MAY), "did you mean 'H99.1'?"),
        (("II.06a", "hv06,calendar=vn", *MAY), "no figure of hv06 rests on working time"),
        (("II.06a", "hv06", *MAY, "--system", "portal"), "neither side is a list"),
        (("II.06a", "hv06", "--tenant", "lang-sn", *MAY[2:]), "did you mean lang-son?"),
    ):
        ended = await khop("explain", *arguments)
        assert (ended.code, said in ended.err) == (2, True), (arguments, ended.err)
