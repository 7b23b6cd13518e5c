"""Which cells a bridge can be built for: those that add up dossier by dossier; of the others it is said why not."""

from __future__ import annotations

from services.domain.statistics.definition import Cell, Definition, Words


def summable(definition: Definition) -> tuple[str, ...]:
    """Keys of the cells that are sums over dossiers, in the definition's order."""
    return tuple(cell.key for cell in definition.cells if why_not(cell) is None)


def why_not(cell: Cell) -> Words | None:
    """Why no bridge leads to this cell; None where one does."""
    if cell.unknown is not None:
        return cell.unknown
    if cell.distinct:
        return Words(
            f"({cell.key}) đếm số giá trị khác nhau, không phải tổng theo hồ sơ: không chia được cho từng hồ sơ",
            f"({cell.key}) counts different values and is no sum over dossiers: no dossier has a share in it",
        )
    if cell.given is not None:
        return Words(
            f"({cell.key}) là số do nơi khác đếm và khai báo: không có hồ sơ nào đứng sau",
            f"({cell.key}) was counted elsewhere and declared: no dossiers stand behind it",
        )
    if cell.made_of:
        kind = Words("tỷ lệ", "a share") if cell.share else Words("số trung bình", "a mean")
        kind = Words("số lớn nhất", "a largest figure") if cell.largest else kind
        parts = ", ".join(dict.fromkeys(cell.made_of))
        return Words(
            f"({cell.key}) là {kind.vi}, không phải tổng theo hồ sơ; hãy giải thích các cột tạo nên nó: {parts}",
            f"({cell.key}) is {kind.en} and no sum over dossiers; explain the cells that it is made of: {parts}",
        )
    return None
