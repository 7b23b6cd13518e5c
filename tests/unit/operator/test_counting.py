"""Who waits for a report sees how many dossiers were looked at; what is counted is the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import pytest

from services.operator.counting import counting
from services.projections.cases import CasesQuery

QUERY = CasesQuery(
    tenant="t", position=1, opens=datetime(2024, 1, 1, tzinfo=UTC), closes=datetime(2024, 2, 1, tzinfo=UTC)
)


class _Two:
    async def cases(self, query: CasesQuery, take: Callable[[pl.DataFrame], None]) -> None:
        assert query is QUERY
        for codes in (["A1", "A2"], ["A3"]):
            take(pl.DataFrame({"code": codes}))


async def test_the_bar_is_on_standard_error_and_the_cases_come_through(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    seen: list[str] = []
    with counting(_Two(), quiet=False) as cases:
        await cases.cases(QUERY, lambda some: seen.extend(some["code"]))
    assert seen == ["A1", "A2", "A3"]
    out, err = capsys.readouterr()
    assert out == ""
    assert "counting dossiers" in err
    assert "3/?" in err
    with counting(_Two(), quiet=True) as cases:
        await cases.cases(QUERY, lambda some: seen.extend(some["code"]))
    assert capsys.readouterr().err == ""
