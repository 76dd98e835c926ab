"""Folds long answers: the beginning is shown, and the rest behind *Show all*, a `<details>` that needs no script.

Browsers open it when a search in the page finds something in it, and forms.css prints it whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from formengine.forms.html.template_cache import html
from formengine.i18n import say
from formengine.long_text import LONG, cut, shown_length
from formengine.markdown import to_html_parts

MANY_ROWS: Final = 12
"""A list with more rows than this is folded."""
FIRST_ROWS: Final = 8
"""How many rows of a long list are shown."""


def lines_html(text: str) -> str:
    """A plain text as HTML, its lines as they are."""
    return html(text).replace("\n", "<br>")


def folded_lines(text: str, language: str) -> str:
    """The same; a long text folded."""
    if shown_length(text) <= LONG:
        return lines_html(text)
    beginning, rest = cut(text)
    between_paragraphs = "\n" in text[len(beginning) : -len(rest)].strip(" \r").removeprefix("\n")
    empty_line = "<br>" if between_paragraphs else ""
    return folded(lines_html(beginning), empty_line + lines_html(rest), language)


def folded_markdown(text: str, language: str) -> str:
    """A Markdown text as sanitised HTML; a long text folded."""
    beginning, rest = to_html_parts(text)
    return folded(beginning, rest, language)


def folded_rows(rows: Sequence[str], language: str) -> str:
    """The HTML of the rows of a list (`<li>`) as an `<ol>`; a long list folded."""
    if len(rows) <= MANY_ROWS:
        return rows_html(rows)
    rest = rows_html(rows[FIRST_ROWS:], first=FIRST_ROWS + 1)
    return folded(rows_html(rows[:FIRST_ROWS]), rest, language, count=len(rows))


def rows_html(rows: Sequence[str], first: int = 1) -> str:
    """The HTML of the rows of a list (`<li>`) as an `<ol>` whose numbers begin with `first`, a row alone without a
    number; "" for none.
    """
    if len(rows) == 1 and first == 1:
        return f'<ul class="fe-answer-list fe-answer-alone">{rows[0]}</ul>'
    start = f' start="{first}"' if first > 1 else ""
    return f'<ol class="fe-answer-list"{start}>{"".join(rows)}</ol>' if rows else ""


def folded(beginning: str, rest: str, language: str, *, count: int = 0) -> str:
    """Two parts of HTML, the second behind *Show all*, which says how many rows a list has (`count`)."""
    if not rest:
        return beginning
    more = say(language, "Show all {n}", n=count) if count else say(language, "Show all")
    less = say(language, "Show less")
    return (
        f'<div class="fe-long"><div class="fe-long-beginning">{beginning}</div><details><summary>'
        f'<span class="fe-long-more">{html(more)}</span><span class="fe-long-less">{html(less)}</span>'
        f'</summary><div class="fe-long-rest">{rest}</div></details></div>'
    )
