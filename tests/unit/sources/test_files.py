"""Every kind of file says the same in our words; a later export corrects and takes back what an earlier one said."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from contracts.observations import Observation
from services.sources.bytes import FileBroken
from tests.unit.sources.conftest import HEAD, Office

CSV = (
    "id,code,status,at\n1,H-1,moi,2024-05-13T09:00:00\n2,H-1,xong,2024-05-15T09:30:00\n3,H-2,moi,2024-05-16T10:00:00\n"
)


def _workbook(path: Path, *, as_dates: bool) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in CSV.splitlines():
        values: list[Any] = list(line.split(","))
        if as_dates and values[0] != "id":
            values = [int(values[0]), values[1], values[2], datetime.fromisoformat(values[3])]
        sheet.append(values)
    book.save(path)
    return path


def _json(line: str) -> str:
    number, code, status, at = line.split(",")
    return f'{{"id": {number}, "code": "{code}", "status": "{status}", "at": "{at}"}}\n'


def _written(office: Office, kind: str) -> Path:
    match kind:
        case "xlsx text":
            return _workbook(office.folder / "acts.xlsx", as_dates=False)
        case "xlsx dates":
            return _workbook(office.folder / "acts.xlsx", as_dates=True)
        case "jsonl":
            return office.write("acts.jsonl", "".join(_json(line) for line in CSV.splitlines()[1:]))
        case "tsv":
            return office.write("acts.tsv", CSV.replace(",", "\t"))
        case "crlf":
            return office.write("acts.csv", CSV.replace("\n", "\r\n"))
        case "tsv.gz":
            return office.write("acts.tsv.gz", CSV.replace(",", "\t"))
        case "xlsx.gz":
            book = _workbook(office.folder / "plain.xlsx", as_dates=True)
            return office.write("acts.xlsx.gz", book.read_bytes())
        case "gzip, no end of line":  # says itself that it is whole
            return office.write("acts.csv.gz", CSV.removesuffix("\n"))
        case "jsonl, no end of line":  # so does a closing brace
            lines = [_json(line) for line in CSV.splitlines()[1:]]
            return office.write("acts.jsonl", "".join(lines).removesuffix("\n"))
        case "several gzip members":
            path = office.folder / "acts.csv.gz"
            path.write_bytes(gzip.compress(CSV[:30].encode()) + gzip.compress(CSV[30:].encode()))
            return path
        case _:
            return office.write(f"acts.{kind}", CSV)


KINDS = [
    *("csv.gz", "crlf", "gzip, no end of line", "several gzip members", "tsv", "tsv.gz"),
    *("jsonl", "jsonl, no end of line", "xlsx text", "xlsx dates", "xlsx.gz"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_observations(
    kind: str, office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    plain = Office(tmp_path_factory.mktemp("plain"))
    plain.take(plain.write("acts.csv", CSV))
    tally = office.take(_written(office, kind))
    assert (tally.broken, tally.refused) == ([], 0)
    assert [one.id for one in office.said] == [one.id for one in plain.said]
    assert [(one.code, one.act_id, one.occurred_at) for one in plain.said[1:]] == [
        ("H-1", "1", datetime(2024, 5, 13, 2, tzinfo=UTC)),
        ("H-1", "2", datetime(2024, 5, 15, 2, 30, tzinfo=UTC)),
        ("H-2", "3", datetime(2024, 5, 16, 3, tzinfo=UTC)),
    ]


def test_a_sheet_that_is_not_there_is_named_with_the_nearest(office: Office) -> None:
    office.rules = office.rules.replace('files = "acts*"', 'files = "acts*"\nsheet = "Sheat"')
    assert office.take(_workbook(office.folder / "acts.xlsx", as_dates=False)).broken == [
        "acts.xlsx: no sheet 'Sheat'; did you mean 'Sheet'?"
    ]


DOSSIERS = "code,channel,accepted,due\nH-1,mang,2024-05-13T09:00:00,2024-05-20T17:00:00\n"


def _last(office: Office) -> Observation:
    return office.said[-1]


def test_a_dossiers_attributes_go_with_its_acts(office: Office) -> None:
    office.take(office.write("dossiers.csv", DOSSIERS))
    accepted = _last(office)
    assert (accepted.act, accepted.data.channel) == ("accepted", "online")  # type: ignore[attr-defined]
    assert accepted.data.due_at == datetime(2024, 5, 20, 10, tzinfo=UTC)  # type: ignore[attr-defined]


def test_an_empty_cell_is_absent_and_an_absent_channel_is_not_made_direct(office: Office) -> None:
    office.take(office.write("dossiers.csv", "code,channel,accepted,due\nH-1,,2024-05-13T09:00:00, \n"))
    assert _last(office).data.model_dump(exclude_none=True) == {}


def test_an_unknown_channel_holds_back_its_whole_row(office: Office) -> None:
    tally = office.take(office.write("dossiers.csv", DOSSIERS.replace("mang", "fax")))
    assert office.acts() == []
    assert tally.unknown == {("channel", "fax"): 1}


def test_the_same_export_again_says_nothing(office: Office) -> None:
    file = office.write("dossiers.csv", DOSSIERS)
    office.take(file)
    before = len(office.said)
    tally = office.take(file)
    assert len(office.said) == before
    assert (tally.published, tally.unchanged) == (0, 2)


def test_a_later_export_with_another_date_is_a_revision_of_the_same_act(office: Office) -> None:
    office.take(office.write("dossiers.csv", DOSSIERS))
    first = _last(office)
    office.take(office.write("dossiers.csv", DOSSIERS.replace("2024-05-13T09", "2024-05-13T08")))
    second = _last(office)
    assert (first.revision, second.revision) == (None, office.now)
    assert (first.act, first.act_id) == (second.act, second.act_id)


def test_an_act_that_a_later_export_no_longer_has_is_taken_back_and_may_come_again(office: Office) -> None:
    office.take(office.write("dossiers.csv", DOSSIERS))
    said = _last(office)
    empty = office.write("dossiers.csv", DOSSIERS.replace("2024-05-13T09:00:00", ""))
    office.take(empty)
    back = _last(office)
    assert (back.act, back.code) == ("retracted", "H-1")
    assert back.data.model_dump(exclude_none=True) == {"act": "accepted", "act_id": said.act_id}
    assert back.revision == office.now
    before = len(office.said)
    office.take(empty)
    assert len(office.said) == before
    office.take(office.write("dossiers.csv", DOSSIERS))
    again = _last(office)
    assert (again.act, again.occurred_at, again.revision) == ("accepted", said.occurred_at, office.now)


def test_an_act_that_was_never_said_is_not_taken_back(office: Office) -> None:
    office.take(office.write("dossiers.csv", DOSSIERS.replace("2024-05-13T09:00:00", "")))
    assert office.acts() == []


JOINED = (
    HEAD
    + """
