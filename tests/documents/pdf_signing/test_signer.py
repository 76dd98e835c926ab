import io
import re
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from PIL import Image

from formengine.documents.pdf_signing import Field, Signature, Stamp, fingerprint, make_key, read_certificate
from formengine.documents.pdf_signing.form_fields import append_pages, lay_out, marks
from formengine.documents.pdf_signing.signer import add_signature
from formengine.documents.pdf_signing.stamp import is_right_to_left, stamp_content
from formengine.services.approvals.given_signatures import MAX_NAME
from tests.documents.pdf_signing.conftest import blank_pdf, stamp_of
from tests.support.requirements import missing


def program(name):
    if shutil.which(name) is None:
        missing(f"{name} (poppler-utils)")
    return name


def output(tmp_path, name, pdf, *options):
    path = tmp_path / "file.pdf"
    path.write_bytes(pdf)
    return subprocess.run([program(name), *options, str(path), *(["-"] if name == "pdftotext" else [])],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip


def statuses(pdf, key):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from formengine.documents.pdf_signing.signer import certificate_of

    context = ValidationContext(trust_roots=[certificate_of(key.certificate)], allow_fetching=False)
    reader = PdfFileReader(io.BytesIO(pdf))
    return [validate_pdf_signature(signature, context) for signature in reader.embedded_signatures]


def test_each_signature_is_valid_and_trusted_by_our_certificate(signed, key):
    """S4: one incremental signature per signer, which pyHanko's validator trusts by our certificate alone."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    first, second = statuses(signed, key)
    assert first.bottom_line
    assert second.bottom_line
    assert first.modification_level == ModificationLevel.FORM_FILLING
    assert second.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_an_earlier_revision_stays_as_it_was(laid_out, signed):
    """S4: a signature is appended; not one byte before it changes."""
    assert signed.startswith(laid_out)


def test_pdfsig_reads_the_signatures(signed, tmp_path):
    """S4: poppler, which shares no code with us, finds both signatures valid, as PAdES."""
    text = output(tmp_path, "pdfsig", signed, "-nocert")
    assert text.count("Signature is Valid") == 2
    assert text.count("ETSI.CAdES.detached") == 2
    assert "Total document signed" in text


def test_stamps_carry_every_script(signed, tmp_path):
    """S4: the stamps show names in Latin, Greek, Cyrillic and Arabic, and the date that belongs to a signature."""
    text = output(tmp_path, "pdftotext", signed)
    arabic = "علي بن سالم"[::-1]  # poppler reverses the /ActualText of what is read from right to left
    for word in ("Ελένη Ørsted", arabic, "Иван", "29.11.2026"):
        assert word in text


def test_a_signature_locks_its_values(signed):
    """S4: the date belongs to the first signature, which locks it (FieldMDP) and certifies the document (DocMDP)."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    first, second = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert first.fieldmdp.fields == ["date-first"]
    assert first.docmdp_level.name == "FILL_FORMS"
    assert second.fieldmdp is None


def test_no_field_is_signed_twice(signed, key):
    with pytest.raises(ValueError, match="signed already"):
        add_signature(signed, Signature("first", "Ana", stamp_of("Ana")), key)


def test_a_signer_without_a_field_signs_invisibly(signed, key):
    """S4: somebody who came to be asked later signs as well, and nothing signed before is broken."""
    pdf = add_signature(signed, Signature("third", "Ana", stamp_of("Ana")), key)
    assert [status.bottom_line for status in statuses(pdf, key)] == [True, True, True]


@pytest.mark.parametrize(
    ("name", "width", "lines", "least"),
    [
        ("Ana Ferreira", 200, 1, 15),
        ("Maria de la Concepción " * 4, 200, 2, 6.5),
        ("x" * MAX_NAME, 200, 2, 5.5),
        ("W" * 40 + " " + "\u0301" * 40, 200, 1, 4.5),  # accents without a letter, of no width
        ("王李張", 60, 1, 15),
        ("王李張" * 12, 200, 2, 6),
    ],
)
def test_a_long_name_stands_in_two_lines(name, width, lines, least):
    """S5: whole, and large enough to be read; the longest name that may be typed too. A half of no width is no line."""
    from pyhanko.pdf_utils.writer import PdfFileWriter

    content = stamp_content(PdfFileWriter(), Stamp(name, ["line", "line"]), width, 70).render()
    drawn = re.findall(rb"q 0 g BT(.*?)ET Q", content, re.DOTALL)
    assert len(drawn) == lines
    sizes = {float(size) for line in drawn for size in re.findall(rb"Tf ([\d.]+) 0 0", line)}
    assert min(sizes) >= least


def test_long_small_print_is_broken_and_not_cut(laid_out, key, tmp_path):
    """S4: who signed, as who and for whom, is read whole beside the longest name, as are the day and the address."""
    name = "Ngozi Adaeze " * 14 + "王小明 김민준 さくら"
    lines = [f"Signed electronically by {name}, Authorised signatory, for Acme SAS", "29 November 2026", "A-1"]
    pdf = add_signature(laid_out, Signature("first", name, Stamp("王小明", lines)), key)
    text = " ".join(output(tmp_path, "pdftotext", pdf).split())
    assert text.count("Ngozi") == 14
    assert "…" not in text
    for words in ("Signed electronically by", "王小明", "김민준", "さくら", "for Acme SAS", *lines[1:]):
        assert words in text


def test_a_picture_is_the_signature(laid_out, key):
    """S5: a drawn or uploaded signature stands in the stamp; one that is far too large is refused."""
    drawn = io.BytesIO()
    Image.new("RGBA", (300, 100), (0, 0, 0, 128)).save(drawn, "PNG")
    pdf = add_signature(laid_out, Signature("first", "Ana", Stamp("Ana", ["line"], drawn.getvalue())), key)
    assert b"/Image" in pdf
    assert all(status.bottom_line for status in statuses(pdf, key))
    huge = io.BytesIO()
    Image.new("1", (3000, 3000)).save(huge, "PNG")
    with pytest.raises(ValueError, match="too many pixels"):
        add_signature(laid_out, Signature("first", "Ana", Stamp("Ana", (), huge.getvalue())), key)


def test_pages_are_appended():
    pdf = append_pages(blank_pdf(2), blank_pdf(1))
    assert marks(pdf) == (3, {})
    assert len(lay_out(pdf, [Field("sign", "a", 2, (10, 10, 200, 60))])) > len(pdf)


def test_the_certificate_of_a_site_says_what_it_is(key):
    """S4: the site's own certificate vouches for itself, for ten years."""
    text = read_certificate(key.certificate)
    assert text.own
    assert text.subject == text.issuer == "O=Legal portal,CN=Legal portal (legal.example.com)"
    assert text.ends.year == 2036
    assert text.fingerprint == fingerprint(key.certificate)
    assert "PRIVATE" not in repr(key)


def test_a_long_name_fits_a_certificate():
    text = read_certificate(make_key("A portal with a name " * 10, "legal.example.com", datetime.now(UTC)).certificate)
    assert "CN=legal.example.com" in text.subject


@pytest.mark.parametrize(("text", "expected"), [("علي Ali", True), ("Ali علي", False), ("12 א", True), ("12", False)])
def test_direction_of_a_line(text, expected):
    assert is_right_to_left(text) is expected
