"""A Word document as it is printed and read: each text once, as the file shows it, whatever program opens it (S4, T35).

The reading copy, the comparison of versions and the PDF are made of this copy, so that what people read, what they
approve and what they sign say the same. Programs differ in what they make of fields, of alternatives for older programs
(ECMA-376 part 3, 7.7), of controls filled from data, and of text that is hidden on web pages alone; LibreOffice would
write the date of the day on which the PDF is made.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Mapping
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]  # it has no stubs

from formengine.documents.reader_words import authors_own, may_hold_stand_ins
from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.word_equations import equations_of, linear
from formengine.documents.word_fields import LAID_OUT, Field, bindings_of, fields_of, moments_of, unwrap
from formengine.documents.word_markup import child_of, names, set_value, value
from formengine.documents.word_parts import has_toggle, style_sheet, styles_with
from formengine.documents.word_symbols import settle_symbols, symbol_styles
from formengine.documents.word_templates.number_formats import KNOWN, WORDS, language_of, text_language
from formengine.documents.zip_safety import looks_like_xml

LIMITS: Final = SandboxLimits(seconds=60, megabytes=1024)
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_UNDERSTOOD: Final = {
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup": "wpg",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
}
"""What both Word and LibreOffice draw, with the prefix by which LibreOffice knows it."""
_MATTERS: Final = tuple(
    name.encode()
    for name in (
        "fldChar", "fldSimple", "AlternateContent", "webHidden", "sdt", "Short", "Long", "sym", "Symbol", "ingdings",
        "ebdings", "oMath", "ruby", "softHyphen", "vMerge", "embed", "lvlText", "docPr", "\u00ad", "\u200b",
    )
)  # fmt: skip
_UNSEEN: Final = str.maketrans(dict.fromkeys("\u00ad\u200b\ufeff"))
"""Characters that are seen nowhere, and would hide words from those who search, and make changes of nothing."""
_BLANKS: Final = " \t\r\n"
_LOOSE: Final = re.compile(rb"<(?:\w+:)?t>(?:\s|[^<]*\s</)")
"""Text that begins or ends with blanks which its element does not keep: nobody prints them."""
_UNREAD: Final = ("customxml/", "docprops/")
"""Parts that hold no text of the document, and need not be well-formed."""
_STRIKES: Final = ("strike", "dstrike")
_BEFORE_STRIKES: Final = ("rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike")
"""Properties of runs that stand before those, in the order of the schema."""
_EMBEDDED: Final = names("embedRegular", "embedBold", "embedItalic", "embedBoldItalic")
_DRAWINGS: Final = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr",
    "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr",
)
_SAID_OF_PICTURES: Final = ("descr", "title", "name")
_LOCAL: Final = re.compile(r"file:|[A-Za-z]:[\\/]|\\\\|/(?:Users|home)/", re.IGNORECASE)
"""Where a file lay on its author's machine: programs write it as the text of a picture, and of links to other files."""
_BULLET: Final = re.compile(r"[^\W\d_]{2}|\d")
"""Text in the place of a bullet, of which LibreOffice prints the first letter."""


class _Styles:
    """What the style sheet of a document says that counts in all parts; of none, where there is no sheet."""

    def __init__(self, sheet: Any) -> None:
        self.symbols = symbol_styles(sheet) if sheet is not None else {}
        self.struck = {name: styles_with(sheet, name) if sheet is not None else set() for name in _STRIKES}
        self.language = language_of(sheet) if sheet is not None else "en"

    @property
    def matter(self) -> bool:
        """Whether text has to be changed because of its style."""
        return bool(self.symbols) or any(self.struck.values())


def print_copy(docx: bytes) -> bytes:
    """The document as it is printed. Raises DocumentRefused for a file that cannot be read, DocumentTooHeavy."""
    return run_in_sandbox(__name__, {}, docx, LIMITS)


def sandboxed_task(_facts: Mapping[str, Any], docx: bytes) -> bytes:
    """`print_copy` within the sandboxed process."""
    return as_printed(docx)


def as_printed(docx: bytes) -> bytes:
    """The document as it is printed, inside a sandboxed process; its container was checked before."""
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        sheet_name = style_sheet(source)
        styles = _Styles(_parsed(source.read(sheet_name)) if sheet_name else None)
        for part in source.infolist():
            data = source.read(part)
            is_styled = styles.matter and b"Style" in data
            is_text = _is_text(part.filename, data) or is_styled or part.filename == sheet_name
            target.writestr(part.filename, _printed_part(data, styles) if is_text else data)
    return copy.getvalue()


