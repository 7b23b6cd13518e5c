"""The sides of `khop explain` as a person writes them; what is wrong is said with what to write instead."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from services.domain.statistics.document import digest
from services.operator.errors import Findings, WrongUsage
from services.operator.explain_sides import ListFile, Named, Number, sides

MAY = {"tenant": "lang-son", "from": "2024-05-01", "to": "2024-05-31"}
REPORT = {
    "format": 1,
    "identity": {
        "definition": "hv06",
        "version": 1,
        "tenant": "lang-son",
        "from": "2024-02-01",
        "to": "2024-02-29",
        "zone": "UTC",
        "due": "day",
        "mode": "as_is",
        "agency": "H99.1",
        "switches": {"server_zone": "UTC", "catalogue": "complete"},
        "position": 1200,
    },
    "total": {"3": 7},
}


def kept(path: Path, **changed: object) -> str:
    document = {**REPORT, **changed}
    path.write_text(json.dumps({"hash": digest(document)} | document), encoding="utf-8")
    return str(path)


def test_a_named_side_says_for_itself_what_the_options_say_for_both() -> None:
    one, other = sides("ii06a@1200", "hv06,to=2024-05-30,server_zone=UTC,without=by_day+utc_server,due=day", MAY)
    assert isinstance(one, Named)
    assert isinstance(other, Named)
    assert (one.definition.name, one.at, one.last, one.due) == ("II.06a", "1200", date(2024, 5, 31), "instant")
    assert (other.definition.name, other.at, other.last, other.due) == ("hv06", None, date(2024, 5, 30), "day")
    assert other.switches == {"server_zone": "UTC", "catalogue": "complete"}
    assert other.without == {"by_day", "utc_server"}
    timed, _ = sides("II.06a@2024-07-01T08:00+07:00", "hv06", MAY)
    assert isinstance(timed, Named)
    assert timed.at == "2024-07-01T08:00+07:00"


def test_what_stands_beside_a_kept_report_is_asked_the_same(tmp_path: Path) -> None:
    one, other = sides(kept(tmp_path / "a.json"), "II.06a,due=instant", {"zone": "Asia/Ho_Chi_Minh"})
    assert isinstance(one, Named)
    assert isinstance(other, Named)
    assert (one.definition.name, one.zone, one.due, one.at, one.total) == ("hv06", "UTC", "day", "1200", {"3": 7})
    assert one.switches["server_zone"] == "UTC"
    assert (other.first, other.mode, other.agency) == (one.first, "as_is", "H99.1")
    assert (other.zone, other.due, other.at) == ("Asia/Ho_Chi_Minh", "instant", None)


def test_a_list_and_a_figure_stand_for_one_side(tmp_path: Path) -> None:
    (tmp_path / "A.CSV").write_text("x", encoding="utf-8")
    assert sides(str(tmp_path / "A.CSV"), "II.06a", MAY)[0] == ListFile(tmp_path / "A.CSV")
    assert sides("II.06a", "=1.234.567", MAY)[1] == Number(1_234_567)


@pytest.mark.parametrize(
    ("a", "b", "options", "said"),
    [
        ("II.06b", "hv06", MAY, "did you mean II.06a?"),
        ("II.06a", "hv06,version=7", MAY, "hv06 has no version 7"),
        ("II.06a", "hv06,version=x", MAY, "version=x is no number"),
        ("II.06a", "hv06,server_zon=UTC", MAY, "did you mean 'server_zone'?"),
        ("II.06a", "hv06,server_zone=GMT", MAY, "server_zone is one of local, UTC"),
        ("II.06a", "hv06,without=by_dya", MAY, "did you mean 'by_day'?"),
        ("II.06a", "hv06,due", MAY, "'due' is no input; write name=value"),
        ("II.06a", "hv06,due=day,due=day", MAY, "due is there twice"),
        ("II.06a", "hv06,from=2024-06-01", MAY, "lies before from=2024-06-01"),
        ("II.06a", "hv06", {"tenant": "lang-son"}, "--from and --to missing"),
        ("II.06a", "=1x2", MAY, "is no figure; write it as =12345"),
        ("=1", "=2", MAY, "one of the two must be"),
        ("II.06a", "no.csv", MAY, "there is no such file"),
        ("II.06a", "no.json", MAY, "cannot be read"),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(a: str, b: str, options: dict[str, str], said: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        sides(a, b, options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "kind", "said"),
    [
        ({"hash": "0" * 64}, Findings, "it was changed since it was written"),
        ({"format": 2}, WrongUsage, "is of format 2; this program reads format 1"),
        ({"identity": None}, WrongUsage, "is no report"),
        ({"identity": {"definition": "hv06"}}, WrongUsage, "is no whole report"),
        ({"identity": {"definition": "flow"}}, WrongUsage, "is a report 'flow', which no bridge leads to"),
        ({"identity": {**REPORT["identity"], "version": 9}}, WrongUsage, "hv06 has no version 9"),
        ({"identity": {**REPORT["identity"], "tenant": "ha-noi"}}, WrongUsage, "only figures of one tenant"),
    ],
)
def test_a_kept_report_must_be_whole_and_as_it_was_written(
    tmp_path: Path, changed: dict[str, object], kind: type[Exception], said: str
) -> None:
    path = kept(tmp_path / "a.json", **changed)
    with pytest.raises(kind) as caught:
        sides(path, "II.06a", MAY)
    assert said in str(caught.value)


def test_a_file_that_is_no_json_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b"\xff{")
    with pytest.raises(WrongUsage, match="is no JSON"):
        sides(str(tmp_path / "a.json"), "II.06a", MAY)
