"""Long answers are folded where somebody reads them to decide: the beginning, then the rest behind *Show all*."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page

from formengine.forms import STATIC_FOLDER, Form
from formengine.forms.html.long_answers import FIRST_ROWS, MANY_ROWS, rows_html
from formengine.long_text import LONG

SENTENCE = "The supplier caps its liability at six months of fees. "
LONG_TEXT = SENTENCE * 20
FORM = Form({
    "type": "object",
    "properties": {
        "why": {"title": "Why", "$ref": "formengine:text"},
        "opinion": {"title": "Opinion", "$ref": "formengine:markdown"},
        "parties": {"title": "Parties", "type": "array", "items": {"type": "string"}},
    },
})  # fmt: skip


def shown(data: dict[str, Any], **options: Any) -> Tag:
    """The answers as a page shows them."""
    return BeautifulSoup(FORM.summary(data, **options), "html.parser")


def words(part: Tag) -> str:
    """The words of a part of a page, one space between two."""
    return re.sub(r"\s+", " ", part.get_text(" ")).strip()


@pytest.mark.parametrize(
    ("field", "value", "is_folded"),
    [
        ("why", "x" * LONG, False),
        ("why", LONG_TEXT, True),
        ("why", "word " * 150, True),
        ("why", "x" * 700, True),
        ("why", "line\n" * 12, False),
        ("why", "line\n" * 13, True),
        ("opinion", SENTENCE, False),
        ("opinion", LONG_TEXT, True),
        ("opinion", f"# Opinion\n\n{SENTENCE}\n\n## Reasons\n\n{LONG_TEXT}", True),
        ("opinion", f"**{SENTENCE}** [{SENTENCE}](https://law.test) {LONG_TEXT}", True),
        ("opinion", "\n".join(f"{n}. {SENTENCE}" for n in range(1, 20)), True),
        ("opinion", "> " + LONG_TEXT + "\n\nShort.", False),  # a quote is not cut, and one line is not worth a click
        ("parties", ["Globex"] * MANY_ROWS, False),
        ("parties", ["Globex"] * (MANY_ROWS + 1), True),
    ],
)  # fmt: skip
def test_long_answers_alone_are_folded(field: str, value: Any, is_folded: bool) -> None:
    """W7, P17: nothing of a long answer is lost, doubled or in another order, and what is short stays as it is."""
    whole, parts = shown({field: value}), shown({field: value}, folds=True)
    assert bool(parts.details) == is_folded
    assert not whole.details
    if is_folded:
        parts.summary.decompose()
        assert parts.select_one(".fe-long-beginning").get_text(strip=True)
        assert words(parts.details)
        assert not parts.select("dd p:empty, dd li:empty, dd a:empty")
    assert words(parts).replace(" ", "") == words(whole).replace(" ", "")


def test_rows_keep_their_numbers_and_are_counted() -> None:
    """A long list goes on where its beginning ended, and says how many rows there are."""
    folded = shown({"parties": [f"Party {n}" for n in range(1, 21)]}, folds=True)
    assert len(folded.select(".fe-long-beginning li")) == FIRST_ROWS
    assert folded.select_one("details ol")["start"] == str(FIRST_ROWS + 1)
    assert folded.select_one(".fe-long-more").text == "Show all 20"


def test_it_opens_without_a_script_and_prints_whole(page: Page) -> None:
    """P17: by keyboard alone; on paper nothing is folded, and no button is printed."""
    look = (Path(STATIC_FOLDER) / "forms.css").read_text(encoding="utf-8")
    text = LONG_TEXT + "The last words."
    page.set_content(f"<style>{look}</style><main>{FORM.summary({'why': text}, folds=True)}</main>")
    rest = page.locator(".fe-long-rest")
    assert not rest.is_visible()
    assert page.locator("summary").inner_text() == "Show all"
    pages = pypdfium2.PdfDocument(io.BytesIO(page.pdf()))
    printed = " ".join("".join(paper.get_textpage().get_text_range() for paper in pages).split())
    assert printed.count("six months") == 20
    assert printed.endswith("The last words.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert rest.is_visible()
    assert page.locator("summary").inner_text() == "Show less"


def test_a_row_alone_has_no_number() -> None:
    """F14: a list of one country reads *France*, not *1. France*; what follows other rows keeps its number."""
    assert rows_html(["<li>France</li>"]).startswith("<ul ")
    assert rows_html(["<li>France</li>"], first=4).startswith('<ol class="fe-answer-list" start="4"')
    assert rows_html(["<li>France</li>", "<li>Malta</li>"]).startswith("<ol ")