def _is_text(name: str, data: bytes) -> bool:
    """Whether a part holds something that is not the same for each program; in UTF-16, it may."""
    if name.lower().startswith(_UNREAD):
        return False
    if name.lower().endswith(".rels"):
        return b"hyperlink" in data
    if not (name.lower().endswith(".xml") or looks_like_xml(data[:500])):
        return False
    if any(mark in data for mark in _MATTERS) or b"\0" in data[:100] or _LOOSE.search(data) is not None:
        return True
    return may_hold_stand_ins(data)


def _parsed(data: bytes) -> Any:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _printed_part(data: bytes, styles: _Styles) -> bytes:
    root = _parsed(data)
    if may_hold_stand_ins(data) or b"\0" in data[:100]:
        _take_stand_ins_out(root)
    _choose_alternatives(root)
    fields = fields_of(root)
    for word_field in fields:
        _settle_field(word_field)
    _mend_runs(root, {mark for word_field in fields for mark in word_field.marks})
    for control in list(root.iter(*names("sdt"))):
        _unwrap_control(control)
    unprinted = (*names("webHidden", "softHyphen", "pgNum"), *_EMBEDDED)
    for picture in root.iter(*_DRAWINGS):
        for name in [name for name in _SAID_OF_PICTURES if _LOCAL.match(picture.get(name, ""))]:
            del picture.attrib[name]
    for link in root.iter("{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"):
        if link.get("TargetMode") == "External" and _LOCAL.match(link.get("Target", "")):
            link.set("Target", "about:blank")
    for mark in [*root.iter(*unprinted), *moments_of(root), *bindings_of(root)]:
        mark.getparent().remove(mark)
    settle_symbols(root, styles.symbols)
    _strike_by_style(root, styles.struck)
    for equation in equations_of(root):
        _write_equation(equation)
    for ruby in list(root.iter(*names("ruby"))):
        _write_ruby(ruby)
    for text in root.iter(*names("t", "delText")):
        words = text.text or ""
        text.text = (words if text.get(_SPACE) == "preserve" else words.strip(_BLANKS)).translate(_UNSEEN)
    for cell in root.iter(*names("vMerge")):
        _empty_merged_cell(cell)
    _settle_language(root)
    for level in root.iter(*names("lvl")):
        _settle_number(level, styles.language)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return content


def _take_stand_ins_out(root: Any) -> None:
    """Take out characters that an author wrote, and that would be read as words of this program: "[struck out:"."""
    for element in root.iter(etree.Element):
        element.text, element.tail = authors_own(element.text or "") or None, authors_own(element.tail or "") or None
        for name, text in element.attrib.items():
            element.set(name, authors_own(text))


def _choose_alternatives(root: Any) -> None:
    """Keep one alternative of each text: the first that all programs draw, else the one for programs that know none."""
    for alternatives in list(root.iter(f"{_COMPATIBILITY}AlternateContent")):
        if alternatives.getparent() is None:
            continue
        chosen = next((choice for choice in alternatives if _is_understood(choice)), None)
        if chosen is None:
            chosen = next(alternatives.iterchildren(f"{_COMPATIBILITY}Fallback"), None)
        for alternative in list(alternatives):
            if alternative is not chosen:
                alternatives.remove(alternative)
        if chosen is not None and _is_drawing(chosen):
            chosen.set("Requires", _requirements(chosen)[0])
            continue
        if chosen is not None:
            unwrap(chosen)
        unwrap(alternatives)


def _is_understood(choice: Any) -> bool:
    return choice.tag == f"{_COMPATIBILITY}Choice" and all(_requirements(choice))


def _requirements(choice: Any) -> list[str]:
    """What a choice requires, as LibreOffice knows it; "" for what is not understood."""
    prefixes = choice.get("Requires", "").split()
    return [_UNDERSTOOD.get(choice.nsmap.get(prefix, ""), "") for prefix in prefixes] or [""]


def _is_drawing(choice: Any) -> bool:
    """Whether LibreOffice draws a choice where it stands, and not what stands in its place."""
    return choice.tag == f"{_COMPATIBILITY}Choice" and next(choice.iter(*names("drawing")), None) is not None


def _settle_field(word_field: Field) -> None:
    """Have a field printed as the file shows it; one that is laid out shows nothing of its instruction."""
    words, text = word_field.instruction.split(), word_field.written
    if word_field.marks[0].getparent() is None:
        return  # it stood in another field, which is settled
    if text is not None and not word_field.changes:
        word_field.write(text)
    elif word_field.name in ("PAGE", "NUMPAGES") and not word_field.changes:
        word_field.number_pages()
    elif word_field.name == "REF" and "\\h" in words[2:] and not word_field.changes:
        word_field.link_to_bookmark(words[1])
    elif word_field.name not in LAID_OUT or word_field.changes:
        word_field.freeze()
    else:
        for element in word_field.code:
            if element.tag in names("t") and element.getparent() is not None:
                element.getparent().remove(element)


