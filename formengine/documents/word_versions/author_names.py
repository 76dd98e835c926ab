"""Names of the people who wrote a Word document, taken out of it: of formatting and properties (S3).

A redline goes to both sides, and who of a firm read a contract is no news for the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from docx.oxml.ns import qn

from formengine.documents.word_versions.clean_copy import take_metadata_out

NOBODY: Final = "Author"
"""What stands for a name, as where a word processor takes them out itself."""


def take_names_out(document: Any, roots: Iterable[Any]) -> None:
    """Take the names of people out of a python-docx document, whose parts with text are `roots`; its title stays."""
    texts = list(roots)
    for root in texts:
        for element in root.iter():
            if element.get(qn("w:author")) is not None:
                element.set(qn("w:author"), NOBODY)
                element.attrib.pop(qn("w:initials"), None)
    take_metadata_out(document, texts, keep=("title",))
