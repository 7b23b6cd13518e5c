"""Prints an explanation in sentences that can be pasted into a letter: Vietnamese, then the same in English."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any

from services.domain.statistics.definition import Cell
from services.operator.report_screen import heading, told


def show(document: Mapping[str, Any], cells: Mapping[str, Cell]) -> None:
    """Print the document. `cells`: key in the counted definition → the cell, for its name."""
    for line in lines(document, cells):
        print(line)


def lines(document: Mapping[str, Any], cells: Mapping[str, Cell]) -> list[str]:
    """The text, line by line."""
    found = [f"A: {_side(document['a'])}", f"B: {_side(document['b'])}"]
    same = [one for one in document["cells"] if not one["reasons"] and not one["difference"]]
    for cell in document["cells"]:
        if cell not in same:
            found += ["", *_cell(cell, cells)]
    if same:
        keys = ", ".join(_keys(one["cell"]) for one in same)
        found += ["", f"Khớp hoàn toàn, từng hồ sơ · equal, dossier by dossier: {keys}"]
    if document["readings"]:
        found += ["", *_readings(document["readings"], {document["a"].get("figure"), document["b"].get("figure")})]
    if document["left_out"]:
        keys = ", ".join(document["left_out"])
        found += ["", "Không phải tổng theo hồ sơ, nên không giải thích được từng hồ sơ (--json nêu lý do từng cột) ·"]
        found += [f"no sums over dossiers, so that no bridge leads to them (--json says why of each): {keys}"]
    return [*found, f"SHA-256 {document['hash']}"]


def _readings(readings: Sequence[Mapping[str, Any]], figures: Container[object]) -> list[str]:
    texts = [
        one["written"] if one["figure"] is None else f"{one['written']} = {told(one['figure'])}" for one in readings
    ]
    found = [f"Cách đếm khớp hoặc gần nhất · readings that fit or come nearest: {'; '.join(texts)}"]
    if sum(one["figure"] is not None and one["figure"] in figures for one in readings) > 1:
        found += [
            "Nhiều cách đếm cùng cho con số này: chỉ danh sách hồ sơ mới phân định được ·",
            "several readings give this figure: only the list of dossiers can tell them apart",
        ]
    return found


def _cell(cell: Mapping[str, Any], cells: Mapping[str, Cell]) -> list[str]:
    key = cell["cell"]["b"] if cell["cell"]["b"] in cells else cell["cell"]["a"]
    name = f"({_keys(cell['cell'])}) {heading(cells[key])}" if key in cells else f"({_keys(cell['cell'])})"
    a, b, apart = told(cell["a"]), told(cell["b"]), _signed(cell["difference"])
    found = [
        name,
        f"  Bên A có {a}, bên B có {b}, chênh lệch (B trừ A) {apart}, gồm:",
        f"  A has {a}, B has {b}, the difference (B less A) is {apart}, of which:",
    ]
    for reason in cell["reasons"]:
        vi, en = _sentences(reason)
        found += [f"  {_signed(reason['difference']):>8}  {vi}", f"            {en}"]
        found += [f"            {side}: {codes}" for side, codes in _codes(reason)]
    return found


def _sentences(reason: Mapping[str, Any]) -> tuple[str, str]:
    sides = [(side.upper(), reason[f"more_in_{side}"]["dossiers"]) for side in "ba"]
    moved = [(side, count) for side, count in sides if count]
    vi = " và ".join(f"{told(count)} hồ sơ tính nhiều hơn ở bên {side}" for side, count in moved)
    en = " and ".join(
        f"{count:,} dossier{' counts' if count == 1 else 's count'} more in {side}" for side, count in moved
    )
    return (
        f"{vi or 'không rõ hồ sơ nào'}, vì {reason['vi']}",
        f"{en or 'no dossiers are known'}, because {reason['en']}",
    )


def _codes(reason: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for side in "ba":
        some = reason[f"more_in_{side}"]
        if some["codes"]:
            rest = some["dossiers"] - len(some["codes"])
            more = f" … (còn {told(rest)} · {told(rest)} more, --all)" if rest else ""
            found.append((f"{side.upper()}", ", ".join(some["codes"]) + more))
    return found


def _side(side: Mapping[str, Any]) -> str:
    if "figure" in side:
        return f"con số · the figure {told(side['figure'])}"
    if "list" in side:
        return f"danh sách · the list {side['list']} ({told(side['lines'])} dòng · lines, SHA-256 {side['sha256']})"
    inputs = [f"{name}={value}" for name, value in side["switches"].items()]
    if side["without"]:
        inputs.append(f"without={'+'.join(side['without'])}")
    agency = "" if side["agency"] is None else f", {side['agency']}"
    return (
        f"{side['definition']} v{side['version']}, {side['tenant']}{agency}, {side['from']} – {side['to']} "
        f"({side['zone']}, {side['due']}, {side['mode']}{''.join(f', {one}' for one in inputs)}), vị trí · position "
        f"{side['position']}"
    )


def _keys(cell: Mapping[str, str]) -> str:
    return cell["a"] if cell["a"] == cell["b"] else f"{cell['a']} → {cell['b']}"


def _signed(difference: int) -> str:
    return f"{'+' if difference > 0 else ''}{told(difference)}"
