"""A report as one page for a browser: figures, charts, the dossiers behind them; it fetches and runs nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from lxml import html
from lxml.builder import E

from services.domain.statistics.definition import Definition, Words
from services.operator.outputs import page_charts, page_lists, page_table
from services.operator.outputs.layout import beneath, lines
from services.operator.outputs.more import More
from services.operator.outputs.page_style import STYLE
from services.operator.outputs.page_words import Element, both, classed
from services.operator.outputs.words import (
    Titles,
    hidden_in,
    identity_line,
    period,
    printable,
    readings,
    shown,
    warnings,
)


def page(
    definition: Definition,
    document: Mapping[str, Any],
    more: More,
    *,
    titles: Titles,
    office: str | None = None,
) -> bytes:
    """The page, UTF-8; the same document and the same `more` give the same bytes.

    `office`: who reports; the tenant or the agency asked for if absent.
    """
    name = f"{definition.title.vi} · {period(document['identity'])}"
    policy = b64encode(sha256(STYLE.encode()).digest()).decode()
    head = E.head(
        E.meta(charset="utf-8"),
        E.meta(
            {
                "http-equiv": "Content-Security-Policy",
                "content": f"default-src 'none'; style-src 'sha256-{policy}'; base-uri 'none'; form-action 'none'",
            }
        ),
        E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        E.title(name),
        E.style(STYLE),
    )
    printed = lines(document, titles)
    body = E.main(
        *_head(definition, document, office),
        *_warnings(definition, document, more),
        *page_charts.tiles(definition, document),
        *page_charts.charts(definition, document, more),
        *page_charts.heat_map(definition, more, titles),
        E.h2(both(Words("Biểu số liệu", "the form")), id="table"),
        page_table.table(definition, document, printed, more),
        *_beneath(definition, document, more),
        *page_lists.lists(definition, document, printed, more, titles),
        _foot(definition, document),
    )
    whole = E.html({"lang": "vi"}, head, E.body(body))
    text: bytes = html.tostring(whole, encoding="utf-8", doctype="<!DOCTYPE html>")
    return text + b"\n"


def _head(definition: Definition, document: Mapping[str, Any], office: str | None) -> Sequence[Element]:
    form, identity = definition.form, document["identity"]
    who = printable(office or identity["agency"] or identity["tenant"])
    number = f"Biểu số {form.number}" if form else f"Báo cáo {definition.name}, phiên bản {definition.version}"
    issued = both(form.issued) if form else E.span(definition.source)
    top = [
        E.div(E.b(number), E.br(), issued),
        E.div(E.b(f"Đơn vị báo cáo: {who}"), " ", E.span("reported by", lang="en")),
    ]
    told = [E.p(both(Words(f"Kỳ báo cáo: {period(identity)}", "period")))]
    if form:
        told.append(E.p(both(Words(f"Đơn vị tính: {form.unit.vi}", form.unit.en))))
    return [
        E.div(classed("form"), *top),
        E.h1(definition.title.vi),
        E.p(E.span(definition.title.en, lang="en")),
        *told,
    ]


def _warnings(definition: Definition, document: Mapping[str, Any], more: More) -> Sequence[Element]:
    told = [*warnings(definition, document), *more.left_out]
    return [E.ul(classed("warnings"), *(E.li(both(one)) for one in told))] if told else []


def _beneath(definition: Definition, document: Mapping[str, Any], more: More) -> Sequence[Element]:
    cells = beneath(definition)
    if not cells:
        return []
    total, hidden = document["total"], hidden_in(document)
    told = []
    for cell in cells:
        figure = page_lists.linked(shown(total, cell.key, hidden), ((), cell.key), "t", cell.key, more)
        told += [E.dt(both(cell.whole_title)), E.dd(figure)]
    return [E.h2(both(Words("Ngoài bảng", "beside the table"))), E.dl(classed("beneath"), *told)]


def _foot(definition: Definition, document: Mapping[str, Any]) -> Element:
    read = [
        E.li(both(Words(f"{a.vi}: {how.vi}", f"{a.en}: {how.en}")))
        for a, how in readings(definition, document["identity"])
    ]
    return E.footer(
        E.h2(both(Words("Cách tính", "readings"))),
        E.ul(*read),
        E.p(classed("hash"), printable(identity_line(document))),
    )
