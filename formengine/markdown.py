"""Renders Markdown from people and authors as sanitised HTML: no raw HTML, images, scripts or foreign schemes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import nh3

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

TAGS: Final = frozenset(
    ("p", "br", "hr", "h1", "h2", "h3", "h4", "ul", "ol", "li", "em", "strong", "code", "pre", "blockquote", "a")
)
LOWEST_HEADING: Final = 4


@cache
def parser() -> MarkdownIt:
    """The parser of CommonMark, without raw HTML; a single line break is one in the result too."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True})


def to_html(markdown: str, *, top: int = 1) -> str:
    """An HTML fragment of paragraphs, headings, lists, emphasis, quotes and links to http, https and mailto.

    `top` is the level of its highest headings, for a page that has headings above it; none is below 4.

    >>> to_html("Dear *Maya*, <script>")
    '<p>Dear <em>Maya</em>, &lt;script&gt;</p>\\n'
    >>> to_html("# Answer", top=3)
    '<h3>Answer</h3>\\n'
    """
    tokens = parser().parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + top - 1, LOWEST_HEADING)}"
    return nh3.clean(
        parser().renderer.render(tokens, parser().options, {}),
        tags=set(TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def to_inline_html(markdown: str) -> str:
    """The same, without the `<p>` around it where it is one paragraph.

    >>> to_inline_html("See *this*.")
    'See <em>this</em>.'
    """
    html = to_html(markdown).strip()
    body = html.removeprefix("<p>").removesuffix("</p>")
    return body if html == f"<p>{body}</p>" and "<p>" not in body else html
