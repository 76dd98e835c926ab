"""Converts a Word document to plain, accessible HTML: a copy to read on a page before signing the document itself.

Headings, paragraphs, lists, tables, bold, italics and underlining are kept; pictures, links, styles, headers, footers
and notes are not.
"""

from __future__ import annotations

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.template import check_template


def to_html(docx: bytes, *, limits: SandboxLimits | None = None) -> str:
    """The document as an escaped HTML fragment whose headings begin at `h2`.

    Raises DocumentRefused for a file that is no Word document or not safe to open, or one that exceeds the limits.
    """
    check_template(docx)
    return run_in_sandbox("formengine.documents.html_blocks", {}, docx, limits).decode()
