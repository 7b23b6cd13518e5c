"""What cannot be meant is refused in one sentence with what to write instead, before the database is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.domain.statistics.registry import find
from services.domain.working_time.of_report import CalendarNotChosen, chosen
from services.operator.__main__ import main
from services.operator.as_of import moment_of
from services.operator.errors import WrongUsage
from services.operator.report_words import as_switches, day, not_over
from services.operator.screen import progress

PERIOD = ("--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("II.06a", "--tenant", "x", "--from", "31/02/2024", "--to", "2024-03-01"), "--from '31/02/2024' is no day"),
        (("II.06a", "--tenant", "x", "--from", "2024-02-30", "--to", "2024-03-01"), "--from '2024-02-30' is no day"),
        (("II.06a", "--tenant", "x", "--from", "0001-01-01", "--to", "2024-03-01"), "say one from 1900 to 2199"),
        (("II.06a", "--tenant", "x", "--from", "2024-01-01", "--to", "9999-12-31"), "say one from 1900 to 2199"),
        (("Flow", *PERIOD, "--version", "2"), "report flow has no --csv"),
        (("flow", *PERIOD, "--force"), "report flow has no --csv"),
        (("flow", *PERIOD, "--xlsx", "flow.xlsx", "--office", "UBND"), "report flow has no --csv"),
        (("flow", *PERIOD, "--office", "UBND"), "--office is printed on the form"),
        (("II.06a", *PERIOD, "--switch", "withdrawn=on_time", "--switch", "withdrawn=by_due_date"), "is said twice"),
    ],
)
def test_a_report_that_cannot_be_is_refused(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["khop", "report", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert said in told.err
    assert "Traceback" not in told.err


def test_vietnamese_is_written_under_any_locale() -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ended = subprocess.run(
        [sys.executable, "-m", "services.operator", "report"], env=environment, capture_output=True, check=True
    )
    assert "Tình hình giải quyết hồ sơ" in ended.stdout.decode()


def test_the_first_and_the_last_day_of_which_anything_can_be_recorded_are_days() -> None:
    assert day("1900-01-01", "--from") == date(1900, 1, 1)
    assert day("2199-12-31", "--to") == date(2199, 12, 31)


def test_a_period_that_is_not_over_is_called_so_until_its_last_local_instant() -> None:
    # 30 June ends in Vietnam (+07:00) at 17:00 UTC.
    zone, last = ZoneInfo("Asia/Ho_Chi_Minh"), date(2024, 6, 30)
    said = not_over(last, zone, known_at=datetime(2024, 6, 30, 16, 59, 59, tzinfo=UTC))
    assert said is not None
    assert said.startswith("kỳ báo cáo đến hết 30/06/2024 chưa kết thúc")
    assert not_over(last, zone, known_at=datetime(2024, 6, 30, 17, tzinfo=UTC)) is None


def test_a_log_gets_no_line_of_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Đếm · counting", total=2) as moved:
        moved(1)
    assert capsys.readouterr() == ("", "")


def test_no_time_lies_before_anything_was_recorded() -> None:
    with pytest.raises(WrongUsage, match="--as-of 0001-01-01: nothing was recorded in that year"):
        moment_of("0001-01-01", ZoneInfo("Asia/Ho_Chi_Minh"))


def test_a_switch_that_is_not_said_has_its_default() -> None:
    assert as_switches(["withdrawn=on_time"], find("II.06a")) == {"open_supplement": "12", "withdrawn": "on_time"}


def test_a_calendar_nobody_declared_is_named_in_one_sentence() -> None:
    with pytest.raises(CalendarNotChosen) as refused:
        chosen({}, "vn")
    assert str(refused.value) == "there is no calendar 'vn'; none is declared"
