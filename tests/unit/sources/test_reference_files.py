"""Reference files: what they state, and every mistake named with its file, line or entry before anything is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts.observations import encode_observation, observation_id, parse_observation
from contracts.reference import AgencyDeclared, AgencySucceeded, FiguresSubmitted, ProcedureDeclared
from services.domain.agencies.agency import Agency
from services.domain.dossier import Fact, fact_of_observation
from services.domain.reference import reference_of
from services.sources.reference.judge import contradictions
from services.sources.reference.load import Loaded, load_reference
from services.sources.reference.read import Speaker, read_reference
from services.sources.row import Said, Unsaid
from services.sources.tables import TableError
from tests.unit.sources.conftest import Office

SEEN = datetime(2025, 8, 1, tzinfo=UTC)
SPEAKER = Speaker(tenant="lang-son", zone=ZoneInfo("Asia/Ho_Chi_Minh"), observed_at=SEEN)

PROVINCE = """
[[agency]]
code = "H99"
title = "UBND tỉnh Mẫu"
level = "province"
valid_from = 2019-01-01

[[agency]]
code = "H99.10"
title = "UBND huyện Mẫu"
level = "district"
valid_from = 2019-01-01
parent = "H99"

[[succession]]
agency = "H99.10"
kind = "merged_into"
to = ["H99"]
on = 2025-07-01
"""
CALENDAR = """
[[calendar]]
name = "vn"
version = "2024-1"
zone = "Asia/Ho_Chi_Minh"
years = [2024]
rest_days = [{ date = 2024-01-01, title = "Tết Dương lịch" }]
make_up_days = [{ date = 2024-05-04, in_place_of = 2024-04-29 }]

[[calendar.seasons]]
first_day = 2024-01-01
last_day = 2024-12-31
weekdays.monday = [{ opens = "07:00", closes = "11:30" }]
weekdays.tuesday = []
weekdays.wednesday = []
weekdays.thursday = []
weekdays.friday = []
weekdays.saturday = []
weekdays.sunday = []
"""
FIGURES = """
[[figures]]
form = "II.06a"
submitted_at = 2024-04-05T08:00:00+07:00
first_day = 2024-01-01
last_day = 2024-03-31
submitted_to = "bcqg"
figures = { "3" = 171997, "G99-GD10/3" = 120 }
"""
PROCEDURES = """code,title,field,limit,unit,fee,valid_from,valid_to
9.1,Cấp phép mẫu,G99-GD10,15,working_day,true,2019-01-01,
9.2,"Cấp phép, thử",,,,,2019-01-01,2025-07-01
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def stated(folder: Path, **files: str) -> list[Said | Unsaid]:
    paths = [write(folder, name.replace("_", "."), text) for name, text in files.items()]
    return read_reference(paths, SPEAKER)


def facts(said: list[Said | Unsaid]) -> list[Fact]:
    return [fact_of_observation(one.observation) for one in said if isinstance(one, Said)]


def test_each_section_becomes_its_act_said_by_the_operator_at_the_local_day(tmp_path: Path) -> None:
    said = stated(tmp_path, province_toml=PROVINCE, calendar_toml=CALENDAR, figures_toml=FIGURES)
    found = facts(said)
    assert [(one.system, one.act, one.code, one.act_id) for one in found] == [
        ("operator", "agency_declared", "H99", "2019-01-01"),
        ("operator", "agency_declared", "H99.10", "2019-01-01"),
        ("operator", "agency_succeeded", "H99.10", "2025-07-01"),
        ("operator", "calendar_declared", "vn", "2024-1"),
        ("operator", "figures_submitted", "II.06a", "2024-01-01 2024-03-31 2024-04-05T01:00:00+00:00 bcqg"),
    ]
    # Midnight in Vietnam is seven hours before that in Greenwich.
    assert found[2].occurred_at.astimezone(UTC) == datetime(2025, 6, 30, 17, tzinfo=UTC)
    assert found[3].occurred_at.astimezone(UTC) == datetime(2023, 12, 31, 17, tzinfo=UTC)
    assert found[2].claim == AgencySucceeded(kind="merged_into", to=("H99",), on=date(2025, 7, 1))
    assert isinstance(found[4].claim, FiguresSubmitted)
    assert found[4].claim.figures == {"3": 171997, "G99-GD10/3": 120}


def test_a_table_of_procedures_leaves_empty_cells_not_known(tmp_path: Path) -> None:
    first, second = facts(stated(tmp_path, procedures_csv=PROCEDURES))
    assert first.claim == ProcedureDeclared(
        title="Cấp phép mẫu", field="G99-GD10", limit=15, unit="working_day", fee=True, valid_from=date(2019, 1, 1)
    )
    assert second.claim == ProcedureDeclared(
        title="Cấp phép, thử", valid_from=date(2019, 1, 1), valid_to=date(2025, 7, 1)
    )


