"""Which headers and footers of two versions belong together: what a section shows on the same kind of page.

A section without a header of its own shows that of the section before (ECMA-376 part 1, 17.10.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import nsmap

from formengine.documents.page_parts import own_parts, shown_parts

_PROPERTIES: Final = {
    ("header", "default"): "header",
    ("header", "first"): "first_page_header",
    ("header", "even"): "even_page_header",
    ("footer", "default"): "footer",
    ("footer", "first"): "first_page_footer",
    ("footer", "even"): "even_page_footer",
}
_RELATION: Final = f"{{{nsmap['r']}}}"
Kind = tuple[str, str]


def header_pairs(before: Any, after: Any) -> list[tuple[Any, Any]]:
    """The elements of the headers and footers of an older and a newer document.

    One that is in the newer alone is paired with an empty one. Where the older section shows another than the section
    before and the newer the same, the newer is given one of its own, with what it shows.
    """
    pairs: list[tuple[Any, Any]] = []
    used: set[Any] = set()
    for kind in _PROPERTIES:
        for older, newer in _parts_of_kind(before, after, kind):
            if newer.element in used:
                continue  # several sections refer to one part
            if older is None:
                element = empty(newer.element.tag)
            else:
                element = deepcopy(older.element) if older.element in used else older.element
                used.add(older.element)
            used.add(newer.element)
            pairs.append((element, newer.element))
    return pairs


def empty(tag: str) -> Any:
    """An element with one paragraph, which is empty."""
    element = OxmlElement("w:hdr")
    element.tag = tag
    element.append(OxmlElement("w:p"))
    return element


def _parts_of_kind(before: Any, after: Any, kind: Kind) -> Iterator[tuple[Any, Any]]:
    """The older part, or None, and the newer one for each section of the newer document that has one of its own."""
    older_parts, newer_parts = shown_parts(before, *kind), own_parts(after, *kind)
    shown = older_before = None
    for number, own in enumerate(newer_parts):
        older = older_parts[min(number, len(older_parts) - 1)]
        if older is None and number == len(newer_parts) - 1:  # of a section that went
            older = next((part for part in older_parts[number:] if part is not None), None)
        if own is not None:
            shown = own
            yield older, own
        elif older is not None and older is not older_before:
            yield older, _added(after, number, kind, shown)
        older_before = older


def _added(document: Any, number: int, kind: Kind, shown: Any) -> Any:
    """The part of a new header or footer of a section, with the content of the one that it shows (None: of none)."""
    header = getattr(document.sections[number], _PROPERTIES[kind])
    header.is_linked_to_previous = False
    part = header.part
    if shown is not None:
        part.element[:] = [_copied(child, shown, part) for child in shown.element]
    return part


def _copied(element: Any, source: Any, part: Any) -> Any:
    """A copy of an element of the part `source` for another part, with the pictures and links that it refers to."""
    copy = deepcopy(element)
    for node in copy.iter():
        for name, id_ in node.attrib.items():
            if name.startswith(_RELATION) and id_ in source.rels:
                relation = source.rels[id_]
                target = relation.target_ref if relation.is_external else relation.target_part
                node.set(name, part.relate_to(target, relation.reltype, relation.is_external))
    return copy
