"""The PDF that is signed: made of the version that everybody is asked about, with a field for each signer (S4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from formengine.documents import DOCX, to_pdf
from formengine.documents.installed_fonts import with_codes
from formengine.documents.pdf_signing import Box, Field, lay_out, marks_of
from formengine.documents.signature_marks import (
    BOX,
    WIDTHS,
    Mark,
    SignatureLine,
    SignaturePage,
    find_marks,
    prepare,
    signature_page,
)
from formengine.errors import DocumentRefused
from formengine.i18n import say

_BELOW: Final = 12
"""Points by which a stamp reaches below the top of the line that its mark stands in."""
_LINE: Final = 15
"""The height of a line, in points."""
Named = dict[str, tuple[int, float, float]]


@dataclass(frozen=True)
class SignerLine:
    """Somebody who is asked to sign: the seat, the name, and the role by its id and its title."""

    seat: int
    name: str
    role: str
    title: str


def signature_field(seat: int) -> str:
    """The name of the field that a seat signs in."""
    return f"signature-{seat}"


def value_field(kind: str, seat: int) -> str:
    """The name of the field for a date, initials or a city, of a seat; where it stands again, `_2` follows it."""
    return f"{kind}-{seat}"


def value_field_beside(signature: str, kind: str) -> str:
    """The name of the field that is filled in with a signature field. That one may have been laid out for somebody else
    of the same role, so it names the seat, and not whoever signs in it.

    >>> value_field_beside(signature_field(7), "date")
    'date-7'
    """
    return value_field(kind, int(signature.rpartition("-")[2]))


def document_to_sign(
    content: bytes, type_: str, signers: Sequence[SignerLine], language: str, title: str = ""
) -> bytes:
    """A document (a Word file or a PDF) as a PDF with empty fields: at the marks of its template, and for signers
    without a mark on a page at its end. That of a Word file has the title that is given.

    Raises DocumentRefused for a file that cannot be read, and ConversionFailed.
    """
    if type_ != DOCX:
        pages, _marks = marks_of(content)
        if not pages:
            raise DocumentRefused("the PDF has no pages")
        lines, page = _page(signers, language)
        more = to_pdf(signature_page(page, language), archival=True)
        _pages, named = marks_of(more)
        return lay_out(content, _page_fields(lines, named, language, after=pages), more)
    marks = find_marks(content)
    marked = _assign(marks, signers)
    lines, page = _page([signer for signer in signers if signer not in marked.values()], language)
    pdf = to_pdf(prepare(content, page if lines else None, title), archival=True)
    _pages, named = marks_of(pdf)
    fields = [field for mark in marks if (field := _mark_field(mark, marked, named, language)) is not None]
    return lay_out(pdf, [*_numbered(fields), *_page_fields(lines, named, language)])


def _numbered(fields: Sequence[Field]) -> list[Field]:
    """The fields with names of their own: of those that stand again, the second has `_2` after its name."""
    counts: Counter[str] = Counter()
    numbered = []
    for field in fields:
        counts[field.name] += 1
        number = counts[field.name]
        numbered.append(replace(field, name=f"{field.name}_{number}") if number > 1 else field)
    return numbered


def _assign(marks: Sequence[Mark], signers: Sequence[SignerLine]) -> dict[str, SignerLine]:
    """The signer of each mark, by its bookmark: the first of a role at the first mark of each kind, and so on. Of a
    signature there is one; what is filled in with it may stand again, for each of the role in turn.
    """
    assigned: dict[str, SignerLine] = {}
    for mark in marks:
        taken = sum(1 for other in assigned if _kind_of(marks, other) == (mark.kind, mark.role))
        of_role = [signer for signer in signers if signer.role == mark.role]
        if taken < len(of_role) or (of_role and mark.kind != "sign"):
            assigned[mark.bookmark] = of_role[taken % len(of_role)]
    signing = {assigned[mark.bookmark] for mark in marks if mark.kind == "sign" and mark.bookmark in assigned}
    return {bookmark: signer for bookmark, signer in assigned.items() if signer in signing}


def _kind_of(marks: Sequence[Mark], bookmark: str) -> tuple[str, str]:
    return next((mark.kind, mark.role) for mark in marks if mark.bookmark == bookmark)


def _mark_field(mark: Mark, marked: dict[str, SignerLine], named: Named, language: str) -> Field | None:
    """The field at a mark; None for a role in which nobody signs, and a mark that is on no page."""
    signer = marked.get(mark.bookmark)
    if signer is None or mark.bookmark not in named:
        return None
    page, x, y = named[mark.bookmark]
    if mark.kind == "sign":
        box = (x, y - _BELOW, x + BOX[0], y - _BELOW + BOX[1])
        return Field("sign", signature_field(signer.seat), page, box, _label(signer, language))
    width: Box = (x, y - _LINE + 1, x + WIDTHS[mark.kind], y + 1)
    label = {"date": "Date of signature", "initials": "Initials", "place": "City"}[mark.kind]
    name = value_field(mark.kind, signer.seat)
    return Field(mark.kind, name, page, width, say(language, label), signature_field(signer.seat))


def _page(signers: Sequence[SignerLine], language: str) -> tuple[list[tuple[SignerLine, str]], SignaturePage]:
    """The lines of a page of signatures, each with its bookmark, and the page."""
    lines = [(signer, f"feLine{number}") for number, signer in enumerate(signers)]
    page = SignaturePage(
        say(language, "Signatures"),
        say(language, "The signatures on this page are part of the document before it."),
        [
            SignatureLine(bookmark, with_codes(signer.name) or signer.title, signer.title if signer.name else "")
            for signer, bookmark in lines
        ],
    )
    return lines, page


def _page_fields(lines: Sequence[tuple[SignerLine, str]], named: Named, language: str, after: int = 0) -> list[Field]:
    """The fields of a page of signatures, which stands after so many pages."""
    fields = []
    for signer, bookmark in lines:
        page, x, y = named[bookmark]
        box = (x, y - BOX[1], x + BOX[0], y)
        fields.append(Field("sign", signature_field(signer.seat), page + after, box, _label(signer, language)))
    return fields


def _label(signer: SignerLine, language: str) -> str:
    name = ", ".join(filter(None, (signer.name, signer.title)))
    return say(language, "Signature: {name}", name=name)
