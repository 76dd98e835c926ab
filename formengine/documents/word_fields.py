"""Fields of Word documents, and which of them change their text by themselves (ECMA-376 part 1, 17.16).

A document is approved as it shows its fields at that time. A date of today, a formula, a condition or a property of the
document would be another text when it is printed or opened later. Page numbers, tables of contents, references and
captions follow the document itself, which is the same for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.documents.reader_words import PAGE, PAGES
from formengine.documents.word_markup import child_of, names, set_value, value
from formengine.documents.word_symbols import symbol_text

LAID_OUT: Final = frozenset(
    (
        "PAGE", "NUMPAGES", "TOC", "TOA", "INDEX", "TC", "XE", "TA", "HYPERLINK", "ADVANCE",
    )
)  # fmt: skip
"""Fields that have to be there when pages are made: without them there is no text, no link, or a wrong number."""
_FOLLOWING: Final = frozenset(
    (
        "REF", "PAGEREF", "NOTEREF", "SEQ", "STYLEREF", "FORMTEXT", "ADDIN", "CITATION", "BIBLIOGRAPHY", "SECTION",
        "SECTIONPAGES", "SYMBOL", "EQ", "FORMCHECKBOX", "FORMDROPDOWN", "MACROBUTTON", "GOTOBUTTON",
    )
)  # fmt: skip
"""Fields that follow the text of the document alone: they stay in it, and are printed as it shows them."""
_PAGE_NUMBERS: Final = {"PAGE": PAGE, "NUMPAGES": PAGES}
_PAGE_FORMAT: Final = re.compile(r"\\\*\s*(?:roman|alphabetic|arabic)\b", re.IGNORECASE)
"""Formats of page numbers that LibreOffice writes."""
_SYMBOL: Final = re.compile(r"\s*SYMBOL\s+(0x[0-9A-F]+|\d{1,6})\b", re.IGNORECASE)
_FONT: Final = re.compile(r'\\f\s+(?:"([^"]*)"|(\w+))', re.IGNORECASE)
_MOMENTS: Final = names("dayShort", "dayLong", "monthShort", "monthLong", "yearShort", "yearLong")
"""Elements of runs that write the date of today, without a text that was shown (17.3.3)."""


@dataclass(eq=False)
class Field:
    """A field: its instruction; the `marks` that make it one, which are a simple field alone; what stands in its
    instruction and is not shown (`code`); and whether it ends.
    """

    instruction: str = ""
    marks: list[Any] = field(default_factory=list)
    code: list[Any] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    is_simple: bool = False
    is_whole: bool = False
    shows: bool = False

    @property
    def name(self) -> str:
        """Its first word in capitals, "=" of a formula; "" for a field without an instruction."""
        first = (self.instruction.split() or [""])[0].upper()
        return "=" if first.startswith("=") else first

    @property
    def changes(self) -> bool:
        """Whether its text changes by itself, or nobody knows: that of a field that does not end, too."""
        return self.name not in LAID_OUT | _FOLLOWING or not (self.is_simple or self.is_whole)

    @property
    def text(self) -> str:
        """The text that it shows."""
        return "".join(element.text or "" for element in self.results if element.tag in names("t"))

    def link_to_bookmark(self, bookmark: str) -> None:
        """Leave the text that it shows, and of what makes it a link to a bookmark."""
        instruction = f' HYPERLINK \\l "{bookmark}" '
        if self.is_simple:
            set_value(self.marks[0], "instr", instruction)
        self._set_instruction(instruction)

    @property
    def written(self) -> str | None:
        """The text of a field whose instruction says it, which Word keeps nowhere else; None for any other field."""
        words = self.instruction.split()
        if self.name == "FORMCHECKBOX":
            return "\u2612" if self._choice("checkBox", "checked", "default") == 1 else "\u2610"
        if self.name == "FORMDROPDOWN":
            entries = [value(entry, "val") for entry in self.marks[0].iter(*names("listEntry"))]
            chosen = self._choice("ddList", "result", "default")
            return entries[chosen] if chosen < len(entries) else ""
        if self.name in ("MACROBUTTON", "GOTOBUTTON"):
            return " ".join(words[2:])
        if self.name == "EQ":
            return " ".join(words[1:])
        return self._symbol()

    def _symbol(self) -> str | None:
        """The character that a SYMBOL field names by its number, decimal or hexadecimal, in a font; None of others."""
        symbol, font = _SYMBOL.match(self.instruction), _FONT.search(self.instruction)
        if symbol is None:
            return None
        base = 16 if symbol[1][1:2] in ("x", "X") else 10
        return symbol_text(int(symbol[1], base), (font[1] or font[2]) if font else "")

    def _choice(self, kind: str, *elements: str) -> int:
        """What the first of some elements of a form field says, as a number: 1 for a box that is ticked."""
        for element in elements:
            for choice in self.marks[0].iter(*names(kind)):
                chosen = child_of(choice, element)
                if chosen is not None:
                    text = value(chosen, "val", "1")
                    return int(text) if text.isdecimal() else int(text in ("true", "on"))
        return 0

    def write(self, text: str) -> None:
        """Leave a text in the place of the field, in the format of its first run."""
        if self.is_simple:
            self.marks[0].insert(0, _run(self.marks[0], text))
            for element in list(self.marks[0])[1:]:
                _remove(element)
            unwrap(self.marks[0])
            return
        for element in [*self.marks[1:], *self.code, *self.results]:
            _remove(element)
        first = self.marks[0]
        first.tag = first.tag.replace("}fldChar", "}t")
        for child in list(first):
            first.remove(child)
        first.attrib.clear()
        first.text = text

    def number_pages(self) -> None:
        """Have a character of `reader_words` stand for the page number that Word last saw, which is another one on
        another computer; the field stays, for it is printed. Formats that LibreOffice does not write are left out.
        """
        texts = [element for element in self.results if element.tag in names("t")]
        if not texts and not (texts := self._new_result()):
            return
        for element in self.results:
            if element is not texts[0]:
                _remove(element)
        texts[0].text = _PAGE_NUMBERS[self.name]
        page_format = _PAGE_FORMAT.search(self.instruction)
        instruction = f" {self.name} {page_format[0] if page_format else ''} "
        if self.is_simple:
            set_value(self.marks[0], "instr", instruction)
        self._set_instruction(instruction)

    def _set_instruction(self, instruction: str) -> None:
        written = [element for element in self.marks if element.tag in names("instrText")]
        for element in written:
            element.text = instruction if element is written[0] else ""

    def _new_result(self) -> list[Any]:
        """The text element of a field that has none, which is put into it."""
        mark = self.marks[-1]
        if self.is_simple:
            mark.append(_run(mark, ""))
            return [mark[-1][0]]
        if not self.shows:
            separate = mark.makeelement(mark.tag)
            separate.set(next(iter(mark.attrib)), "separate")
            mark.addprevious(separate)
        text = mark.makeelement(mark.tag.replace("}fldChar", "}t"))
        mark.addprevious(text)
        return [text]

    def freeze(self) -> None:
        """Leave the text that it shows, and nothing that makes another one."""
        if self.is_simple:
            unwrap(self.marks[0])
            return
        for element in [*self.marks, *(self.code if self.is_whole else ())]:
            _remove(element)


def fields_of(root: Any) -> list[Field]:
    """The fields of a part, those in others too, in the order in which they begin."""
    fields: list[Field] = []
    opened: list[Field] = []
    runs, simple, marks, properties = (frozenset(names(name)) for name in ("r", "fldSimple", "fldChar", "rPr"))
    instructions = frozenset(names("instrText", "delInstrText"))
    for element in root.iter():
        parent = element.getparent()
        if element.tag in simple:
            texts = list(element.iter(*names("t")))
            fields.append(Field(value(element, "instr"), [element], results=texts, is_simple=True))
        elif element.tag in marks:
            _take_mark(element, fields, opened)
        elif element.tag in instructions:
            _take_instruction(element, opened)
        elif parent is not None and parent.tag in runs and element.tag not in properties:
            _take_content(element, opened)
    return fields


def _take_mark(mark: Any, fields: list[Field], opened: list[Field]) -> None:
    kind = value(mark, "fldCharType")
    if kind == "begin":
        opened.append(Field())
        fields.append(opened[-1])
    if not opened:
        return
    _take_content(mark, opened[:-1])
    opened[-1].marks.append(mark)
    if kind == "separate":
        opened[-1].shows = True
    elif kind == "end":
        opened.pop().is_whole = True


def _take_instruction(element: Any, opened: list[Field]) -> None:
    if opened:
        opened[-1].instruction += element.text or ""
        opened[-1].marks.append(element)
        _take_content(element, opened[:-1])


def _take_content(element: Any, around: list[Field]) -> None:
    """Content of a run: what a field shows, unless it is in the instruction of another, or of an instruction."""
    for outer in around:
        if not outer.shows:
            outer.code.append(element)
            return
        outer.results.append(element)


def moments_of(root: Any) -> Iterator[Any]:
    """The elements of a part that write the date of today."""
    yield from root.iter(*_MOMENTS)


def bindings_of(root: Any) -> Iterator[Any]:
    """What fills content controls from properties of the document or data in it, whenever it is opened (17.5.2.6)."""
    yield from root.iter(*names("dataBinding"), "{http://schemas.microsoft.com/office/word/2012/wordml}dataBinding")


def changing_texts(root: Any) -> list[str]:
    """The texts of a part that change by themselves, as they are shown: of fields, dates and filled controls."""
    shown = [word_field.text or word_field.instruction.strip() for word_field in fields_of(root) if word_field.changes]
    controls = [next(binding.iterancestors(*names("sdt")), binding) for binding in bindings_of(root)]
    filled = ["".join(text.text or "" for text in control.iter(*names("t"))) for control in controls]
    return [*shown, *(str(moment.tag).rsplit("}", 1)[-1] for moment in moments_of(root)), *filled]


def freeze_changing(root: Any) -> int:
    """Freeze what changes by itself in a part to the text that is shown; how many places there were."""
    count = len(changing_texts(root))
    for word_field in fields_of(root):
        if word_field.changes:
            word_field.freeze()
    for element in [*moments_of(root), *bindings_of(root)]:
        _remove(element)
    return count


def unwrap(element: Any) -> None:
    """Put the content of an element in its place."""
    for child in element:
        element.addprevious(child)
    _remove(element)


def _run(sibling: Any, text: str) -> Any:
    """A new run with a text, in the namespace of another element."""
    namespace = str(sibling.tag).rpartition("}")[0]
    run = sibling.makeelement(f"{namespace}}}r")
    run.append(run.makeelement(f"{namespace}}}t"))
    run[0].text = text
    return run


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
