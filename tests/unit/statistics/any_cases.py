"""Cases of every kind in one frame, drawn by a seed: for what must hold of any dossiers whatever."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from services.domain.statistics.cases import PAPERS_SCHEMA, SCHEMA
from services.domain.statistics.definition import Definition, Question
from services.domain.statistics.places import DECLARED
from services.domain.zones import offsets_of
from tests.builders import at

OPENS, CLOSES = at("1/5 00:00"), at("1/6 00:00")
HOUR = timedelta(hours=1)
# field, components_due, paper_result, fee
PROCEDURES = {
    "p1": ("f1", 2, True, True),
    "p2": ("f2", 3, False, False),
    "p3": ("f1", None, True, True),
    "p4": (None, None, None, None),
    None: (None, None, None, None),
}
LEVELS = {"A": "province", "B": "commune", "C": "commune", None: None}


def question_of(definition: Definition, **switches: str) -> Question:
    """May 2024 asked of a definition."""
    return Question(
        opens=OPENS,
        closes=CLOSES,
        offsets=offsets_of(ZoneInfo("Asia/Ho_Chi_Minh")),
        switches={switch.name: switch.default for switch in definition.switches} | switches,
    )


def any_cases(seed: int, many: int) -> pl.DataFrame:
    """So many cases, placed and with their papers."""
    random = Random(seed)
    schema: dict[str, Any] = {
        **SCHEMA,
        **PAPERS_SCHEMA,
        **DECLARED,
        "law_due_at": SCHEMA["due_at"],
        "level": pl.String,
        "before_level": pl.String,
    }
    rows = [_case(random, number) for number in range(many)]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def _case(random: Random, number: int) -> dict[str, Any]:
    def maybe(*values: Any) -> Any:
        return random.choice((None, *values))

    accepted = OPENS + random.randint(-700, 740) * HOUR if random.random() < 0.95 else None
    ended = before_ended = None
    if accepted is not None and random.random() < 0.6:
        end = accepted + random.randint(1, 600) * HOUR
        ended = end if end < CLOSES else None
        if ended is not None and ended < OPENS:
            before_ended = ended
            ended = random.choice((ended, None, OPENS + random.randint(0, 700) * HOUR))
    status = random.choice((7, 8, 9, 10)) if ended else random.choice((2, 4, 5)) if accepted else 1
    was_there = accepted is not None and accepted < OPENS
    procedure = random.choice(tuple(PROCEDURES))
    field, components_due, paper_result, fee = PROCEDURES[procedure]
    agency = random.choice("ABC")
    before_agency = (agency if random.random() < 0.8 else random.choice("ABC")) if was_there else None
    issued = random.randint(0, 3)
    signed = random.randint(0, issued)
    said = {
        "components_digitised": maybe(0, 1, 5),
        "components_reused": maybe(0, 1),
        "results_digitised": maybe(1),
        "documents_signed": issued,
        "documents_signed_digitally": signed,
        "paid_online": maybe(True, False),
        "fee_zero": maybe(True, False),
        "identity_verified": maybe(True, False),
        "national_at": maybe(accepted),
        "supplement_seconds": 0,
        "supplement_since": maybe(accepted),
        "before_documents_signed": min(issued, 1),
        "before_documents_signed_digitally": min(issued, 1, signed),
    }
    return {
        "system": "one-stop",
        "code": f"H-{number}",
        "status": status,
        "submitted_at": accepted or OPENS + random.randint(-700, 700) * HOUR,
        "accepted_at": accepted,
        "ended_at": ended,
        "due_at": accepted and maybe(accepted + random.randint(1, 500) * HOUR),
        "law_due_at": maybe(CLOSES - 5 * HOUR),
        "paused_since": CLOSES - 3 * HOUR if status == 5 else None,
        "outcome": ("withdrawn" if status == 7 else maybe("finished", "returned")) if ended else None,
        "agency": agency,
        "before_agency": before_agency,
        "procedure": procedure,
        "channel": maybe("online", "direct", "postal"),
        "supplements": random.randint(0, 2),
        "void": random.random() < 0.1,
        "before_void": False if was_there else None,
        "before_accepted_at": accepted if was_there else None,
        "before_ended_at": before_ended,
        "field": field,
        "components_due": components_due,
        "paper_result": paper_result,
        "fee": fee,
        "level": LEVELS[agency],
        "before_level": LEVELS[before_agency],
        **(said if random.random() < 0.8 else {}),
    }
