"""`/verify`, `POST /api/v1/verify` and `formengine verify`: the same answers to anybody who holds a PDF."""

from hashlib import sha256

import pytest
from webtest import TestApp

from formengine.documents.pdf_signing import Signature
from formengine.documents.pdf_signing.form_fields import lay_out
from formengine.documents.pdf_signing.signer import add_signature
from formengine.services.core.pdf_verification import VERIFY_ADDRESS
from formengine.services.core.signing_certificates import signing_key
from formengine.storage.models.signed_copies import SignedHash
from formengine.web import make_app
from tests.documents.pdf_signing.conftest import FIELDS, MOMENT, blank_pdf, stamp_of
from tests.web.conftest import form_of

pytestmark = pytest.mark.site("people")


@pytest.fixture
def database_kind():
    """No statement of these pages depends on the kind of database."""
    return "sqlite"


@pytest.fixture
def contract(platform):
    """A PDF that the site signed."""
    key = signing_key(platform)
    pdf = add_signature(lay_out(blank_pdf(), FIELDS), Signature("first", "Ana <b>Lund", stamp_of("Ana")), key)
    with platform.database.transaction() as session:
        session.add(SignedHash(sha256=sha256(pdf).hexdigest(), made_at=MOMENT))
    return pdf


def checked(browser, content, status=200, language="en"):
    page = browser.get("/verify", headers={"Accept-Language": language})
    form = page.forms[form_of("/verify", page)]
    form["file"] = ("contract.pdf", content, "application/pdf")
    return form.submit(status=status, headers={"Accept-Language": language})


def test_verify_page(visiting, contract):
    """S6: the public page says whether a PDF is ours and unchanged, who signed and when, in both languages."""
    stranger = visiting()
    page = checked(stranger, contract)
    assert "nothing in it was changed" in page
    assert "Ana &lt;b&gt;Lund" in page
    changed = bytearray(contract)
    changed[len(contract) // 2] ^= 1
    assert "not as it was signed" in checked(stranger, bytes(changed))
    french = checked(stranger, contract, language="fr")
    assert "rien n’y a été modifié" in french
    assert "Vérifier un PDF signé" in french


def test_one_bit_of_a_digit_shows(visiting, contract):
    """S6: a change that no signature covers, such as the case of a digit in its container, is found by the hash."""
    at = contract.index(b"A", contract.rindex(b"/Contents <") + 20)
    assert "not as it was signed" in checked(visiting(), contract[:at] + b"a" + contract[at + 1 :])


def test_other_files(visiting):
    """S6: other PDFs, other files and no file at all: each with a sentence, none with an error page."""
    stranger = visiting()
    assert "bears no signature of this portal" in checked(stranger, blank_pdf())
    assert "This is not a PDF" in checked(stranger, b"hello", status=422)
    page = stranger.get("/verify")
    assert "Choose a PDF first." in page.forms[form_of("/verify", page)].submit(status=422)


@pytest.mark.parametrize("where", ["page", "api"])
def test_tries_are_limited(make_platform, where):
    """S6: one address may have so many files examined, and no more; nothing is written but the count."""
    stranger = TestApp(make_app(make_platform(rate_limits="on")), extra_environ={"REMOTE_ADDR": "192.0.2.1"})
    for _try in range(VERIFY_ADDRESS.tries):
        stranger.post("/api/v1/verify", status=415)
    if where == "page":
        assert "Too many requests" in checked(stranger, b"%PDF-1.7", status=429)
    else:
        stranger.post("/api/v1/verify", upload_files=[("file", "a.pdf", b"%PDF-1.7")], status=429)


def test_api(visiting, contract):
    """S6: `POST /api/v1/verify` needs no token, and answers with these members alone."""
    stranger = visiting()
    answer = stranger.post("/api/v1/verify", upload_files=[("file", "a.pdf", contract)]).json
    assert set(answer) == {"ours", "unchanged", "signatures"}
    assert (answer["ours"], answer["unchanged"]) == (True, True)
    (signature,) = answer["signatures"]
    assert set(signature) == {"name", "at", "intact"}
    assert (signature["name"], signature["intact"]) == ("Ana <b>Lund", True)
    nothing = {"ours": False, "unchanged": False, "signatures": []}
    for content in (b"hello", blank_pdf()):
        assert stranger.post("/api/v1/verify", upload_files=[("file", "a.pdf", content)]).json == nothing
