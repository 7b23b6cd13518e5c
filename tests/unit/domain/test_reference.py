"""What a tenant's reference facts come to: the latest statement under each key, whatever the order, with a digest."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from contracts.observations import Observation, make_observation
from services.domain.agencies.agency import Agency
from services.domain.dossier import fact_of_observation
from services.domain.reference import Reference, reference_of
from tests.builders import TENANT, VIETNAM, connecting, retraction
from tests.unit.domain.agencies.province import BEGIN, PROVINCE, SEEN, agency, said

DAY = timedelta(days=1)
CALENDAR: dict[str, Any] = {"version": "2024-1", "zone": "Asia/Ho_Chi_Minh", "years": (2024,)} | dict.fromkeys(
    ("seasons", "rest_days", "make_up_days"), ()
)


def reference(*observations: Observation) -> Reference:
    return reference_of(fact_of_observation(one) for one in observations)


def title_of(found: Reference, code: str) -> str:
    standing = found.agencies.as_was(code, date(2024, 1, 1))
    assert isinstance(standing, Agency)
    return standing.title


def figures(sent_at: datetime, **data: Any) -> Observation:
    stated = {"first_day": date(2024, 1, 1), "last_day": date(2024, 3, 31), "submitted_to": "bcqg", "figures": {"3": 9}}
    return make_observation(
        tenant=TENANT,
        system="operator",
        code="II.06a",
        act="figures_submitted",
        occurred_at=sent_at,
        observed_at=SEEN,
        data=stated | data,
    )


def test_what_is_seen_later_under_the_same_key_holds() -> None:
    first, second = agency("A", "commune", title="Xã Cũ"), agency("A", "commune", title="Xã Mới", seen=SEEN + DAY)
    assert title_of(reference(first, second), "A") == title_of(reference(second, first), "A") == "Xã Mới"


def test_an_operators_word_holds_over_a_systems_though_that_is_later() -> None:
    mine = agency("A", "commune", title="Xã Đúng")
    theirs = agency("A", "commune", title="Xã Sai", system="portal", seen=SEEN + DAY)
    assert title_of(reference(mine, theirs), "A") == "Xã Đúng"
    assert title_of(reference(theirs), "A") == "Xã Sai"


def test_what_is_retracted_holds_no_more_and_what_it_stood_over_holds_again() -> None:
    first = agency("A", "commune", title="Xã Cũ", system="portal")
    second = agency("A", "commune", title="Xã Sai", system="ministry", seen=SEEN + DAY)
    taken_back = retraction("ministry", "2025-09-01 00:00", "agency_declared", code="A", named_at=second.occurred_at)
    assert title_of(reference(first, second), "A") == "Xã Sai"
    assert title_of(reference(first, second, taken_back), "A") == "Xã Cũ"
    # An operator takes back any system's word.
    by_operator = retraction("operator", "2025-09-01 00:00", "agency_declared", code="A", named_at=first.occurred_at)
    assert reference(first, second, by_operator).agencies.declared.by_code == {}


def test_reports_that_were_sent_again_are_both_kept_in_order() -> None:
    first = figures(datetime(2024, 4, 5, 8, tzinfo=VIETNAM))
    again = figures(datetime(2024, 4, 9, 8, tzinfo=VIETNAM), figures={"3": 11})
    other = figures(datetime(2024, 4, 5, 8, tzinfo=VIETNAM), agency="H99.10")
    submitted = reference(again, other, first).submitted
    assert [(one.submitted_at.day, one.figures.agency, one.figures.figures["3"]) for one in submitted] == [
        (5, None, 9),
        (5, "H99.10", 9),
        (9, None, 11),
    ]
    assert {one.form for one in submitted} == {"II.06a"}


def test_calendars_are_kept_by_name_and_version() -> None:
    second = CALENDAR | {"version": "2024-2"}
    found = reference(said("calendar_declared", "vn", **CALENDAR), said("calendar_declared", "vn", **second))
    assert set(found.calendars) == {("vn", "2024-1"), ("vn", "2024-2")}
    assert found.calendars["vn", "2024-1"].years == (2024,)


def test_the_digest_is_the_hash_of_the_ids_that_hold_in_the_order_of_their_keys() -> None:
    a, b = agency("A", "commune"), agency("B", "commune")
    old = agency("A", "commune", title="Xã Cũ", seen=SEEN - DAY)
    # Written out by hand: acts and codes in order, no blanks.
    expected = f'[["agency_declared","A","{a.id}"],["agency_declared","B","{b.id}"]]'
    assert reference(b, old, a).digests["agencies"] == sha256(expected.encode()).hexdigest()


def test_order_repetition_and_facts_about_systems_leave_the_digest_as_it_is() -> None:
    told = [*PROVINCE, said("calendar_declared", "vn", **CALENDAR)]
    digest = reference(*told).digest
    shuffled = [*told, *told[:5], connecting("one-stop", "one_stop")]
    for seed in range(5):
        Random(seed).shuffle(shuffled)
        assert reference(*shuffled).digest == digest


def test_each_part_has_a_digest_of_its_own() -> None:
    before = reference(*PROVINCE)
    after = reference(*PROVINCE, said("calendar_declared", "vn", **CALENDAR))
    changed = {part for part, digest in after.digests.items() if digest != before.digests[part]}
    assert (changed, after.digest != before.digest) == ({"calendars"}, True)


@pytest.mark.parametrize("missing", [(), ("fee", "paper_result", "components", "field", "limit", "unit")])
def test_what_a_catalogue_does_not_say_is_not_known_and_never_no(missing: tuple[str, ...]) -> None:
    whole = {
        "fee": False,
        "paper_result": True,
        "components": 4,
        "field": "G99-GD10",
        "limit": 15,
        "unit": "working_day",
    }
    stated = {name: value for name, value in whole.items() if name not in missing}
    found = reference(said("procedure_declared", "9.000123", title="Thủ tục", valid_from=BEGIN, **stated))
    procedure = found.catalogue.at("9.000123", BEGIN)
    assert procedure is not None
    assert {name: getattr(procedure, name) for name in whole} == whole | dict.fromkeys(missing)
    assert found.findings == ()
