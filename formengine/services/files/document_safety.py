"""Documents that people upload for review: refused where they would run or fetch something (S2, T31)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from formengine.content_type import DOCX, GROUPS, PDF, WORD_MACROS, ending_of
from formengine.documents.document_safety import Findings, look_at
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.content_verdicts import verdict
from formengine.services.files.uploads import find_file, open_content

SENTENCES: Final = {
    "macros": "This file carries macros. In Word, save it as a “Word document (.docx)”, and choose that file.",
    "kind": "This file is a template, or in a format that only some programs read (Strict Open XML). In Word, save it"
    " as a “Word document (.docx)”, and choose that file.",
    "template": "This file is attached to a template on another server. In Word, detach it (Developer, Document"
    " Template), save, and choose it again.",
    "object": "This file carries another file, for example a workbook. Paste it as a picture or a table, or attach it"
    " to the dossier by itself.",
    "control": "This file carries a control that can run code. Take it out, and choose the file again.",
    "merged": "This file has parts that Word merges into it when it opens. Paste their text, and choose it again.",
    "link": "This file fetches something from another server when it is opened, for example a linked picture. Put the"
    " picture or text into the file itself, and choose it again.",
    "field": "This file has a field that fetches or runs something when it is opened. In Word, turn it into text"
    " (Ctrl+Shift+F9), and choose the file again.",
    "script": "This PDF carries a script. Print it to a new PDF, and choose that file.",
    "launch": "This PDF starts or sends something when it is opened or clicked. Print it to a new PDF, and choose that"
    " file.",
    "attachment": "This PDF carries other files. Attach them to the dossier by themselves, and print the PDF to a new"
    " one.",
    "form": "This PDF is a form (XFA) of which other programs show nothing but a notice. Print it to a new PDF, and"
    " choose that file.",
    "encrypted": "This file is protected by a password. Save it without one, and choose it again.",
    "pages": "This PDF has no pages, or more than 2,000. Print what is to be read to a new PDF, and choose that file.",
    "size": "A page of this PDF is too small to be read. Print it to a new PDF, and choose that file.",
    "unreadable": "This PDF is damaged: its pages cannot be shown. Print what is to be read to a new PDF, and choose"
    " that file.",
    "damaged": "This file is damaged, or not built as such files are. Open it in Word, save it under another name, and"
    " choose that file.",
    "heavy": "This file takes too much time or memory to be read. Save it without large pictures, and choose it again.",
}
"""What is told of each hazard, and what to do."""
_ENDINGS: Final = {DOCX: ".docx", PDF: ".pdf"}
NO_DOCUMENT: Final = "A document is a Word file (.docx) or a PDF."
_SAVE_AS_WORD: Final = (
    "A document is a Word file (.docx) or a PDF. Open this one in the program that it was written with, save it as a"
    " “Word document (.docx)”, and choose that file."
)
_TEXTS: Final = GROUPS["word"] | {"application/vnd.oasis.opendocument.text"}
"""What programs for texts write, and can save as a Word document."""


def unsafe_sentence(work: UnitOfWork, sha256: str, type_: str) -> str:
    """Why a stored document is not taken, in the actor's language, by its hash and content type; "" where it is."""
    hazard = findings_in(work.platform, sha256, type_).hazard
    return say(work.language, SENTENCES[hazard]) if hazard else ""


def misnamed_sentence(work: UnitOfWork, name: str, type_: str) -> str:
    """What is wrong with a file that is no document, or whose name does not end as what it holds; "" for any other."""
    if type_ not in _ENDINGS:
        return wrong_type_sentence(work, type_)
    if ending_of(name) == _ENDINGS[type_]:
        return ""
    sentence = "Rename this file to end in {ending}: that is its format."
    return say(work.language, sentence, ending=_ENDINGS[type_])


def wrong_type_sentence(work: UnitOfWork, type_: str) -> str:
    """Why a file that is neither a Word document nor a PDF is no document, and what to do, in the actor's language."""
    if type_ == WORD_MACROS:
        return say(work.language, SENTENCES["macros"])
    return say(work.language, _SAVE_AS_WORD if type_ in _TEXTS else NO_DOCUMENT)


def examine_answers(work: UnitOfWork, answers: Iterable[Any]) -> None:
    """Look at the documents among some answers before the write lock is taken, so that `findings_in` knows them under
    it.
    """
    ids = {str(answer["id"]) for answer in answers if isinstance(answer, Mapping) and answer.get("id")}
    files = [find_file(work, id_) for id_ in sorted(ids)]
    for file in files:
        if file is not None and file.type in (DOCX, PDF):
            findings_in(work.platform, file.sha256, file.type)


def findings_in(platform: Platform, sha256: str, type_: str) -> Findings:
    """What a content holds: it is looked at on the page where it is chosen, and known when it is stored.

    That one is "heavy" may be due to a busy machine, and is not kept.
    """

    def look() -> tuple[Findings, bool]:
        with open_content(platform, sha256) as stream:
            findings = look_at(stream.read(), type_)
        return findings, findings.hazard != "heavy"

    return verdict("findings", (sha256, type_), look)
