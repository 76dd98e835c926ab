"""The text of a PDF as plain paragraphs, by `pdftotext` of poppler-utils, inside the sandboxed process.

The program inherits the limits of that process. Where it is not installed, PDFs are not compared.
"""

from __future__ import annotations

import re
import subprocess
from shutil import which
from typing import Final

from formengine.documents.reader_words import authors_own
from formengine.documents.word_versions.differences import Paragraph
from formengine.errors import DocumentRefused, DocumentWithoutText

NO_READER: Final = "no program on this server reads the text of a PDF"


def read_pdf_text(pdf: bytes) -> list[Paragraph]:
    """The paragraphs of a PDF: lines without an empty line between them are one.

    Raises DocumentWithoutText for a scan, DocumentRefused for a PDF that cannot be read, and where no program reads it.
    """
    program = which("pdftotext")
    if program is None:
        raise DocumentRefused(NO_READER)
    command = [program, "-enc", "UTF-8", "-", "-"]
    result = subprocess.run(command, input=pdf, capture_output=True, check=False)
    if result.returncode != 0:
        raise DocumentRefused("the PDF cannot be read")
    blocks = re.split(r"\n\s*\n|\f", authors_own(result.stdout.decode("utf-8", "replace")))
    paragraphs = [Paragraph(text) for block in blocks if (text := " ".join(block.split()))]
    if not paragraphs:
        raise DocumentWithoutText("the PDF holds no text")
    return paragraphs
