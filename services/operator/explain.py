"""`khop explain A B`: why two figures differ, dossier by dossier; every dossier that moved is in exactly one reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, Any

import typer

from services.domain.reference import Reference
from services.domain.statistics.cases import SCHEMA
from services.domain.statistics.definition import Definition
from services.domain.statistics.document import Request
from services.domain.statistics.explain.against import against_list, against_number
from services.domain.statistics.explain.cells import summable, why_not
from services.domain.statistics.explain.document import explanation, side
from services.domain.statistics.explain.readings import Reading, agencies, other_cells, readings
from services.domain.statistics.explain.recount import departing
from services.domain.statistics.explain.walk import Cells, Walk
from services.domain.statistics.explain.way import Way
from services.domain.statistics.heirs import why_not_known
from services.domain.working_time.span import YearMissing
from services.operator import explain_screen, screen
from services.operator.agencies import require_agency
from services.operator.as_of import moment_of, position_of, recorded_at, zone_of
from services.operator.calendars import with_calendar
from services.operator.errors import Findings, WrongUsage
from services.operator.explain_list import listed
from services.operator.explain_sides import ListFile, Named, Number, Side, sides, written
from services.operator.open import Database, open_database
from services.operator.report import declared, wait_until_shown
from services.operator.settings import read_settings
from services.operator.tenants import require_tenant
from services.projections import dossiers
from services.projections.cases import PostgresCases
from services.projections.explain import Frames, frames_of
from services.projections.lines import PostgresLines
from services.projections.postgres import PostgresReadModels
from services.projections.report import READ_MODELS
from services.runtime.clock import SystemClock
from services.sources.bytes import FileBroken
from services.sources.dossier_list import ListedCode, read_list
from services.sources.nearest import nearest

_SIDE = (
    "a file of `khop report --json` · NAME,input=value…@POSITION (or @TIME), such as hv06,due=day@1200 · a list of "
    "dossiers (.xlsx, .csv, .tsv, .jsonl) · a figure, such as =12345"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    cells: tuple[Cells, ...]
    system: str | None
    codes: Sequence[ListedCode]
    wait_s: float
    everything: bool
    quiet: bool


def register(app: typer.Typer) -> None:
    """Add `khop explain`."""
    app.command("explain")(explain)


def explain(
    a: Annotated[str, typer.Argument(metavar="A", help=f"Bên A · {_SIDE}.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Bên B · likewise. One of the two must be counted here.")],
    *,
    tenant: Annotated[str | None, typer.Option(help="Tỉnh · the tenant, such as lang-son.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="Từ ngày · of sides that do not say from=….")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Đến hết ngày · of sides that do not say to=….")] = None,
    as_of: Annotated[str | None, typer.Option(help="A position or a time, of sides without @….")] = None,
    agency: Annotated[str | None, typer.Option(help="Đơn vị · likewise agency=….")] = None,
    mode: Annotated[str | None, typer.Option(help="Đơn vị theo thời điểm · likewise mode=….")] = None,
    zone: Annotated[str | None, typer.Option(help="Múi giờ · likewise zone=….")] = None,
    due: Annotated[str | None, typer.Option(help="instant or day · likewise due=….")] = None,
    calendar: Annotated[str | None, typer.Option(help="Lịch làm việc · likewise calendar=NAME:VERSION.")] = None,
    cell: Annotated[
        list[str] | None,
        typer.Option(help="Cột · such as 10, or 10=resolved where B calls it otherwise; all common ones if absent."),
    ] = None,
    system: Annotated[str | None, typer.Option(help="Hệ thống của danh sách · whose codes the list has.")] = None,
    column: Annotated[str | None, typer.Option(help="Cột mã hồ sơ · the header of the list's column of codes.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Trang tính · of a workbook; the first if absent.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Mọi mã hồ sơ · every dossier, not the first five.")
    ] = False,
    wait_s: Annotated[float, typer.Option(help="How long to wait for the read model to come that far.")] = 60.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Vì sao hai số liệu khác nhau · why two figures differ, reasons that sum exactly, the largest first."""
    options = {
        "tenant": tenant,
        "from": first,
        "to": last,
        "as_of": as_of,
        "agency": agency,
        "mode": mode,
        "zone": zone,
        "due": due,
        "calendar": calendar,
    }
    one, other = sides(a, b, options)
    kept = one if isinstance(one, ListFile) else other
    codes: list[ListedCode] = []
    if isinstance(kept, ListFile):
        try:
            size = kept.path.stat().st_size
            with screen.progress("Đọc danh sách · reading the list", total=size, quiet=as_json) as moved:
                codes = read_list(kept.path, column=column, sheet=sheet, told=moved)
        except FileBroken as error:
            raise Findings(str(error)) from None
    else:
        for option, value in (("--system", system), ("--column", column), ("--sheet", sheet)):
            if value is not None:
                raise WrongUsage(f"{option} {value!r}: neither side is a list of dossiers")
    asked = _Asked(
        cells=_cells(cell or (), one, other),
        system=system,
        codes=codes,
        wait_s=wait_s,
        everything=everything,
        quiet=as_json,
    )
    try:
        document = asyncio.run(_explained(one, other, asked))
    except YearMissing as error:
        raise Findings(str(error)) from None
    if as_json:
        screen.print_json(document)
        return
    counted = other if isinstance(other, Named) else one
    assert isinstance(counted, Named)
    explain_screen.show(document, {each.key: each for each in counted.definition.cells})


