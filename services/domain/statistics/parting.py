"""From when on two tellings of one dossier's timeline look different: what is before that counts as it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter

from services.domain.dossier import Segment

Looks = Callable[[Segment], object]
"""What is looked at of a segment, beside when it begins."""


def looking_at(*fields: str) -> Looks:
    """Looks at these fields, of which there are several."""
    return itemgetter(*map(Segment._fields.index, fields))


def parting(old: Sequence[Segment], new: Sequence[Segment], *, looks: Looks) -> datetime | None:
    """The first moment from which on the two do not look the same; None if they always do."""
    same, most = 0, min(len(old), len(new))
    while same < most and (old[same] is new[same] or _equal(old[same], new[same], looks)):
        same += 1
    shown = looks(old[same - 1]) if same else None
    parted = [moment for rest in (old[same:], new[same:]) if (moment := _leaves(rest, shown, looks)) is not None]
    return min(parted, default=None)


def _equal(one: Segment, other: Segment, looks: Looks) -> bool:
    return one.occurred_from == other.occurred_from and looks(one) == looks(other)


def _leaves(segments: Sequence[Segment], shown: object, looks: Looks) -> datetime | None:
    """When these first look otherwise than was shown before them."""
    return next((one.occurred_from for one in segments if looks(one) != shown), None)
