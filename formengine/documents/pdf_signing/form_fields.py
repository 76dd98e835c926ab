"""The fields of a document to sign: found by their marks, laid out before the first signature, filled in with each.

A Word document is converted with a bookmark at each mark, which LibreOffice exports as a named destination.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.pdf_signing.model import Field
from formengine.documents.pdf_signing.pdf_entries import entry
from formengine.documents.pdf_signing.stamp import value_content
from formengine.documents.pdf_signing.structure_tags import show_title, tag_fields

if TYPE_CHECKING:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

MAX_PAGES: Final = 2000
_PRINTED: Final = 4  # annotation flag Print (ISO 32000-1, table 165)
_READ_ONLY: Final = 1  # field flag ReadOnly (ISO 32000-1, table 221)


def open_for_change(pdf: bytes) -> IncrementalPdfFileWriter:
    """A writer that appends to a PDF; the PDF may mix cross-reference tables and streams, as some Office files do."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    if writer.prev.encrypted:
        raise ValueError("the PDF is protected by a password; save it without one")
    return writer


def pages_of(handler: Any) -> list[Any]:
    """References to the pages of a document, in their order."""
    count = int(handler.root["/Pages"]["/Count"])
    if count > MAX_PAGES:
        raise ValueError(f"the PDF has more than {MAX_PAGES} pages")
    return [handler.find_page_for_modification(number)[0] for number in range(count)]


def marks(pdf: bytes) -> tuple[int, dict[str, tuple[int, float, float]]]:
    """The number of pages, and each named destination as (page, x, y): the upper left corner of what it names."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    pages = pages_of(reader)
    numbers = {(page.idnum, page.generation): number for number, page in enumerate(pages)}
    found_at = {}
    for name, target in _destinations(reader):
        if len(target) >= 4 and target[1] == "/XYZ":
            page = target.raw_get(0)
            number = numbers.get((page.idnum, page.generation))
            if number is not None:
                found_at[name] = (number, float(target[2]), float(target[3]))
    return len(pages), found_at


def _destinations(reader: Any) -> Iterator[tuple[str, Any]]:
    """Named destinations of both kinds (ISO 32000-1, 12.3.2.3)."""
    for name, target in (entry(reader.root, "/Dests") or {}).items():
        yield str(name).removeprefix("/"), _array(target)
    yield from _leaves(entry(entry(reader.root, "/Names") or {}, "/Dests"), 0)


def _leaves(node: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if node is None or depth > 20:
        return
    names = entry(node, "/Names") or ()
    for index in range(0, len(names) - 1, 2):
        yield str(names[index]), _array(names[index + 1])
    for kid in entry(node, "/Kids") or ():
        yield from _leaves(kid.get_object(), depth + 1)


def _array(target: Any) -> Any:
    value = target.get_object() if hasattr(target, "get_object") else target
    return (entry(value, "/D") or ()) if isinstance(value, dict) else value


def field_place(pdf: bytes, name: str) -> tuple[int, tuple[float, ...], tuple[float, float]]:
    """The page of a signature field (from 0), its box, and the width and height of the page, all in points.

    Raises ValueError where there is no such field.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(pdf), strict=False)
    for number, reference in enumerate(pages_of(reader)):
        page = reference.get_object()
        for annotation in entry(page, "/Annots") or ():
            widget = annotation.get_object()
            if str(entry(widget, "/T")) == name:
                left, bottom, right, top = _page_box(page)
                x, y, x2, y2 = (float(side) for side in widget["/Rect"])
                return number, (x - left, y - bottom, x2 - left, y2 - bottom), (right - left, top - bottom)
    raise ValueError(f"the PDF has no field {name}")


def _page_box(page: Any) -> tuple[float, ...]:
    """The media box of a page, which it may have from the pages above it (ISO 32000-1, 7.7.3.4)."""
    node = page
    while node is not None:
        box = entry(node, "/MediaBox")
        if box is not None:
            return tuple(float(side) for side in box)
        node = entry(node, "/Parent")
    raise ValueError("a page of the PDF has no size")


