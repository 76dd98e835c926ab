"""Word documents of the demo: a short agreement and a short letter, whose texts are in `documents.yaml`."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from formengine.forms import Upload

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTERS: Final = ("summons", "notice")
"""Words in the names of files that are letters."""


def paper(name: str) -> Upload:
    """An upload of a Word document of a page, under a file name."""
    import yaml
    from docx import Document

    from formengine.forms import Upload

    title = name.removesuffix(".docx").replace("-", " ").capitalize()
    kind = "letter" if any(word in name for word in LETTERS) else "agreement"
    texts = yaml.safe_load(Path(__file__).with_name("documents.yaml").read_text(encoding="utf-8"))
    document = Document()
    document.add_heading(title, 0)
    for number, (heading, text) in enumerate(texts[kind].items(), 1):
        document.add_heading(f"{number}. {heading}", 2)
        document.add_paragraph(text)
    stream = BytesIO()
    document.save(stream)
    stream.seek(0)
    return Upload(name, WORD, stream)
