"""How long to wait before trying again: longer each time, never longer than a bound, and never all at once."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Backoff:
    """Exponential waiting times; `reset` after something went well."""

    first_s: float = 0.1
    factor: float = 2.0
    most_s: float = 10.0
    spread: float = 0.2
    """Share of each wait that is random, so that instances do not come back in step."""
    random: random.Random = field(default_factory=random.Random)
    _next_s: float = 0.0

    def next_s(self) -> float:
        """The next wait in seconds."""
        wait_s = self._next_s or self.first_s
        self._next_s = min(wait_s * self.factor, self.most_s)
        return wait_s * (1.0 - self.spread * self.random.random())

    def reset(self) -> None:
        """Start again with the shortest wait."""
        self._next_s = 0.0
