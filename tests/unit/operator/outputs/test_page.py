"""The page is read back by an HTML parser: the figures, the ways to the dossiers, and that it asks for nothing."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from lxml import html

from services.domain.statistics.ageing import Aged
from services.domain.statistics.count import Counted, Row
from services.domain.statistics.definition import Words
from services.domain.statistics.definitions.ii06a import DEFINITION as II06A
from services.domain.statistics.definitions.index766 import DEFINITION as I766
from services.domain.statistics.listed import Listed
from services.domain.statistics.publish import publish
from services.operator.outputs.charts import bars_of_shares
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

KINDS_OF_TEXT = ("label", "value")
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


def charts(tree: Any) -> list[Any]:
    found: list[Any] = tree.xpath("//svg[@role='img']")
    return found


def told(chart: Any, colour: str) -> list[str]:
    """What each mark of a colour says when pointed at."""
    return [one.text for one in chart.xpath(f".//*[@class='{colour}']//title")]


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
    flow, shares, aged, *others = charts(TREE)
    assert not others
    assert told(flow, "received") == ["01/2024: 1.500", "02/2024: 12"]
    assert told(flow, "resolved") == ["01/2024: 1.500", "02/2024: 5"]
    assert told(shares, "line") == ["01/2024: 99,67 %", "02/2024: 80,00 %"]
    assert [value.text for value in shares.xpath(".//text[@class='value']")] == ["99,67", "80,00"]
    assert told(aged, "overdue") == ["6–15 ngày: 3, quá hạn · overdue 3"]
    assert "Trục dọc bắt đầu từ 70 %" in text(TREE)


def test_bars_are_as_long_as_their_figures() -> None:
    flow, _, aged = charts(TREE)
    january, february = (float(one) for one in flow.xpath(".//*[@class='received']//rect/@height"))
    assert january / february == pytest.approx(1500 / 12)
    # The drawing's lowest bar is its first: 6 to 15 days, 3 in hand and all of them overdue.
    [late] = (float(one) for one in aged.xpath(".//*[@class='overdue']//rect/@width"))
    [young] = (float(one) for one in aged.xpath(".//*[@class='in-hand']//rect/@width"))
    assert young / late == pytest.approx(7 / 3)
    figures = [
        [one.text for one in aged.xpath(f".//*[@class='in-hand']/text[@class='{kind}']")] for kind in KINDS_OF_TEXT
    ]
    assert figures == [["3", "7"], ["quá hạn 3 (100,00 %)", None]]


def test_a_share_is_a_height_above_where_the_scale_begins() -> None:
    """From 70 to 100 %: 99.67 is 29.67 above the lowest line, 80 is 10; lines stand at 70, 85 and 100."""
    [shares] = charts(TREE)[1:2]
    lines = [
        float(one.split()[1]) for one in shares.xpath(".//*[contains(@class, 'axis y')]/*[@class='guides']/path/@d")
    ]
    assert [one.text for one in shares.xpath(".//*[contains(@class, 'axis y')]//text")] == ["70 %", "85 %", "100 %"]
    lowest, _, highest = lines
    [height] = shares.xpath(".//*[@class='plot']/rect/@height")
    assert lowest == pytest.approx(float(height), rel=0.03), "nothing is below"
    heights = [lowest - float(one) for one in shares.xpath(".//circle/@cy")]
    assert heights == pytest.approx([(lowest - highest) * 29.67 / 30, (lowest - highest) * 10 / 30])


def test_a_month_without_figures_is_a_gap() -> None:
    """Nothing was resolved in March, so that its share is not known; April is not joined to February."""
    gap, april = month(3, [(("H1",), DESK_OPEN)]), month(4, [(("H1",), ONLINE_EARLY)])
    tree = opened(page(II06A, WHOLE, More(months=(*MORE.months, gap, april)), titles=TITLES))
    flow, shares = charts(tree)
    assert told(flow, "resolved") == ["01/2024: 1.500", "02/2024: 5", "03/2024: 0", "04/2024: 1"]
    assert told(shares, "line") == ["01/2024: 99,67 %", "02/2024: 80,00 %", "04/2024: 100,00 %"]
    [line] = shares.xpath(".//*[@class='line']/path/@d")
    assert len(line.split()) == 4, "two points"
    nothing = opened(page(II06A, WHOLE, More(months=(gap,)), titles=TITLES))
    assert "Không có số liệu · no figures" in text(charts(nothing)[1])


def test_three_years_of_months_are_all_drawn() -> None:
    """36 months, a name under every sixth, which is what there is room for."""
    of_year = [month(number, [(("H1",), ONLINE_EARLY)] * number) for number in range(1, 13)]
    years = [
        {**one, "identity": {**one["identity"], "from": one["identity"]["from"].replace("2024", year)}}
        for year in ("2022", "2023", "2024")
        for one in of_year
    ]
    flow = charts(opened(page(II06A, WHOLE, More(months=tuple(years)), titles=TITLES)))[0]
    assert told(flow, "received") == [f"{m:02}/{y}: {m}" for y in (2022, 2023, 2024) for m in range(1, 13)]
    assert [one.text for one in flow.xpath(".//*[@class='axis x']//text")] == [
        *("01/2022", "07/2022", "01/2023", "07/2023", "01/2024", "07/2024"),
    ]


def test_shares_stand_under_their_names() -> None:
    """One unknown, one of 150 %, which is drawn as the whole, and one of 30 %; the lowest is drawn first."""
    names = ("một", NASTY, "ba" * 40)
    given = [(Words(name, name), share) for name, share in zip(names, (None, 150.0, 30.0), strict=True)]
    raw = html.tostring(bars_of_shares(given, title=Words("tỷ lệ", "shares")))
    assert NASTY.encode() not in raw
    drawn = html.fromstring(raw)
    assert [one.text for one in drawn.xpath(".//text[@class='label']")] == [f"{names[2][:61]}…", NASTY, "một"]
    assert told(drawn, "share") == [f"{names[2]}: 30,00 %", f"{NASTY}: 150,00 %", "một: –"]
    shown = drawn.xpath(".//*[@class='share']/text[@class='value']/text()")
    assert shown == ["30,00 %", "150,00 %", "–"]
    third, whole = (float(one) for one in drawn.xpath(".//*[@class='share']//rect/@width"))
    assert third / whole == pytest.approx(30 / 100)


def test_charts_hold_nothing_that_changes_or_is_hidden() -> None:
    """No comment (pygal writes the day into one), no name made up by chance, no note that only a program shows."""
    drawn = charts(TREE)
    assert [(one.get("role"), one.get("aria-label"), one.find("title").text) for one in drawn] == [
        ("img", name, name)
        for name in (
            "Tiếp nhận và giải quyết theo tháng · received and resolved by month",
            "Tỷ lệ giải quyết trước và đúng hạn (%) · resolved early or on time, %",
            "Tuổi của hồ sơ đang giải quyết (ngày kể từ khi tiếp nhận) · days since acceptance, in hand",
        )
    ]
    assert not TREE.xpath("//svg//comment() | //svg//@id | //svg/@id | //svg//desc | //svg//style | //svg//defs")
    assert not any("pygal" in one.lower() for one in TREE.xpath("//svg//text() | //svg//@*"))


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
