"""What is anchored in the text of a Word document and stands elsewhere: footnotes, endnotes, text boxes.

While two versions are compared, a character of private use stands in the text for each of them: the same one in both
versions for a pair that belongs together. So the text says where each is, and a change of its place is a change of the
text. Within the sandboxed process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from formengine.documents.paragraph_text import BOX, FALLBACK, HOLDERS, run_text, runs_of
from formengine.documents.word_versions.alignment import align
from formengine.documents.word_versions.word_text import text_roots

_FIRST: Final = 0xF0000
"""The first code of the plane of private use from which characters are taken."""
_REFERENCES: Final = {qn("w:footnoteReference"): "footnotes", qn("w:endnoteReference"): "endnotes"}
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_OUTSIDE: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True)
class Anchored:
    """A note or text box: the element in the text that stands for it, and its content; `kind` is "footnotes",
    "endnotes" or "box".
    """

    kind: str
    element: Any
    content: Any


class Notes:
    """The footnotes and endnotes of a document, by kind and id."""

    def __init__(self, document: Any) -> None:
        self._part = document.part
        self._roots: dict[str, Any] = {}
        for kind, root in text_roots(document):
            if kind in _REFERENCES.values():
                self._roots[kind] = root
        self._contents = {
            (kind, note.get(qn("w:id"))): note for kind, root in self._roots.items() for note in root if len(note)
        }

    def content(self, kind: str, id_: str | None) -> Any | None:
        """The content of a note; None where there is none."""
        return self._contents.get((kind, id_))

    def add(self, kind: str, note: Any) -> str:
        """Add a note under a new id, which is returned; to a document without notes of its kind also their part."""
        root = self._roots[kind] if kind in self._roots else self._new_part(kind)
        numbers = [
            int(other.get(qn("w:id"), "0")) for other in root if other.get(qn("w:id"), "0").lstrip("-").isdigit()
        ]
        id_ = str(max([0, *numbers]) + 1)
        note.set(qn("w:id"), id_)
        root.append(note)
        return id_

    def put_in_order(self, body: Any) -> None:
        """Put the notes in the order of their references, and number them so: LibreOffice takes them by their order,
        whatever their numbers.
        """
        for kind, root in self._roots.items():
            references = list(body.iter(qn(f"w:{kind.removesuffix('s')}Reference")))
            notes = {note.get(qn("w:id")): note for note in root}
            lines = [note for note in root if note.get(qn("w:type"), "normal") != "normal"]
            referred = [note for mark in references if (note := notes.get(mark.get(qn("w:id")))) is not None]
            rest = [note for note in root if note not in lines and note not in referred]
            first = max([0, *(int(line.get(qn("w:id"), "0")) for line in lines)]) + 1
            numbers = {}
            for number, note in enumerate(dict.fromkeys([*referred, *rest]), first):
                numbers[note.get(qn("w:id"))] = str(number)
                note.set(qn("w:id"), str(number))
                root.append(note)
            for mark in references:
                mark.set(qn("w:id"), numbers.get(mark.get(qn("w:id")), mark.get(qn("w:id"))))

    def _new_part(self, kind: str) -> Any:
        """An empty part for notes, with the two lines that separate them from the text (ECMA-376 part 1, 17.11)."""
        name = kind.removesuffix("s")
        lines = (("separator", 0), ("continuationSeparator", 1))
        notes = "".join(
            f'<w:{name} w:type="{line}" w:id="{id_}"><w:p><w:r><w:{line}/></w:r></w:p></w:{name}>'
            for line, id_ in lines
        )
        root = parse_xml(f"<w:{kind} {nsdecls('w')}>{notes}</w:{kind}>")
        part = XmlPart(PackURI(f"/word/{kind}.xml"), _CONTENT_TYPE.format(kind), root, self._part.package)
        self._part.relate_to(part, f"{_OUTSIDE.strip('{}')}/{kind}")
        self._roots[kind] = part.element
        return part.element


def anchored_in(root: Any, notes: Notes) -> list[Anchored]:
    """The notes and text boxes of a text in its order; of boxes in boxes the outermost."""
    result = []
    for run in list(runs_of(root)):
        if any(parent.tag == BOX and _is_inside(parent, root) for parent in run.iterancestors()):
            continue
        for child in run:
            if child.tag in _REFERENCES:
                kind = _REFERENCES[child.tag]
                content = notes.content(kind, child.get(qn("w:id")))
                if content is not None:
                    result.append(Anchored(kind, child, content))
            elif child.tag in HOLDERS:
                box = next((box for box in child.iter(BOX) if not _is_repeated(box)), None)
                if box is not None:
                    result.append(Anchored("box", child, box))
    return result


def _is_inside(element: Any, root: Any) -> bool:
    return element is not root and any(parent is root for parent in element.iterancestors())


def _is_repeated(box: Any) -> bool:
    return any(parent.tag == FALLBACK for parent in box.iterancestors())


def pair(old: list[Anchored], new: list[Anchored]) -> tuple[list[str], list[str]]:
    """The character that stands for each of two versions' notes and boxes: the same for those that belong together."""
    codes: tuple[dict[int, str], dict[int, str]] = ({}, {})
    count = 0
    for kind in dict.fromkeys(entry.kind for entry in [*old, *new]):
        mine = [index for index, entry in enumerate(old) if entry.kind == kind]
        theirs = [index for index, entry in enumerate(new) if entry.kind == kind]
        texts, new_texts = [_text(old[index]) for index in mine], [_text(new[index]) for index in theirs]
        for i, j in align(texts, new_texts, texts, new_texts):
            character = chr(_FIRST + count)
            count += 1
            if i is not None:
                codes[0][mine[i]] = character
            if j is not None:
                codes[1][theirs[j]] = character
    return [codes[0][index] for index in range(len(old))], [codes[1][index] for index in range(len(new))]


