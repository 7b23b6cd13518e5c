"""The signing rate a province reports by level: documents signed digitally, of all that were signed and sent out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from services.domain.statistics.definition import Cell, Definition, Question, Words


def measure(question: Question) -> Mapping[str, pl.Expr]:
    """By the date of the signature, whatever became of the dossier; of void dossiers none."""
    del question  # what was signed before the period is taken off: the cases know both moments
    kept = ~pl.col("void")
    return {
        name: pl.when(kept).then(pl.col(column).fill_null(0) - pl.col(f"before_{column}").fill_null(0))
        for name, column in (("issued", "documents_signed"), ("signed_digitally", "documents_signed_digitally"))
    }


DEFINITION: Final = Definition(
    name="signing",
    version=1,
    title=Words("Ký số văn bản trong giải quyết TTHC", "Digital signing of documents"),
    source="Báo cáo 6 tháng của UBND tỉnh (Lạng Sơn, quý II/2024)",
    confidence="inferred",
    cells=(
        Cell(
            key="issued",
            title=Words("Văn bản đã ký, ban hành trong kỳ", "Documents signed and issued in the period"),
            needs=("documents_signed",),
        ),
        Cell(
            key="signed_digitally",
            title=Words("Trong đó ký số", "Of these signed digitally"),
            needs=("documents_signed",),
        ),
        Cell(key="rate", title=Words("Tỷ lệ ký số (%)", "Signed digitally (%)"), share=("signed_digitally", "issued")),
    ),
    measure=measure,
    by=("level",),
)
