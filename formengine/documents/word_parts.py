"""What stands in the parts of a Word file: relations, fields, remarks of its authors; within the sandboxed process.

Parts are parsed and not searched as text: XML says the same thing in many ways (prefixes, references to characters,
comments, UTF-16), and Word reads them all. ECMA-376 part 1, 17.16 (fields), 17.13 (comments, revisions); part 2 (OPC).
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]  # it has no stubs

from formengine.documents.faint_text import Visibility, faint_levels
from formengine.documents.word_fields import changing_texts
from formengine.documents.word_markup import names, value
from formengine.documents.zip_safety import looks_like_xml

_REMARKS: Final = (
    "ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "numberingChange", "tblGridChange",
    "rPrChange", "pPrChange", "sectPrChange", "tblPrChange", "trPrChange", "tcPrChange", "tblPrExChange", "comment",
)  # fmt: skip
_TEXTS: Final = ("header", "footer", "footnotes", "endnotes", "comments")
_XML: Final = re.compile(r"\.(?:xml|rels)$", re.IGNORECASE)
_FALSE: Final = ("0", "false", "off")


@dataclass(frozen=True)
class Relation:
    """A relation of a part: the last word of its type, where it leads, and whether that is outside of the file."""

    kind: str
    target: str
    is_external: bool


class WordParts:
    """The parts of a Word file that are XML, parsed. Raises ValueError where one that matters is not well-formed, or
    there is no text. The container was checked before (`zip_safety.py`).
    """

    def __init__(self, docx: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            contents = ((name, archive.read(name)) for name in archive.namelist())
            roots = {name: _parsed(name, content) for name, content in contents if _is_xml(name, content)}
        self.roots: dict[str, Any] = {name: root for name, root in roots.items() if root is not None}
        self._by_name = {name.lower(): root for name, root in self.roots.items()}
        mains = self._related("", ("officeDocument",)) or ["word/document.xml"]
        self.main = mains[0]
        document = self._by_name.get(self.main)
        if document is None or next(document.iter(*names("body")), None) is None:
            raise ValueError("the file is damaged: it has no text")

    @property
    def main_kind(self) -> tuple[str, str]:
        """What the text of the file is said to be: by the relation that leads to it "officeDocument/2006", or in the
        strict variant of the format "ooxml/officeDocument"; and its content type. "" for what is not said.
        """
        relations, declared = self._by_name.get("_rels/.rels"), self._by_name.get("[content_types].xml")
        links = relations.iter("{*}Relationship") if relations is not None else ()
        leading = next((type_ for link in links if (type_ := link.get("Type", "")).endswith("/officeDocument")), "")
        dialect = next((name for name in ("officeDocument/2006", "ooxml/officeDocument") if name in leading), "")
        usual, own = "", ""
        for entry in declared if declared is not None else ():
            if entry.get("PartName", "").lower().lstrip("/") == self.main:
                own = entry.get("ContentType", "")
            elif entry.get("Extension", "").lower() == self.main.rpartition(".")[2]:
                usual = entry.get("ContentType", "")
        return dialect, own or usual

    @property
    def relations(self) -> Iterator[Relation]:
        """The relations of all parts."""
        for name, root in self.roots.items():
            if name.lower().endswith(".rels"):
                yield from _relations(root)

    @property
    def instructions(self) -> Iterator[str]:
        """The instructions of all fields, each as Word puts it together from its runs."""
        for root in self.roots.values():
            yield from _instructions(root)

    def count_remarks(self) -> int:
        """How many tracked changes, comments, hidden or faint passages, and texts that change by themselves the text
        has, with its headers, footers and notes.
        """
        styles = self._hidden_styles
        count = sum(_count_remarks(root, styles) for root in self._texts)
        return count + sum(1 for kind, _text in self.unseen() if kind != "hidden")

    def unseen(self) -> Iterator[tuple[str, str]]:
        """The texts that are not printed as they stand in the file, with what they are: "hidden", "faint", or
        "changing" (a field or control that fills itself anew).
        """
        sheet = next(iter(self._sheets), None)
        visibility, styles = Visibility(sheet), self._hidden_styles
        for root in self._texts:
            hidden = dict.fromkeys(run for run in root.iter(*names("r")) if is_hidden(run, styles))
            yield from (("hidden", text) for run in hidden if (text := _text_of(run).strip()))
            yield from (("faint", _text_of(run)) for run in visibility.faint_runs(root) if run not in hidden)
            yield from (("changing", text) for text in changing_texts(root))
        for name in self._related(self.main, ("numbering",)):
            levels = faint_levels(self._by_name[name]) if name in self._by_name else []
            yield from (("faint", value(level, "val")) for level in levels)

    @property
    def _texts(self) -> list[Any]:
        """The parts that hold text."""
        parts = [self.main, *self._related(self.main, _TEXTS)]
        return [self._by_name[name] for name in dict.fromkeys(parts) if name in self._by_name]

    @property
    def _sheets(self) -> list[Any]:
        return [self._by_name[name] for name in self._related(self.main, ("styles",)) if name in self._by_name]

    @property
    def _hidden_styles(self) -> set[str]:
        return {style for sheet in self._sheets for style in hidden_styles(sheet)}

    def _related(self, part: str, kinds: tuple[str, ...]) -> list[str]:
        """The names of the parts to which a part has relations of some kinds, in small letters; "" is the file."""
        return _related_parts(part, kinds, self._by_name.get)


def style_sheet(archive: zipfile.ZipFile) -> str:
    """The name of the part with the styles of a document, as the relation of its text says; "" without one. A file may
    have others, such as those of its building blocks.
    """
    parts = {name.lower(): name for name in archive.namelist()}

    def root_of(name: str) -> Any:
        return _parsed(name, archive.read(parts[name])) if name in parts else None

    main = next(iter(_related_parts("", ("officeDocument",), root_of)), "word/document.xml")
    return next((parts[name] for name in _related_parts(main, ("styles",), root_of) if name in parts), "")


def _related_parts(part: str, kinds: tuple[str, ...], root_of: Callable[[str], Any]) -> list[str]:
    folder, name = posixpath.split(part)
    root = root_of(posixpath.join(folder, "_rels", f"{name}.rels"))
    inside = [relation for relation in _relations(root) if not relation.is_external] if root is not None else []
    return [
        posixpath.normpath(posixpath.join("/", folder, relation.target)).lstrip("/").lower()
        for relation in inside
        if relation.kind in kinds
    ]


def _is_xml(name: str, content: bytes) -> bool:
    """By its name, or by what it begins with: its relation says how a part is read, and not its name."""
    return bool(_XML.search(name)) or looks_like_xml(content[:500])


def _parsed(name: str, content: bytes) -> Any:
    """The root of a part; None for one that is not well-formed and that Word does not need."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        if name.lower().startswith("word/") or name.lower().endswith(".rels"):
            raise ValueError(f"the file is damaged: its part {name} is not well-formed") from None
        return None


