"""Documents: what a file is, whether it is safe to open, templates filled, reading copies, PDFs.

Everything that parses what others wrote runs in a confined process; only this package knows docxtpl, python-docx and
LibreOffice.
"""

from formengine.documents.confining import Bounds
from formengine.documents.containers import Limits, check_container
from formengine.documents.converting import find_converter, to_pdf
from formengine.documents.filling import check_template, fill, template_variables
from formengine.documents.reading import to_html
from formengine.sniffing import ACTIVE, DOCX, PPTX, XLSX, is_active, sniff

__all__ = [
    "ACTIVE",
    "DOCX",
    "PPTX",
    "XLSX",
    "Bounds",
    "Limits",
    "check_container",
    "check_template",
    "fill",
    "find_converter",
    "is_active",
    "sniff",
    "template_variables",
    "to_html",
    "to_pdf",
]
