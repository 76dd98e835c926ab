import pytest

from formengine.documents.pdf_signing import Signature, Verification, make_key, verify
from formengine.documents.pdf_signing.form_fields import append_pages
from formengine.documents.pdf_signing.signer import add_signature
from formengine.documents.pdf_signing.verification import examine
from tests.documents.pdf_signing.conftest import MOMENT, blank_pdf, stamp_of


def test_a_signed_pdf_is_ours_and_unchanged(signed, key):
    """S6: whether a PDF is one of ours and unchanged, and who signed when."""
    verification = examine(signed, [key.certificate])
    assert (verification.ours, verification.unchanged) == (True, True)
    assert [(s.name, s.intact) for s in verification.signatures] == [("Ελένη Ørsted", True), ("علي بن سالم", True)]
    assert all(s.at and s.at.endswith("+00:00") for s in verification.signatures)


def test_one_byte_changed_anywhere_shows(signed, laid_out, key):
    """S6: one byte changed anywhere is found, and the file is still known as ours."""
    step = len(signed) // 23
    for position in (*range(12, len(signed), step), len(laid_out) - 2, len(signed) - 1, len(signed) - 30):
        changed = bytearray(signed)
        changed[position] ^= 1
        verification = examine(bytes(changed), [key.certificate])
        assert (position, verification.ours, verification.unchanged) == (position, True, False)


def test_a_byte_of_the_second_revision_leaves_the_first_signature_intact(signed, laid_out, key):
    """S6: `intact` is false of each signature whose part was changed."""
    second = signed.index(b"/ByteRange", signed.index(b"/ByteRange") + 10)
    start = signed.index(b"/Contents", second) if signed.find(b"/Contents", second) > 0 else second
    changed = bytearray(signed)
    changed[signed.rindex(b"/M (", 0, start + 30000) + 6] ^= 1
    assert [s.intact for s in examine(bytes(changed), [key.certificate]).signatures][-1] is False


@pytest.mark.parametrize("tail", [b"\n", b"%x", b" " * 3000])
def test_bytes_after_the_end_show(signed, key, tail):
    """S6: what was added after the last signature is a change, too."""
    verification = examine(signed + tail, [key.certificate])
    assert (verification.ours, verification.unchanged) == (True, False)


def test_another_page_shows(signed, key):
    """S6: a page that was added by the rules of PDF, after the document was certified, is a change."""
    verification = examine(append_pages(signed, blank_pdf()), [key.certificate])
    assert (verification.ours, verification.unchanged) == (True, False)
    assert not any(signature.intact for signature in verification.signatures)


def test_a_signature_of_somebody_else_is_not_ours(laid_out, signed, key):
    """S6: a certificate that calls itself by our name is none of ours; beside our signatures its own is a change."""
    other = make_key("Legal portal", "legal.example.com", MOMENT)
    forged = add_signature(laid_out, Signature("first", "Ana", stamp_of("Ana")), other)
    assert examine(forged, [key.certificate]) == Verification()
    mixed = examine(add_signature(signed, Signature("x", "Eve", stamp_of("Eve")), other), [key.certificate])
    assert (mixed.ours, mixed.unchanged, len(mixed.signatures)) == (True, False, 2)


def test_an_earlier_revision_is_unchanged_in_itself(laid_out, key):
    """S6: a copy that only one of two has signed so far is unchanged."""
    pdf = add_signature(laid_out, Signature("first", "Ana", stamp_of("Ana")), key)
    assert examine(pdf, [key.certificate]).unchanged


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n" + b"<<" * 5000, b"%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_what_is_no_pdf_of_ours(content, key):
    """S6: other files, and broken ones, are not ours; nothing falls over."""
    assert examine(content, [key.certificate]) == Verification()


def test_hostile_files_are_examined_in_the_sandbox(signed, key):
    """S6: a check runs in a process of its own, with bounds on time and memory."""
    assert verify(signed, [key.certificate]).unchanged
    assert verify(signed, []) == Verification()
    assert verify(b"\x00", [key.certificate]) == Verification()
