"""Markdown that people or authors wrote, as HTML that no script, picture or foreign scheme survives."""

from __future__ import annotations

from typing import Final

import nh3
from markdown_it import MarkdownIt

TAGS: Final = frozenset(
    ("p", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "a")
)
PARSER: Final = MarkdownIt("commonmark", {"html": False, "breaks": True})


def to_html(markdown: str) -> str:
    """An HTML fragment: paragraphs, headings, lists, emphasis, quotes and links to http, https and mailto.

    >>> to_html("Dear *Maya*, <script>")
    '<p>Dear <em>Maya</em>, &lt;script&gt;</p>\\n'
    """
    return nh3.clean(
        PARSER.render(markdown),
        tags=set(TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def to_inline_html(markdown: str) -> str:
    """The same for one paragraph: without the paragraph's own tags.

    >>> inline("See *this*.")
    'See <em>this</em>.'
    """
    found = to_html(markdown).strip()
    body = found.removeprefix("<p>").removesuffix("</p>")
    return body if found == f"<p>{body}</p>" and "<p>" not in body else found
