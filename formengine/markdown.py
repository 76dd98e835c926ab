"""Renders Markdown from people and authors as sanitised HTML: no raw HTML, images, scripts or foreign schemes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import nh3

from formengine.long_text import BEGINNING, LEAST_BEGINNING, LONG, cut, shown_length

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

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
    return _rendered(parser().parse(markdown), top)


def to_html_parts(markdown: str, *, top: int = 1) -> tuple[str, str]:
    """The same in two parts: the beginning of a long text and the rest; "" for the rest of one that is not long.

    Cut between blocks, items of a list, or the sentences of a long paragraph.

    >>> to_html_parts("Short.")
    ('<p>Short.</p>\\n', '')
    """
    tokens = parser().parse(markdown)
    beginning, rest = _cut_blocks(tokens) if shown_length(markdown) > LONG else (tokens, [])
    if _length(rest) < LEAST_BEGINNING:  # not worth a click
        return _rendered(tokens, top), ""
    return _rendered(beginning, top), _rendered(rest, top)


def _rendered(tokens: list[Token], top: int) -> str:
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


def _cut_blocks(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """A long text in two; a heading stays with what it is above."""
    length, start = 0, 0
    for end in (index + 1 for index, token in enumerate(tokens) if token.level == 0 and token.nesting <= 0):
        block = tokens[start:end]
        length += _length(block)
        if length > BEGINNING and not block[0].type.startswith("heading"):
            if length - _length(block) >= LEAST_BEGINNING:
                above = 3 if start >= 3 and tokens[start - 3].type == "heading_open" else 0  # open, inline, close
                return (tokens[: start - above], tokens[start - above :]) if start > above else (tokens, [])
            beginning, rest = _cut_block(block)
            return [*tokens[:start], *beginning], [*rest, *tokens[end:]]
        start = end
    return tokens, []


def _length(block: list[Token]) -> int:
    return sum(shown_length(token.content) for token in block if token.type in ("inline", "fence", "code_block"))


def _cut_block(block: list[Token]) -> tuple[list[Token], list[Token]]:
    """A block that is too long for the beginning of a text: a paragraph or a list in two, any other whole."""
    opening, closing = block[0], block[-1]
    if opening.type == "paragraph_open":
        beginning, rest = _cut_inline(block[1].children or [])
        parts = [[opening, block[1].copy(children=part), closing] if part else [] for part in (beginning, rest)]
        return parts[0], parts[1]
    if opening.type in ("bullet_list_open", "ordered_list_open"):
        starts = [index for index, token in enumerate(block) if token.type == "list_item_open" and token.level == 1]
        if len(starts) > 1:
            item = max((n for n, start in enumerate(starts) if n and _length(block[1:start]) <= BEGINNING), default=1)
            numbers = {**opening.attrs, "start": int(opening.attrs.get("start", 1)) + item}
            second = opening.copy(attrs=numbers if opening.type.startswith("ordered") else opening.attrs)
            return [*block[: starts[item]], closing], [second, *block[starts[item] :]]
    return block, []


def _cut_inline(children: list[Token]) -> tuple[list[Token], list[Token]]:
    """The words of a paragraph in two, outside of emphasis and links."""
    shown = ""
    for index, child in enumerate(children):
        text = "\n" if child.type in ("softbreak", "hardbreak") else child.content
        if child.level == 0 and child.nesting >= 0 and shown_length(shown + text) > BEGINNING:
            room = BEGINNING - shown_length(shown)
            if child.type == "text" and room >= LEAST_BEGINNING:
                before, after = cut(text, room)
                return [*children[:index], child.copy(content=before)], [
                    child.copy(content=after),
                    *children[index + 1 :],
                ]
            if index:
                following = index + 1 if text == "\n" else index
                return children[:index], children[following:]
        shown += text
    return children, []
