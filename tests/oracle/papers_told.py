"""What systems say of a dossier's papers, each by who may: the desk, the payment platform, the account platform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.oracle.province import DAY, Dossier, Paper
from tests.oracle.voice import Filed, Told, Voice


def papers_told(voice: Voice, dossier: Dossier) -> Iterator[Told]:
    """Each paper once; now and then one that is taken back, and words of those who are not asked."""
    for paper in dossier.papers:
        at = voice.arrives(dossier, paper.at)
        yield _said(voice, dossier, paper, at, Filed(dossier.code, paper.number, 9, paper))
        if voice.corrects and paper.kind in _BY_DESK and voice.rng.random() < 0.1:
            wrong = replace(paper, number=500 + paper.number, name=f"{paper.name}-wrong", at=paper.at + 1)
            yield _said(voice, dossier, wrong, at, Filed(dossier.code, wrong.number, 1, wrong))
            data = {"act": _ACTS[wrong.kind], "act_id": f"p{wrong.number}"}
            one = voice.observe("one-stop", dossier.code, "retracted", paper.at + DAY, data, act_id=f"-p{wrong.number}")
            yield Told(one, at + 1, filed=Filed(dossier.code, wrong.number, 9, None))
    if dossier.portal_code is not None and voice.rng.random() < 0.3:
        # The desk takes part, so what the portal says of files is no more than its opinion.
        at = dossier.acts[0].at + 1
        data = {"component": "C9", "reused": True}
        yield Told(voice.observe("portal", dossier.portal_code, "component_digitised", at, data), at + DAY)


def _said(voice: Voice, dossier: Dossier, paper: Paper, arrives: int, filed: Filed) -> Told:
    seed, named, item = voice.made.seed, None, None
    if paper.kind in _BY_DESK:
        system, code = "one-stop", dossier.code
        named, item = (f"p{paper.number}", None) if voice.corrects else (None, paper.name)
    elif paper.kind == "payment":
        system, code, named = "payments", f"T-{dossier.code}", f"p{paper.number}"
    else:
        system = "accounts" if paper.kind == "identity" else "national"
        code = f"{'I' if paper.kind == 'identity' else 'S'}{seed}-{dossier.code}"
    one = voice.observe(system, code, _ACTS[paper.kind], paper.at, _data(voice, paper), act_id=named, item=item)
    return Told(one, arrives, filed=filed)


def _data(voice: Voice, paper: Paper) -> dict[str, Any]:
    if paper.kind == "component":
        return {"component": paper.name, "reused": paper.flag}
    if paper.kind == "result":
        return {"result": paper.name}
    if paper.kind == "document":
        return {"document": paper.name, "digitally": paper.flag}
    if paper.kind == "payment":
        via = voice.rng.choice(("national", "local")) if paper.flag else "counter"
        return {"amount_vnd": paper.amount, "via": via}
    if paper.kind == "national":
        return {"status": voice.rng.choice((2, 4)), "raw": "copy"}
    return {"request": f"R{paper.number}"}


def reports_told(voice: Voice) -> Iterator[Told]:
    """The reports that were sent to the Government, as an operator loads them."""
    for number, sent in enumerate(voice.made.submitted):
        figures = {"3": 10_000, "4": sent.online, "5": sent.direct}
        data = {
            "first_day": sent.first,
            "last_day": sent.last,
            "agency": sent.agency,
            "figures": figures,
            "submitted_to": "bcqg",
        }
        one = voice.observe("operator", "II.06a", "figures_submitted", sent.at, data, act_id=f"{number}")
        yield Told(one, sent.at + 1, submitted=sent)
        if voice.rng.random() < 0.1:
            # Another form, or without one of the columns: says nothing of what was received.
            data = {**data, "figures": {"4": 77_777}}
            at = sent.at + 30 * DAY
            yield Told(voice.observe("operator", "II.06a", "figures_submitted", at, data, act_id=f"half {number}"), at)


_ACTS = {
    "component": "component_digitised",
    "result": "result_digitised",
    "document": "document_signed",
    "payment": "payment_confirmed",
    "identity": "identity_verified",
    "national": "status_reported",
}
_BY_DESK = frozenset({"component", "result", "document"})
