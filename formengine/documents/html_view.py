"""Converts a Word document to plain, accessible HTML: a copy to read on a page before signing the document itself.

Headings, paragraphs, lists, tables, bold, italics, underlining and what is struck out are kept, and the text of
headers, footers, notes, text boxes, charts and diagrams. Pictures, links and styles are not; where a picture is, it is
said.
"""

from __future__ import annotations

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox


def to_html(docx: bytes, *, limits: SandboxLimits | None = None) -> str:
    """The document as an escaped HTML fragment whose headings begin at `h2`, to be shown with words of a language in
    it (`reader_words.html_in_words`).

    Everything that reads the file runs in the sandbox, also the check of its container, which unpacks it. Raises
    DocumentRefused for a file that is no Word document or not safe to open, DocumentTooHeavy for one that exceeds the
    limits.
    """
    return run_in_sandbox("formengine.documents.html_blocks", {}, docx, limits).decode()
