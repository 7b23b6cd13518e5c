"""Figures for dashboards: what an agency's month comes to so far, published as often as it changes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.codes import Code, Day, TenantName, ZoneName
from contracts.envelope import Position
from contracts.frozen import Frozen

Count = Annotated[int, Field(ge=0, lt=2**63)]


class AgencyMonth(Frozen):
    """The columns of a form for one agency from the first of a month to the end of a local day, as known at a position.

    A function of the tenant's log up to `position`: what was said of later days does not count yet, and dossiers due on
    `date` count as overdue, since they are once it has ended. Of the records of an agency the one with the highest
    `position`, then `date`, holds. Each local day begins with a record of every agency; a further one follows where
    figures change. It may come twice.
    """

    tenant: TenantName
    agency: Code | None
    """Null: of what belongs to no agency that is known: none was named, or it ended and gave the dossier to nobody."""
    month: Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    date: Day
    """The last day that counts, as if it had ended."""
    position: Position
    """Up to which the log is counted; the record's header `generation` says of which log."""
    definition: str
    """The form, such as `II.06a`, and its version; its open readings by default."""
    version: Annotated[int, Field(ge=1)]
    zone: ZoneName
    """Whose local days are meant."""
    due: Literal["day", "instant"]
    """Whether a due date holds until its local day ends, or until its very moment."""
    mode: Literal["as_was", "as_is"]
    """Which agency a dossier belongs to: the one that held it then, or the one that succeeded it by `date`."""
    figures: dict[str, Count]
    """Cell of the form → its figure."""
    falls_due: Count
    """Of the overdue (column 13), how many are due on `date` itself: until that day ends they are not overdue yet."""


def encode_statistics(figures: AgencyMonth) -> bytes:
    """The bytes on the wire."""
    return figures.model_dump_json().encode()
