"""The certificate of signatures as a page: what fits on one, names of every length and script, none in empty boxes."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from formengine.documents import find_converter, to_pdf
from formengine.documents.certificate_document import Certificate, SignerBlock, certificate_docx
from formengine.documents.installed_fonts import with_codes
from formengine.documents.page_pictures import PageOutline, outline
from formengine.services.approvals.signature_certificates import qr_code

ROWS = (("Role", "Counsel"), ("Signed", "29 November 2026 at 10:30 (Europe/Paris) · 2026-11-29 09:30:12 UTC"))
PICTURE = io.BytesIO()
Image.new("RGB", (300, 100), "navy").save(PICTURE, "PNG")


def made(names: tuple[str, ...], events: int, language: str = "en") -> bytes:
    """A certificate as PDF."""
    certificate = Certificate(
        title="Certificate of signatures",
        subtitle="CTR-2026-0001",
        about=[("Fingerprint of the version (SHA-256)", "a" * 64)],
        signers=[SignerBlock(name, ROWS * 3, PICTURE.getvalue()) for name in names],
        events=[(ROWS[1][1], "Document read to the end · Joe Martin · entry 12: 0123456789abcdef…")] * events,
        notes=[("What this means", "An electronic signature with evidence. " * 4)],
        code=qr_code("https://legal.example.com/verify"),
        verify="Scan the code.",
        titles=("Who signed", "What happened"),
        language=language,
    )
    return to_pdf(certificate_docx(certificate), archival=True)


def printed(names: tuple[str, ...], events: int, language: str = "en") -> PageOutline:
    """The pages of a certificate."""
    return outline(made(names, events, language))


@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
def test_a_certificate_of_two_signers_is_one_page() -> None:
    """S6: with a dozen events, in A4; more signers with long names go on, and nothing of a name is lost."""
    one = printed(("Joe Martin", "Inès Carrel"), 12)
    assert len(one.sizes) == 1
    assert one.sizes[0] == (pytest.approx(595, abs=1), pytest.approx(842, abs=1))
    assert "Inès Carrel" in one.texts[0]
    long = " ".join(["Maximiliana von Hohenstein"] * 11)
    more = printed((long, "علي بن سالم", "Ελένη Ørsted", "Иван") * 3, 60, "fr")
    words = " ".join(" ".join(more.texts).split())
    assert len(more.sizes) > 1
    assert words.count("Hohenstein") == 33
    assert "Ελένη Ørsted" in words


@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(("language", "told"), [("en", "en-US"), ("fr", "fr-FR")])
def test_a_certificate_says_in_which_language_it_is(language: str, told: str) -> None:
    """S4, S6: tagged, with its language (ISO 14289-1), so that it is read aloud in it."""
    root = PdfFileReader(io.BytesIO(made(("Joe Martin",), 1, language))).root
    assert (str(root["/Lang"]), bool(root["/MarkInfo"]["/Marked"]), "/StructTreeRoot" in root) == (told, True, True)


def test_letters_without_a_font_are_told_by_their_codes() -> None:
    """S6: where no font of the machine has a letter, its code follows the name: nobody reads empty boxes."""
    assert with_codes("Ana Ørsted Ελένη") == "Ana Ørsted Ελένη"
    assert with_codes("Ana \U00013000") in ("Ana \U00013000", "Ana \U00013000 (U+0041 U+006E U+0061 U+13000)")
    assert with_codes("\U0001fbfa") in ("\U0001fbfa", "\U0001fbfa (U+1FBFA)")
