"""What a run came to: the figures of everybody, and whether they are equal. The file and the screen show the same."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FIGURES: Final = ("received_online", "received_direct", "resolved_on_time", "resolved_late", "in_hand")
"""What every portal counts by the same predicate."""
ONLY_KHOP: Final = ("carried_over", "reopened", "in_hand_not_due", "in_hand_overdue", "voided")
"""What Khớp's report has beyond that, held against the truth as well."""
NEVER: Final = ("received_channel_unknown", "resolved_no_due_date", "in_hand_no_due_date")
"""Columns of Khớp's report for what a source left unsaid; the sandbox's sources leave nothing unsaid."""

Figures = dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run. `truth` and `khop` hold FIGURES, ONLY_KHOP and `lists`; `before` and `after` FIGURES per portal."""

    profile: str
    seed: int
    scale: int
    period: tuple[str, str]
    dossiers: int
    events: int
    deliveries: int
    seconds: float
    """From the first observation to rest."""
    truth: dict[str, Any]
    before: dict[str, Figures]
    khop: dict[str, Any]
    after: dict[str, Figures]
    wrong_before: int
    wrong_after: int
    example: dict[str, Any] | None
    """A dossier that was wrong: its code, and what each portal showed of it."""
    why: str
    """What `khop why` says of it."""

    @property
    def differing(self) -> list[str]:
        """Everything that is not as it must be, in words; empty when all agree and equal the truth."""
        khop = {name: self.khop.get(name) for name in (*FIGURES, *ONLY_KHOP)}
        found = [
            f"Khớp: {name} {khop[name]}, truth {self.truth[name]}" for name in khop if khop[name] != self.truth[name]
        ]
        found += [f"Khớp: {name} {self.khop[name]}, truth 0" for name in NEVER if self.khop[name]]
        found += [
            f"Khớp: {name} counts other dossiers than the truth, list {self.khop['lists'].get(name)}"
            for name, listed in self.truth["lists"].items()
            if self.khop["lists"].get(name) != listed
        ]
        found += [
            f"{portal}: {name} {figures[name]}, truth {self.truth[name]}"
            for portal, figures in self.after.items()
            for name in FIGURES
            if figures[name] != self.truth[name]
        ]
        return found + ([f"{self.wrong_after} rows of the portals differ from the truth"] if self.wrong_after else [])

    @property
    def equal(self) -> bool:
        """Whether all agree and equal the truth."""
        return not self.differing


def spread(before: dict[str, Figures]) -> Figures:
    """Per figure, how far the highest portal is from the lowest."""
    return {
        name: max(one[name] for one in before.values()) - min(one[name] for one in before.values()) for name in FIGURES
    }


def write(path: Path, result: Result) -> None:
    """Write the run down for programs to read."""
    document = {
        "profile": result.profile,
        "seed": result.seed,
        "scale": result.scale,
        "dossiers": result.dossiers,
        "events": result.events,
        "deliveries": result.deliveries,
        "seconds": round(result.seconds, 2),
        "truth": result.truth,
        "before": result.before,
        "khop": result.khop,
        "after": result.after,
        "wrong_before": result.wrong_before,
        "wrong_after": result.wrong_after,
        "equal": result.equal,
        "differing": result.differing,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
