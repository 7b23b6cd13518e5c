"""Files are refused before anything is counted, and stand there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from services.operator.errors import WrongUsage
from services.operator.outputs.wanted import Wanted, wanted, write

NOTHING: dict[str, Any] = {
    "csv": None,
    "xlsx": None,
    "html": None,
    "office": None,
    "publish": False,
    "publish_below": None,
    "force": False,
    "as_json": False,
    "by": (),
}


def asked(**options: Any) -> Wanted:
    return wanted(**{**NOTHING, **options})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"csv": "no/such/report.csv"}, "there is no folder no/such; make it first"),
        ({"xlsx": "."}, "that is a folder; name a file in it, such as report.xlsx"),
        ({"html": "old.html"}, "--html old.html: there is a file of this name; write --force to replace it"),
        ({"csv": "a", "xlsx": "a"}, "two files have the same name: a, a"),
        ({"csv": "a", "xlsx": "../here/a"}, "two files have the same name: a, ../here/a"),
        ({"csv": os.devnull, "force": True}, f"--csv {os.devnull}: that is no file; name one, or write - for"),
        ({"csv": "a" * 300}, "cannot be written: File name too long"),
        ({"csv": "circle", "xlsx": "a"}, "--csv circle: cannot be written: it leads in a circle"),
        ({"office": "UBND", "csv": "a"}, "--office is printed on the form; it goes with --xlsx or --html"),
        ({"csv": "-", "html": "-"}, "only one of --json"),
        ({"xlsx": "-", "as_json": True}, "only one of --json"),
        ({"publish_below": 3}, "it goes with --publish"),
        ({"publish": True, "publish_below": 1}, "a bound of 2 or more"),
        ({"publish": True, "by": ("agency", "month")}, "--publish does not go with --by month"),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], said: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    (here / "old.html").write_text("kept")
    (here / "circle").symlink_to("circle")
    with pytest.raises(WrongUsage) as refused:
        asked(**options)
    assert said in str(refused.value)
    assert (here / "old.html").read_text() == "kept"


def test_a_file_is_replaced_where_force_says_so(tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text("old")
    assert asked(csv=str(old), force=True).paths == {"csv": str(old)}
    write({str(old): b"new"})
    assert old.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [old]


def test_a_folder_nobody_may_write_into_is_refused_before_anything_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root, who runs tests in containers, may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(WrongUsage, match="nothing can be written into"):
        asked(csv=str(tmp_path / "report.csv"))


def test_a_link_goes_on_leading_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    kept, link = tmp_path / "shared" / "report.csv", tmp_path / "report.csv"
    kept.parent.mkdir()
    kept.write_text("old")
    link.symlink_to(kept)
    write({str(link): b"new"})
    assert link.is_symlink()
    assert kept.read_bytes() == b"new"


def test_what_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    old = tmp_path / "old.csv"
    old.write_text("old")
    with pytest.raises(WrongUsage, match="cannot be written: No space left on device"):
        write({str(old): b"new"})
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


def test_small_is_below_five_unless_something_else_is_said() -> None:
    assert asked(publish=True).publish_below == 5
    assert asked(publish=True, publish_below=10).publish_below == 10
    assert asked().publish_below is None
