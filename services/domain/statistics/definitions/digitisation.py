"""The digitisation rate a province reports: papers that are there as files, of those that have to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics import progress, terms
from services.domain.statistics.definition import Cell, Definition, Identity, Question, Words

_COMPONENTS: Final = Words("Thành phần hồ sơ (hồ sơ tiếp nhận trong kỳ)", "Components (dossiers received)")
_RESULTS: Final = Words("Kết quả (hồ sơ có kết quả trong kỳ)", "Results (dossiers with a result)")
_ALL: Final = Words("Cộng (giấy tờ)", "In all (papers)")
_DUE: Final = Words("Phải số hóa", "To be digitised")
_DONE: Final = Words("Đã số hóa", "Digitised")
_RATE: Final = Words("Tỷ lệ (%)", "Rate (%)")


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """Components fall due with the acceptance, the result with the end, as the catalogue says of the procedure."""
    received = terms.received(question)
    ended = terms.resolved(question) & progress.has_result()
    components, due = pl.col("components_digitised").fill_null(0), pl.col("components_due")
    result_due = ended & pl.col("paper_result").fill_null(value=False)
    result_done = result_due & pl.col("results_digitised").is_not_null()
    components_due = pl.when(received).then(due)
    components_done = pl.when(received).then(pl.min_horizontal(components, due.fill_null(0)))
    unknown_due = received & due.is_null()
    return {
        "components.due": components_due,
        "components.done": components_done,
        "results.due": result_due,
        "results.done": result_done,
        "due": components_due.fill_null(0) + result_due.cast(pl.Int64),
        "done": components_done.fill_null(0) + result_done.cast(pl.Int64),
        "more_than_due": pl.when(received & due.is_not_null()).then((components - due).clip(0)),
        "left_out": unknown_due | (ended & pl.col("paper_result").is_null()),
        "left_out_components": pl.when(unknown_due).then(components),
    }


DEFINITION: Final = Definition(
    name="digitisation",
    version=1,
    title=Words("Số hóa hồ sơ, kết quả giải quyết TTHC", "Digitisation of dossiers and results"),
    source="NĐ 45/2020/NĐ-CP; báo cáo 6 tháng của UBND tỉnh (Lạng Sơn, quý II/2024)",
    confidence="inferred",
    cells=(
        Cell(key="components.due", title=_DUE, group=(_COMPONENTS,), needs=("components_due",)),
        Cell(
            key="components.done", title=_DONE, group=(_COMPONENTS,), needs=("components_due", "components_digitised")
        ),
        Cell(key="components.rate", title=_RATE, group=(_COMPONENTS,), share=("components.done", "components.due")),
        Cell(key="results.due", title=_DUE, group=(_RESULTS,), needs=("paper_result",)),
        Cell(key="results.done", title=_DONE, group=(_RESULTS,), needs=("paper_result", "results_digitised")),
        Cell(key="results.rate", title=_RATE, group=(_RESULTS,), share=("results.done", "results.due")),
        Cell(key="due", title=_DUE, group=(_ALL,), needs=("components_due", "paper_result")),
        Cell(
            key="done",
            title=_DONE,
            group=(_ALL,),
            needs=("components_due", "paper_result", "components_digitised", "results_digitised"),
        ),
        Cell(key="rate", title=_RATE, group=(_ALL,), share=("done", "due")),
        Cell(
            key="more_than_due",
            title=Words("Thành phần số hóa nhiều hơn phải số hóa", "Components digitised beyond those due"),
        ),
        Cell(
            key="left_out",
            title=Words("Hồ sơ chưa tính: danh mục TTHC không nêu", "Dossiers left out: the catalogue is silent"),
        ),
        Cell(
            key="left_out_components",
            title=Words("Thành phần đã số hóa của hồ sơ chưa tính", "Components digitised of those left out"),
        ),
    ),
    measure=measure,
    identities=(
        Identity("phải số hóa = thành phần + kết quả", ("due",), ("components.due", "results.due")),
        Identity("đã số hóa = thành phần + kết quả", ("done",), ("components.done", "results.done")),
    ),
)