[[rows]]
name = "cases"
files = "cases*"
code = "ma"

[[rows.act]]
act = "accepted"
at = "luc"

[[rows]]
name = "acts"
files = "acts*"
code = "cases/ma"
agency = "cases/don_vi"
join = { rows = "cases", on = "so", key = "so", columns = ["ma", "don_vi"] }

[[rows.act]]
act = "step_completed"
at = "luc"
id = "id"
"""
)


def test_rows_of_one_file_find_their_dossier_in_another_by_a_shared_key(office: Office) -> None:
    office.rules = JOINED
    cases = office.write("cases.csv", "so,ma,don_vi,luc\n7,H-7,H99.10,2024-05-13T09:00:00\n")
    acts = office.write("acts.jsonl", '{"so": 7, "id": "a", "luc": "2024-05-14T09:00:00"}\n{"so": 8, "id": "b"}\n')
    tally = office.take(acts, cases)
    assert office.acts() == [("accepted", "H-7"), ("step_completed", "H-7")]
    assert _last(office).data.agency == "H99.10"  # type: ignore[attr-defined]
    assert [str(one) for one in tally.first_refused] == [
        "acts.jsonl:2: cases/ma is empty; a row belongs to a dossier by its code"
    ]


def test_a_join_without_its_file_says_which_is_missing(office: Office) -> None:
    office.rules = JOINED
    tally = office.take(office.write("acts.csv", "so,id,luc\n7,a,2024-05-14T09:00:00\n"))
    assert tally.broken == ["acts.csv: joins the rows 'cases', but no such file was given; give it too"]


def test_acts_named_by_a_column_and_a_pausing_status_become_what_the_source_means(office: Office) -> None:
    office.rules = (
        HEAD
        + """
[[rows]]
code = "code"

[[rows.act]]
act_from = "what"
at = "at"
data = { round = "round", due_at = { column = "due", format = "date-end" } }

