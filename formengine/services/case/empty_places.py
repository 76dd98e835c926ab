"""What is said of drafts with empty places: answers that their template writes bare and that are not there (S1).

Counsel may complete the text, so that an empty place is told on the dossier and does not stop the draft. Nobody is
asked to sign it before the text is complete, or the legal team has said that it stays so (decision 55).
"""

from __future__ import annotations

from collections.abc import Iterable

from formengine.i18n import say
from formengine.services.case.repository import LoadedCase
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.document_binding import empty_places
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import path_title


def empty_places_of(loaded: LoadedCase, documents: Iterable[str]) -> list[str]:
    """What is said of the empty places of the newest versions of documents: a sentence for each that has any."""
    execution = Execution(loaded.workflow, loaded.case, loaded.context)
    return [sentence for name in documents if (sentence := empty_places(execution, name))]


def advice_on_empty_places(version: DocumentVersion, language: str, workflow: Workflow) -> str:
    """What the legal team is told of the empty places of the newest version of a document, and what to do; "" where it
    has none. `workflow` has the titles of the dossier's facts.
    """
    if not version.missing_answers:
        return ""
    sentence = (
        "The newest draft has blanks: its text uses {names}, which nobody has answered. Give the answer and try again,"
        " add a version that is complete, or have the template say what it writes without one."
    )
    if version.empty_places_kept:
        sentence = (
            "This version has blanks, and is to be signed as it is: its text uses {names}, which nobody has answered."
        )
    titles = [path_title(workflow, path, language) for path in version.missing_answers]
    return say(language, sentence, names=", ".join(titles))
