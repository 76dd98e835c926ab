"""Markdown as plain text, and as sanitised HTML without scripts, images and unusual URL schemes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formengine.markdown import parser, to_html

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["to_html", "to_text"]


def to_text(markdown: str) -> str:
    """Markdown as plain text: without marks of emphasis, links followed by their address.

    >>> print(to_text("See [the *dossier*](https://x.org/1)."))
    See the dossier (https://x.org/1).
    """
    lines: list[str] = []
    lists: list[int | None] = []
    bullet = ""
    for token in parser().parse(markdown):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            _gap(lines, not lists)
        elif token.type == "list_item_open":
            bullet = "- " if lists[-1] is None else f"{lists[-1]}. "
            lists[-1] = None if lists[-1] is None else lists[-1] + 1
        elif token.type == "inline":
            lines += _indented(_inline(token.children or ()), bullet, len(lists))
            bullet = ""
            _gap(lines, not lists)
        elif token.type in ("fence", "code_block"):
            lines += token.content.rstrip("\n").split("\n")
            _gap(lines, True)
        elif token.type == "hr":
            lines += ["-----", ""]
    return "\n".join(lines).strip()


def _gap(lines: list[str], is_wanted: bool) -> None:
    if is_wanted and lines and lines[-1]:
        lines.append("")


def _indented(text: str, bullet: str, depth: int) -> list[str]:
    if depth == 0:
        return text.split("\n")
    margin = "  " * (depth - 1)
    first, *further_lines = text.split("\n")
    return [f"{margin}{bullet or '  '}{first}", *(f"{margin}  {line}" for line in further_lines)]


def _inline(tokens: Sequence[Token]) -> str:
    written: list[str] = []
    address, begun = "", 0
    for token in tokens:
        if token.type == "link_open":
            address, begun = str(token.attrs.get("href", "")), len(written)
        elif token.type == "link_close":
            label = "".join(written[begun:])
            if label not in (address, address.removeprefix("mailto:")):
                written.append(f" ({address})")
        elif token.type in ("softbreak", "hardbreak"):
            written.append("\n")
        elif token.content:
            written.append(token.content)
    return "".join(written)