def append_pages(pdf: bytes, more: bytes) -> bytes:
    """The document with the pages of another one after its own."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import PageObject

    writer, other = open_for_change(pdf), PdfFileReader(io.BytesIO(more))
    for number, page in enumerate(pages_of(other)):
        drawn = writer.import_page_as_xobject(other, number)
        resources = generic.DictionaryObject({"/XObject": generic.DictionaryObject({"/Page": drawn})})
        stream = writer.add_object(generic.StreamObject(stream_data=b"q /Page Do Q"))
        box = entry(page.get_object(), "/MediaBox") or drawn.get_object()["/BBox"]
        writer.insert_page(PageObject(stream, [float(side) for side in box], resources))
    return _written(writer)


def lay_out(pdf: bytes, fields: Iterable[Field]) -> bytes:
    """The document with empty fields. A signature locks the values that belong to it (FieldMDP)."""
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, SigFieldSpec, append_signature_field

    writer, fields = open_for_change(pdf), list(fields)
    for field in (field for field in fields if field.kind == "sign"):
        values = [value.name for value in fields if value.owner == field.name]
        lock = FieldMDPSpec(FieldMDPAction.INCLUDE, fields=values) if values else None
        box = tuple(round(side) for side in field.box)
        specification = SigFieldSpec(
            field.name, on_page=field.page, box=box, field_mdp_spec=lock, readable_field_name=field.label or None
        )
        append_signature_field(writer, specification)
    form = entry(writer.root, "/AcroForm")
    for field in (field for field in fields if field.kind != "sign"):
        page = writer.find_page_for_modification(field.page)[0]
        reference = writer.add_object(_text_field(field, page))
        form["/Fields"].append(reference)
        writer.update_container(form["/Fields"])
        _annotate(writer, page.get_object(), reference)
    if form is not None:
        form.pop(generic.pdf_name("/NeedAppearances"), None)
        order = {field.name: number for number, field in enumerate(fields)}
        added = [field for field in form["/Fields"] if str(entry(field.get_object(), "/T")) in order]
        tag_fields(writer, sorted(added, key=lambda field: order[str(field.get_object()["/T"])]))
    show_title(writer)
    return _written(writer)


def _text_field(field: Field, page: Any) -> Any:
    from pyhanko.pdf_utils import generic

    return generic.DictionaryObject(
        {
            "/Type": generic.pdf_name("/Annot"),
            "/Subtype": generic.pdf_name("/Widget"),
            "/FT": generic.pdf_name("/Tx"),
            "/T": generic.pdf_string(field.name),
            "/TU": generic.pdf_string(field.label or field.name),
            "/Rect": generic.ArrayObject([generic.FloatObject(round(side, 2)) for side in field.box]),
            "/F": generic.NumberObject(_PRINTED),
            "/Ff": generic.NumberObject(_READ_ONLY),
            "/DA": generic.pdf_string("/Helv 10 Tf 0 g"),
            "/P": page,
        }
    )


def _annotate(writer: Any, page: Any, reference: Any) -> None:
    from pyhanko.pdf_utils import generic

    annotations = entry(page, "/Annots")
    if annotations is None:
        page["/Annots"] = generic.ArrayObject([reference])
        writer.update_container(page)
    else:
        annotations.append(reference)
        writer.update_container(annotations)


def fill_in(writer: Any, values: Mapping[str, str]) -> None:
    """Write texts into the fields with these names, and into those that repeat one (`initials-4_2`); names without a
    field are left out.
    """
    from pyhanko.pdf_utils import generic

    form = entry(writer.root, "/AcroForm")
    for reference in form["/Fields"] if form is not None else ():
        field = reference.get_object()
        text = values.get(str(entry(field, "/T") or "").partition("_")[0])
        if text and entry(field, "/FT") == "/Tx":
            left, bottom, right, top = (float(side) for side in field["/Rect"])
            field["/V"] = generic.pdf_string(text)
            drawn = value_content(writer, text, right - left, top - bottom)
            drawn.set_writer(writer)
            appearance = writer.add_object(drawn.as_form_xobject())
            field["/AP"] = generic.DictionaryObject({"/N": appearance})
            writer.update_container(field)


def _written(writer: Any) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()
