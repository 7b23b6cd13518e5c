"""The other indices of QĐ 766/QĐ-TTg, digitisation and signing, each by a few dossiers worked out on paper."""

from __future__ import annotations

from typing import Any

from contracts.observations import Observation
from services.domain.dossier import Fact
from services.domain.statistics.definitions.digitisation import DEFINITION as DIGITISATION
from services.domain.statistics.definitions.index766 import DEFINITION
from services.domain.statistics.definitions.signing import DEFINITION as SIGNING
from services.domain.statistics.figures import Figure
from tests.builders import fact
from tests.unit.domain.agencies.province import BEGIN, agency, said
from tests.unit.statistics.asking import JULY, JUNE, asked

# P has a paper result, a fee and 3 components; Q needs no paper, is free and has 2; R is declared by name only.
DECLARED = [
    said("procedure_declared", "P", title="P", paper_result=True, fee=True, components=3, valid_from=BEGIN),
    said("procedure_declared", "Q", title="Q", paper_result=False, fee=False, components=2, valid_from=BEGIN),
    said("procedure_declared", "R", title="R", valid_from=BEGIN),
]


def dossier(procedure: str, *more: Fact, when: str = "13/5 08:00", **attributes: Any) -> list[Fact]:
    return [fact("one-stop", "accepted", when, procedure=procedure, **attributes), *more]


def component(name: str, **more: Any) -> Fact:
    return fact("one-stop", "component_digitised", "14/5 08:00", item=name, component=name, **more)


RESULT = fact("one-stop", "result_digitised", "15/5 08:00", result="KQ1")
FINISHED = fact("one-stop", "processing_finished", "15/5 09:00")


def paid(via: str | None, amount: int | None = None) -> Fact:
    return fact("payments", "payment_confirmed", "14/5 09:00", via=via, amount_vnd=amount)


def submitted(agency: str | None = None, *, seen: str = "5/6 08:00", **figures: int) -> Observation:
    return said(
        "figures_submitted",
        "II.06a",
        first_day="2024-05-01",
        last_day="2024-05-31",
        agency=agency,
        submitted_to="government-reports",
        figures={name.removeprefix("c"): value for name, value in figures.items()},
    )


def index(
    number: str, *dossiers: list[Fact], declared: list[Observation] = DECLARED, **more: Any
) -> tuple[Figure, ...]:
    """Numerator, denominator, rate and points of an index."""
    total = asked(DEFINITION, *dossiers, declared=declared, **more).total.figures
    return tuple(total[f"{number}.{part}"] for part in ("of", "whole", "rate", "score"))


ONLINE = {"channel": "online"}
SYNCED = fact("national", "status_reported", "14/5 07:00", status=2)


def test_the_sync_rate_compares_with_the_larger_of_what_was_submitted_and_what_the_portal_has() -> None:
    dossiers = [dossier("P", SYNCED), dossier("P", SYNCED), dossier("P"), dossier("P", when="13/4 08:00")]
    more = asked(DEFINITION, *dossiers, declared=[*DECLARED, submitted(c4=3, c5=1)]).total.figures
    # Two synchronised of the four that were submitted, though here only three were received: 50 %, 3 of 6 points.
    assert (more["1.4.synced"], more["1.4.received"], more["1.4.reported"], more["1.4.whole"]) == (2, 3, 4, 4)
    assert (more["1.4.rate"], more["1.4.score"]) == (50.0, 3.0)
    fewer = asked(DEFINITION, *dossiers, declared=[*DECLARED, submitted(c4=1, c5=0)]).total.figures
    assert (fewer["1.4.whole"], fewer["1.4.rate"]) == (2, 100.0)


def test_the_sync_rate_is_not_known_without_submitted_figures_nor_without_the_portal() -> None:
    one = asked(DEFINITION, dossier("P", SYNCED, **ONLINE), declared=DECLARED)
    assert one.total.figures["1.4.synced"] == 1
    for key in ("1.4.reported", "1.4.whole", "1.4.rate", "1.4.score", "3.3.synced_rate", "3.3.attained"):
        assert one.total.figures[key] is None
        assert "báo cáo Chính phủ" in one.unknown[key].vi
    half = asked(DEFINITION, dossier("P"), declared=[*DECLARED, submitted(c4=1)])
    assert half.total.figures["1.4.reported"] is None, "a submission without column 5 says nothing of the sum"
    silent = asked(DEFINITION, dossier("P"), declared=[*DECLARED, submitted(c4=1, c5=0)])
    assert silent.total.figures["1.4.reported"] == 1
    assert "Cổng DVCQG" in silent.unknown["1.4.rate"].vi


def test_figures_submitted_by_agency_stand_in_their_own_rows() -> None:
    declared = [agency("A", "department"), agency("B", "department"), *DECLARED, submitted("A", c4=2, c5=0)]
    dossiers = [dossier("P", SYNCED, agency="A"), dossier("P", SYNCED, agency="B")]
    counted = asked(DEFINITION, *dossiers, declared=declared, by=("agency",))
    assert [(row.labels["agency"], row.figures["1.4.rate"]) for row in counted.rows] == [("A", 50.0), ("B", None)]
    assert counted.total.figures["1.4.rate"] is None