def _cells(texts: Sequence[str], one: Side, other: Side) -> tuple[Cells, ...]:
    found: list[Cells] = []
    for text in texts:
        mine, sign, theirs = text.partition("=")
        cells = (mine, theirs if sign else mine)
        for key, each in zip(cells, (one, other), strict=True):
            if isinstance(each, Named):
                _check(key, each.definition)
        found.append(cells)
    if isinstance(one, Named) and isinstance(other, Named):
        return tuple(found)
    counted = one if isinstance(one, Named) else other
    assert isinstance(counted, Named)
    if len(found) != 1 or found[0][0] != found[0][1]:
        raise WrongUsage(
            f"say with --cell which one cell of {counted.definition.name} the figure or list stands for; it has "
            f"{', '.join(summable(counted.definition))}"
        )
    return tuple(found)


def _check(key: str, definition: Definition) -> None:
    cell = next((each for each in definition.cells if each.key == key), None)
    if cell is None:
        raise WrongUsage(
            f"--cell {key!r}: {definition.name} has no such cell; "
            f"{nearest(key, (each.key for each in definition.cells))}"
        )
    words = why_not(cell)
    if words is not None:
        raise WrongUsage(f"--cell {key!r}: {words.vi} · {words.en}")


async def _explained(one: Side, other: Side, asked: _Asked) -> dict[str, Any]:
    named = [each for each in (one, other) if isinstance(each, Named)]
    tenant = named[0].tenant
    async with open_database(read_settings()) as database:
        await require_tenant(database.store, tenant)
        positions = [await _position(database, each) for each in named]
        names = (*READ_MODELS, dossiers.NAME) if asked.codes else READ_MODELS
        await wait_until_shown(
            PostgresReadModels(database.pool),
            tenant,
            max(positions),
            clock=SystemClock(),
            wait_s=asked.wait_s,
            quiet=asked.quiet,
            names=names,
        )
        references = {
            position: await declared(database.store, tenant, position) for position in dict.fromkeys(positions)
        }
        for each, position in zip(named, positions, strict=True):
            if each.agency is not None:
                models = PostgresReadModels(database.pool)
                await require_agency(models, tenant, each.agency, references[position])
        ways = [
            await _way(database, each, position, references[position])
            for each, position in zip(named, positions, strict=True)
        ]
        if len(ways) == 1:
            return await _against(database, one, other, ways[0], references, asked)
        return await _between(database, named, ways, references, asked)


async def _position(database: Database, named: Named) -> int:
    moment = moment_of(named.at, zone_of(named.zone))
    return await position_of(database.store, named.tenant, named.at, moment, now=SystemClock().now())


async def _way(database: Database, named: Named, position: int, reference: Reference) -> Way:
    request = Request(
        tenant=named.tenant,
        first=named.first,
        last=named.last,
        zone=named.zone,
        position=position,
        due=named.due,
        mode=named.mode,
        agency=named.agency,
        switches=named.switches,
        counted_at=await recorded_at(database.store, named.tenant, position),
    )
    request = with_calendar(request, named.definition, reference, named.calendar)
    return Way(definition=named.definition, mended=named.without, request=request)


