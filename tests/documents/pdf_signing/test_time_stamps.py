"""Time stamps and long-term validation, against a certificate authority and a time stamp server of the test (S4)."""

import io

import pytest

from formengine.documents.pdf_signing import Signature, SigningKey, TimeStamping
from formengine.documents.pdf_signing.signer import add_signature
from formengine.documents.pdf_signing.verification import examine
from formengine.errors import TimeStampFailed
from tests.documents.pdf_signing.authorities import authorities
from tests.documents.pdf_signing.conftest import stamp_of


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    with authorities(tmp_path_factory.mktemp("authorities")) as running:
        yield running


@pytest.fixture
def seal(authority):
    """A certificate that an authority issued."""
    certificates = authority.certificates
    return SigningKey(authority.keys["seal"], certificates["seal"], [certificates["root"]])


def embedded(pdf):
    from pyhanko.pdf_utils.reader import PdfFileReader

    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures


def signed(laid_out, key, stamping):
    pdf = add_signature(laid_out, Signature("first", "Ana", stamp_of("Ana")), key, stamping)
    return add_signature(pdf, Signature("second", "Bo", stamp_of("Bo")), key, stamping)


def test_every_signature_bears_a_time_stamp(laid_out, seal, authority):
    """S4: with a time stamp server, PAdES B-T: each signature holds a token over itself, by that server."""
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from formengine.documents.pdf_signing.signer import certificate_of

    pdf = signed(laid_out, seal, TimeStamping(authority.timestamp_url))
    context = ValidationContext(trust_roots=[certificate_of(authority.certificates["root"])], allow_fetching=False)
    statuses = [validate_pdf_signature(signature, context) for signature in embedded(pdf)]
    assert [status.bottom_line for status in statuses] == [True, True]
    assert all(status.timestamp_validity.valid for status in statuses)
    assert examine(pdf, [seal.certificate]).unchanged


def test_long_term_validation_needs_no_network(laid_out, seal, authority):
    """S4: with the authorities named, PAdES B-LT: certificates and revocation data stand in the PDF, under a time stamp
    over all of it; a change after that stamp shows.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    from formengine.documents.pdf_signing.signer import certificate_of

    stamping = TimeStamping(authority.timestamp_url, long_term=True, trusted=[authority.certificates["root"]])
    pdf = signed(laid_out, seal, stamping)
    reader = PdfFileReader(io.BytesIO(pdf))
    assert len(reader.embedded_timestamp_signatures) == 2
    root = certificate_of(authority.certificates["root"])
    offline = {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "hard-fail"}
    store = DocumentSecurityStore.read_dss(reader)
    for signature in reader.embedded_regular_signatures:
        assert validate_pdf_signature(signature, store.as_validation_context(offline)).bottom_line
    assert examine(pdf, [seal.certificate]).unchanged
    changed = bytearray(pdf)
    changed[pdf.rindex(b"/DSS") + 1] ^= 1
    assert not examine(bytes(changed), [seal.certificate]).unchanged


def test_a_server_that_does_not_answer(laid_out, key):
    """S4: without the time stamp that the site wants, nothing is signed."""
    with pytest.raises(TimeStampFailed, match="timestamp server"):
        signed(laid_out, key, TimeStamping("http://127.0.0.1:9/tsa"))
