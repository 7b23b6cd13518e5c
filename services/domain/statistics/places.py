"""Puts what is declared of procedures to cases: field, papers asked for, fee, and when the statutory limit is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import polars as pl

from services.domain.catalogue import Catalogue
from services.domain.working_time.calendar import Calendar
from services.domain.working_time.columns import due_column

DECLARED: Final[dict[str, Any]] = {
    "field": pl.String,
    "components_due": pl.Int32,
    "paper_result": pl.Boolean,
    "fee": pl.Boolean,
    "limit": pl.Int64,
    "limit_unit": pl.String,
}
"""What cases get of their procedures. Null: nobody declared it, which is neither no nor none."""


PLACED_BY: Final = frozenset({"agency", "procedure", "accepted_at", "ended_at", "due_at"})
"""The columns of cases that are looked at here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What is declared of procedures, as of a report's position and at the end of its period.

    A code that nobody declared has no field: it is shown so, never left out.
    """

    procedures: pl.DataFrame
    """A row a `procedure`, with the columns of `DECLARED`."""
    calendars: Mapping[str | None, Calendar] = field(default_factory=dict)
    """Agency with hours of its own → by which its statutory limits are reckoned where no due date was promised; None:
    of all others. Without any they are not known."""


def place(cases: pl.DataFrame, places: Places, *, opens: datetime) -> pl.DataFrame:
    """The cases with the columns of `DECLARED`, and `law_due_at`: when the statutory limit of those without a due date
    is over, counted from the acceptance and not yet prolonged by what the citizen took.

    What had ended before `opens` gets none. Raises YearMissing.
    """
    placed = cases.join(places.procedures, on="procedure", how="left", maintain_order="left")
    if not places.calendars:
        return placed.with_columns(pl.lit(None, dtype=placed.schema["due_at"]).alias("law_due_at"))
    reckoned = pl.col("due_at").is_null() & (pl.col("ended_at").is_null() | (pl.col("ended_at") >= opens))
    own = pl.col("agency").is_in([agency for agency in places.calendars if agency is not None]).fill_null(value=False)
    found = []
    for agency, calendar in places.calendars.items():
        theirs = ~own if agency is None else (pl.col("agency") == agency).fill_null(value=False)
        starts = placed.select(pl.when(reckoned & theirs).then("accepted_at"))["accepted_at"]
        due = due_column(calendar, starts=starts, values=placed["limit"], units=placed["limit_unit"])
        found.append(due.dt.convert_time_zone("UTC"))
    return placed.with_columns(pl.coalesce(found).alias("law_due_at"))


def places_of(catalogue: Catalogue, *, on: date, calendars: Mapping[str | None, Calendar] | None = None) -> Places:
    """What a catalogue says on a day of every procedure it ever had."""
    known = (catalogue.latest(code, on) for code in catalogue.declared.by_code)
    rows = [
        (one.code, one.field, one.components, one.paper_result, one.fee, one.limit, one.unit)
        for one in known
        if one is not None
    ]
    return Places(
        procedures=pl.DataFrame(rows, schema={"procedure": pl.String, **DECLARED}, orient="row"),
        calendars=calendars or {},
    )
