"""Which files a site takes, judged by their content: the one rule for forms, notes, attachments, documents, API (T34).

A site names groups of content types (`files: {accepted: [...]}` in `config/portal.yaml`). Active content (HTML, SVG,
XML) is in none of the default groups, and is taken only under a name that says what it is; executables, scripts and
Office files with macros are never taken. Plain text is text, whatever its name, but for the names of pages and scripts:
what opens those looks for a script in any content (files that are valid in two formats).
"""

from __future__ import annotations

from typing import Final

from formengine.content_type import ACTIVE_SUFFIXES, GROUPS, MACROS, OLD_CONTAINER, ending_of, is_active, is_run_by_name
from formengine.errors import DocumentRefused
from formengine.i18n import say
from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import UnitOfWork

TITLES: Final = {
    "pdf": "PDF",
    "word": "Word",
    "excel": "Excel",
    "powerpoint": "PowerPoint",
    "opendocument": "OpenDocument",
    "images": "images",
    "text": "plain text",
    "csv": "CSV",
    "mail": "e-mails (EML, MSG)",
    "zip": "ZIP",
    "html": "web pages",
    "svg": "SVG",
    "xml": "XML",
}
"""The name of each group for people."""


def require_accepted(work: UnitOfWork, name: str, content_type: str) -> None:
    """Raise DocumentRefused, naming the accepted types, unless the site takes a file of this name and content type.

    What the engine itself stores, such as a drafted document, is always taken.
    """
    if work.actor is None or _is_accepted(current_site(work).portal.accepted_files, name, content_type):
        return
    sentence = "“{name}” is not taken here. Accepted are: {types}. What counts is what the file holds, not its name."
    text = say(work.language, sentence, name=name, types=accepted_types(work))
    if content_type in MACROS:
        text += " " + say(work.language, "This one carries macros: save it without them, as .docx, .xlsx or .pptx.")
    elif content_type == OLD_CONTAINER:
        sentence = "This file has a password or an old format. Save it without a password, as .docx, .xlsx or .pptx."
        text += " " + say(work.language, sentence)
    raise DocumentRefused(text)


def accepted_types(work: UnitOfWork) -> str:
    """The types that the site takes, as a list for people."""
    return ", ".join(say(work.language, TITLES[group]) for group in current_site(work).portal.accepted_files)


def _is_accepted(groups: tuple[str, ...], name: str, content_type: str) -> bool:
    if not any(content_type in GROUPS[group] for group in groups):
        return False
    if is_active(content_type) or is_run_by_name(name):
        return ending_of(name) in ACTIVE_SUFFIXES.get(content_type, ())
    return True