def test_a_service_of_an_agency_counts_once_however_many_dossiers_it_has() -> None:
    dossiers = [
        dossier("P", agency="A", **ONLINE),
        dossier("P", agency="A", **ONLINE),
        dossier("P", agency="B", channel="direct"),
        dossier("Q", agency="B", channel="direct"),
        # Not accepted yet: by the day it was handed in.
        [fact("portal", "submitted", "20/5 08:00", procedure="Q", agency="A", channel="online")],
        [fact("portal", "submitted", "20/4 08:00", procedure="R", agency="A", channel="online")],
    ]
    # With dossiers: A·P, B·P, B·Q, A·Q; online: A·P, A·Q.
    assert index("3.2", *dossiers) == (2, 4, 50.0, None)
    rows = asked(DEFINITION, *dossiers, declared=DECLARED, by=("agency",)).rows
    assert [(row.labels["agency"], row.figures["3.2.of"], row.figures["3.2.whole"]) for row in rows] == [
        ("A", 2, 2),
        ("B", 0, 2),
    ]


def test_online_dossiers_need_a_result_file_unless_the_procedure_needs_no_paper() -> None:
    dossiers = [
        dossier("P", RESULT, **ONLINE),  # paper result, file there
        dossier("P", **ONLINE),  # paper result, no file
        dossier("Q", **ONLINE),  # no paper needed
        dossier("R", **ONLINE),  # not declared: left out
        dossier("R", RESULT, **ONLINE),  # not declared, but the file is there
        dossier("P", channel="direct"),
        dossier("P"),  # channel not known counts as at the desk
        dossier("R", channel="postal"),
    ]
    total = asked(DEFINITION, *dossiers, declared=DECLARED).total.figures
    assert (total["3.3.online"], total["3.3.of"], total["3.3.whole"], total["3.3.left_out"]) == (5, 3, 7, 1)
    assert total["3.3.rate"] == 42.86  # 3 / 7 = 0.428571…
    assert total["3.3.score"] is None


def test_the_online_share_is_multiplied_by_the_sync_rate() -> None:
    dossiers = [dossier("Q", SYNCED, **ONLINE), dossier("Q", channel="direct"), dossier("Q", channel="direct")]
    total = asked(DEFINITION, *dossiers, declared=[*DECLARED, submitted(c4=2, c5=2)]).total.figures
    # 1/3 online × 1/4 synchronised = 8.333… %; of the most points, reached at 50 %, that is 16.666… %.
    assert (total["3.3.rate"], total["3.3.synced_rate"], total["3.3.attained"]) == (33.33, 8.33, 16.67)


def test_online_payment_is_of_procedures_with_a_fee_less_what_cost_nothing() -> None:
    dossiers = [
        dossier("P", paid("national", 20_000)),
        dossier("P", paid("local")),
        dossier("P", paid("counter", 20_000)),
        dossier("P"),
        dossier("P", paid("national", 0)),  # all its fees are 0
        dossier("Q", paid("national", 5_000)),  # no fee declared: in neither
        dossier("R", paid("national", 5_000)),  # not declared
    ]
    # 2 of 4: 50 %, 3 of 6 points.
    assert index("3.6", *dossiers) == (2, 4, 50.0, 3.0)
    assert asked(DEFINITION, *dossiers, declared=DECLARED).total.figures["3.6.left_out"] == 1


def test_electronic_results_are_of_procedures_with_a_paper_result_and_of_what_was_given_in_the_period() -> None:
    dossiers = [
        dossier("P", RESULT, FINISHED),
        dossier("P", FINISHED),
        dossier("P", RESULT),  # received, no result given yet
        dossier("Q", RESULT, FINISHED),  # no paper result
        dossier("R", RESULT, FINISHED),  # not declared
        dossier("P", fact("one-stop", "processing_stopped", "15/5 09:00")),  # an end, but no result
    ]
    assert index("4.1", *dossiers) == (1, 2, 50.0, 3.0)
    assert asked(DEFINITION, *dossiers, declared=DECLARED).total.figures["4.1.left_out"] == 1
    # By the switch those received: P four times, two with a file.
    assert index("4.1", *dossiers, given="received") == (2, 4, 50.0, 3.0)


def test_digitised_dossiers_have_a_component_and_a_result_and_score_by_a_threshold() -> None:
    both, one = dossier("P", component("G1"), RESULT, FINISHED), dossier("P", component("G1"), FINISHED)
    # 2 of 3 is 66.666… %; 4 points at 80 %: 66.666 × 4 / 80 = 3.333…
    assert index("4.2", both, both, one) == (2, 3, 66.67, 3.33)
    # 4 of 5 is the threshold, and 5 of 5 scores no more.
    assert index("4.2", both, both, both, both, one) == (4, 5, 80.0, 4.0)
    assert index("4.2", both) == (1, 1, 100.0, 4.0)


