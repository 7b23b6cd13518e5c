"""What became known between two positions, fact by fact: one frame of cases is turned into the other step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import polars as pl

from services.domain.statistics.explain.reason import UNEXPLAINED, Kind, Reason


class _Fact(NamedTuple):
    kind: Kind
    name: str
    columns: tuple[str, ...]
    """Without their `before_` and `now_`."""
    vi: str
    en: str
    only: pl.Expr | None = None
    """Over both frames side by side, the later with `+`: for which dossiers."""


def _came(name: str) -> pl.Expr:
    looks = [f"{look}{name}" for look in ("", "now_")]
    return pl.any_horizontal(pl.col(one).is_null() & pl.col(f"{one}+").is_not_null() for one in looks)


_END: Final = ("ended_at", "returned_at", "outcome", "status", "reopened")
_OPENED_AGAIN: Final = pl.col("reopened+") > pl.col("reopened").fill_null(0)
_FACTS: Final = (
    _Fact("correction", "voided", ("void",), "hồ sơ bị xóa hoặc khôi phục", "the dossier was voided or restored"),
    _Fact(
        *("late_arrival", "acceptance_came", ("accepted_at", "submitted_at", "status"), "việc tiếp nhận được ghi nhận"),
        "its acceptance was recorded",
        _came("accepted_at"),
    ),
    _Fact(
        *(
            "correction",
            "acceptance_corrected",
            ("accepted_at", "submitted_at"),
            "ngày tiếp nhận được sửa hoặc rút lại",
        ),
        "its acceptance was corrected or taken back",
    ),
    _Fact("correction", "reopened", _END, "hồ sơ được xử lý lại", "the dossier was reopened", _OPENED_AGAIN),
    _Fact(
        *("late_arrival", "end_came", _END, "việc kết thúc được ghi nhận", "its end was recorded"), _came("ended_at")
    ),
    _Fact(
        *("late_arrival", "hand_over_came", _END, "việc trả kết quả được ghi nhận", "its hand-over was recorded"),
        _came("returned_at"),
    ),
    _Fact(
        *("correction", "end_corrected", _END, "ngày kết thúc được sửa hoặc rút lại"),
        "its end was corrected or taken back",
    ),
    _Fact("correction", "due_date_changed", ("due_at",), "ngày hẹn trả thay đổi", "its due date was changed"),
    _Fact(
        *("late_arrival", "pause_came", ("paused_since", "status", "supplements")),
        "yêu cầu bổ sung, tạm dừng hoặc bước xử lý được ghi nhận",
        "a pause, a request for papers or a step was recorded",
    ),
    _Fact("correction", "channel_changed", ("channel",), "kênh tiếp nhận thay đổi", "its channel was changed"),
    _Fact("correction", "procedure_changed", ("procedure", "field"), "thủ tục thay đổi", "its procedure was changed"),
    _Fact(
        *("correction", "agency_changed", ("agency", "receiving_agency", "level")),
        "đơn vị, hoặc khai báo về đơn vị, thay đổi",
        "its agency, or what is declared of agencies, was changed",
    ),
)
_LOOKS: Final = ("", "before_", "now_")
LOOKED_AT: Final = (
    *("accepted_at", "ended_at", "returned_at", "reopened", "void", "agency"),
    *("now_accepted_at", "now_ended_at", "now_returned_at"),
)
"""What frames must have beside what is counted, to tell what became known."""


class Turned(NamedTuple):
    """The earlier frame with everything up to a fact as the later frame has it; `#there`: whether a line is known."""

    reason: Reason
    cases: pl.DataFrame


def turn(earlier: pl.DataFrame, later: pl.DataFrame, *, positions: tuple[int, int]) -> Iterator[Turned]:
    """From the earlier frame as it is to the later one, facts becoming known one kind after the other.

    Both have columns `system` and `code`; a dossier is the same where these are: see `renamed`.
    """
    was = earlier.with_columns(pl.lit(value=True).alias("#was"))
    both = was.join(
        later.with_columns(pl.lit(value=True).alias("#is")),
        on="line",
        how="full",
        coalesce=True,
        suffix="+",
        maintain_order="left_right",
    )
    both = both.with_columns(pl.col("#was", "#is").fill_null(value=False))
    columns = [name for name in earlier.columns if name != "line"]
    new, gone = ~pl.col("#was"), ~pl.col("#is")
    taken: dict[str, list[pl.Expr]] = {name: [pl.lit(value=False)] for name in columns}
    told = f"({positions[0]} → {positions[1]})"

    def now(there: pl.Expr) -> pl.DataFrame:
        shown = (
            pl.when(pl.any_horizontal(taken[name])).then(f"{name}+").otherwise(name).alias(name) for name in columns
        )
        return both.select("line", *shown, there.alias("#there"))

    def reason(kind: Kind, name: str, vi: str, en: str) -> Reason:
        return Reason(
            kind,
            name,
            f"giữa hai vị trí {told}, {vi}" + (" (xảy ra trong kỳ, ghi nhận sau)" if kind == "late_arrival" else ""),
            f"between positions {told}, {en}" + (" (after it had happened)" if kind == "late_arrival" else ""),
        )

    yield Turned(UNEXPLAINED, now(pl.col("#was")))
    taken = {name: [new] for name in columns}
    yield Turned(
        reason("late_arrival", "dossier_came", "hồ sơ được ghi nhận lần đầu", "the dossier was recorded at all"),
        now(pl.lit(value=True)),
    )
    there = pl.col("#is")
    yield Turned(
        reason(
            *("identity", "codes_joined"),
            "mã hồ sơ được nhập vào hồ sơ khác hoặc được rút lại",
            "its code was joined to another dossier or taken back",
        ),
        now(there),
    )
    for fact in _FACTS:
        only = pl.lit(value=True) if fact.only is None else fact.only
        for name in (f"{look}{column}" for look in _LOOKS for column in fact.columns):
            if name in taken:
                taken[name].append(only & ~gone)
        yield Turned(reason(fact.kind, fact.name, fact.vi, fact.en), now(there))
    taken = {name: [pl.col("#is")] for name in columns}
    yield Turned(reason("correction", "other", "dữ kiện khác thay đổi", "another fact was changed"), now(there))


def changed_lines(earlier: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """The `line` of each dossier that one of the two frames alone has, or has otherwise: few, where turning costs."""
    columns = earlier.columns
    apart = [
        one.join(other, on=columns, how="anti", nulls_equal=True).select("line")
        for one, other in ((earlier, later.select(columns)), (later.select(columns), earlier))
    ]
    return pl.concat(apart).unique()


def same_dossiers(earlier: pl.DataFrame, names: Mapping[str, str]) -> dict[str, str]:
    """Line then → line now, of those whose least code is another one now, as `names` has it.

    A code that was joined to another dossier keeps its own line: two became one, which is a reason of its own.
    """
    here, now = set(earlier["line"]), Counter(names.values())
    return {was: name for was, name in names.items() if name not in here and now[name] == 1}
