"""What the pages for readers name exists: the files they link to, the commands they tell to type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from services.operator.__main__ import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *(str(page.relative_to(ROOT)) for page in sorted(ROOT.glob("[a-z]*/**/README.md")))]
LINES_MAX = 40
"""Of the first page: it is read on one screen."""

LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?<![\w-])khop +((?:[a-z][\w-]* +)*[a-z][\w-]*)(?![\w.])([^`\n]*)")
TREE = get_command(app)
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")


def test_the_pages_are_found() -> None:
    assert {"README.md", "deploy/README.md", "services/README.md", "services/sources/README.md"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file_or_a_heading(name: str) -> None:
    assert broken_links(ROOT / name) == []


@pytest.mark.parametrize("name", PAGES)
def test_every_command_with_its_options_is_one_that_khop_has(name: str) -> None:
    wrong = [each for code in code_of((ROOT / name).read_text(encoding="utf-8")) for each in unknown_words(code)]
    assert wrong == []


def test_a_link_and_a_command_that_lead_nowhere_are_seen(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(
        "# II.06a v1\n[a](#ii06a-v1) [b](#none) [c](gone.md) [d](README.md) [e](https://example.org/gone)\n"
    )
    assert broken_links(page) == ["#none", "gone.md"]
    text = "`khop\nwhyever X` and `.venv/bin/khop keys create --scope s --colour`\n```sh\nkhop keys forge # no\n```\n"
    assert [wrong for code in code_of(text) for wrong in unknown_words(code)] == [
        "khop keys forge",
        "khop whyever",
        "khop keys create --colour",
    ]
    assert unknown_words("khop explain may.json hv06 --all") == []


def test_the_first_page_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= LINES_MAX


def test_whoever_types_a_command_of_the_first_page_finds_it() -> None:
    """`khop` is on nobody's path: it is there after `make up`, in the folder of the environment that this makes."""
    rows = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    first = [re.search(r"`make up`[^`]*`(\S*khop) ", row) for row in rows if COMMAND.search(row)]
    assert len(first) > 1
    assert [found and found[1] for found in first] == [".venv/bin/khop"] * len(first)


def broken_links(page: Path) -> list[str]:
    """Where a page points within the repository and nothing is: a file, or a heading of one."""
    text = page.read_text(encoding="utf-8")
    return [link for link in LINK.findall(text) if "://" not in link and not _leads_somewhere(page, link)]


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    end = page.parent / path if path else page
    return end.exists() and (not heading or heading in _headings(end.read_text(encoding="utf-8")))


def _headings(text: str) -> set[str]:
    """Headings as links name them: small letters, no points, hyphens for spaces."""
    found = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def code_of(text: str) -> Iterator[str]:
    """What stands in blocks of code, line by line, and in backticks."""
    for block in BLOCK.findall(text):
        yield from block.splitlines()
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", BLOCK.sub("", text)))


def unknown_words(code: str) -> list[str]:
    """What a line of code asks of `khop` that it has not: commands, and options of those."""
    return [wrong for words, rest in COMMAND.findall(code) for wrong in _unknown(words.split(), rest)]


def _unknown(words: list[str], rest: str) -> Iterator[str]:
    command = TREE
    for number, word in enumerate(words, start=1):
        if not isinstance(command, TyperGroup):
            break  # the rest are its arguments
        if word not in command.commands:
            yield " ".join(("khop", *words[:number]))
            return
        command = command.commands[word]
    known = {"--help", *(each for one in command.params for each in (*one.opts, *one.secondary_opts))}
    yield from (f"khop {' '.join(words)} {option}" for option in OPTION.findall(rest) if option not in known)
