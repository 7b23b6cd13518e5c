"""Makes the files that `khop report` is asked for, out of one document."""

from __future__ import annotations

from typing import Any

from services.domain.reference import Reference
from services.domain.statistics.definition import Definition
from services.domain.statistics.document import Request
from services.domain.statistics.publish import Unpublishable, publish
from services.operator import screen
from services.operator.errors import Findings, WrongUsage
from services.operator.outputs.more import FOR_PUBLICATION, more_of, steps_of
from services.operator.outputs.page import page
from services.operator.outputs.separated import separated
from services.operator.outputs.tables import TooLong
from services.operator.outputs.wanted import Wanted
from services.operator.outputs.words import Titles, titles_of
from services.operator.outputs.workbook import workbook
from services.projections.cases import Cases


async def prepare(
    asked: Wanted,
    cases: Cases,
    definition: Definition,
    request: Request,
    document: dict[str, Any],
    *,
    reference: Reference,
    quiet: bool,
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The document as it is to be shown, and path → content of the files: none is written before all are made.

    Raises ReadModelsUnavailable, Findings, WrongUsage.
    """
    shown = document
    if asked.publish_below is not None:
        with screen.progress("Ẩn số nhỏ · hiding small figures", total=1, quiet=quiet):
            shown = _published(definition, document, asked.publish_below)
    titles = titles_of(reference, request.last)
    office = asked.office or titles["agency"].get(request.agency or "")
    contents: dict[str, bytes] = {}
    if asked.csv is not None:
        contents[asked.csv] = separated(definition, shown, titles=titles)
    if asked.xlsx is not None:
        contents[asked.xlsx] = _workbook(definition, shown, titles=titles, office=office, quiet=quiet)
    if asked.html is not None:
        more = FOR_PUBLICATION
        if asked.publish_below is None:
            steps = steps_of(definition, request)
            with screen.progress("Đọc số liệu của trang · reading for the page", total=steps, quiet=quiet) as moved:
                more = await more_of(cases, definition, request, reference=reference, moved=moved)
        contents[asked.html] = page(definition, shown, more, titles=titles, office=office)
    return shown, contents


def _published(definition: Definition, document: dict[str, Any], below: int) -> dict[str, Any]:
    try:
        return publish(definition, document, below=below)
    except Unpublishable as error:
        raise Findings(str(error)) from None


def _workbook(
    definition: Definition, document: dict[str, Any], *, titles: Titles, office: str | None, quiet: bool
) -> bytes:
    try:
        with screen.progress("Lập biểu · writing the form", total=len(document["rows"]) + 1, quiet=quiet) as moved:
            return workbook(definition, document, titles=titles, reported_by=office, moved=moved)
    except TooLong as error:
        raise WrongUsage(str(error)) from None