def _text(anchored: Anchored) -> str:
    return "\n".join("".join(map(run_text, runs_of(p))) for p in anchored.content.iter(qn("w:p")))


def put_characters(entries: list[Anchored], characters: list[str]) -> None:
    """Put the character of each note or box into the text in its stead."""
    for entry, character in zip(entries, characters, strict=True):
        text = OxmlElement("w:t")
        text.text = character
        entry.element.getparent().replace(entry.element, text)


def put_back(
    root: Any, here: Mapping[str, Callable[[], Any | None]], gone: Mapping[str, Callable[[], Any | None]]
) -> set[str]:
    """Put notes and boxes back where their characters stand in a text: those of `gone` where it is deleted, else those
    of `here`. What makes none is left out. Returns the characters that stood in deleted text.
    """
    deleted: set[str] = set()
    for text in list(root.iter(qn("w:t"), qn("w:delText"))):
        words, is_deleted = text.text or "", text.tag == qn("w:delText")
        elements = gone if is_deleted else here
        if not any(character in elements for character in words):
            continue
        for piece in _pieces(words, elements):
            if piece in elements:
                element = elements[piece]()
                deleted |= {piece} if is_deleted else set()
            else:
                element = OxmlElement("w:delText" if is_deleted else "w:t")
                element.text = piece
                element.set(_SPACE, "preserve")
            if element is not None:
                text.addprevious(element)
        text.getparent().remove(text)
    return deleted


def _pieces(words: str, characters: Mapping[str, object]) -> Iterator[str]:
    plain = ""
    for character in words:
        if character in characters:
            if plain:
                yield plain
            yield character
            plain = ""
        else:
            plain += character
    if plain:
        yield plain


def copied_box(box: Anchored) -> Anchored | None:
    """A copy of a text box of another document; None for one that needs a picture or link of that document."""
    element = deepcopy(box.element)
    for part in element.iter():
        if any(str(name).startswith(_OUTSIDE) for name in part.attrib):
            return None
    content = next(inner for inner in element.iter(BOX) if not _is_repeated(inner))
    return Anchored("box", element, content)


def repeat_for_older_programs(element: Any) -> None:
    """Give the repetition of a text box in older markup the same content as the box."""
    boxes = list(element.iter(BOX))
    first = next((box for box in boxes if not _is_repeated(box)), None)
    for box in boxes:
        if first is not None and box is not first and _is_repeated(box):
            box.getparent().replace(box, deepcopy(first))
