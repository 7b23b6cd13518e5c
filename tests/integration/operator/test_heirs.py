"""A split agency's dossiers that nobody handed over: no heir's figures are printed as if they were all."""

from __future__ import annotations

from typing import Any

from tests.integration.operator.conftest import Office
from tests.unit.projections.made_log import ALWAYS, T0

FORM = ("report", "II.06a", "--tenant", "lang-son", "--from", "2024-01-01", "--to", "2024-01-31")


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
        office.log.say("one-stop", code, "reassigned", T0.replace(day=22), {"agency": heir})
    await office.record()
    for heir in ("N1", "N2"):
        document = await asked(office, heir)
        assert (document["total"]["11"], document["unseated"], document["unknown"]) == (1, [], {})
