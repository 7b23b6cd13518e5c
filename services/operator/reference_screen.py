"""How `khop reference` shows what holds: one document, and the same as tables for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from rich.table import Table

from contracts.codes import LEVEL_LABELS
from services.domain.agencies.agency import Agency
from services.domain.agencies.dimension import Agencies
from services.domain.reference import Reference
from services.operator.outputs.words import figure_text
from services.operator.screen import plain

_BECAME: Final[Mapping[str, str]] = {
    "merged_into": "nhập vào · merged into",
    "split_into": "tách thành · split into",
    "renamed": "đổi tên thành · renamed",
    "relevelled": "đổi cấp thành · re-levelled",
}


def document(reference: Reference) -> dict[str, Any]:
    """Everything that holds, as plain values; `key` is what a statement about a code is called by."""
    return {
        "digest": reference.digest,
        "digests": dict(reference.digests),
        "agencies": [_agency(one, reference.agencies) for one in reference.agencies.declared],
        "procedures": [
            {"key": one.valid_from.isoformat(), **_plain({name: getattr(one, name) for name in one.__slots__})}
            for one in reference.catalogue.declared
        ],
        "calendars": [
            {"name": name, "key": version, **calendar.model_dump(mode="json", exclude_none=True)}
            for (name, version), calendar in sorted(reference.calendars.items())
        ],
        "figures": [
            {
                "form": one.form,
                "key": one.key,
                "submitted_at": one.submitted_at.isoformat(),
                **one.figures.model_dump(mode="json", exclude_none=True),
            }
            for one in reference.submitted
        ],
        "findings": [{"kind": one.kind, "code": one.code, "text": one.text} for one in reference.findings],
    }


def _agency(one: Agency, agencies: Agencies) -> dict[str, Any]:
    succession = agencies.successions.get((one.code, one.valid_from))
    succeeded = None
    if succession is not None:
        succeeded = {"kind": succession.kind, "to": list(succession.to), "key": succession.on.isoformat()}
    values = {name: getattr(one, name) for name in one.__slots__}
    return {"key": one.valid_from.isoformat(), **_plain(values), "succeeded": succeeded}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if name != "fact"
    }


def show_load(shown: Mapping[str, Any]) -> None:
    """What became of files."""
    did = "Sẽ nạp · would load" if shown["check"] else "Đã nạp · loaded"
    print(f"{did}: {shown['tenant']}")
    for act, count in shown["statements"].items():
        print(f"  {act:<32}{figure_text(count):>8}")
    if not shown["check"]:
        published, unchanged = figure_text(shown["published"]), figure_text(shown["unchanged"])
        print(f"Công bố · published {published}, không đổi · unchanged {unchanged}")
    elif not shown["beside_log"]:
        print("Chỉ xét các tệp, không xét cùng nhật ký · the files were judged by themselves, not beside the log")


def show(shown: Mapping[str, Any]) -> None:
    """What holds, briefly; `--json` has all of it."""
    console = plain()
    print(f"{shown['tenant']}, vị trí · position {figure_text(shown['position'])}, SHA-256 {shown['digest']}")
    if shown["agencies"]:
        table = Table(title="Đơn vị · agencies")
        for column in (
            "Mã · code",
            "Tên · title",
            "Cấp · level",
            "Từ · from",
            "Đến trước · until",
            "Kế thừa · succession",
        ):
            table.add_column(column)
        for one in shown["agencies"]:
            told = one["succeeded"]
            heirs = "" if told is None else f"{_BECAME[told['kind']]} {', '.join(told['to'])}"
            level = LEVEL_LABELS[one["level"]][0]
            table.add_row(one["code"], one["title"], level, one["valid_from"], one["valid_to"] or "", heirs)
        console.print(table)
    print(f"Thủ tục · procedures: {figure_text(len({one['code'] for one in shown['procedures']}))}")
    for one in shown["calendars"]:
        print(f"Lịch · calendar: {one['name']} {one['key']}, năm · years {', '.join(map(str, one['years']))}")
    for one in shown["figures"]:
        whose = one.get("agency", "toàn tỉnh · whole tenant")
        days = f"{one['first_day']} … {one['last_day']}"
        print(f"Đã báo cáo · submitted: {one['form']} {days}, {whose}, {one['submitted_to']} {one['submitted_at']}")
    for one in shown["findings"]:
        print(f"Mâu thuẫn · contradiction: {one['code']} {one['text']}")
