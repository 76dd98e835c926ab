"""The text of a Word template with its tags, paragraph by paragraph, and what Word did to the tags.

A tag that was changed in Word is stored in pieces; docxtpl joins those that lie in one row of runs, and breaks on those
that a tab, a link, a field or a tracked change cuts in two.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree  # type: ignore[import-untyped]  # it has no stubs

from formengine.errors import DocumentRefused

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARTS: Final = re.compile(r"word/(document|header|footer|footnotes|endnotes|comments)(\d*)\.xml")
FILLED: Final = ("document", "header", "footer", "footnotes")
"""The parts whose tags docxtpl fills."""
_WRAPPERS: Final = {"ins", "del", "moveFrom", "moveTo", "hyperlink", "fldSimple", "sdtContent", "smartTag", "customXml"}
_BREAKS: Final = {
    "tab",
    "br",
    "cr",
    "fldChar",
    "instrText",
    "footnoteReference",
    "endnoteReference",
    "commentReference",
}
TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_PREFIX: Final = re.compile(r"(\{[{%#])(p|tr|tc|r)(?=\s)")
_CELL_TAG: Final = re.compile(r"\{%\s*(?:vm|hm)\s*%\}")
_CELL_VALUE: Final = re.compile(r"\{%\s*(?:colspan|cellbg)\s+(.*?)\s*%\}")
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\u00a0": " ", "\n": " "})


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a template: the part it stands in (`document`, `header` ...), its number in it, and its text.

    `split` are the tags that something other than text cuts in two; in `source` the tags are those of Jinja.
    """

    part: str
    number: int
    text: str
    split: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The paragraph as Jinja reads it."""
        text = TAG.sub(lambda match: match[0].translate(_QUOTES), self.text.replace("\n", " "))
        return _CELL_VALUE.sub(r"{{ \1 }}", _CELL_TAG.sub("", _PREFIX.sub(r"\1", text)))

    @property
    def whole_tags(self) -> list[str]:
        """The tags that stand for a whole paragraph, row or cell: `{%p if ... %}`."""
        return [tag for tag in TAG.findall(self.text) if re.match(r"\{[{%#](?:p|tr|tc)\s", tag)]


def paragraphs_of(template: bytes) -> dict[str, list[Paragraph]]:
    """The paragraphs of each part of a template that has text, by the name of the part (`header1`).

    Raises DocumentRefused for a part that is no XML.
    """
    parts: dict[str, list[Paragraph]] = {}
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        for name in sorted(archive.namelist()):
            if match := _PARTS.fullmatch(name):
                parts[match[1] + match[2]] = list(_paragraphs(_parsed(archive.read(name)), match[1]))
    return parts


def _parsed(xml: bytes) -> Any:
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise DocumentRefused(f"the template cannot be opened: {error}") from error


def _paragraphs(root: Any, part: str) -> Iterator[Paragraph]:
    shown = (p for p in root.iter(f"{_W}p") if next(p.iterancestors(_FALLBACK), None) is None)
    for number, element in enumerate(shown, 1):
        pieces = list(_pieces(element))
        text = "".join(piece for piece, _ in pieces)
        yield Paragraph(part, number, text, tuple(_split_tags(text, pieces)) if "{" in text else ())


def _pieces(paragraph: Any) -> Iterator[tuple[str, Any]]:
    """(text, what holds it) of a paragraph in order; what breaks a tag has the text "\\n" and holds itself."""
    for element in paragraph.iter():
        if element is paragraph or not isinstance(element.tag, str) or not element.tag.startswith(_W):
            continue
        name = element.tag.removeprefix(_W)
        if name != "t" and name not in _BREAKS:
            continue
        if next(element.iterancestors(f"{_W}p")) is not paragraph:  # of a text box within this paragraph
            continue
        if name == "t":
            wrapper = next((a for a in element.iterancestors() if a.tag.removeprefix(_W) in _WRAPPERS), None)
            yield element.text or "", wrapper if wrapper is not None and _is_within(wrapper, paragraph) else paragraph
        elif name in ("tab", "br", "cr") and next(element.iterancestors(f"{_W}r"), None) is None:
            continue  # a tab stop among the properties
        else:
            yield "\n", element


def _is_within(element: Any, paragraph: Any) -> bool:
    return any(ancestor is paragraph for ancestor in element.iterancestors())


def _split_tags(text: str, pieces: list[tuple[str, Any]]) -> Iterator[str]:
    """The tags of a paragraph that lie in more than one holder."""
    bounds, position = [], 0
    for piece, holder in pieces:
        bounds.append((position, position + len(piece), holder))
        position += len(piece)
    for match in re.finditer(r"\{\{[^{}]*\}\}|\{%[^{}]*?%\}", text, re.DOTALL):
        holders = {id(holder) for start, end, holder in bounds if start < match.end() and end > match.start()}
        if len(holders) > 1:
            yield " ".join(match[0].split())
