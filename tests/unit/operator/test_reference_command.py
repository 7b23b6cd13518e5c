"""`khop reference load --check`: what it would say, what stands in the way, and which exit code that is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.domain.dossier import fact_of_observation
from services.domain.reference import reference_of
from services.operator.__main__ import main
from services.operator.reference_screen import document, show
from tests.unit.domain.agencies.province import PROVINCE
from tests.unit.sources.test_reference_files import PROCEDURES
from tests.unit.sources.test_reference_files import PROVINCE as FILE

CIRCLE = """on = 2025-07-01

[[succession]]
agency = "H99"
kind = "renamed"
to = ["H99.10"]
on = 2025-07-01
"""
OVERLAPPING = """[[agency]]
code = "H99"
title = "UBND tỉnh Mẫu"
level = "province"
valid_from = 2020-01-01

[[succession]]"""
FIGURES = """[[figures]]
form = "II.06a"
submitted_at = {sent}T08:00:00+07:00
first_day = {first}
last_day = 2024-01-31
agency = "{agency}"
submitted_to = "bcqg"
figures = {{ "3" = 1 }}

[[succession]]"""


def calendar(years: str, until: str) -> str:
    """A calendar of these years whose one season lasts until this day."""
    return f"""[[calendar]]
name = "vn"
version = "2024-1"
zone = "Asia/Ho_Chi_Minh"
years = {years}
rest_days = []
make_up_days = []

[[calendar.seasons]]
first_day = 2024-01-01
last_day = {until}
weekdays.monday = [{{ opens = "07:00", closes = "11:30" }}]
weekdays.tuesday = []
weekdays.wednesday = []
weekdays.thursday = []
weekdays.friday = []
weekdays.saturday = []
weekdays.sunday = []

[[succession]]"""


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["khop", "reference", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "a.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "p.csv").write_text(PROCEDURES, encoding="utf-8")
    return tmp_path / "a.toml", tmp_path / "p.csv"


def test_a_check_counts_what_would_be_said(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--tenant", "lang-son", "--check", "--alone")
    assert run(monkeypatch, "load", *files, *options, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "tenant": "lang-son",
        "check": True,
        "beside_log": False,
        "statements": {"agency_declared": 2, "agency_succeeded": 1, "procedure_declared": 2},
        "published": 0,
        "unchanged": 0,
    }
    assert run(monkeypatch, "load", *files, *options) == 0
    assert "không xét cùng nhật ký · the files were judged by themselves, not beside the log" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("parent", "parrent"), "a.toml: agency[2]: unknown key 'parrent'; did you mean 'parent'?"),
        (('to = ["H99"]', 'to = ["H98"]'), "which nobody declared; did you mean 'H99'?"),
        (
            ("on = 2025-07-01", CIRCLE),
            "a.toml: succession[1]: H99.10 is succeeded in a circle: H99 → H99.10 on 2025-07-01, H99.10 → H99 on",
        ),
        (
            ("[[succession]]", OVERLAPPING),
            "a.toml: agency[3]: H99 is declared from 2019-01-01 without an end and again from 2020-01-01 on",
        ),
        (("valid_from = 2019-01-01\nparent", "valid_from = 2019-13-01\nparent"), "a.toml: is not TOML"),
        (
            ("valid_from = 2019-01-01\nparent", "valid_from = 2019-01-01\nvalid_to = 2018-01-01\nparent"),
            "a.toml: agency[2]: H99.10 is valid from 2019-01-01, but only until before 2018-01-01",
        ),
        (('parent = "H99"', 'parent = "H98"'), "a.toml: agency[2]: H99.10 belongs to H98, which nobody declared; did"),
        (
            ("[[succession]]", calendar("[2024, 2025]", "2024-12-31")),
            "a.toml: calendar[1]: vn 2024-1: seasons: none for everybody covers 2025-01-01, though 2025 is declared",
        ),
        (
            ("[[succession]]", calendar("[2024]", "2025-06-30")),
            "a.toml: calendar[1]: vn 2024-1: seasons[1].last: 2025-06-30 is not in a declared year (2024)",
        ),
        (
            ("[[succession]]", calendar("[2024]", "2024-12-31").replace("Asia/Ho_Chi_Minh", "Asia/Hanoi")),
            "a.toml: calendar[1]: vn 2024-1: zone: there is no time zone 'Asia/Hanoi'",
        ),
        (
            ("[[succession]]", FIGURES.format(first="2024-03-31", sent="2024-04-05", agency="H99")),
            "a.toml: figures[1]: last_day: 2024-01-31 lies before first_day 2024-03-31",
        ),
        (
            ("[[succession]]", FIGURES.format(first="2024-01-01", sent="2199-04-05", agency="H99")),
            "a.toml: figures[1]: submitted_at: 2199-04-05T",
        ),
        (
            ("[[succession]]", FIGURES.format(first="2024-01-01", sent="2024-04-05", agency="H99.1")),
            "a.toml: figures[1]: agency: nobody declared 'H99.1'; did you mean 'H99.10'?",
        ),
    ],
)
def test_a_wrong_file_is_a_finding_and_no_traceback(
    files: tuple[Path, Path],
    change: tuple[str, str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files[0].write_text(FILE.replace(*change), encoding="utf-8")
    assert run(monkeypatch, "load", *files, "--tenant", "lang-son", "--check", "--alone") == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("khop: nothing was sent:\n")
    assert told in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ("--tenant", "Lạng Sơn", "--check", "--alone"),
            "khop: --tenant 'Lạng Sơn' is no name of a tenant; write it as",
        ),
        (("--tenant", "lang-son", "--alone"), "khop: --alone goes with --check"),
        (("--tenant", "lang-son", "--check", "--alone", "--zone", "Hanoi"), "khop: --zone 'Hanoi' is no time zone"),
    ],
)
def test_wrong_usage_is_one_sentence(
    files: tuple[Path, Path],
    options: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, "load", *files, *options) == 2
    assert capsys.readouterr().err.startswith(told)


def test_what_holds_is_shown_as_plain_values() -> None:
    shown = document(reference_of(fact_of_observation(one) for one in PROVINCE))
    json.dumps(shown)
    [split] = [one for one in shown["agencies"] if one["code"] == "H99.11"]
    assert split == {
        "key": "2019-01-01",
        "code": "H99.11",
        "title": "Đơn vị H99.11",
        "level": "district",
        "parent": "H99",
        "valid_from": "2019-01-01",
        "valid_to": "2025-07-01",
        "succeeded": {"kind": "split_into", "to": ["H99.31", "H99.32"], "key": "2025-07-01"},
    }
    assert (len(shown["agencies"]), shown["procedures"], shown["findings"]) == (13, [], [])


def test_what_became_of_an_agency_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    shown = document(reference_of(fact_of_observation(one) for one in PROVINCE))
    show({"tenant": "lang-son", "position": 1234, **shown})
    told = " ".join(capsys.readouterr().out.split())
    assert "position 1.234," in told
    assert "tách" in told
    assert "split_into" not in told
