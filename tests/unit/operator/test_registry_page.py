"""The page of definitions says what the definitions say."""

from services.domain.statistics.registry import all_definitions
from services.operator.registry_page import PAGE, page

EVERY = [one for versions in all_definitions().values() for one in versions]


def test_the_page_beside_the_definitions_is_the_one_they_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(EVERY), "`make schemas` writes it anew"


def test_every_definition_cell_switch_and_reading_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for one in EVERY:
        [section] = [part for part in text.split("\n## ") if part.startswith(f"{one.name} v{one.version}\n")]
        assert one.title.vi in section
        assert one.source in section
        for cell in one.cells:
            assert f"| `{cell.key}` |" in section
        for switch in one.switches:
            assert f"`{switch.name}`" in section
            assert section.count("(mặc định · default)") == len(one.switches)
            assert all(f"`{value}`" in section for value in switch.values)
        assert all(bug.vi in section for bug in one.known_bugs)
