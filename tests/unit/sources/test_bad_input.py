"""Each kind of bad input gives its own clear message, and nothing else in the file is lost."""

import gzip
import json
from typing import Any

import pytest
from openpyxl import Workbook

from services.sources.bytes import FileBroken
from tests.unit.sources.conftest import HEAD, ROWS, Office

HEADER = "id,code,status,at\n"
FIRST = "1,H-1,moi,2024-05-13T09:00:00\n"
LAST = "3,H-3,xong,2024-05-15T09:00:00\n"
BOTH = [("status_reported", "H-1"), ("status_reported", "H-3")]
GOOD_LINE = b'{"id": 1, "code": "H-1", "status": "moi", "at": "2024-05-13T09:00:00"}\n'
LAST_LINE = b'{"id": 3, "code": "H-3", "status": "xong", "at": "2024-05-15T09:00:00"}\n'


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (
            "2,H-2,moi,2024-05-14T09:00:00+99:00\n",
            "acts.csv:3: at '2024-05-14T09:00:00+99:00' is no time of the form 'iso'",
        ),
        ("2,H-2,moi,0001-01-01T00:00:00\n", "is in the year 1; a dossier's moments are from 1900 to 2199"),
        ("2,H-2,la,2024-05-14T09:00:00\n", "acts.csv:3: status 'la' is not in [status_map]: add what it means"),
        ("2,H-2,,2024-05-14T09:00:00\n", "acts.csv:3: status is empty, but the row has a time for it"),
        ("2,,moi,2024-05-14T09:00:00\n", "acts.csv:3: code is empty"),
        ("2,H-2,moi\n", "acts.csv:3: the line has 3 values under 4 columns"),
        ("2,H\x00-2,moi,2024-05-14T09:00:00\n", r"acts.csv:3: code 'H\\x00-2' has a control character"),
        ('2,"H-2,moi,2024-05-14T09:00:00\n', "acts.csv:3: the line cannot be read as a row"),
        ('2,"H"-2,moi,2024-05-14T09:00:00\n', "acts.csv:3: the line cannot be read as a row"),
        (f"2,{'H' * 129},moi,2024-05-14T09:00:00\n", "has 129 characters; a code or a name has at most 128"),
        (f"2,H-2,{'x' * 10_485_760},2024-05-14T09:00:00\n", "acts.csv:3: the line is longer than 1048576 bytes"),
        (f"2,{'H' * 500_000},moi,2024-05-14T09:00:00\n", "has 500000 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_row_of_a_table_is_set_aside_alone(office: Office, bad: str, told: str) -> None:
    tally = office.take(office.write("acts.csv", HEADER + FIRST + bad + LAST))
    assert office.acts() == BOTH
    assert tally.refused == 1
    assert told in str(tally.first_refused[0])
    assert len(office.waiting()) == 1


def test_a_bad_row_is_kept_whole(office: Office) -> None:
    office.take(office.write("acts.csv", HEADER + "2,H-2,la,2024-05-14T09:00:00\n"))
    assert json.loads(office.waiting()[0].raw) == {
        "id": "2",
        "code": "H-2",
        "status": "la",
        "at": "2024-05-14T09:00:00",
    }


def test_a_quote_that_never_ends_does_not_swallow_the_rows_after_it(office: Office) -> None:
    many = "".join(f"{number},H-{number},moi,2024-05-14T09:00:00\n" for number in range(10, 1010))
    tally = office.take(office.write("acts.csv", HEADER + FIRST + '2,"H-2,moi,2024-05-14T09:00:00\n' + many))
    assert (tally.refused, tally.acts["status_reported"]) == (1, 1001)


def test_another_encoding_is_named_by_its_byte_and_only_its_rows_wait(office: Office) -> None:
    bad = "2,H-2,mới,2024-05-14T09:00:00\n".encode("cp1258", errors="ignore").replace(b"m", b"m\xea", 1)
    tally = office.take(office.write("acts.csv", HEADER.encode() + FIRST.encode() + bad + LAST.encode()))
    assert office.acts() == BOTH
    at = len(HEADER + FIRST) + len("2,H-2,m")
    assert (
        f"acts.csv:3: the line is not utf-8 at byte {at}; save it as UTF-8, or say its encoding in the mapping"
        in str(tally.first_refused[0])
    )


def test_a_file_in_the_encoding_that_the_mapping_names_is_read(office: Office) -> None:
    office.rules = office.rules.replace('files = "acts*"', 'files = "acts*"\nencoding = "latin-1"')
    office.rules = office.rules.replace("moi = 1", 'moi = 1\n"été" = 4')
    office.take(office.write("acts.csv", (HEADER + "2,H-2,été,2024-05-14T09:00:00\n").encode("latin-1")))
    assert [one.data.status for one in office.said if one.act == "status_reported"] == [4]  # type: ignore[attr-defined]


def test_a_byte_order_mark_is_no_part_of_the_first_column(office: Office) -> None:
    office.take(office.write("acts.csv", b"\xef\xbb\xbf" + (HEADER + FIRST).encode()))
    assert office.acts() == BOTH[:1]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("acts.csv", "", "acts.csv: is empty"),
        ("acts.jsonl", "", "acts.jsonl: is empty"),
        ("acts.xlsx", "", "acts.xlsx: is empty"),
        ("acts.xes", "", "acts.xes:1: is no XML from here on"),
        ("acts.xes", "<html></html>", "acts.xes: is no XES: there is no <log> in it"),
        ("acts.xes", "<!DOCTYPE log [<!ENTITY a 'b'>]><log/>", "acts.xes:1: has a DOCTYPE"),
        ("acts.xlsx", "PK\x03\x04 not really", "acts.xlsx: is no whole XLSX workbook"),
        ("acts.csv", "id,code,statut,at\n1,H-1,moi,x\n", "column 'status' is missing: did you mean 'statut'?"),
        ("acts.csv", "id,code,status,at,at\n1,H-1,moi,x,y\n", "column 'at' is there twice"),
        ("acts.csv", (HEADER + FIRST).encode("utf-16"), "acts.csv:1: the line is not utf-8 at byte 0; save it as"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_taken(
    office: Office, name: str, content: str | bytes, told: str
) -> None:
    good = office.write("acts-good.csv", HEADER + FIRST)
    tally = office.take(office.write(name, content), good)
    assert office.acts() == BOTH[:1]
    assert len(tally.broken) == 1
    assert told in tally.broken[0]


def test_a_gzip_stream_that_was_cut_off_gives_its_complete_rows(office: Office) -> None:
    rows = "".join(f"{number},H-{number},moi,2024-05-14T09:00:00\n" for number in range(8_000))
    whole = gzip.compress((HEADER + rows).encode())
    path = office.folder / "acts.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    tally = office.take(path)
    assert len(tally.broken) == 1
    assert "the gzip stream is cut off" in tally.broken[0]
    assert 1_000 < tally.acts["status_reported"] < 7_000
    assert office.acts() == [("status_reported", f"H-{number}") for number in range(tally.acts["status_reported"])]
    assert tally.refused == 0


def test_a_damaged_gzip_stream_is_named(office: Office) -> None:
    whole = bytearray(gzip.compress((HEADER + FIRST * 1000).encode()))
    whole[40] ^= 0xFF
    path = office.folder / "acts.csv.gz"
    path.write_bytes(bytes(whole))
    assert "the gzip stream is damaged" in office.take(path).broken[0]


XES = (
    HEAD
    + """
[[rows]]
name = "events"
files = "acts*"
records = "event"
code = "trace/concept:name"

[[rows.act]]
act = "step_completed"
at = "time:timestamp"
id = "concept:instance"
data.step = "concept:name"
"""
)


def trace(code: str, step: str = "check") -> str:
    return (
        f'<trace><string key="concept:name" value="{code}"/><event><string key="concept:instance" value="{code}-1"/>'
        f'<string key="concept:name" value="{step}"/><date key="time:timestamp" value="2024-05-13T09:00:00+07:00"/>'
        "</event></trace>\n"
    )


def test_xml_that_was_cut_off_gives_its_complete_traces(office: Office) -> None:
    office.rules = XES
    tally = office.take(office.write("acts.xes", f"<log>\n{trace('H-1')}{trace('H-2')}{trace('H-3')[:80]}"))
    assert office.acts() == [("step_completed", "H-1"), ("step_completed", "H-2")]
    assert "acts.xes:4: is no XML from here on (unclosed token); the complete traces are taken" in tally.broken[0]


def test_a_log_with_a_10_mb_value_loses_only_that_event(office: Office) -> None:
    office.rules = XES
    big = trace("H-2", "x" * 10_485_760)
    tally = office.take(office.write("acts.xes", f"<log>\n{trace('H-1')}{big}{trace('H-3')}</log>"))
    assert office.acts() == [("step_completed", "H-1"), ("step_completed", "H-3")]
    assert "acts.xes:3: concept:name" in str(tally.first_refused[0])
    assert tally.broken == []


def test_a_key_that_no_event_has_is_told(office: Office) -> None:
    office.rules = XES.replace('data.step = "concept:name"', 'data.step = "concept:nam"')
    assert office.take(office.write("acts.xes", f"<log>{trace('H-1')}</log>")).never_seen == ["acts.xes: concept:nam"]


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b'{"id": 2, "code": "H-2"\n', "acts.jsonl:2: the line is no JSON"),
        (b"[" * 100_000 + b"]" * 100_000 + b"\n", "acts.jsonl:2: the line is no JSON: recursion limit exceeded"),
        (b"[1, 2]\n", "acts.jsonl:2: the line is no object with named values"),
        (
            b'{"code": {"a": {"b": 1}}, "at": "2024-05-13T09:00:00"}\n',
            "code \"{'a': {'b': 1}}\" is a dict where a text",
        ),
        (b'{"code": "H\x00-2"}\n', "acts.jsonl:2: the line is no JSON"),
        (b'{"code": "H\\u0000-2", "at": "2024-05-13T09:00:00"}\n', r"code 'H\\x00-2' has a control character"),
        (b'{"code": "H-\xff"}\n', "acts.jsonl:2: the line is not utf-8 at byte"),
        (b'{"code": "' + b"H" * 10_485_760 + b'"}\n', "acts.jsonl:2: the line is longer than 1048576 bytes"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_line_of_json_is_set_aside_alone(office: Office, bad: bytes, told: str) -> None:
    tally = office.take(office.write("acts.jsonl", GOOD_LINE + bad + LAST_LINE))
    assert office.acts() == BOTH
    assert told in str(tally.first_refused[0])
    assert (tally.refused, len(office.waiting())) == (1, 1)


def test_a_file_that_fits_no_rows_is_not_passed_over(office: Office) -> None:
    with pytest.raises(FileBroken, match="fits none of the mapping's"):
        office.take(office.write("other.csv", HEADER))


def test_an_ending_that_says_nothing_asks_for_the_format(office: Office) -> None:
    with pytest.raises(FileBroken, match="say `format`"):
        office.take(office.write("acts.dat", HEADER))


CONTRADICTING = "1,H-1,xong,2024-05-13T09:00:00\n"


def test_one_id_with_two_contents_is_told_and_both_are_kept(office: Office) -> None:
    tally = office.take(office.write("acts.csv", HEADER + FIRST + CONTRADICTING + LAST))
    assert office.acts() == [BOTH[0], BOTH[0], BOTH[1]]
    assert tally.contradictions == 1
    assert tally.first_contradictions[0].locator == "acts.csv:3"
    # Neither is marked as the newer one: which holds is judged from the facts, the same in whatever order they came.
    assert [one.revision for one in office.said] == [None] * 4


def test_a_contradiction_read_again_in_any_order_says_nothing_new(office: Office) -> None:
    office.take(office.write("acts.csv", HEADER + FIRST + CONTRADICTING + LAST))
    before = list(office.said)
    office.take(office.write("acts.csv", HEADER + LAST + CONTRADICTING + FIRST))
    assert office.said == before


def _contents(said: list[Any]) -> list[Any]:
    return [one.id for one in said]


def test_a_file_shuffled_and_doubled_gives_the_same_ids(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Office(tmp_path_factory.mktemp("other"))
    office.take(office.write("acts.csv", HEADER + FIRST + LAST))
    other.take(other.write("acts.csv.gz", HEADER + LAST + FIRST + LAST + FIRST))
    assert sorted(_contents(office.said)) == sorted(_contents(other.said))


WHAT_TO_DO = "get the file again, or end the line with a line break if it is whole, and import it again"


@pytest.mark.parametrize(("name", "delimiter"), [("dossiers.csv", ","), ("dossiers.tsv", "\t")])
def test_a_last_value_that_may_be_cut_off_is_not_taken_for_another(office: Office, name: str, delimiter: str) -> None:
    office.rules = office.rules.replace('channel = "channel"', 'agency = "agency"')
    whole = "code,accepted,due,agency\nH-1,2024-05-13T09:00:00,,H99.10\nH-2,2024-05-13T09:00:00,,H99.10\n"
    cut = whole.replace(",", delimiter).removesuffix("0\n")
    tally = office.take(office.write(name, cut))
    assert office.acts() == [("accepted", "H-1")]
    assert [str(one) for one in tally.first_refused] == [
        f"{name}:3: the line does not end, so its last value may be cut off; {WHAT_TO_DO}"
    ]
    # Kept as it is: a redrive that is meant for other rows must not let it in.
    assert [json.loads(one.raw).keys() for one in office.waiting()] == [{"line"}]
    tally = office.take(office.write(name, whole.replace(",", delimiter)))
    assert (tally.refused, tally.published) == (0, 1)
    assert [one.data.agency for one in office.said if one.act == "accepted"] == ["H99.10"] * 2


def test_a_row_that_another_file_joins_is_not_joined_while_its_last_line_does_not_end(office: Office) -> None:
    office.rules = HEAD + (
        '[[rows]]\nname = "cases"\nfiles = "cases*"\ncode = "ma"\n'
        '[[rows.act]]\nact = "accepted"\nat = "luc"\n'
        '[[rows]]\nname = "acts"\nfiles = "acts*"\ncode = "cases/ma"\n'
        'join = { rows = "cases", on = "so", key = "so", columns = ["ma"] }\n'
        '[[rows.act]]\nact = "step_completed"\nat = "luc"\nid = "id"\n'
    )
    cases = office.write("cases.csv", "so,luc,ma\n7,2024-05-13T09:00:00,H-7\n8,2024-05-13T09:00:00,H-8")
    acts = office.write(
        "acts.jsonl", "".join(f'{{"so": {so}, "id": "a", "luc": "2024-05-14T09:00:00"}}\n' for so in "78")
    )
    office.take(cases, acts)
    assert office.acts() == [("accepted", "H-7"), ("step_completed", "H-7")]


def test_column_names_that_do_not_end_are_told(office: Office) -> None:
    assert office.take(office.write("acts.csv", HEADER.removesuffix("\n"))).broken == [
        f"acts.csv:1: the line of column names does not end; {WHAT_TO_DO}"
    ]


def test_a_workbook_that_was_cut_in_half_is_told(office: Office) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in (HEADER + FIRST * 500).splitlines():
        sheet.append(line.split(","))
    path = office.folder / "acts.xlsx"
    book.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (told,) = office.take(path).broken
    assert told.startswith("acts.xlsx: is no whole XLSX workbook (")
    assert told.endswith("); get the file again")
    assert office.acts() == []


def test_a_log_that_is_cut_off_is_one_broken_file_for_both_kinds_of_rows(office: Office) -> None:
    acts = ROWS[ROWS.index('[[rows]]\nname = "acts"') : ROWS.index("[status_map]")]
    office.rules = HEAD + ROWS + acts.replace('name = "acts"', 'name = "again"')
    file = office.folder / "acts.jsonl.gz"
    file.write_bytes(gzip.compress(GOOD_LINE * 99 + LAST_LINE)[:-9])
    assert len(office.take(file).broken) == 1
