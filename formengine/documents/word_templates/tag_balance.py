"""Checks of the tags of a template as text: closed, in pairs, whole, alone in a paragraph where they have to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from formengine.documents.word_templates.source import FILLED, TAG, Paragraph
from formengine.i18n import say
from formengine.source.findings import Severity

CLOSED_BY: Final = {"if": "endif", "for": "endfor"}
ALLOWED: Final = {"if", "elif", "else", "endif", "for", "endfor", "set", "vm", "hm", "colspan", "cellbg"}
_STATEMENT: Final = re.compile(r"\{%-?(p|tr|tc|r)?\s*(\w+)(.*?)-?%\}", re.DOTALL)
_SINGLE: Final = re.compile(r"(?<![{%#\w])\{\s*(\w+)\s*\}(?!\})")
_AROUND: Final = 30
_READ: Final = 20_000


@dataclass(frozen=True, order=True)
class TemplateFinding:
    """Something to mend in a template: the part (`document`, `header1` ...) and the number of its paragraph, the words
    around the tag, and a sentence that says what to write instead.
    """

    part: str
    paragraph: int
    severity: Severity
    code: str
    around: str
    message: str


Report = Callable[[Paragraph, Severity, str, str, str], None]
"""(paragraph, severity, code, tag or "", sentence)"""


def around(text: str, tag: str) -> str:
    """The words around a tag in its paragraph; the beginning of the paragraph where there is none.

    >>> around("Signed in {{ city }} today", "{{ city }}")
    'Signed in {{ city }} today'
    """
    text = " ".join(text[:_READ].split())
    tag = " ".join(tag.split())
    start = text.find(tag) if tag else 0
    first, last = max(0, start - _AROUND), max(start, 0) + len(tag) + _AROUND
    return ("…" if first else "") + text[first:last].strip() + ("…" if last < len(text) else "")


def check_tags(name: str, paragraphs: list[Paragraph], fields: Collection[str], language: str, report: Report) -> bool:
    """Report what is wrong with the tags of a part; False where Jinja could not read it."""
    sound = True
    for paragraph in paragraphs:
        if not paragraph.text.count("{"):
            continue
        if paragraph.part not in FILLED:
            _report_unfilled(paragraph, language, report)
            continue
        sound = _check_paragraph(paragraph, fields, language, report) and sound
    return _check_pairs(paragraphs, language, report) and sound


def _report_unfilled(paragraph: Paragraph, language: str, report: Report) -> None:
    for tag in TAG.findall(paragraph.text)[:1]:
        sentence = say(language, "Tags in end notes and comments are not filled; move {tag} into the text.", tag=tag)
        report(paragraph, "error", "template-part", tag, sentence)


def _check_paragraph(paragraph: Paragraph, fields: Collection[str], language: str, report: Report) -> bool:
    sound = True
    for tag in paragraph.split:
        sentence = say(
            language,
            "{tag} is cut in two by a link, a tab, a line break or a tracked change; accept the changes, delete the "
            "tag and type it again in one go.",
            tag=tag,
        )
        report(paragraph, "error", "template-split", tag, sentence)
        sound = False
    rest = TAG.sub("", paragraph.text)
    for opening in re.findall(r"\{\{[^{}]*|\{%[^{}]*|[^{}]*\}\}|[^{}]*%\}", rest):
        sentence = say(
            language, "The tag {tag} is not whole; a tag begins and ends in one paragraph.", tag=opening.strip()[:40]
        )
        report(paragraph, "error", "template-tag", opening.strip(), sentence)
        sound = False
    for match in _SINGLE.finditer(rest):
        if match[1] in fields:
            written = "{{ " + match[1] + " }}"
            sentence = say(language, "{tag} would be printed as it is; write {right}.", tag=match[0], right=written)
            report(paragraph, "error", "template-braces", match[0], sentence)
    _check_whole_tags(paragraph, language, report)
    return sound


def _check_whole_tags(paragraph: Paragraph, language: str, report: Report) -> None:
    """A tag of a whole paragraph takes the other words of it away."""
    for tag in paragraph.whole_tags:
        other = paragraph.text.replace(tag, "", 1).strip()
        if re.match(r"\{[{%#]p\s", tag) and other:
            sentence = say(
                language,
                "{tag} stands for its whole paragraph, so the other words of it are lost; put it into a paragraph "
                "of its own.",
                tag=tag,
            )
            report(paragraph, "error", "template-paragraph", tag, sentence)


@dataclass
class _Open:
    word: str
    tag: str
    prefix: str
    paragraph: Paragraph


def _check_pairs(paragraphs: list[Paragraph], language: str, report: Report) -> bool:
    open_tags: list[_Open] = []
    sound = True
    for paragraph, prefix, word, tag in _statements(paragraphs):
        if word in CLOSED_BY:
            open_tags.append(_Open(word, tag, prefix, paragraph))
        elif word in ("elif", "else", *CLOSED_BY.values()):
            sound = _check_end(open_tags, paragraph, prefix, word, tag, language, report) and sound
        elif word not in ALLOWED:
            sentence = say(language, "{tag} is not allowed in a template; write if, for or set.", tag=tag)
            report(paragraph, "error", "template-statement", tag, sentence)
            sound = False
    for open_ in open_tags:
        end = "{%" + (f"{open_.prefix} " if open_.prefix else " ") + CLOSED_BY[open_.word] + " %}"
        sentence = say(language, "{tag} is never closed; write {end} after what it is for.", tag=open_.tag, end=end)
        report(open_.paragraph, "error", "template-unbalanced", open_.tag, sentence)
    return sound and not open_tags


def _check_end(
    open_tags: list[_Open], paragraph: Paragraph, prefix: str, word: str, tag: str, language: str, report: Report
) -> bool:
    opened = open_tags[-1] if open_tags else None
    fits = opened is not None and (word in ("elif", "else") or CLOSED_BY[opened.word] == word)
    if opened is None or not fits:
        sentence = say(language, "{tag} belongs to nothing that was opened before it; take it out.", tag=tag)
        if opened is not None:
            end = "{% " + CLOSED_BY[opened.word] + " %}"
            sentence = say(
                language, "{tag} stands where {opened} has to end; write {end}.", tag=tag, opened=opened.tag, end=end
            )
        report(paragraph, "error", "template-unbalanced", tag, sentence)
        return False
    if not opened.prefix and opened.paragraph.number != paragraph.number:
        better = opened.tag.replace("{%", "{%p", 1)
        sentence = say(
            language,
            "{tag} ends in another paragraph than it began in; write {right} in a paragraph of its own, and the end of "
            "it likewise.",
            tag=opened.tag,
            right=better,
        )
        report(opened.paragraph, "error", "template-paragraph", opened.tag, sentence)
    if word in CLOSED_BY.values():
        open_tags.pop()
    return True


def _statements(paragraphs: list[Paragraph]) -> Iterator[tuple[Paragraph, str, str, str]]:
    """(paragraph, prefix, word, tag) of each `{% ... %}` of a part that is filled."""
    for paragraph in paragraphs:
        if paragraph.part in FILLED:
            for match in _STATEMENT.finditer(paragraph.text):
                yield paragraph, match[1] or "", match[2], " ".join(match[0].split())
