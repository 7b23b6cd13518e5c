"""Each mechanism of a point-to-point link loses what it is known to lose, and a link without faults loses nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.sandbox.faults import LinkFaults
from services.sandbox.history import Dossier, History, Statement
from services.sandbox.point_to_point import Link
from services.sandbox.profiles import PROFILES
from services.sandbox.truth import generate

PERFECT = LinkFaults(coalesced=False, lost=0, outages=0, slow_link=0)


@pytest.fixture(scope="module")
def history() -> History:
    return generate(PROFILES["langson-2020"], scale=20, seed=1)


def dossier(*changes: tuple[int, int]) -> Dossier:
    statements = tuple(Statement(1_580_000_000 + at, shown, 1_590_000_000) for at, shown in changes)
    return Dossier(0, "H99.10-200101-0001", None, "H99.10", "9.000100", 1, 0, 0, statements)


def test_a_link_without_faults_knows_everything_that_changed(history: History) -> None:
    link = Link(history, "any", PERFECT, seed=1)
    assert link.known(dossier((0, 19), (3600, 15), (7200, 6), (7300, 5))) == 4


def test_a_change_while_a_message_is_in_flight_is_never_sent(history: History) -> None:
    in_flight = Link(history, "any", replace(PERFECT, coalesced=True, slow_link=1.0), seed=1)
    assert in_flight.known(dossier((0, 19), (100, 15))) == 1


def test_a_change_while_a_message_waits_is_read_with_it(history: History) -> None:
    one_wait = Link(history, "any", replace(PERFECT, coalesced=True), seed=1)
    assert one_wait.known(dossier((0, 19), (3600, 15))) == 2


def test_an_outage_longer_than_the_tries_loses_the_change_for_ever(history: History) -> None:
    away = replace(PERFECT, outages=2000, outage_minutes=24 * 60)
    assert Link(history, "any", away, seed=1).known(dossier((0, 19))) == 0
    patient = replace(away, retry_minutes=60 * 24 * 400)
    assert Link(history, "any", patient, seed=1).known(dossier((0, 19))) == 1


def test_a_one_shot_flag_keeps_the_first_state_for_ever(history: History) -> None:
    flagged = Link(history, "any", replace(PERFECT, one_shot=("H99.10",)), seed=1)
    assert flagged.known(dossier((0, 19), (3600, 15), (7200, 6))) == 1


def test_a_link_that_loses_every_message_leaves_the_other_side_knowing_nothing(history: History) -> None:
    def known(lost: float) -> set[bool]:
        link = Link(history, "any", replace(PERFECT, lost=lost), seed=1)
        return {link.known(one) > 0 for one in history}

    assert known(0) == {True}
    assert known(1) == {False}


# A message leaves within 45 s; its reply takes 1 to 5 s, and over a slow link 60 to 899 s.
@pytest.mark.parametrize(
    ("slow_link", "next_change", "known"),
    [(0.0, 51, 2), (1.0, 59, 1), (1.0, 945, 2)],
)
def test_a_slow_link_is_busy_for_minutes_instead_of_seconds(
    history: History, slow_link: float, next_change: int, known: int
) -> None:
    faults = replace(PERFECT, coalesced=True, slow_link=slow_link)
    one = dossier((0, 19), (next_change, 15))
    assert {Link(history, "any", faults, seed=seed).known(one) for seed in range(200)} == {known}


def test_a_deletion_is_never_sent(history: History) -> None:
    assert Link(history, "any", PERFECT, seed=1).known(dossier((0, 19), (3600, 99))) == 1


def test_a_seed_gives_one_link(history: History) -> None:
    def known(seed: int) -> list[int]:
        link = Link(history, "national", LinkFaults(), seed=seed)
        return [link.known(one) for one in history]

    assert known(1) == known(1)
    assert known(1) != known(2)
