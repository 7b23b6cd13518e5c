"""The figures of an agency that dossiers may belong to whose place nobody told: less than all of them is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.domain.statistics.count import Counted, Row
from services.domain.statistics.definition import Words
from services.domain.statistics.seats import Unseated


def claims_on(unseated: Sequence[Unseated], agency: str | None) -> tuple[Unseated, ...]:
    """Those that may belong to this agency; all agencies together (None) lack none."""
    return tuple(one for one in unseated if agency in one.candidates)


def not_known(counted: Counted, claims: Sequence[Unseated]) -> Counted:
    """Every figure of an agency not known, because of these dossiers; as it was counted where there are none."""
    if not claims:
        return counted
    why = why_not_known(claims)
    return replace(
        counted,
        rows=tuple(_nothing_known(row) for row in counted.rows),
        total=_nothing_known(counted.total),
        unknown=dict.fromkeys(counted.total.figures, why),
    )


def why_not_known(claims: Sequence[Unseated]) -> Words:
    """What is said of an agency that these dossiers may belong to."""
    many = sum(one.dossiers for one in claims)
    whose = ", ".join(one.code for one in claims)
    return Words(
        f"không rõ: {many} hồ sơ của {whose} có thể thuộc đơn vị này, chưa ai bàn giao từng hồ sơ",
        f"not known: {many} dossiers of {whose} may belong to this agency, and nobody has handed them over one by one",
    )


def _nothing_known(row: Row) -> Row:
    return Row(row.labels, dict.fromkeys(row.figures), {})