async def _between(
    database: Database,
    named: Sequence[Named],
    ways: Sequence[Way],
    references: Mapping[int, Reference],
    asked: _Asked,
) -> dict[str, Any]:
    walk = Walk(*ways)
    frames = await _frames(database, walk.ways, references, asked)
    for each, way in zip(named, ways, strict=True):
        _prove(each, way, frames)
    names: dict[str, str] = {}
    one, other = (way.request.position for way in ways)
    if one != other:
        names = await PostgresLines(database.pool).renamed(ways[0].request.tenant, one, other)
    cells = asked.cells or walk.common()
    if not cells:
        raise WrongUsage(
            f"{ways[0].definition.name} and {ways[1].definition.name} have no cell of the same key; say two with "
            "--cell KEY_OF_A=KEY_OF_B"
        )
    reasons = {} if asked.cells else {cell.key: why_not(cell) for cell in ways[1].definition.cells}
    return explanation(
        side(ways[0]),
        side(ways[1]),
        walk.bridges(frames.cases, cells, names=names),
        left_out={key: words for key, words in reasons.items() if words is not None},
        everything=asked.everything,
    )


async def _against(
    database: Database, one: Side, other: Side, way: Way, references: Mapping[int, Reference], asked: _Asked
) -> dict[str, Any]:
    [(cell, _)] = asked.cells
    theirs, counted = (other, one) if isinstance(one, Named) else (one, other)
    assert isinstance(counted, Named)
    tried = list(readings(way, cell))
    if isinstance(theirs, Number):
        tried += other_cells(way, cell)
    frames = await _frames(database, [each.way for each in tried], references, asked, also=frozenset(SCHEMA))
    _prove(counted, way, frames)
    tried = [each for each in tried if not frames.claims(each.way)]
    their_side: dict[str, Any]
    if isinstance(theirs, Number):
        alone = agencies(way, cell, frames.cases[way.place])
        tried += [each for each in alone if not frames.claims(each.way)]
        held, found = against_number(theirs.figure, tried, frames.cases, number_first=theirs is one)
        also = [_told(each, way, theirs.figure) for each in found.exact if held.by != tried[0]]
        also += [_told(each, way, figure) for each, figure in found.nearest]
        their_side = {"figure": theirs.figure}
    else:
        assert isinstance(theirs, ListFile)
        if frames.cases[way.place].select((way.marks()[cell] > 1).any()).item():
            raise WrongUsage(
                f"--cell {cell!r}: adds up more than one of a dossier, so no list of dossiers stands for it"
            )
        lines = await listed(
            database, asked.codes, tenant=counted.tenant, position=way.request.position, system=asked.system
        )
        held = against_list(lines, tried, frames.cases, list_first=theirs is one)
        also = [] if held.by == tried[0] else [_told(held.by, way, None)]
        their_side = {
            "list": theirs.path.name,
            "sha256": _sha256(theirs.path),
            "lines": lines.total,
            "system": asked.system,
        }
    both = (their_side, side(way)) if theirs is one else (side(way), their_side)
    return explanation(*both, [held.bridge], left_out={}, also=also, everything=asked.everything)


def _told(reading: Reading, beside: Way, figure: int | None) -> dict[str, Any]:
    return {"written": written(reading.way, beside, reading.cell), "cell": reading.cell, "figure": figure} | side(
        reading.way
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


async def _frames(
    database: Database,
    ways: Sequence[Way],
    references: Mapping[int, Reference],
    asked: _Asked,
    *,
    also: frozenset[str] = frozenset(),
) -> Frames:
    total = len({way.place for way in ways})
    told: Callable[[int], None]
    with screen.progress("Đọc hồ sơ · reading dossiers", total=total, quiet=asked.quiet) as told:
        return await frames_of(PostgresCases(database.pool), ways, references, also=also, told=told)


def _prove(named: Named, way: Way, frames: Frames) -> None:
    claims, cases = frames.claims(way), frames.cases[way.place]
    if named.total is not None and (wrong := departing(way, cases, named.total, known=not claims)):
        raise Findings(
            f"{named.path}: counted again as of position {way.request.position}, {way.definition.name} gives another "
            f"figure or list of dossiers in {', '.join(f'({key})' for key in wrong)}: the report was not made from "
            "this log, or not by this version of the program"
        )
    if claims:
        why = why_not_known(claims)
        raise Findings(
            f"{way.definition.name}, agency={way.request.agency} as of position {way.request.position}: {why.vi} · "
            f"{why.en}; let their system say of each to which agency it was reassigned, or leave the agency out"
        )