def _unwrap_control(control: Any) -> None:
    """Leave the content of a content control: its program would fill it from data, or format it as a date anew."""
    content = child_of(control, "sdtContent")
    for other in [child for child in control if child is not content]:
        control.remove(other)
    if content is not None:
        unwrap(content)
    unwrap(control)


def _mend_runs(root: Any, marks: Collection[Any]) -> None:
    """Have what stands in a wrong place read as it is printed: instructions of no field are nothing, words that are
    deleted nowhere are words, and a text is one piece.
    """
    for instruction in [text for text in root.iter(*names("instrText")) if text not in marks]:
        instruction.getparent().remove(instruction)
    for text in root.iter(*names("delText")):
        if next(text.iterancestors(*names("del", "moveFrom")), None) is None:
            text.tag = str(text.tag).replace("}delText", "}t")
    for text in [text for text in root.iter(*names("t")) if len(text)]:
        text.text = "".join([text.text or "", *(child.tail or "" for child in text)])
        for child in list(text):
            text.remove(child)
    for run in [run for run in root.iter(*names("r")) if run.getparent().tag == run.tag]:
        run.getparent().remove(run)


def _strike_by_style(root: Any, struck: Mapping[str, set[str]]) -> None:
    """Write into the runs of a part that their styles strike them out; a program that reads runs alone sees no line."""
    for name, styles in struck.items():
        for run in root.iter(*names("r")) if styles else ():
            if child_of(run, "rPr", name) is None and has_toggle(run, name, styles):
                namespace = str(run.tag).removesuffix("r")
                properties = child_of(run, "rPr")
                if properties is None:
                    properties = run.makeelement(f"{namespace}rPr")
                    run.insert(0, properties)
                before = sum(1 for _property in properties.iterchildren(*names(*_BEFORE_STRIKES)))
                properties.insert(before, run.makeelement(f"{namespace}{name}"))


def _write_equation(equation: Any) -> None:
    """Have a line of text stand for an equation (`word_equations`)."""
    paragraph = next(equation.iterancestors(*names("p")), None)
    if paragraph is None:
        return
    namespace = str(paragraph.tag).removesuffix("p")
    run = equation.makeelement(f"{namespace}r")
    run.append(run.makeelement(f"{namespace}t"))
    run[0].text = linear(equation)
    run[0].set(_SPACE, "preserve")
    run.tail = equation.tail
    equation.getparent().replace(equation, run)


def _write_ruby(ruby: Any) -> None:
    """Put the words above a text behind it in brackets: of a PDF, they are read before it or not at all."""
    run = next(ruby.iterancestors(*names("r")), None)
    base, above = child_of(ruby, "rubyBase"), child_of(ruby, "rt")
    if run is None:
        return
    texts = list(above.iter(*names("t"))) if above is not None else []
    if texts:
        texts[0].text = f"({texts[0].text or ''}"
        texts[-1].text = f"{texts[-1].text or ''})"
    for child in [*(base if base is not None else ()), *(above if above is not None else ())]:
        run.addprevious(child)
    ruby.getparent().remove(ruby)


def _empty_merged_cell(merged: Any) -> None:
    """Leave nothing in a cell that goes on with the one above it: what stands in it is printed nowhere."""
    cell = merged.getparent().getparent()
    if value(merged, "val", "continue") != "continue" or cell is None or cell.tag not in names("tc"):
        return
    for text in list(cell.iter(*names("t", "drawing", "pict"))):
        text.getparent().remove(text)


def _settle_language(root: Any) -> None:
    """Have a style sheet say the language of its text for the whole document: that of the PDF is taken from it."""
    everywhere = child_of(root, "docDefaults", "rPrDefault", "rPr", "lang")
    if everywhere is not None and (language := text_language(root)):
        set_value(everywhere, "val", language)


def _settle_number(level: Any, language: str) -> None:
    """Have the words that a list writes in the place of a bullet printed whole, and what numbers cannot be read as
    LibreOffice prints them in figures.
    """
    kind, text = child_of(level, "numFmt"), child_of(level, "lvlText")
    if kind is None:
        return
    format_ = value(kind, "val")
    if text is not None and format_ == "bullet" and _BULLET.search(value(text, "val")):
        set_value(kind, "val", "none")
    elif format_ not in KNOWN or (format_ in WORDS and not language):
        set_value(kind, "val", "decimal")