[act_map]
"yêu cầu bổ sung" = "supplement_requested"
"đã bổ sung" = "supplement_received"
"""
    )
    rows = "code,what,at,round,due\nH-1,yêu cầu bổ sung,2024-05-13T09:00:00,1,\n"
    rows += "H-1,đã bổ sung,2024-05-14T09:00:00,1,2024-05-30\n"
    office.take(office.write("acts.csv", rows))
    assert [one.data.model_dump(mode="json", exclude_none=True) for one in office.said[1:]] == [
        {"round": "1"},
        {"round": "1", "due_at": "2024-05-30T23:59:59+07:00"},
    ]


def test_two_statuses_of_one_moment_without_ids_are_two_acts(office: Office) -> None:
    office.rules = office.rules.replace('\nid = "id"', "")
    office.take(office.write("acts.csv", "code,status,at\nH-1,moi,2024-05-13T09:00:00\nH-1,xong,2024-05-13T09:00:00\n"))
    assert [one.item for one in office.said[1:]] == ["moi", "xong"]
    assert [one.revision for one in office.said[1:]] == [None, None]


def test_a_file_that_is_not_there_is_one_sentence(office: Office) -> None:
    tally = office.take(office.folder / "acts.csv")
    assert tally.broken == [f"{office.folder / 'acts.csv'}: cannot be read: No such file or directory"]


def test_nested_attributes_of_a_log_are_reached_by_their_path(office: Office) -> None:
    office.rules = (
        HEAD
        + """
[[rows]]
records = "trace"
code = "ids/number"

[[rows.act]]
act = "accepted"
at = "start"
"""
    )
    log = '<xes:log xmlns:xes="http://www.xes-standard.org/"><xes:trace><xes:list key="ids"><xes:values>'
    log += '<xes:string key="number" value="H-9"/></xes:values></xes:list>'
    log += '<xes:date key="start" value="2024-05-13T09:00:00.000+07:00"/></xes:trace></xes:log>'
    office.take(office.write("a.xes", log))
    assert office.acts() == [("accepted", "H-9")]


def test_what_waits_is_released_when_the_mapping_knows_it(office: Office) -> None:
    office.take(office.write("acts.csv", CSV.replace("xong", "la")))
    assert office.acts() == [("status_reported", "H-1"), ("status_reported", "H-2")]
    assert office.redrive() == (0, ["status 'la' is not in [status_map]: add what it means, then redrive"])
    office.rules = office.rules.replace("xong = 9", "la = 9")
    assert office.redrive() == (1, [])
    released = _last(office)
    assert (released.act_id, released.occurred_at) == ("2", datetime(2024, 5, 15, 2, 30, tzinfo=UTC))
    assert office.waiting() == []
    assert office.redrive() == (0, [])


def test_what_is_released_late_does_not_override_what_was_seen_since(office: Office) -> None:
    office.take(office.write("acts.csv", CSV.replace("xong", "la")))
    office.take(office.write("acts.csv", CSV.replace("2024-05-15T09:30", "2024-05-15T11:30")))
    since = _last(office)
    office.rules = office.rules.replace("xong = 9", "la = 9")
    assert office.redrive() == (1, [])
    late = _last(office)
    assert (late.act_id, since.act_id) == ("2", "2")
    assert late.revision is None
    assert late.observed_at < since.observed_at


def test_a_broken_line_waits_for_its_file_to_be_mended(office: Office) -> None:
    office.take(office.write("acts.jsonl", "{\n"))
    assert office.redrive() == (0, ["is no row with columns: correct it in its file, import that again and drop this"])


def test_a_pattern_that_takes_one_file_twice_reads_it_by_each_kind_of_row(office: Office) -> None:
    office.rules = office.rules.replace('files = "dossiers*"', 'files = "*"').replace('files = "acts*"', 'files = "*"')
    both = "id,code,status,at,channel,accepted,due\n1,H-1,moi,2024-05-13T09:00:00,quay,2024-05-13T09:00:00,\n"
    office.take(office.write("all.csv", both))
    assert office.acts() == [("accepted", "H-1"), ("status_reported", "H-1")]


def test_a_number_that_a_spreadsheet_made_of_a_code_is_a_code_again(office: Office) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "code", "status", "at"])
    sheet.append([1.0, 240513.0, "moi", datetime(2024, 5, 13, 9)])  # noqa: DTZ001 - as a workbook holds it
    book.save(office.folder / "acts.xlsx")
    office.take(office.folder / "acts.xlsx")
    assert (_last(office).code, _last(office).act_id) == ("240513", "1")


def test_a_file_with_an_unreadable_name_of_columns_is_not_guessed_at(office: Office) -> None:
    with pytest.raises(FileBroken):
        office.take(office.write("acts", CSV))
