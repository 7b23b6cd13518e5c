"""An eventful log, and all that read models show of one."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from services.domain.reference import reference_of
from services.domain.statistics.month_figures import AgencyFigures, figures_of
from services.projections.port import ReadModels
from tests.unit.projections.made_log import T0, MadeLog

HOUR = timedelta(hours=1)
T = "lang-son"
DAYS = [date(2024, 1, day) for day in range(1, 8)] + [date(2024, 2, 1)]


def eventful_log() -> MadeLog:
    """Acceptances, ends, late facts, a merge, a split, a reopening, a void and a configuration that comes late."""
    log = MadeLog()
    log.connect(("one-stop", "one_stop"))
    told = {"channel": "online", "agency": "H99.1", "due_at": T0 + 30 * HOUR}
    for number in range(12):
        log.say("one-stop", f"A{number:02}", "accepted", T0 + number * 5 * HOUR, told)
    log.say("portal", "P-1", "submitted", T0 - HOUR, {"channel": "online"})
    log.say("one-stop", "A01", "linked", T0, {"system": "portal", "code": "P-1"})
    log.connect(("portal", "provincial_portal"))
    for number in range(0, 12, 2):
        log.say("one-stop", f"A{number:02}", "processing_finished", T0 + (number * 5 + 20) * HOUR)
    log.say("one-stop", "A02", "reopened", T0 + 60 * HOUR)
    log.say("one-stop", "A04", "supplement_requested", T0 + 22 * HOUR)
    log.say("one-stop", "A06", "voided", T0 + 70 * HOUR)
    log.say("one-stop", "A07", "linked", T0, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "B-7", "accepted", T0 + 9 * HOUR, told)
    log.say("one-stop", "A07", "unlinked", T0 + HOUR, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "B-7", "processing_finished", T0 + 40 * HOUR)
    log.say("one-stop", "A02", "processing_finished", T0 + 80 * HOUR)
    log.say("one-stop", "A04", "supplement_received", T0 + 60 * HOUR)
    log.say("one-stop", "B-7", "component_digitised", T0 + 10 * HOUR, {"component": "G-1", "reused": True})
    log.say("one-stop", "A07", "component_digitised", T0 + 11 * HOUR, {"component": "G-2"}, act_id="g")
    log.say("one-stop", "A07", "linked", T0 + 2 * HOUR, {"system": "one-stop", "code": "B-7"})
    log.say("one-stop", "A07", "retracted", T0 + 12 * HOUR, {"act": "component_digitised", "act_id": "g"})
    return log


async def figures(models: ReadModels, day: date) -> dict[str | None, AgencyFigures]:
    """The figures of the month to date that are not nothing, as no agency is declared."""
    _, counts = await models.month_to_date(T, day)
    found = figures_of(counts, reference_of(()).agencies, day=day)
    return {agency: each for agency, each in found.items() if each != AgencyFigures()}


async def everything(models: ReadModels, codes: Iterable[tuple[str, str]], *, head: int) -> dict[str, Any]:
    async with models.states(T) as (position, states):
        living = [row async for row in states]
    return {
        "position": position,
        "living": living,
        "found": {code: await models.find(T, *code) for code in codes},
        "segments": [await models.segments(T, as_of=at) for at in range(head + 1)],
        "papers": [await models.papers(T, as_of=at) for at in range(head + 1)],
        "days": await models.days(T),
        "months": {day: await figures(models, day) for day in DAYS},
    }


async def shown(models: ReadModels, log: MadeLog) -> dict[str, Any]:
    """Everything of that log."""
    return await everything(models, log.holders, head=len(log.events))