def test_a_table_of_agencies_is_told_by_its_columns(tmp_path: Path) -> None:
    [found] = facts(stated(tmp_path, agencies_tsv="code\ttitle\tlevel\tvalid_from\nH99\tTỉnh\tprovince\t2019-01-01\n"))
    assert found.claim == AgencyDeclared(title="Tỉnh", level="province", valid_from=date(2019, 1, 1))


def test_what_is_sent_is_read_again_with_the_id_its_content_gives(tmp_path: Path) -> None:
    said = stated(tmp_path, all_toml=PROVINCE + CALENDAR + FIGURES, procedures_csv=PROCEDURES)
    for one in said:
        assert isinstance(one, Said)
        again = parse_observation(encode_observation(one.observation))
        assert again == one.observation
        assert again.id == observation_id(again)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "a.toml",
            PROVINCE.replace("parent", "parrent"),
            "a.toml: agency[2]: unknown key 'parrent'; did you mean 'parent'?",
        ),
        (
            "a.toml",
            PROVINCE.replace("[[succession]]", "[[sucession]]"),
            "unknown key 'sucession'; did you mean 'succession'?",
        ),
        (
            "a.toml",
            PROVINCE.replace('"district"', '"distric"'),
            "agency[2].level: Input should be 'ministry', 'province'",
        ),
        ("a.toml", PROVINCE.replace("2025-07-01", "20250701"), "succession[1].on: must be a day such as 2024-05-13"),
        ("a.toml", PROVINCE.replace('kind = "merged_into"\n', ""), "succession[1].kind: is missing"),
        (
            "a.toml",
            CALENDAR.replace("first_day", "first_dya"),
            "calendar[1].seasons[1]: unknown key 'first_dya'; did you",
        ),
        ("a.toml", CALENDAR.replace("07:00", "7h"), "calendar[1].seasons[1].weekdays.monday[1].opens: String should"),
        ("a.toml", FIGURES.replace("= 120", "= -1"), "figures[1].figures.G99-GD10/3: Input should be greater than"),
        ("a.toml", "", "a.toml: says nothing: add any of [[agency]], [[succession]]"),
        ("a.toml", "[[agency", "a.toml: is not TOML"),
        ("a.csv", PROCEDURES.replace("limit", "limitt"), "a.csv:1: unknown column 'limitt'; did you mean 'limit'?"),
        ("a.csv", PROCEDURES.replace("code,", "mã,"), "a.csv:1: unknown column 'mã'; it is one of 'code'"),
        ("a.csv", PROCEDURES.replace(",15,", ",mười,"), "a.csv:2: limit: Input should be a valid integer"),
        ("a.csv", PROCEDURES.replace("9.2,", ","), "a.csv:3: code: is missing"),
        (
            "a.csv",
            "code;title;level;valid_from\nH1;X;province;2019-01-01\n",
            "a.csv:1: its columns are separated by ';'; save it with ',' between them",
        ),
        (
            "a.csv",
            "code,title,level,valid_from\nH1,X,province,31/02/2019\n",
            "a.csv:2: valid_from: '31/02/2019' is no day; write it as 2024-06-30",
        ),
        ("a.csv", PROCEDURES.splitlines()[0] + "\n", "a.csv: has no rows under its line of column names"),
        (
            "a.csv",
            "title,valid_from\nX,2019-01-01\n",
            "a.csv:1: column 'level', 'code' is missing; a row of agency needs it",
        ),
        ("a.ods", "x", "a.ods: is neither .toml nor .csv nor .tsv"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(TableError) as raised:
        read_reference([write(tmp_path, name, text)], SPEAKER)
    assert told in str(raised.value)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(TableError) as raised:
        stated(tmp_path, a_toml=PROVINCE.replace("parent", "parrent"), b_csv=PROCEDURES.replace(",15,", ",x,"))
    assert [line.rpartition("/")[2].split(":")[0] for line in str(raised.value).splitlines()] == ["a.toml", "b.csv"]


def test_a_file_named_twice_is_not_counted_twice(tmp_path: Path) -> None:
    file = write(tmp_path, "province.toml", PROVINCE)
    (tmp_path / "link.toml").symlink_to(file)
    with pytest.raises(TableError, match=r"link.toml: is named twice"):
        read_reference([file, tmp_path / "link.toml"], SPEAKER)


def test_one_key_said_two_ways_is_refused_and_said_twice_alike_is_not(tmp_path: Path) -> None:
    assert len(stated(tmp_path, a_toml=PROVINCE, b_toml=PROVINCE)) == 6
    with pytest.raises(TableError, match=r"b\.toml: agency\[1\]: H99 is said another way at a\.toml: agency\[1\]"):
        stated(tmp_path, a_toml=PROVINCE, b_toml=PROVINCE.replace("UBND tỉnh Mẫu", "Tỉnh Khác"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            PROVINCE.replace('to = ["H99"]', 'to = ["H98"]'),
            "a.toml: succession[1]: H99.10 is merged_into H98, which nobody declared; did you mean 'H99'?",
        ),
        (
            PROVINCE + PROVINCE[: PROVINCE.index('[[agency]]\ncode = "H99.10"')].replace("2019", "2020"),
            "a.toml: agency[3]: H99 is declared from 2019-01-01 without an end and again from 2020-01-01 on",
        ),
        (
            PROVINCE + '[[succession]]\nagency = "H99"\nkind = "renamed"\nto = ["H99.10"]\non = 2025-07-01\n',
            "a.toml: succession[1]: H99.10 is succeeded in a circle",
        ),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_entry(tmp_path: Path, text: str, told: str) -> None:
    found = contradictions(stated(tmp_path, a_toml=text), [])
    assert any(one.startswith(told) for one in found), found


def test_what_the_log_holds_counts_and_what_was_wrong_there_before_is_not_told_again(tmp_path: Path) -> None:
    edge = PROVINCE[PROVINCE.index("[[succession]]") :]
    in_log = facts(stated(tmp_path, a_toml=PROVINCE.replace(edge, "")))
    assert contradictions(stated(tmp_path, b_toml=edge), in_log) == []
    assert len(contradictions(stated(tmp_path, b_toml=edge), in_log[:1])) == 1
    wrong_before = facts(stated(tmp_path, a_toml=PROVINCE.replace('to = ["H99"]', 'to = ["H98"]')))
    assert contradictions(stated(tmp_path, p_csv=PROCEDURES), wrong_before) == []


def test_a_statement_loaded_again_in_another_way_is_judged_in_the_place_of_the_old_one(tmp_path: Path) -> None:
    in_log = facts(stated(tmp_path, a_toml=PROVINCE.replace('to = ["H99"]', 'to = ["H98"]')))
    assert contradictions(stated(tmp_path, b_toml=PROVINCE), in_log) == []


def test_only_what_was_loaded_can_be_withdrawn(tmp_path: Path) -> None:
    in_log = facts(stated(tmp_path, a_toml=PROVINCE))
    taken = '[[withdrawn]]\nwhat = "succession"\ncode = "H99.10"\nkey = 2025-07-01\n'
    assert contradictions(stated(tmp_path, b_toml=taken), in_log) == []
    [told] = contradictions(stated(tmp_path, b_toml=taken.replace("07-01", "07-02")), in_log)
    assert told.startswith(
        "b.toml: withdrawn[1]: nothing was loaded of H99.10 under the key '2025-07-02'; did you mean '2025-07-01'?"
    )


async def loaded(office: Office, text: str) -> Loaded:
    """Load a file a day after the last one."""
    office.now += timedelta(days=1)
    speaker = Speaker(tenant="lang-son", zone=ZoneInfo("Asia/Ho_Chi_Minh"), observed_at=office.now)
    return await load_reference(
        read_reference([office.write("a.toml", text)], speaker),
        tenant="lang-son",
        publisher=office,
        memory=office.memory,
        quarantine=office.quarantine,
        observed_at=office.now,
    )


def held(office: Office) -> Any:
    return reference_of(fact_of_observation(one) for one in office.said)


def title(office: Office) -> str | None:
    found = held(office).agencies.as_was("H99", date(2024, 1, 1))
    return found.title if isinstance(found, Agency) else None


async def test_loading_again_says_only_what_differs_and_the_newest_file_holds(office: Office) -> None:
    first = await loaded(office, PROVINCE)
    assert (first.published, first.unchanged) == (3, 0)
    again = await loaded(office, PROVINCE)
    assert (again.published, again.unchanged, again.last) == (0, 3, None)
    other = PROVINCE.replace("UBND tỉnh Mẫu", "Tỉnh Khác")
    assert (await loaded(office, other)).published == 1
    assert title(office) == "Tỉnh Khác"
    # Back to what was said first: it is heard, and holds.
    assert (await loaded(office, PROVINCE)).published == 1
    assert title(office) == "UBND tỉnh Mẫu"


async def test_what_is_withdrawn_holds_no_more_until_it_is_loaded_again(office: Office) -> None:
    await loaded(office, PROVINCE)
    taken = '[[withdrawn]]\nwhat = "agency"\ncode = "H99"\nkey = 2019-01-01\n'
    assert (await loaded(office, taken)).published == 1
    assert (office.said[-1].act, title(office)) == ("retracted", None)
    assert (await loaded(office, taken)).published == 0
    assert (await loaded(office, PROVINCE)).published == 1
    assert title(office) == "UBND tỉnh Mẫu"


async def test_figures_sent_again_are_shown_beside_the_first(office: Office) -> None:
    await loaded(office, FIGURES)
    await loaded(office, FIGURES.replace("2024-04-05", "2024-04-09").replace("171997", "171990"))
    assert [(one.submitted_at.day, one.figures.figures["3"]) for one in held(office).submitted] == [
        (5, 171997),
        (9, 171990),
    ]
