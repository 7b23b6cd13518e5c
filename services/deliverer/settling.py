"""What an answer means for a delivery: settled, tried again at a time, or its dossier set aside; a value, computed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from services.deliveries.port import Attempt, Lease, Owed
from services.subscribers.port import Answer

FIRST_S: Final = 0.5
MOST_S: Final = 300.0
WHOLE_MOST_S: Final = 15.0
"""While the system itself is in trouble its sender waits as a whole, so its dossiers need not wait long each."""


def attempts_of(
    lease: Lease, answers: Mapping[int, Answer], *, now: datetime, rejections_max: int, rng: random.Random
) -> list[Attempt]:
    """The attempts of a lease, oldest first, up to the first that was not accepted: what follows it is not judged yet.

    Beyond that one only two things count: a yes, for the other side has it whatever order we wanted, and silence, for
    it may have it.
    """
    attempts: list[Attempt] = []
    blocked = False
    for owed in lease.owed:
        answer = answers.get(owed.number)
        if answer is None or (blocked and answer.outcome not in {"accepted", "unknown"}):
            continue
        if answer.outcome == "accepted":
            attempts.append(Attempt(owed.number, "accepted", answer.detail))
            continue
        blocked = True
        park = answer.outcome == "rejected" and owed.rejections + 1 >= rejections_max
        attempts.append(
            Attempt(
                owed.number,
                answer.outcome,
                answer.detail,
                retry_at=None if park else now + timedelta(seconds=wait_s(owed, answer, rng)),
                park=park,
            )
        )
    return attempts


def wait_s(owed: Owed, answer: Answer, rng: random.Random) -> float:
    """Seconds until the next try: doubled each time up to a bound, spread, and never sooner than we were told."""
    most_s = WHOLE_MOST_S if answer.whole else MOST_S
    # The exponent is bounded before the power is taken: attempts go on without end.
    grown_s = min(most_s, FIRST_S * 2.0 ** min(owed.attempts, 16))
    return max(answer.retry_after_s or 0.0, grown_s * rng.uniform(0.5, 1.0))
