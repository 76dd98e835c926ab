"""What a document is called on a dossier."""

from __future__ import annotations

from collections.abc import Mapping

from formengine.i18n import Text, pick
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.document_kinds import kind_of, numbered_title, rule_of_document
from formengine.workflow.engine.execution import Execution


def title_in_all_languages(execution: Execution, document: str) -> Text:
    """What a document is called on this dossier, in every language that it has."""
    return title_of_document(document, execution.workflow, execution.context.document_titles)


def title_of_document(document: str, workflow: Workflow, titles: Mapping[str, Text]) -> Text:
    """What a document is called: its own title (in `titles`), that of its kind in the request type (`titles`) or in the
    workflow, else its id in words.
    """
    kind, rule = kind_of(document), rule_of_document(workflow, document)
    of_kind = titles.get(kind) or (rule.title if rule else None) or kind.replace("_", " ")
    return titles.get(document) or numbered_title(of_kind, document)


def document_name(execution: Execution, document: str) -> str:
    """The title of a document in the reader's language."""
    return pick(title_in_all_languages(execution, document), execution.context.language)
