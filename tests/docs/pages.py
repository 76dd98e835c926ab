"""The Markdown pages of the repository: their code blocks, links and anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Block:
    """A fenced block: page, first line, language and text."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """Every Markdown page of the root, of docs/ and of plugins/."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "plugins").rglob("*.md")])


def blocks(*languages: str) -> list[Block]:
    """The fenced blocks in these languages."""
    return [block for block in _blocks() if block.language in languages]


@cache
def _blocks() -> list[Block]:
    """The fenced blocks of all pages, which are read once."""
    return [
        Block(page, token.map[0] + 1, token.info.strip(), token.content)
        for page in pages()
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8"))
        if token.type == "fence" and token.map
    ]


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links and images."""
    for token in MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8")):
        for child in token.children or []:
            if child.type == "link_open":
                yield str(child.attrGet("href"))
            if child.type == "image":
                yield str(child.attrGet("src"))


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