def _relations(root: Any) -> Iterator[Relation]:
    for element in root.iter("{*}Relationship"):
        kind = element.get("Type", "").strip().rsplit("/", 1)[-1]
        is_external = element.get("TargetMode", "").strip().lower() == "external"
        yield Relation(kind, element.get("Target", "").strip(), is_external)


def _instructions(root: Any) -> Iterator[str]:
    """Of simple fields; and of complex ones, between the characters that begin them and those that end them."""
    fields: list[list[str]] = [[]]
    for element in root.iter(*names("fldSimple", "fldChar", "instrText", "delInstrText")):
        name = etree.QName(element).localname
        if name == "fldSimple":
            yield value(element, "instr")
        elif name != "fldChar":
            fields[-1].append(element.text or "")
        elif value(element, "fldCharType") == "begin":
            fields.append([])
        else:
            yield "".join(fields.pop())
            if not fields or value(element, "fldCharType") != "end":
                fields.append([])
    yield from ("".join(parts) for parts in fields)


def _count_remarks(root: Any, styles: set[str]) -> int:
    marks = sum(1 for _mark in root.iter(*names(*_REMARKS)))
    hidden = sum(1 for mark in root.iter(*names("vanish")) if is_on(mark))
    runs = [run for run in root.iter(*names("r")) if _mark_of(run) is None and is_hidden(run, styles)] if styles else []
    return marks + hidden + sum(1 for run in runs if any(text.text for text in run.iter(*names("t"))))


def _text_of(run: Any) -> str:
    return "".join(text.text or "" for text in run.iterchildren(*names("t")))


def hidden_styles(sheet: Any) -> set[str]:
    """The ids of the styles whose text is hidden, by themselves or by the style that they are based on."""
    return styles_with(sheet, "vanish")


def styles_with(sheet: Any, property_: str) -> set[str]:
    """The ids of the styles whose text has a property that is on or off, such as "strike", by themselves or by the
    style that they are based on.
    """
    own: dict[str, bool] = {}
    parents: dict[str, str] = {}
    for style in sheet.iter(*names("style")):
        id_, mark = value(style, "styleId"), _mark_of(style, property_)
        if mark is not None:
            own[id_] = is_on(mark)
        parents[id_] = next((value(based, "val") for based in style.iterchildren(*names("basedOn"))), "")
    return {id_ for id_ in parents if _inherits(id_, own, parents)}


def _inherits(style: str, own: dict[str, bool], parents: dict[str, str]) -> bool:
    seen: set[str] = set()
    while style in parents and style not in seen and style not in own:
        seen.add(style)
        style = parents[style]
    return own.get(style, False)


def is_hidden(run: Any, styles: set[str]) -> bool:
    """Whether the text of a run is hidden, by its own formatting or its styles; `styles` are the `hidden_styles`."""
    return has_toggle(run, "vanish", styles)


def has_toggle(run: Any, property_: str, styles: set[str]) -> bool:
    """Whether a run has a property that is on or off: by its own formatting, else by one of its two styles (17.7.3: by
    both, it has not). `styles` are those with the property (`styles_with`).
    """
    mark = _mark_of(run, property_)
    if mark is not None:
        return is_on(mark)
    paragraph = next(run.iterancestors(*names("p")), None)
    of_run, of_paragraph = (_style_of(run, "rPr", "rStyle"), _style_of(paragraph, "pPr", "pStyle"))
    return (of_run in styles) != (of_paragraph in styles)


def _style_of(element: Any, properties: str, name: str) -> str:
    groups = element.iterchildren(*names(properties)) if element is not None else ()
    return next((value(style, "val") for group in groups for style in group.iterchildren(*names(name))), "")


def _mark_of(element: Any, property_: str = "vanish") -> Any:
    """The mark by which a run or a style says itself whether it has a property; None without one."""
    groups = element.iterchildren(*names("rPr"))
    return next((mark for group in groups for mark in group.iterchildren(*names(property_))), None)


def is_on(mark: Any) -> bool:
    """Whether a mark that hides a text does, and does not show one that a style hides."""
    return value(mark, "val", "1") not in _FALSE