def test_reused_components() -> None:
    reused = dossier("P", component("G1", reused=True))
    # 1 of 3: 33.333… %; 2 points at 80 %: 0.8333…
    assert index("4.3", reused, dossier("P", component("G1", reused=False)), dossier("P")) == (1, 3, 33.33, 0.83)


def test_what_no_source_ever_gives_is_not_known_and_never_zero() -> None:
    counted = asked(DEFINITION, dossier("P", **ONLINE), declared=DECLARED)
    figures = counted.total.figures
    for key in ("3.6.of", "3.6.rate", "4.2.of", "4.3.score", "4.4.of", "4.4.rate", "4.5a.of", "4.5b.score"):
        assert figures[key] is None
        assert counted.unknown[key].vi.startswith("không rõ: ")
        assert counted.unknown[key].en.startswith("not known: ")
    assert (figures["3.6.whole"], figures["4.4.whole"], figures["4.5b.whole"]) == (1, 1, 1)
    nothing = asked(DEFINITION, dossier("P", paid("national")), declared=[])
    assert nothing.total.figures["3.6.rate"] is None
    assert "phí" in nothing.unknown["3.6.rate"].vi


def test_verified_accounts_by_procedure_and_by_dossier() -> None:
    verified = fact("national", "identity_verified", "13/5 08:30")
    dossiers = [dossier("P", verified), dossier("P", verified), dossier("P"), dossier("Q")]
    # Procedures: P of P and Q. Dossiers: 2 of 4.
    assert index("4.5a", *dossiers) == (1, 2, 50.0, 1.0)
    assert index("4.5b", *dossiers) == (2, 4, 50.0, 1.0)


def digitised(*dossiers: list[Fact], **more: Any) -> dict[str, Figure]:
    counted = asked(DIGITISATION, *dossiers, declared=DECLARED, **more)
    assert not counted.breaches
    return dict(counted.total.figures)


def test_papers_digitised_of_those_due() -> None:
    found = digitised(
        dossier("P", component("G1"), component("G2"), RESULT, FINISHED),  # 2 of 3 components, 1 of 1 result
        dossier("P", component("G1")),  # 1 of 3, no result due yet
        dossier("Q", *(component(name) for name in ("G1", "G2", "G3")), FINISHED),  # 2 of 2, one beyond; no result due
        dossier("P", FINISHED, when="13/4 08:00"),  # received before: its result alone is due, 0 of 1
        dossier("R", component("G1"), FINISHED),  # not declared
    )
    assert (found["components.due"], found["components.done"], found["components.rate"]) == (8, 5, 62.5)
    assert (found["results.due"], found["results.done"], found["results.rate"]) == (2, 1, 50.0)
    assert (found["due"], found["done"], found["rate"]) == (10, 6, 60.0)
    assert (found["more_than_due"], found["left_out"], found["left_out_components"]) == (1, 1, 1)


def test_the_digitisation_rate_is_not_known_where_nothing_is_declared() -> None:
    counted = asked(DIGITISATION, dossier("P", component("G1"), RESULT, FINISHED))
    assert counted.total.figures["rate"] is None
    assert "danh mục" in counted.unknown["due"].vi
    assert counted.total.figures["left_out"] == 1


def test_documents_are_counted_in_the_period_in_which_they_were_signed_by_level() -> None:
    def signed(when: str, document: str, *, digitally: bool) -> Fact:
        return fact("one-stop", "document_signed", when, document=document, digitally=digitally)

    declared = [agency("A", "department"), agency("C", "commune")]
    dossiers = [
        dossier("P", signed("14/5 08:00", "D1", digitally=True), signed("3/6 08:00", "D2", digitally=True), agency="A"),
        dossier("P", signed("14/5 08:00", "D1", digitally=False), agency="A"),
        dossier("P", signed("14/5 08:00", "D1", digitally=False), agency="C"),
        dossier(
            "P",
            signed("14/5 08:00", "D1", digitally=True),
            fact("one-stop", "voided", "15/5 08:00"),
            agency="C",
        ),
    ]
    may = asked(SIGNING, *dossiers, declared=declared, by=("level",))
    assert [(row.labels["level"], row.figures["issued"], row.figures["rate"]) for row in may.rows] == [
        ("commune", 1, 0.0),
        ("province", 2, 50.0),
    ]
    assert (may.total.figures["issued"], may.total.figures["rate"]) == (3, 33.33)
    june = asked(SIGNING, *dossiers, declared=declared, opens=JUNE, closes=JULY).total.figures
    assert (june["issued"], june["signed_digitally"], june["rate"]) == (1, 1, 100.0)
    assert asked(SIGNING, dossier("P")).unknown["rate"].en == (
        "not known: no system of this tenant ever said signed documents"
    )


def test_a_denominator_that_leaves_dossiers_out_is_not_called_like_one_that_has_them_all() -> None:
    titles = {cell.key: cell.title for cell in DEFINITION.cells}
    assert titles["3.3.whole"].vi == "Hồ sơ tiếp nhận trong kỳ, trừ hồ sơ chưa tính"
    assert titles["4.3.whole"].vi == titles["4.5b.whole"].vi == "Hồ sơ tiếp nhận trong kỳ"
