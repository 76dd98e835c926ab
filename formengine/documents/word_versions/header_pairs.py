"""Which headers and footers of two versions belong together: those of the same section and kind of page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

_REFERENCES: Final = ("w:headerReference", "w:footerReference")
_PROPERTIES: Final = {
    ("w:headerReference", "default"): "header",
    ("w:headerReference", "first"): "first_page_header",
    ("w:headerReference", "even"): "even_page_header",
    ("w:footerReference", "default"): "footer",
    ("w:footerReference", "first"): "first_page_footer",
    ("w:footerReference", "even"): "even_page_footer",
}
Key = tuple[int, str, str]


def header_pairs(before: Any, after: Any) -> Iterator[tuple[Any, Any]]:
    """The elements of the headers and footers of an older and a newer document; one that is in the newer alone is
    paired with an empty one, and one that went with an empty one that is added to the newer.
    """
    old, new = _elements(before), _elements(after)
    done: set[Any] = set()
    for key in dict.fromkeys([*new, *old]):
        old_one, new_one = old.get(key), new.get(key)
        if new_one is None:
            if old_one in done or old_one is None:
                continue
            new_one = _added(after, key)
        if new_one in done:
            continue
        done |= {new_one, old_one}
        yield old_one if old_one is not None else empty(new_one.tag), new_one


def empty(tag: str) -> Any:
    """An element with one paragraph, which is empty."""
    element = OxmlElement("w:hdr")
    element.tag = tag
    element.append(OxmlElement("w:p"))
    return element


def _elements(document: Any) -> dict[Key, Any]:
    elements: dict[Key, Any] = {}
    for number, section in enumerate(document.sections):
        for name in _REFERENCES:
            for reference in section._sectPr.findall(qn(name)):
                part = document.part.related_parts.get(reference.get(qn("r:id")))
                if part is not None and getattr(part, "element", None) is not None:
                    elements[(number, name, reference.get(qn("w:type"), "default"))] = part.element
    return elements


def _added(document: Any, key: Key) -> Any:
    number, name, kind = key
    section = document.sections[min(number, len(document.sections) - 1)]
    header = getattr(section, _PROPERTIES[(name, kind)])
    header.is_linked_to_previous = False
    return header._element
