"""Wide tables in the text of a document, on a narrow screen."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

import pytest

from tests.support.browser import NewPage

pytestmark = pytest.mark.browser
AMOUNT: Final = "1\u00a0234\u00a0567,00\u00a0€"
SIZES: Final = """[
    document.documentElement.scrollWidth,
    document.querySelector("article").scrollWidth > document.querySelector("article").clientWidth,
    new Set([...document.querySelectorAll("td")].map(cell => cell.offsetHeight)).size,
    document.querySelector("td p").offsetHeight < 40,
]"""


@pytest.mark.parametrize("width", [320, 390])
def test_amounts_are_not_broken_and_the_table_scrolls_in_its_frame(new_page: NewPage, width: int) -> None:
    """U9: the page itself does not scroll sideways."""
    static = files("formengine.web") / "static"
    styles = "".join((static / name).read_text(encoding="utf-8") for name in ("theme.css", "dossier.css"))
    cells = "".join(f"<td><p>{AMOUNT}</p></td>" for _ in range(5))
    page = new_page(viewport={"width": width, "height": 600})
    text = f'<main><article class="fe-sheet fe-paper"><table><tr>{cells}</tr></table></article></main>'
    page.set_content(f"<!doctype html><style>{re.sub('@import[^;]*;', '', styles)}</style>{text}")
    assert page.evaluate(SIZES) == [width, True, 1, True]
