"""Fields of a tagged PDF in its structure, so that screen readers meet them where they read (ISO 14289-1, 7.18).

A field is a `Form` element that refers to its widget, at the end of the document's structure; the widget leads back to
it by the parent tree. A PDF without tags stays without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from formengine.documents.pdf_signing.pdf_entries import entry

_ROLE: Final = "/Form"


def show_title(writer: Any) -> None:
    """Have readers show the title of the document in place of the name of its file (ISO 14289-1, 7.1)."""
    from pyhanko.pdf_utils import generic

    preferences = entry(writer.root, "/ViewerPreferences")
    if preferences is None:
        preferences = writer.root["/ViewerPreferences"] = generic.DictionaryObject()
    preferences["/DisplayDocTitle"] = generic.BooleanObject(True)
    writer.update_container(preferences)
    writer.update_root()


def tag_fields(writer: Any, fields: Sequence[Any]) -> None:
    """Add fields, which are widgets as well, to the structure: references to them, in the order in which they are
    read. Nothing where the document has no tags, or keeps its parent tree in several nodes.
    """
    from pyhanko.pdf_utils import generic

    root = entry(writer.root, "/StructTreeRoot")
    parents = entry(root, "/ParentTree") if root is not None else None
    numbers = entry(parents, "/Nums") if parents is not None else None
    kids = entry(root, "/K") if root is not None else None
    if not fields or numbers is None or kids is None:
        return
    top, container = _top_element(root, kids)
    key = max([int(numbers[place]) for place in range(0, len(numbers), 2)], default=-1) + 1
    for reference in fields:
        widget = reference.get_object()
        page = widget.raw_get("/P")
        content = generic.DictionaryObject(
            {generic.pdf_name("/Type"): generic.pdf_name("/OBJR"), generic.pdf_name("/Obj"): reference}
        )
        element = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/StructElem"),
                generic.pdf_name("/S"): generic.pdf_name(_ROLE),
                generic.pdf_name("/P"): top,
                generic.pdf_name("/Pg"): page,
                generic.pdf_name("/K"): content,
                generic.pdf_name("/Alt"): generic.pdf_string(str(entry(widget, "/TU") or entry(widget, "/T"))),
            }
        )
        added = writer.add_object(element)
        container.append(added)
        numbers.extend([generic.NumberObject(key), added])
        widget["/StructParent"] = generic.NumberObject(key)
        writer.update_container(widget)
        page.get_object()["/Tabs"] = generic.pdf_name("/S")
        writer.update_container(page.get_object())
        key += 1
    root["/ParentTreeNextKey"] = generic.NumberObject(key)
    for changed in (root, numbers, container):
        writer.update_container(changed)


def _top_element(root: Any, kids: Any) -> tuple[Any, Any]:
    """A reference to the element of the whole document, and its array of kids: where it has none, one is made."""
    from pyhanko.pdf_utils import generic

    top = kids.raw_get(0) if isinstance(kids, generic.ArrayObject) else root.raw_get("/K")
    element = top.get_object()
    inner = entry(element, "/K")
    if not isinstance(inner, generic.ArrayObject):
        element["/K"] = inner = generic.ArrayObject([element.raw_get("/K")] if inner is not None else [])
    return top, inner
