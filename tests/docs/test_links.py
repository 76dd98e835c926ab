"""Links of the documentation."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.docs.pages import ROOT, anchors, links, pages


def test_links_have_existing_targets() -> None:
    """O9: every relative link leads to a file, and every anchor to a heading."""
    broken = [f"{page.relative_to(ROOT)}: {link}" for page in pages() for link in links(page) if _is_broken(page, link)]
    assert broken == []


def _is_broken(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    return not target.exists() or bool(parts.fragment and parts.fragment not in anchors(target))


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
