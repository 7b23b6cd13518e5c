"""`khop import --check`: what it would do, what stands in the way, and which exit code that is."""

import json
from pathlib import Path

import pytest

from services.operator.__main__ import main
from tests.unit.sources.conftest import HEAD, ROWS

ACTS = "id,code,status,at\n1,H-1,moi,2024-05-13T09:00:00\n2,H-2,la,2024-05-14T09:00:00\n3,H-1,xong,13/5\n"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "m.toml"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    monkeypatch.setattr("sys.argv", ["khop", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_check_names_what_it_would_take_and_what_not(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (mapping.parent / "acts.csv").write_text(ACTS)
    code = run(monkeypatch, "import", mapping.parent / "acts.csv", "--mapping", mapping, "--check", "--json")
    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert code == 1
    assert (document["rows"], document["dossiers"], document["acts"]) == (3, 1, {"status_reported": 1})
    assert document["unknown_codes"] == [{"field": "status", "value": "la", "rows": 1}]
    assert [(one["at"], one["field"], one["value"]) for one in document["first_refused"]] == [
        ("acts.csv:3", "status", "la"),
        ("acts.csv:4", "at", "13/5"),
    ]
    assert shown.err == "khop: 2 rows not taken; everything else would be taken\n"


def test_a_check_for_people_says_the_same_in_words(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (mapping.parent / "acts.csv").write_text(ACTS)
    assert run(monkeypatch, "import", mapping.parent / "acts.csv", "--mapping", mapping, "--check") == 1
    shown = capsys.readouterr()
    assert "Sẽ nhập · would take: lang-son/one-stop, 3 dòng · rows, 1 hồ sơ · dossiers" in shown.out
    assert "Mã chưa biết · unknown code: status = 'la' (1 dòng · rows)" in shown.out
    assert "acts.csv:4: at '13/5' is no time of the form 'iso'; correct it at the source" in shown.err


def test_a_clean_file_is_no_finding(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (mapping.parent / "acts.csv").write_text(ACTS[: ACTS.index("2,H-2")])
    assert run(monkeypatch, "import", mapping.parent / "acts.csv", "--mapping", mapping, "--check") == 0
    assert capsys.readouterr().err == ""


def test_a_file_that_may_be_cut_off_ends_the_command_as_a_finding_with_its_line(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = "id,code,status,at\n1,H-1,moi,2024-05-13T09:00:00\n2,H-1,xong,2024-05-14T09:30:00\n"
    # Cut by three characters, the time is still a time: half past nine, without its seconds.
    (mapping.parent / "acts.csv").write_text(whole.removesuffix(":00\n"))
    assert run(monkeypatch, "import", mapping.parent / "acts.csv", "--mapping", mapping, "--check") == 1
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1:] == [f"  {'status_reported':<32}{1:>12}"]
    not_taken, ended = shown.err.splitlines()
    assert not_taken == (
        "Chưa nhận · not taken: acts.csv:3: the line does not end, so its last value may be cut off; "
        "get the file again, or end the line with a line break if it is whole, and import it again"
    )
    assert ended == "khop: 1 row not taken; everything else would be taken"
    (mapping.parent / "acts.csv").write_text(whole)
    assert run(monkeypatch, "import", mapping.parent / "acts.csv", "--mapping", mapping, "--check") == 0


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("acts.csv", ("status_from", "status_form"), "unknown key 'status_form'; did you mean 'status_from'?"),
        ("acts.csv", ("code =", "cod ="), "m.toml: rows[1]: unknown key 'cod'; did you mean 'code'?\n"),
        ("other.csv", ("", ""), "fits none of the mapping's [[rows]] files"),
    ],
)
def test_wrong_usage_is_one_sentence(
    mapping: Path,
    name: str,
    change: tuple[str, str],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mapping.write_text(mapping.read_text(encoding="utf-8").replace(*change) if change[0] else HEAD + ROWS)
    (mapping.parent / name).write_text(ACTS)
    assert run(monkeypatch, "import", mapping.parent / name, "--mapping", mapping, "--check") == 2
    assert told in capsys.readouterr().err


def test_a_file_that_no_rows_fit_and_that_is_not_there_is_said_to_be_missing(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = mapping.parent / "other.csv"
    assert run(monkeypatch, "import", missing, "--mapping", mapping, "--check") == 2
    assert capsys.readouterr().err == f"khop: {missing}: there is no such file\n"


def test_a_check_finds_what_a_file_says_twice_with_other_content(
    mapping: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = "1,H-1,moi,2024-05-13T09:00:00\n", "1,H-1,xong,2024-05-13T09:00:00\n"
    (mapping.parent / "acts.csv").write_text("id,code,status,at\n" + one + other + one + other)
    assert run(monkeypatch, "import", mapping.parent / "acts.csv", "--mapping", mapping, "--check", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["contradictions"] == 1
    assert document["first_contradictions"][0].startswith("acts.csv:3: H-1: status_reported 1 was said before")
