"""`/verify`, `POST /api/v1/verify` and `formengine verify`: the same answers to anybody who holds a PDF."""

from hashlib import sha256

import pytest
from webtest import TestApp

from formengine.documents.pdf_signing import Signature
from formengine.documents.pdf_signing.form_fields import lay_out
from formengine.documents.pdf_signing.signer import add_signature
from formengine.services.core import pdf_verification
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


SIGNED_AT = "2026-11-29T09:24:09+00:00"


def keep(platform, pdf, **told):
    with platform.database.transaction() as session:
        session.merge(SignedHash(sha256=sha256(pdf).hexdigest(), made_at=MOMENT, **told))


@pytest.fixture
def partial(platform):
    """A PDF with two signature fields, one of them signed, as it was kept before it was kept how many are asked for."""
    key = signing_key(platform)
    pdf = add_signature(lay_out(blank_pdf(), FIELDS), Signature("first", "Ana <b>Lund", stamp_of("Ana")), key)
    keep(platform, pdf)
    return pdf


@pytest.fixture
def contract(platform, partial):
    """The same PDF with its second signature: the first one is known to have been given at SIGNED_AT."""
    pdf = add_signature(partial, Signature("second", "Bo Jansen", stamp_of("Bo")), signing_key(platform))
    keep(platform, pdf, expected=2, signed_at=[SIGNED_AT, None])
    return pdf


def cut(pdf):
    """A PDF without its newest revision."""
    return pdf[: pdf.rindex(b"%%EOF", 0, len(pdf) - 10) + len(b"%%EOF\n")]


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


def test_a_copy_without_all_its_signatures_is_not_complete(visiting, platform, partial, contract):
    """S6: the final PDF cut after its first signature is told from the final one, by the fields that are empty, or by
    what was kept when it was signed; it is said that a fuller copy exists where one was made.
    """
    stranger = visiting()
    assert cut(contract).strip() == partial.strip()
    page = checked(stranger, partial)
    assert "does not bear all its signatures: 1 of 2." in page
    assert "Somebody has not signed yet" in page
    assert "nothing in it was changed." not in page
    keep(platform, partial, expected=3, superseded_at=MOMENT)
    page = checked(stranger, partial)
    assert "does not bear all its signatures: 1 of 3." in page
    assert "A fuller copy exists" in page
    french = checked(stranger, partial, language="fr")
    assert "il ne porte pas toutes ses signatures\u00a0: 1 sur 3." in french
    assert "Il en existe un exemplaire plus complet" in french
    keep(platform, partial, expected=1, superseded_at=None)
    assert "nothing in it was changed." in checked(stranger, partial)  # the other was asked no more


def test_the_times_of_signing_and_of_sealing_are_named(visiting, contract):
    """S6: when somebody signed, as the certificate says it, and when the portal sealed that, a little later."""
    page = checked(visiting(), contract)
    signed_at, *sealed = page.html.select("#verdict time")
    assert (signed_at["datetime"], len(sealed)) == (SIGNED_AT, 2)
    assert signed_at.text == "Signed: 29 November 2026 at 10:24"
    assert all(time.text.startswith("Sealed by the portal: ") for time in sealed)
    french = checked(visiting(), contract, language="fr").html.select("#verdict time")
    assert french[0].text.startswith("Signé\u00a0: 29 novembre 2026")
    assert french[1].text.startswith("Scellé par le portail\u00a0: ")


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


def test_api(visiting, partial, contract):
    """S6: `POST /api/v1/verify` needs no token, and answers with these members alone."""
    stranger = visiting()
    answer = stranger.post("/api/v1/verify", upload_files=[("file", "a.pdf", contract)]).json
    told = {"ours": True, "unchanged": True, "complete": True, "expected": 2, "fuller_copy": False, "appended": False}
    assert {name: value for name, value in answer.items() if name != "signatures"} == told
    signature, second = answer["signatures"]
    assert set(signature) == {"name", "signed_at", "at", "intact"}
    assert (signature["name"], signature["signed_at"], signature["intact"]) == ("Ana <b>Lund", SIGNED_AT, True)
    assert second["signed_at"] is None
    answer = stranger.post("/api/v1/verify", upload_files=[("file", "a.pdf", partial)]).json
    assert (answer["unchanged"], answer["complete"], answer["expected"]) == (True, False, 2)
    assert len(answer["signatures"]) == 1
    nothing = dict.fromkeys(("ours", "unchanged", "complete", "fuller_copy", "appended"), False) | {
        "expected": 0,
        "signatures": [],
    }
    for content in (b"hello", blank_pdf()):
        assert stranger.post("/api/v1/verify", upload_files=[("file", "a.pdf", content)]).json == nothing


def test_files_beyond_what_is_examined_and_waits_come_back_later(app):
    """T35: with two being examined and two waiting, the next one is told so at once, and holds no thread."""
    taken = [slot for slot in (pdf_verification._slots, pdf_verification._waiting) for _ in range(2)]
    for slot in taken:
        slot.acquire()
    try:
        refused = checked(TestApp(app), blank_pdf(), status=429)
    finally:
        for slot in taken:
            slot.release()
    assert refused.headers["Retry-After"] == "5"
    assert "Please wait" in refused
    checked(TestApp(app), blank_pdf())
