"""One sandbox province put together: its truth, what its sources show, its portals before and after Khớp."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import count as counter
from typing import Any, Final

from services.sandbox.faults import BEFORE, LinkFaults, SourceFaults
from services.sandbox.feeds import OneStopFeed, PortalFeed
from services.sandbox.figures import Counts, Truth, count
from services.sandbox.history import ONLINE, Dossier, History, columns
from services.sandbox.point_to_point import Link
from services.sandbox.portals.dashboard import Dashboard
from services.sandbox.portals.kept import Kept, Portal
from services.sandbox.portals.national import NationalPortal
from services.sandbox.portals.provincial import ProvincialPortal
from services.sandbox.portals.receiver import Receiver
from services.sandbox.profiles import Profile
from services.sandbox.truth import generate

ONE_STOP: Final = "one-stop"
NAMES: Final = ("portal", "national", "ioc")
"""The three portals, by their system names."""
_COMPARED: Final = ("status", "channel", "accepted", "due", "ended", "void")

Fields = dict[str, tuple[Any, Any]]
"""Field → (shown, true)."""

Progress = Callable[[str, int, int], None]
"""Told what is being prepared, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Before:
    """What one portal counted under its point-to-point link, and every dossier it showed wrongly, by its code."""

    counts: Counts
    wrong: Mapping[str, Fields]


@dataclass(frozen=True, slots=True)
class Difference:
    """One dossier that a portal shows otherwise than it is."""

    code: str
    fields: Fields


class Province:
    """Everything a run needs; made once, then only the receivers change."""

    def __init__(self, history: History, *, seed: int, sources: SourceFaults, progress: Progress) -> None:
        self.history = history
        self.truth: Truth = count(history, system=ONE_STOP)
        progress("feeds", 0, 2)
        self.one_stop = OneStopFeed(history, sources, seed=seed)
        progress("feeds", 1, 2)
        self.portal = PortalFeed(history, sources, seed=seed)
        progress("feeds", 2, 2)
        self.before = {name: _before(history, name, BEFORE[name], seed=seed, progress=progress) for name in NAMES}
        fresh = counter(1)
        self.receivers = {
            "portal": Receiver(
                _with_submissions(history), own_system="portal", new_code=lambda: f"P-{profile_year}-K{next(fresh):06d}"
            ),
            "national": Receiver(NationalPortal()),
            "ioc": Receiver(Dashboard()),
        }
        profile_year = history.profile.first_day.year

    def counts(self, portal: str) -> Counts:
        """What a portal counts now, in its own way, over the profile's period."""
        return _counted(self.receivers[portal].portal, self.history.profile)

    def differences(self, portal: str) -> Iterator[Difference]:
        """Every dossier whose row at a portal differs from the truth now, and every row that is nobody's."""
        shown: dict[str, Kept] = {row.code: row for row in self.receivers[portal].portal.rows() if row.code}
        for dossier in self.history:
            fields = _differing(truly(dossier), shown.pop(dossier.code, None))
            if fields:
                yield Difference(dossier.code, fields)
        for code in shown:
            yield Difference(code, {"code": (code, None)})

    def wrong_before(self) -> frozenset[str]:
        """Codes of the dossiers that any portal showed wrongly before."""
        return frozenset().union(*(before.wrong for before in self.before.values()))

    def example(self) -> str | None:
        """A dossier worth asking about: with a wrong end at most portals before, the least code of those."""
        wrong = [before.wrong for before in self.before.values()]

        def weight(code: str) -> tuple[int, int, str]:
            shown = [one[code] for one in wrong if code in one]
            return -sum("ended" in fields for fields in shown), -len(shown), code

        return min(self.wrong_before(), key=weight, default=None)


def prepare(profile: Profile, *, scale: int, seed: int, sources: SourceFaults, progress: Progress) -> Province:
    """Make a province. Pure but for what `progress` does; half a year at full scale takes well under a minute."""
    progress("truth", 0, 1)
    history = generate(profile, scale=scale, seed=seed)
    progress("truth", 1, 1)
    return Province(history, seed=seed, sources=sources, progress=progress)


def truly(dossier: Dossier, said: int | None = None) -> Kept:
    """The row that a dossier would have anywhere if what was said of it (all, if absent) had arrived."""
    now = columns(dossier, said)
    return Kept(dossier.code, now.status, now.channel, now.accepted, now.due, now.ended, now.void)


def _before(history: History, name: str, faults: LinkFaults, *, seed: int, progress: Progress) -> Before:
    link = Link(history, name, faults, seed=seed)
    portals: dict[str, Callable[[], Portal]] = {
        "portal": ProvincialPortal,
        "national": NationalPortal,
        "ioc": Dashboard,
    }
    portal = portals[name]()
    wrong: dict[str, Fields] = {}
    for dossier in history:
        known = link.known(dossier)
        shown = truly(dossier, known) if known else None
        if shown is not None:
            portal.put(dossier.code, shown)
        if fields := _differing(truly(dossier), shown):
            wrong[dossier.code] = fields
        if dossier.number % 2000 == 0:
            progress(f"before/{name}", dossier.number, len(history))
    progress(f"before/{name}", len(history), len(history))
    return Before(_counted(portal, history.profile), wrong)


def _counted(portal: Portal, profile: Profile) -> Counts:
    return portal.count(profile.first_day, profile.last_day)


def _with_submissions(history: History) -> ProvincialPortal:
    """The provincial portal with what citizens submitted on it: those rows are its own, nobody needs to tell it."""
    portal = ProvincialPortal()
    for dossier in history:
        if dossier.portal_code:
            portal.put(dossier.portal_code, Kept("", 1, ONLINE, 0, 0, 0, void=False))
    return portal


def _differing(true: Kept, shown: Kept | None) -> Fields:
    if shown is None:
        return {"code": (None, true.code)}
    if true.void or shown.void:
        compared: tuple[str, ...] = ("void",)
    elif not true.accepted:  # refused or withdrawn at reception: dates mean nothing there
        compared = ("status", "accepted")
    else:
        compared = _COMPARED
    pairs = {field: (getattr(shown, field), getattr(true, field)) for field in compared}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def described(province: Province) -> dict[str, Any]:
    """The truth and the world before as one document, with one dossier of the wrong ones as an example."""
    example = province.example()
    return {
        "dossiers": len(province.history),
        "statements": {"one-stop": len(province.one_stop), "portal": len(province.portal)},
        "truth": {**province.truth.figures, **asdict(province.truth.portal), "lists": province.truth.lists},
        "before": {
            name: {**asdict(before.counts), "wrong": len(before.wrong)} for name, before in province.before.items()
        },
        "wrong_before": len(province.wrong_before()),
        "example": None
        if example is None
        else {
            "code": example,
            "shown": {
                name: before.wrong[example] for name, before in province.before.items() if example in before.wrong
            },
        },
    }
