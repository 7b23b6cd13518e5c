"""The sandbox's truth has exactly the published figures, read either way, and every kind of dossier is in it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from hashlib import sha256
from itertools import pairwise

import pytest

from services.sandbox.figures import Counts, count
from services.sandbox.history import ONLINE, POSTAL, STATUS_OF, VOIDED, History, columns
from services.sandbox.profiles import PROFILES, ZONE, scaled
from services.sandbox.truth import generate

LANGSON_2024, LANGSON_2020 = PROFILES["langson-2024-h1"], PROFILES["langson-2020"]
MOVES = {
    None: {1, 2},
    1: {1, 2, 3, 5, 7},
    2: {4, 5, 6, 7, 8, 9},
    4: {4, 5, 6, 7, 8, 9},
    5: {1, 2, 4},
    6: {4},
    8: set(),
    9: {10, 4},
    10: {9, 4},
    3: set(),
    7: set(),
}
"""Moves a source may show here; 10 → 4 is the reopening of a result that was handed over."""


@pytest.fixture(scope="module")
def half_year() -> History:
    return generate(LANGSON_2024, scale=20, seed=1)


def test_the_half_year_of_2024_at_full_scale_has_the_published_figures() -> None:
    figures = count(generate(LANGSON_2024, scale=1, seed=3), system="one-stop").portal
    assert figures.received_online + figures.received_direct == 171_997
    assert figures.received_online == 168_014
    assert figures.resolved_on_time + figures.resolved_late == 171_035
    assert figures.resolved_on_time == 169_123


def test_the_first_months_of_2020_at_full_scale_have_the_published_figures() -> None:
    figures = count(generate(LANGSON_2020, scale=1, seed=3), system="one-stop").portal
    assert figures.received_online + figures.received_direct == 19_569
    assert figures.received_online == 2_427
    assert figures.resolved_on_time + figures.resolved_late == 15_799


@pytest.mark.parametrize("seed", range(5))
def test_every_seed_gives_the_same_figures_rounded_half_up(seed: int) -> None:
    figures = count(generate(LANGSON_2024, scale=20, seed=seed), system="one-stop").portal
    assert (figures.received_online, figures.received_direct) == (8401, 8600 - 8401)
    assert (figures.resolved_on_time, figures.resolved_late) == (8456, 8552 - 8456)


@pytest.mark.parametrize(("scale", "received"), [(171_997, 1), (1000, 172), (137, 1255), (7, 24571)])
def test_odd_scales_work(scale: int, received: int) -> None:
    assert scaled(LANGSON_2024, scale).received == received
    if scale <= 1000:
        counted = count(generate(LANGSON_2024, scale=scale, seed=1), system="one-stop").portal
        assert counted.received_online + counted.received_direct == received


def test_carried_over_received_and_reopened_are_resolved_or_in_hand(half_year: History) -> None:
    truth = count(half_year, system="one-stop")
    came = sum(truth.figures[name] for name in ("carried_over", "received_online", "received_direct", "reopened"))
    assert came == truth.portal.resolved_on_time + truth.portal.resolved_late + truth.portal.in_hand
    assert all(number > 0 for number in truth.figures.values())


def test_days_and_instants_give_the_same_verdict(half_year: History) -> None:
    closes = half_year.profile.closes_at
    for dossier in half_year:
        now = columns(dossier)
        if not now.accepted or now.void:
            continue
        due = datetime.fromtimestamp(now.due, ZONE)
        if now.ended:
            ended = datetime.fromtimestamp(now.ended, ZONE)
            assert (ended <= due) == (ended.date() <= due.date()), dossier.code
        else:
            assert (due < closes) == (due.date() < closes.date()), dossier.code


def test_statements_rise_move_as_a_procedure_may_and_end_before_the_period_closes(half_year: History) -> None:
    closes = half_year.profile.closes_at.timestamp()
    for dossier in half_year:
        times = [statement.at for statement in dossier.statements]
        assert all(earlier < later for earlier, later in pairwise(times)), dossier.code
        assert times[-1] < closes
        status: int | None = None
        for statement in dossier.statements:
            after = STATUS_OF[statement.shown]
            if after is not None:
                assert after in MOVES[status], (dossier.code, status, statement)
                status = after


def test_codes_are_unique_and_fictitious(half_year: History) -> None:
    codes = [dossier.code for dossier in half_year]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"H99(\.\d+)+-\d{6}-\d{4}", code) for code in codes)
    portal_codes = [dossier.portal_code for dossier in half_year if dossier.portal_code]
    assert len(set(portal_codes)) == len(portal_codes)
    assert all(dossier.procedure.startswith("9.") for dossier in half_year)


def test_every_kind_of_course_is_there(half_year: History) -> None:
    kinds: Counter[str] = Counter()
    closes = half_year.profile.closes_at.timestamp()
    for dossier in half_year:
        shown = [statement.shown for statement in dossier.statements]
        accepted = 19 in shown
        kinds["supplement"] += accepted and shown.count(3) == 1
        kinds["two supplements"] += shown.count(3) == 2
        kinds["supplement before acceptance"] += 17 in shown
        kinds["financial obligation"] += 9 in shown
        kinds["withdrawn"] += accepted and 18 in shown
        kinds["withdrawn before acceptance"] += not accepted and 18 in shown
        kinds["refused"] += 16 in shown
        kinds["stopped"] += 8 in shown
        kinds["voided"] += VOIDED in shown
        kinds["reopened"] += any(a in (5, 6) and b == 15 for a, b in pairwise(shown))
        kinds["recalled"] += any(a == 5 and b == 6 for a, b in pairwise(shown))
        kinds["another due date"] += len({s.due for s in dossier.statements if s.due}) > 1
        kinds["postal"] += dossier.channel == POSTAL
        kinds["closed at night"] += closes - dossier.statements[-1].at == 1800
        kinds["online"] += dossier.channel == ONLINE and dossier.portal_code is not None
    assert not [kind for kind, number in kinds.items() if number == 0]


def test_a_seed_gives_one_history_and_another_seed_another() -> None:
    first, again, other = (list(generate(LANGSON_2020, scale=100, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_scale_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="scale must be 1 or more, not 0"):
        generate(LANGSON_2024, scale=0)


def test_counting_is_pinned_on_a_history_written_by_hand(hand_written: History) -> None:
    truth = count(hand_written, system="one-stop")
    assert truth.portal == Counts(received_online=2, received_direct=1, resolved_on_time=1, resolved_late=1, in_hand=2)
    assert truth.figures == {
        "carried_over": 1,
        "received_online": 2,
        "received_direct": 1,
        "reopened": 0,
        "resolved_on_time": 1,
        "resolved_late": 1,
        "in_hand_not_due": 1,
        "in_hand_overdue": 1,
        "voided": 1,
    }
    late = b"one-stop/H99.10-240301-0003\n"
    assert truth.lists["resolved_late"] == sha256(late).hexdigest()
