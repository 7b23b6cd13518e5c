"""The page is read back by an HTML parser: the figures, the ways to the dossiers, and that it asks for nothing."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from hashlib import sha256
from typing import Any

from lxml import html

from services.domain.statistics.ageing import Aged
from services.domain.statistics.count import Counted, Row
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.definitions.index766 import DEFINITION as I766
from services.domain.statistics.listed import Listed
from services.domain.statistics.publish import publish
from services.operator.outputs.more import FOR_PUBLICATION, NO_FLOW, More
from services.operator.outputs.page import page
from tests.unit.statistics.documents import (
    CARRIED_OVERDUE,
    DESK_OPEN,
    ONLINE_EARLY,
    ONLINE_LATE,
    Dossier,
    document,
    made,
)

NASTY = "<script>alert(1)</script>"
TITLES = {"procedure": {"1.001": NASTY}, "agency": {"H1": "UBND xã A & B"}}
WHOLE = document(
    [
        *[(("province", "land", "1.001"), ONLINE_EARLY)] * 1200,
        *[(("province", "land", "1.002"), CARRIED_OVERDUE)] * 3,
        *[(("commune", "land", "1.002"), DESK_OPEN)] * 7,
    ]
)


def month(number: int, dossiers: list[Dossier]) -> dict[str, Any]:
    return document(dossiers, by=("agency",), first=date(2024, number, 1), last=date(2024, number, 28))


MORE = More(
    months=(
        month(1, [*[(("H1",), ONLINE_EARLY)] * 1495, *[(("H1",), ONLINE_LATE)] * 5]),
        month(2, [*[(("H1",), ONLINE_EARLY)] * 4, *[(("H1",), ONLINE_LATE)], *[(("H2",), DESK_OPEN)] * 7]),
    ),
    ageing=(Aged(0, 5, 7, 0), Aged(6, 15, 3, 3)),
    lists={
        ((), "3"): Listed(("one-stop/H-1", f"one-stop/{NASTY}"), 1210),
        (("province",), "13"): Listed(("one-stop/H-7", "one-stop/H-8", "one-stop/H-9"), 3),
    },
)


def opened(content: bytes) -> Any:
    return html.document_fromstring(content.decode())


def text(element: Any) -> str:
    return " ".join(element.text_content().split())


PAGE = page(II06A, WHOLE, MORE, titles=TITLES, office="UBND tỉnh Lạng Sơn")
TREE = opened(PAGE)


def test_it_asks_for_nothing_and_runs_nothing() -> None:
    [style] = TREE.xpath("//style")
    [policy] = TREE.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    allowed = b64encode(sha256(style.text.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    assert not TREE.xpath("//script | //link | //img | //iframe | //*[@src] | //*[@style] | //*[@onclick]")
    assert not TREE.xpath("//@href[not(starts-with(., '#'))]")
    assert "url(" not in style.text
    assert "@import" not in style.text


def test_what_others_wrote_is_text() -> None:
    assert NASTY.encode() not in PAGE
    assert NASTY in text(TREE)
    assert "UBND xã A & B" in text(TREE)


def test_the_table_is_the_form_with_its_figures() -> None:
    """1,200 + 3 + 7 in column 3 of the total, written as in Viet Nam."""
    table = TREE.xpath("//table[not(@class)]")[0]
    heads = [(text(th), th.get("colspan"), th.get("rowspan")) for th in table.xpath(".//thead/tr[1]/th")]
    assert heads == [
        ("STT", None, "3"),
        ("Lĩnh vực, công việc giải quyết theo cấp Field and procedure, by level", None, "3"),
        ("Số lượng hồ sơ tiếp nhận Received", "4", "1"),
        ("Số lượng hồ sơ đã giải quyết Resolved", "4", "1"),
        ("Số lượng hồ sơ đang giải quyết In hand", "3", "1"),
    ]
    [total] = table.xpath(".//tr[@class='total']")
    assert [text(one) for one in total][:6] == ["", "Tổng số", "1.210", "1.200", "7", "3"]
    assert [text(row[1]) for row in table.xpath(".//tbody/tr")] == [
        *("Cấp xã", "land", "1.002", "Cấp tỉnh", "land", NASTY, "1.002", "Tổng số"),
    ]


def test_a_figure_leads_to_its_dossiers() -> None:
    names = set(TREE.xpath("//@id"))
    ways = TREE.xpath("//td/a")
    assert [(text(one), one.get("href")) for one in ways] == [("3", "#r3-13"), ("1.210", "#t-3")]
    assert {one.get("href")[1:] for one in ways} <= names
    province = TREE.xpath("//*[@id='r3-13']")[0]
    assert [one.text for one in province.xpath(".//code")] == ["one-stop/H-7", "one-stop/H-8", "one-stop/H-9"]
    assert "hồ sơ khác" not in text(province)
    assert province.getparent().tag == "details"
    total = text(TREE.xpath("//*[@id='t-3']")[0])
    assert ": 1.210 hồ sơ" in total
    assert "… và 1.208 hồ sơ khác" in total
    assert f"SHA-256 {WHOLE['total']['hashes']['3']}" in total


def test_charts_show_the_figures_of_each_month() -> None:
    """1,500 received and resolved in January, 1,495 in time: 99.67 %. February 12 received, 4 of 5 in time: 80 %."""
    told = [one.text for one in TREE.xpath("//svg//title")]
    assert {"2024-01: 1.500", "2024-02: 12", "2024-02: 5", "2024-01: 99,67 %", "2024-02: 80,00 %"} <= set(told)
    assert "6–15 ngày: 3, quá hạn · overdue 3" in told
    heights = {one[0].text: float(one.get("height")) for one in TREE.xpath("//rect[@class='bar received']")}
    # The scale ends at 2,000 and is 162 units high.
    assert heights["2024-01: 1.500"] == 162 * 1500 / 2000
    assert "Trục dọc bắt đầu từ 70 %" in text(TREE)


def test_the_heat_map_is_darker_where_more_is_late() -> None:
    """0.33 % late is the first shade of five, 20 % the last; H2 resolved nothing."""
    [heat] = TREE.xpath("//table[@class='heat']")
    rows = [[(text(one), one.get("class")) for one in row] for row in heat.xpath(".//tbody/tr")]
    assert rows == [
        [("UBND xã A & B", None), ("99,67", "h1"), ("80,00", "h5")],
        [("H2", None), ("–", None), ("–", None)],
    ]


def test_what_is_not_there_is_said() -> None:
    figures: dict[str, Any] = dict.fromkeys((cell.key for cell in I766.cells), 0) | {"2.1.rate": 98.5, "1.4.rate": None}
    whole = made(I766, Counted((Row({"agency": "H1"}, figures, {}),), Row({}, figures, {}), {}, ()), by=("agency",))
    tree = opened(page(I766, whole, More(left_out=(NO_FLOW,)), titles=TITLES))
    assert NO_FLOW.vi in text(tree.xpath("//ul[@class='warnings']")[0])
    table = tree.xpath("//table")[0]
    assert [text(one) for one in table.xpath(".//thead/tr/th")][1:] == ["Tổng số", "UBND xã A & B"]
    rates = [[text(one) for one in row] for row in table.xpath(".//tbody/tr") if text(row[0]).startswith("Tỷ lệ (%) ")]
    assert rates[:2] == [["Tỷ lệ (%) Rate (%)", "–", "–"], ["Tỷ lệ (%) Rate (%)", "98,50", "98,50"]]
    assert "2.1 Tiến độ giải quyết – Tỷ lệ (%): 98,50 %" in [one.text for one in tree.xpath("//svg//title")]


def test_what_is_published_names_no_dossier() -> None:
    tree = opened(page(II06A, publish(II06A, WHOLE), FOR_PUBLICATION, titles=TITLES))
    assert not tree.xpath("//code | //details | //td/a")
    [total] = tree.xpath("//tr[@class='total']")
    assert [text(one) for one in total][4:6] == ["7", "*"]
    assert "* không công bố: số liệu từ 1 đến 4" in text(tree)


def test_the_same_gives_the_same_bytes() -> None:
    assert page(II06A, WHOLE, MORE, titles=TITLES, office="UBND tỉnh Lạng Sơn") == PAGE
