"""What is said of drafts with empty places: answers that their template writes bare and that are not there (S1).

Counsel may complete the text, so that an empty place is told on the dossier and does not stop the draft. Nobody is
asked to sign it before the text is complete, or the legal team has said that it stays so (decision 55).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from formengine.i18n import pick, say
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.notifications.mails import Recipient, notify
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.document_binding import empty_places
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import path_title
from formengine.workflow.engine.in_charge import people_in_charge

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase


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


def tell_held_signatures(loaded: LoadedCase) -> None:
    """Tell whoever is in charge of signatures for which nobody is asked, since a document has empty places: once for
    each version.
    """
    case, workflow = loaded.case, loaded.workflow
    held = [
        round_ for round_ in case.rounds if (round_.kind, round_.status, round_.unasked) == ("signature", "open", True)
    ]
    documents = dict.fromkeys(name for round_ in held for name in workflow.round_rule(round_.rule).documents)
    for document in documents:
        content = case.newest_versions.get(document)
        if content is not None and content.is_incomplete and document not in case.drafts_due - case.drafts_failed:
            _tell_empty_places(loaded, document)


def _tell_empty_places(loaded: LoadedCase, document: str) -> None:
    title = title_in_all_languages(loaded, document)

    def data(to: Recipient) -> dict[str, object]:
        context = replace(loaded.context, language=to.language)
        sentence = empty_places(Execution(loaded.workflow, loaded.case, context), document)
        return {"document": pick(title, to.language), "failure": sentence, "status": "empty"}

    people = people_in_charge(Execution(loaded.workflow, loaded.case, loaded.context))
    entry = f"empty-{document}-{loaded.case.documents.get(document)}"
    notify(loaded.work, "draft_failed", people, data, dossier=loaded.dossier, entry=entry)
