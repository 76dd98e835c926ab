"""Links of the documentation."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import ROOT, anchors, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_have_existing_targets(page: Path) -> None:
    """O9: every relative link leads to a file, and every anchor to a heading."""
    broken = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.exists() or (parts.fragment and parts.fragment not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_is_linked_from_the_start_page() -> None:
    """O9: directly or through other pages, from docs/README.md."""
    start = ROOT / "docs" / "README.md"
    reached, todo = {start}, [start]
    while todo:
        page = todo.pop()
        for link in links(page):
            target = (page.parent / urlsplit(link).path).resolve()
            if target.suffix == ".md" and target.exists() and target not in reached:
                reached.add(target)
                todo.append(target)
    assert sorted(str(p.relative_to(ROOT)) for p in set((ROOT / "docs").rglob("*.md")) - reached) == []
