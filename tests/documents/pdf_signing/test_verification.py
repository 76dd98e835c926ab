import io
from hashlib import sha256
from random import Random

import pytest
from pyhanko.pdf_utils import generic

from formengine.documents.pdf_signing import Signature, Verification, make_key, verify
from formengine.documents.pdf_signing.form_fields import append_pages, open_for_change
from formengine.documents.pdf_signing.signer import add_signature
from formengine.documents.pdf_signing.verification import examine
from tests.documents.pdf_signing.conftest import MOMENT, blank_pdf, stamp_of
from tests.support.thorough import examples


def test_a_signed_pdf_is_ours_and_unchanged(signed, key):
    """S6: whether a PDF is one of ours and unchanged, and who signed when."""
    verification = examine(signed, [key.certificate])
    assert (verification.ours, verification.unchanged, verification.complete) == (True, True, True)
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


@pytest.mark.parametrize("tail", [b"\n", b"%x", b" " * 3000, b"% note\n%%EOF\n", b"%%EOF"])
def test_bytes_after_the_end_show(signed, key, tail):
    """S6: what was added after the last signature is a change, too; the signatures are as intact as they were."""
    verification = examine(signed + tail, [key.certificate])
    assert (verification.ours, verification.unchanged) == (True, False)
    assert [signature.intact for signature in verification.signatures] == [True, True]
    assert verification.appended


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
    """S6: a copy that only one of two has signed so far is unchanged, and not complete."""
    pdf = add_signature(laid_out, Signature("first", "Ana", stamp_of("Ana")), key)
    verification = examine(pdf, [key.certificate])
    assert (verification.unchanged, verification.complete, verification.expected) == (True, False, 2)


@pytest.mark.parametrize("content", [b"", b"no PDF", b"%PDF-1.7\n" + b"<<" * 5000, b"%PDF-1.7\nstartxref\n9\n%%EOF"])
def test_what_is_no_pdf_of_ours(content, key):
    """S6: other files, and broken ones, are not ours; nothing falls over."""
    assert examine(content, [key.certificate]) == Verification()


def test_hostile_files_are_examined_in_the_sandbox(signed, key):
    """S6: a check runs in a process of its own, with bounds on time and memory."""
    assert verify(signed, [key.certificate]).unchanged
    assert verify(signed, []) == Verification()
    assert verify(b"\x00", [key.certificate]) == Verification()


OFFSETS = examples(60, 200)


def test_bytes_changed_at_random_show(signed, key):
    """S6: of bytes at random, each is found by the signatures alone, or by the hash of the whole file, which `/verify`
    asks for too; the file is still known as ours, unless what was changed is the very key by which it is known.
    """
    chance, found, known = Random(13), 0, 0
    for position in sorted(chance.sample(range(len(signed)), OFFSETS)):
        changed = bytearray(signed)
        changed[position] ^= 1 << chance.randrange(8)
        verification = examine(bytes(changed), [key.certificate])
        found += not verification.unchanged
        known += verification.ours
        assert sha256(changed).digest() != sha256(signed).digest()
    assert found == OFFSETS
    assert known >= OFFSETS - 2


def updated(pdf, change):
    """The PDF with one more revision, in which `change(writer)` changed something."""
    writer = open_for_change(pdf)
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def replace_content(writer):
    """Another content of the first page, as in a *replace* attack."""
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (One million) Tj ET"))
    writer.update_container(page)


def hide_content(writer):
    """A white box in front of the first page, as in a *hide* attack."""
    page = writer.find_page_for_modification(0)[0].get_object()
    box = {"/Type": generic.pdf_name("/Annot"), "/Subtype": generic.pdf_name("/Square")}
    box |= {"/Rect": generic.ArrayObject([generic.NumberObject(side) for side in (0, 0, 595, 842)])}
    box["/IC"] = generic.ArrayObject([generic.NumberObject(1)] * 3)
    annotation = writer.add_object(generic.DictionaryObject({generic.pdf_name(k): v for k, v in box.items()}))
    page["/Annots"].append(annotation)
    writer.update_container(page["/Annots"])


def exchange_pages(writer):
    """Another tree of pages, as in a *hide and replace* attack."""
    writer.root["/Pages"] = writer.add_object(
        generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Pages"),
                generic.pdf_name("/Count"): generic.NumberObject(0),
                generic.pdf_name("/Kids"): generic.ArrayObject(),
            }
        )
    )
    writer.update_root()


def change_value(writer):
    """Another date in the field that the first signature locked."""
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/T"] == "date-first":
            field["/V"] = generic.pdf_string("1.1.2020")
            writer.update_container(field)


@pytest.mark.parametrize("attack", [replace_content, hide_content, exchange_pages, change_value])
def test_revisions_after_the_signatures_show(signed, key, attack):
    """S6: what incremental updates hide, replace, or hide and replace (the shadow attacks of 2021) is a change."""
    verification = examine(updated(signed, attack), [key.certificate])
    assert (verification.ours, verification.unchanged, verification.appended) == (True, False, False)


@pytest.mark.parametrize("attack", [replace_content, hide_content])
def test_revisions_between_the_signatures_show(laid_out, key, attack):
    """S6: a second signature over what was changed after the first one does not heal it."""
    first = add_signature(laid_out, Signature("first", "Ana", stamp_of("Ana")), key)
    both = add_signature(updated(first, attack), Signature("second", "Eve", stamp_of("Eve")), key)
    verification = examine(both, [key.certificate])
    assert (verification.ours, verification.unchanged) == (True, False)
    assert verification.signatures[0].intact is False


def test_files_put_together_or_cut_show(signed, laid_out, key):
    """S6: two files in one, one behind another PDF, and one that was cut anywhere are not what was signed."""
    other = blank_pdf(2)
    for content in (
        signed + signed,
        signed + other,
        other + signed,
        *(signed[: len(signed) * n // 7] for n in range(7)),
    ):
        assert not examine(content, [key.certificate]).unchanged
    assert examine(signed + other, [key.certificate]).ours
    assert examine(signed[: len(signed) - 200], [key.certificate]).ours
