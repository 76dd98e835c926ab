"""Office documents: zip-bomb checks, filling Word templates, HTML reading copies, conversion to PDF.

Documents come from outside, so whatever parses them runs in a sandboxed process. Only this package knows docxtpl,
python-docx and LibreOffice.
"""

from formengine.content_type import ACTIVE, DOCX, PDF, PPTX, XLSX, is_active, sniff
from formengine.documents.html_view import to_html
from formengine.documents.pdf import find_converter, to_pdf
from formengine.documents.sandbox import SandboxLimits
from formengine.documents.template import (
    FilledTemplate,
    Writing,
    check_template,
    fill,
    filled_template,
    require_template,
    template_variables,
)
from formengine.documents.zip_safety import ZipLimits, check_zip

__all__ = [
    "ACTIVE",
    "DOCX",
    "PDF",
    "PPTX",
    "XLSX",
    "FilledTemplate",
    "SandboxLimits",
    "Writing",
    "ZipLimits",
    "check_template",
    "check_zip",
    "fill",
    "filled_template",
    "find_converter",
    "is_active",
    "require_template",
    "sniff",
    "template_variables",
    "to_html",
    "to_pdf",
]
