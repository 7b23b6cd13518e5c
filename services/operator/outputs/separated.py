"""A report's figures as comma-separated text, one row a line, for spreadsheets and programs."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any, Final

from services.domain.statistics.definition import Definition
from services.operator.outputs.layout import dimensions, kind_of
from services.operator.outputs.words import FORMULA_BEGINS, SUPPRESSED, TOTAL, Titles, hidden_in, label, printable
from services.operator.report_screen import LABELS

KINDS: Final = {"total": TOTAL.vi, "consolidated": "Tổng hợp", "detail": "Chi tiết"}
_REPORT: Final = {
    "tenant": "Tỉnh",
    "from": "Từ ngày",
    "to": "Đến ngày",
    "position": "Vị trí dữ liệu",
    "hash": "SHA-256 của báo cáo",
}


def separated(definition: Definition, document: Mapping[str, Any], *, titles: Titles) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads it as such; one heading line, each heading `(key) title`.

    The first column says what a row is: the total, last, a consolidated row, or a detail; who adds up rows takes the
    details alone. Each dimension has a column of codes and one of titles; both are empty where a consolidated row does
    not tell it apart, and where the code is not known its title says so.
    Figures are plain: 1234 and 98.88. A figure that is not known is empty, one that is not published is `*`. Text that
    a spreadsheet would take for a formula begins with an apostrophe. The last columns say on each line of which report
    it is, so that files of several periods can be put together.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    by = dimensions(document)
    titled = [name for name in by if name != "month"]
    heads = ["Loại dòng"]
    for name in by:
        heads.append(f"({name}) {LABELS[name].vi}")
        if name in titled:
            heads.append(f"({name}) Tên {LABELS[name].vi.lower()}")
    heads += [f"({cell.key}) {cell.whole_title.vi}" for cell in definition.cells]
    writer.writerow([*heads, *(f"({name}) {title}" for name, title in _REPORT.items())])
    identity = document["identity"]
    of = [_text(identity["tenant"]), identity["from"], identity["to"], str(identity["position"]), document["hash"]]
    hidden = hidden_in(document)
    for row in (*document["rows"], document["total"]):
        labels: Mapping[str, str | None] = row["row"]
        line = [KINDS[kind_of(row, by)]]
        for name in by:
            known = name in labels
            line.append(_text(labels[name] or "") if known else "")
            if name in titled:
                line.append(_text(label(name, labels[name], titles)) if known else "")
        for cell in definition.cells:
            figure = row[cell.key]
            missing = SUPPRESSED if (tuple(labels.items()), cell.key) in hidden else ""
            line.append(missing if figure is None else str(figure))
        writer.writerow([*line, *of])
    return text.getvalue().encode("utf-8-sig")


def _text(words: str) -> str:
    # A spreadsheet would take it for a formula, and run it.
    kept = printable(words)
    return f"'{kept}" if kept.startswith(FORMULA_BEGINS) else kept
