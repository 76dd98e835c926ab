"""The numbers of a Word document's paragraphs (1., 1.1, (a)), which Word counts and does not store; and what refers to
them.

A clause that a template leaves out moves all numbers behind it. Fields that refer to a clause (`REF bookmark \\r`) hold
the number that Word last saw, so they are written anew once a template is filled: ECMA-376 part 1, 17.9 and 17.16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from docx.oxml.ns import qn

from formengine.documents.word_templates.number_formats import formatted, language_of
from formengine.errors import DocumentRefused

_REFERENCE: Final = re.compile(r"\s*REF\s+(\S+)(?=.*\\[nrw]\b)", re.IGNORECASE)
_LEVELS: Final = 9


@dataclass(frozen=True)
class Level:
    """A level of a list: its format (`decimal`, `lowerLetter`, `bullet` ...), pattern (`%1.%2`) and first number."""

    format: str
    pattern: str
    start: int
    style: str = ""


@dataclass
class _List:
    levels: dict[int, Level] = field(default_factory=dict)
    counters: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


def numbers_of(document: Any) -> dict[Any, str]:
    """The number of each numbered paragraph (`w:p` element) of the body, as it is printed: "1.", "1.1", "(a)".

    Bulleted paragraphs have "". `document` is python-docx's.
    """
    counter = _Counter(document)
    numbers: dict[Any, str] = {}
    for paragraph in document.element.body.iter(qn("w:p")):
        number = counter.number_of(paragraph)
        if number is not None:
            numbers[paragraph] = number
    return numbers


def update_references(document: Any) -> None:
    """Write the present number of a clause into each field that refers to it.

    Raises DocumentRefused for a reference to a clause that is not there: the template left it out.
    """
    fields = list(_references(document.element.body))
    if not fields:
        return
    numbers = numbers_of(document)
    bookmarks = {
        start.get(qn("w:name")): next(start.iterancestors(qn("w:p")), None)
        for start in document.element.body.iter(qn("w:bookmarkStart"))
    }
    for bookmark, texts in fields:
        number = numbers.get(bookmarks.get(bookmark))
        if not number:
            raise DocumentRefused(f"the text refers to the clause {bookmark!r}, which is left out or has no number")
        for index, text in enumerate(texts):
            text.text = number.rstrip(".") if index == 0 else ""


def _references(body: Any) -> Iterator[tuple[str, list[Any]]]:
    """The name of the bookmark and the `w:t` elements of the result of each field that refers to a number."""
    for simple in body.iter(qn("w:fldSimple")):
        if match := _REFERENCE.match(simple.get(qn("w:instr"), "")):
            yield match[1], list(simple.iter(qn("w:t")))
    for paragraph in body.iter(qn("w:p")):
        yield from _complex_references(paragraph)


def _complex_references(paragraph: Any) -> Iterator[tuple[str, list[Any]]]:
    instruction, texts, state = "", list[Any](), ""
    for element in paragraph.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        if element.tag == qn("w:fldChar"):
            kind = element.get(qn("w:fldCharType"))
            if kind == "begin":
                instruction, texts, state = "", [], kind
            elif kind == "end" and state:
                if match := _REFERENCE.match(instruction):
                    yield match[1], texts
                state = ""
            else:
                state = kind
        elif element.tag == qn("w:instrText") and state == "begin":
            instruction += element.text or ""
        elif element.tag == qn("w:t") and state == "separate":
            texts.append(element)


class _Counter:
    """Counts the paragraphs of each list of a document, in their order."""

    def __init__(self, document: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._list_of: dict[str, str] = {}
        self._own_levels: dict[str, dict[int, Level]] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._language = language_of(document.styles.element)
        self._styles: dict[str, tuple[str, int | None]] = {}
        self._read_lists(document)
        self._read_styles(document)

    def number_of(self, paragraph: Any) -> str | None:
        """The number of the next paragraph; None for one without, "" for a bullet."""
        list_id, level = self._numbering(paragraph)
        chosen = self._lists.get(self._list_of.get(list_id, ""))
        levels = chosen.levels | self._own_levels.get(list_id, {}) if chosen else {}
        definition = levels.get(level)
        if chosen is None or definition is None:
            return None
        self._count(chosen, list_id, level, levels)
        if definition.format == "bullet":
            return ""
        parts = {number: self._part(chosen, levels, number) for number in range(_LEVELS)}
        return re.sub(r"%([1-9])", lambda match: parts[int(match[1]) - 1], definition.pattern).strip()

    def _count(self, chosen: _List, list_id: str, level: int, levels: Mapping[int, Level]) -> None:
        """Count a paragraph of a level. The first of a list that begins anew there has the number that it says; levels
        above that no paragraph has had yet count as if one had.
        """
        counters = chosen.counters
        for above in range(level):
            if counters[above] is None and above in levels:
                counters[above] = self._restarts.get(list_id, {}).pop(above, levels[above].start)
        count, first = counters[level], self._restarts.get(list_id, {}).pop(level, None)
        if first is None:
            first = levels[level].start if count is None else count + 1
        counters[level] = first
        counters[level + 1 :] = [None] * (_LEVELS - level - 1)

    def _part(self, chosen: _List, levels: Mapping[int, Level], level: int) -> str:
        definition, count = levels.get(level), chosen.counters[level]
        if definition is None or definition.format == "none":
            return ""
        return formatted(definition.start if count is None else count, definition.format, self._language)

    def _numbering(self, paragraph: Any) -> tuple[str, int]:
        """The id of the list and the level of a paragraph; "" for none."""
        properties = paragraph.find(qn("w:pPr"))
        own = properties.find(qn("w:numPr")) if properties is not None else None
        style = properties.find(qn("w:pStyle")) if properties is not None else None
        list_id, level = self._styles.get(style.get(qn("w:val")) if style is not None else "", ("", None))
        if own is not None:
            id_, own_level = own.find(qn("w:numId")), own.find(qn("w:ilvl"))
            list_id = id_.get(qn("w:val")) if id_ is not None else list_id
            level = int(own_level.get(qn("w:val"))) if own_level is not None else level
        return ("" if list_id == "0" else list_id), min(level or 0, _LEVELS - 1)

    def _read_lists(self, document: Any) -> None:
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None:
            return
        for abstract in part.element.iter(qn("w:abstractNum")):
            levels = {int(level.get(qn("w:ilvl"))): _level(level) for level in abstract.iter(qn("w:lvl"))}
            self._lists[abstract.get(qn("w:abstractNumId"))] = _List(levels)
        for number in part.element.iter(qn("w:num")):
            abstract_id = number.find(qn("w:abstractNumId"))
            if abstract_id is not None:
                self._list_of[number.get(qn("w:numId"))] = abstract_id.get(qn("w:val"))
                self._read_overrides(number)

    def _read_overrides(self, number: Any) -> None:
        """What a list has other than the one that it is made of (17.9.8, 17.9.26): levels, and where it begins."""
        list_id = number.get(qn("w:numId"))
        for override in number.iter(qn("w:lvlOverride")):
            level = min(int(override.get(qn("w:ilvl"), "0")), _LEVELS - 1)
            own, start = override.find(qn("w:lvl")), override.find(qn("w:startOverride"))
            if own is not None:
                self._own_levels.setdefault(list_id, {})[level] = _level(own)
            if start is not None:
                self._restarts.setdefault(list_id, {})[level] = int(start.get(qn("w:val"), "1"))

    def _read_styles(self, document: Any) -> None:
        for style in document.styles.element.iter(qn("w:style")):
            numbering = next(style.iter(qn("w:numPr")), None)
            id_ = numbering.find(qn("w:numId")) if numbering is not None else None
            if numbering is None or id_ is None:
                continue
            name, list_id = style.get(qn("w:styleId")), id_.get(qn("w:val"))
            chosen = self._lists.get(self._list_of.get(list_id, ""))
            own = [level for level, rule in (chosen.levels if chosen else {}).items() if rule.style == name]
            level = numbering.find(qn("w:ilvl"))
            self._styles[name] = (list_id, own[0] if own else int(level.get(qn("w:val"))) if level is not None else 0)


def _level(element: Any) -> Level:
    def value(tag: str, default: str) -> str:
        child = element.find(qn(tag))
        return default if child is None else child.get(qn("w:val"), default)

    return Level(
        value("w:numFmt", "decimal"), value("w:lvlText", ""), int(value("w:start", "1")), value("w:pStyle", "")
    )
