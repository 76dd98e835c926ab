"""What a Word document that the portal writes says of itself, and the PDF made of it: title, language, no author."""

from __future__ import annotations

from typing import Any, Final

MAX_TITLE: Final = 255
"""How many characters a property of a Word document has at most (python-docx refuses more)."""


def describe(document: Any, title: str, language: str) -> None:
    """Give a python-docx document its title and its language (BCP 47), also as that of its text, of which a PDF takes
    its own; and no author, which else is the library that wrote it.
    """
    from docx.oxml.ns import qn

    properties = document.core_properties
    properties.title, properties.language = title[:MAX_TITLE], language
    properties.author = properties.comments = ""
    for default in document.styles.element.iter(qn("w:lang")):
        default.set(qn("w:val"), language)
