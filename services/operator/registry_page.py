"""The page on which a person reads what each definition counts, made from the definitions themselves.

`python -m services.operator.registry_page` writes it beside them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from services.domain.statistics import definitions
from services.domain.statistics.definition import Cell, Confidence, Definition, Words
from services.domain.statistics.facts import in_words
from services.domain.statistics.registry import all_definitions

PAGE: Final = Path(definitions.__path__[0]) / "README.md"
_SURE: Final[Mapping[Confidence, Words]] = {
    "read": Words("đọc trong chính văn bản", "read in the text itself"),
    "secondary": Words("theo nguồn khác thuật lại", "as told by others"),
    "inferred": Words("suy ra", "inferred"),
    "from memory": Words("nhớ lại, chưa kiểm tra", "from memory, not checked"),
}
_HEAD: Final = """\
# Cách tính của các báo cáo · How each report counts

Trang này được tạo từ chính các định nghĩa (`make schemas`); không sửa tay.
This page is made from the definitions themselves (`make schemas`); it is not edited.

`khop report TÊN · NAME --tenant … --from … --to …`. Số liệu chưa nguồn nào cho biết là "không rõ", không bao giờ là 0.
A figure that no source gives is "not known", never 0. Tỷ lệ làm tròn hai chữ số, nửa lên · two decimals, half up.
"""


def page(found: Iterable[Definition]) -> str:
    """The whole page in Markdown, in the order given."""
    every = list(found)
    index = ["| Tên · name | | Căn cứ · source |", "|---|---|---|"]
    index += [f"| [{_called(one)}](#{_anchor(one)}) | {_both(one.title)} | {_plain(one.source)} |" for one in every]
    sections = ("\n".join(_section(one)) for one in every)
    return "\n".join((_HEAD, "\n".join(index), "", "\n\n".join(sections), ""))


def _section(one: Definition) -> Iterator[str]:
    yield f"## {_called(one)}"
    yield ""
    yield f"**{one.title.vi}** · {one.title.en}"
    yield ""
    yield f"- Căn cứ · source: {one.source}"
    yield f"- Độ chắc chắn · confidence: {_both(_SURE[one.confidence])}"
    yield f"- Kỳ áp dụng · official for: {_days(one)}"
    yield f"- Phân theo · printed by: {', '.join(one.by) or 'toàn bộ · the whole'}"
    yield from (f"- Đồng nhất thức · identity: {identity.text}" for identity in one.identities)
    yield from (f"- Lỗi đã biết · known bug `{bug.name}`: {_both(Words(bug.vi, bug.en))}" for bug in one.known_bugs)
    if one.switches:
        yield from ("", "| Cách đọc chưa thống nhất · open reading | Giá trị · value | |", "|---|---|---|")
    for switch in one.switches:
        for value, words in switch.values.items():
            name = f"`{switch.name}` {_both(switch.title)}" if value == switch.default else ""
            mark = " (mặc định · default)" if value == switch.default else ""
            yield f"| {name} | `{value}`{mark} | {_both(words)} |"
    yield from ("", "| Ô · cell | | Cách tính · made of | Cần · needs |", "|---|---|---|---|")
    for cell in one.cells:
        needs = "; ".join(_both(in_words(need)) for need in cell.needs)
        yield f"| `{cell.key}` | {_both(cell.whole_title)} | {_made_of(cell)} | {needs} |"


def _made_of(cell: Cell) -> str:
    if cell.unknown is not None:
        return _both(cell.unknown)
    if cell.given is not None:
        return f"do nơi khác tính · counted elsewhere: {_both(in_words(cell.given))}"
    if cell.largest:
        return f"số lớn nhất · largest of {', '.join(f'`{key}`' for key in cell.largest)}"
    if cell.mean is not None:
        of, over = cell.mean
        return f"`{of}` / `{over}` / {cell.unit}"
    if cell.share is None:
        if cell.distinct:
            return f"số giá trị khác nhau · different values of {', '.join(cell.distinct)}"
        return "đơn vị trước kỳ · of the agency before the period" if cell.given_up else ""
    text = " × ".join(f"`{of}` / `{whole}`" for of, whole in (cell.share, *((cell.times,) if cell.times else ())))
    if cell.points is None:
        return f"{text}, %"
    return f"{text}; {cell.points:g} điểm · points × tỷ lệ · rate / {cell.threshold:g} %"


def _days(one: Definition) -> str:
    since = f"từ · from {one.from_day:%d/%m/%Y}" if one.from_day else ""
    until = f"đến · until {one.until_day:%d/%m/%Y}" if one.until_day else ""
    return " ".join(part for part in (since, until) if part) or "không giới hạn · any"


def _called(one: Definition) -> str:
    return f"{one.name} v{one.version}"


def _anchor(one: Definition) -> str:
    return "".join(sign for sign in _called(one).lower().replace(" ", "-") if sign.isalnum() or sign == "-")


def _both(words: Words) -> str:
    return _plain(words.vi if words.vi == words.en else f"{words.vi} · {words.en}")


def _plain(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page."""
    text = page(one for versions in all_definitions().values() for one in versions)
    PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGE} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
