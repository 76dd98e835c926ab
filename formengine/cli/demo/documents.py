"""The Word documents of the demo: short papers that read like the ones they stand for."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from formengine.forms import Upload

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
AGREEMENT: Final = (
    (
        "Purpose",
        "The Supplier provides the services described in Annex 1 to the Customer, who pays the price for them.",
    ),
    ("Term", "The agreement begins on the day of the last signature and lasts for the term stated in Annex 1."),
    ("Price and payment", "Invoices are issued monthly and are due within forty-five days. Late sums bear interest."),
    ("Confidentiality", "Each party keeps what it learns from the other to itself, and returns it at the end."),
    ("Liability", "Each party answers for direct loss, up to the sums paid in the twelve months before the event."),
    ("Personal data", "Where the Supplier processes personal data for the Customer, Annex 2 applies."),
    ("Termination", "Either party may end the agreement for a serious breach that is not cured within thirty days."),
    ("Law and courts", "French law governs this agreement; the courts of Paris alone decide disputes about it."),
)
LETTER: Final = (
    ("The facts", "The goods ordered in March were delivered eleven weeks after the agreed date, and incomplete."),
    ("What is claimed", "The price of the missing goods, the penalties of clause 9, and the costs of the replacement."),
    ("What is asked of you", "Payment within fifteen days of this letter, failing which the court will be seized."),
)
LETTERS: Final = ("summons", "notice")


def paper(name: str) -> Upload:
    """A Word document of a page under a file name, as somebody would upload it."""
    from docx import Document

    from formengine.forms import Upload

    title = name.removesuffix(".docx").replace("-", " ").capitalize()
    document = Document()
    document.add_heading(title, 0)
    is_letter = any(word in name for word in LETTERS)
    for number, (heading, text) in enumerate(LETTER if is_letter else AGREEMENT, 1):
        document.add_heading(f"{number}. {heading}", 2)
        document.add_paragraph(text)
    stream = BytesIO()
    document.save(stream)
    stream.seek(0)
    return Upload(name, WORD, stream)
