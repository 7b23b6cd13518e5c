"""A split agency's dossiers that nobody handed over: no heir's figures are printed as if they were all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.integration.operator.conftest import Office
from tests.integration.operator.test_compare import COMPARE, submit
from tests.unit.projections.made_log import ALWAYS, T0

JANUARY = ("--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")
FORM = ("report", "II.06a", *JANUARY)


async def split(office: Office) -> None:
    """H99.9, with two dossiers in hand, is divided on 20 January between N1 and N2; H99.3 has nothing to do with it."""
    for code, since, until in (
        ("H99.9", "2020-01-01", "2024-01-20"),
        *((code, "2024-01-20", None) for code in ("N1", "N2")),
        ("H99.3", "2020-01-01", None),
    ):
        said = {"title": code, "level": "commune", "valid_from": since, "valid_to": until}
        office.log.say("operator", code, "agency_declared", ALWAYS, said)
    for code in ("B1", "B2"):
        office.log.say("one-stop", code, "accepted", T0, {"agency": "H99.9", "channel": "online"})
    parted = {"kind": "split_into", "to": ["N1", "N2"], "on": "2024-01-20"}
    office.log.say("operator", "H99.9", "agency_succeeded", ALWAYS, parted)
    await office.record()


async def asked(office: Office, agency: str) -> Any:
    return await office.khop.document(*FORM, "--agency", agency)


async def hand_over(office: Office, code: str, heir: str) -> None:
    office.log.say("one-stop", code, "reassigned", T0.replace(day=22), {"agency": heir})
    await office.record()


async def test_an_heir_is_not_known_until_every_dossier_was_handed_over(office: Office) -> None:
    await split(office)
    for heir in ("N1", "N2"):
        document = await asked(office, heir)
        assert [one["dossiers"] for one in document["unseated"]] == [2]
        assert {document["total"][key] for key in ("3", "7", "11")} == {None}
        assert "2 hồ sơ của H99.9" in document["unknown"]["3"]["vi"]
    other = await asked(office, "H99.3")
    assert (other["total"]["3"], other["unseated"]) == (0, [])
    for code, heir in (("B1", "N1"), ("B2", "N2")):
        await hand_over(office, code, heir)
    for heir in ("N1", "N2"):
        document = await asked(office, heir)
        assert (document["total"]["11"], document["unseated"], document["unknown"]) == (1, [], {})


async def test_an_heir_is_not_explained_until_every_dossier_was_handed_over(office: Office, tmp_path: Path) -> None:
    await split(office)
    early, kept = len(office.log.events), tmp_path / "n1.json"
    kept.write_text(await office.khop.run(*FORM, "--agency", "N1", "--json"), encoding="utf-8")
    for sides, heir in (
        (("II.06a,agency=N1", "II.06a,agency=H99.3", *JANUARY), "N1"),
        (("II.06a,agency=H99.3", "hv06,agency=N2", *JANUARY), "N2"),
        (("II.06a,agency=N1", "=0", "--cell", "3", *JANUARY), "N1"),
        # A report that was kept without figures is told to lack them, not to be of another log.
        ((str(kept), "hv06"), "N1"),
    ):
        told = await office.khop.run("explain", *sides, code=1)
        assert f"agency={heir} as of position {early}: " in told
        assert "2 dossiers of H99.9 may belong to this agency" in told
        assert "to which agency it was reassigned" in told
        assert len(told.strip().splitlines()) == 1
    for code, heir in (("B1", "N1"), ("B2", "N2")):
        await hand_over(office, code, heir)
    document = await office.khop.document("explain", "II.06a,agency=N1", "II.06a,agency=H99.3", *JANUARY)
    assert {one["cell"]["a"]: (one["a"], one["b"]) for one in document["cells"]}["11"] == (1, 0)
    told = await office.khop.run("explain", str(kept), "II.06a", code=1)
    assert f"agency=N1 as of position {early}: " in told


async def test_no_figure_is_explained_by_an_heir_that_is_not_known(office: Office) -> None:
    await split(office)
    await hand_over(office, "B1", "N1")
    # (4), received online: A1 of H99.1 came in January too, and is the only one there.
    asked = ("explain", "II.06a", "=1", "--cell", "4", *JANUARY)
    assert {one["written"] for one in (await office.khop.document(*asked))["readings"]} >= {"II.06a,agency=H99.1 (4)"}
    assert "agency=N1" not in await office.khop.run(*asked)
    await hand_over(office, "B2", "N2")
    assert "II.06a,agency=N1 (4)" in await office.khop.run(*asked)


async def test_now_is_not_known_of_an_heir_whose_row_was_submitted(office: Office) -> None:
    khop = office.khop
    await split(office)
    await hand_over(office, "B1", "N1")
    await khop.run("report", "II.06a", *JANUARY, "--by", "agency")
    submit(office, datetime.now(UTC), {"11": 1}, agency="N1")
    await office.record()
    document = await khop.document(*COMPARE, "--agency", "N1")
    eleven = document["cells"]["11"]
    # The row that was printed says what had been handed over, and that is what was reported then.
    assert (document["then"]["how"], document["then"]["counted_again"]) == ("same_figures", True)
    assert (eleven["submitted"], eleven["then"], eleven["now"], eleven["moved"]) == (1, 1, None, None)
    assert (eleven["now_less_submitted"], eleven["now_less_then"]) == (None, None)
    assert "1 hồ sơ của H99.9" in document["unknown"]["11"]["vi"] == document["then"]["not_known"]["vi"]
    text = await khop.run(*COMPARE, "--agency", "N1")
    assert text.count("1 dossiers of H99.9 may belong to this agency") == 2, "of then and of now, not of each cell"
    await hand_over(office, "B2", "N2")
    document = await khop.document(*COMPARE, "--agency", "N1")
    eleven = document["cells"]["11"]
    assert (eleven["then"], eleven["now"], eleven["moved"], document["unknown"]) == (1, 1, None, {})
    assert "1 hồ sơ của H99.9" in document["then"]["not_known"]["vi"]


async def test_then_is_not_known_of_an_heir_that_no_report_had_figures_of(office: Office) -> None:
    khop = office.khop
    await split(office)
    await khop.run(*FORM, "--agency", "N1")
    submit(office, office.log.events[-1].recordedtime, {"11": 1}, agency="N2")
    submit(office, datetime.now(UTC), {"11": 1}, agency="N1")
    for code, heir in (("B1", "N1"), ("B2", "N2")):
        await hand_over(office, code, heir)
    for heir, how in (("N1", "printed_before"), ("N2", "known_when_sent")):
        document = await khop.document(*COMPARE, "--agency", heir)
        assert (document["then"]["how"], document["then"]["counted_again"]) == (how, True)
        eleven = document["cells"]["11"]
        assert (eleven["then"], eleven["now"], eleven["moved"], document["unknown"]) == (None, 1, None, {})
        assert "2 hồ sơ của H99.9" in document["then"]["not_known"]["vi"]


async def test_the_page_of_an_heir_that_is_not_known_shows_none_of_its_dossiers(office: Office, tmp_path: Path) -> None:
    await split(office)
    for code, heir in (("B1", "N1"), ("B2", "N2")):
        await hand_over(office, code, heir)
        path = tmp_path / f"{code}.html"
        await office.khop.run(*FORM, "--agency", "N1", "--html", str(path))
        page, known = path.read_text(encoding="utf-8"), code == "B2"
        assert ("one-stop/B1" in page, "days since acceptance, in hand" in page) == (known, known)
        assert ("there are no lists of dossiers and no chart of ages" in page) == (not known)
