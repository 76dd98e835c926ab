"""Versions that people wrote, which a step leaves as they are where it would draft the document anew
(`do: [{draft: ..., if_written: keep}]`): what it corrects is changed in them by hand (S1, S2).
"""

from __future__ import annotations

from formengine.workflow.definition.actions import DraftDocumentAction
from formengine.workflow.definition.model import Transition
from formengine.workflow.engine.case import Case
from formengine.workflow.engine.document_titles import document_name, title_in_all_languages
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import fact_title


def is_written(case: Case, document: str) -> bool:
    """Whether people wrote the newest version of a document, and no draft that follows it is under way."""
    newest, is_under_way = case.newest_versions.get(document), document in case.drafts_due - case.drafts_failed
    return newest is not None and not newest.drafted and not is_under_way


def keeps_text(case: Case, action: DraftDocumentAction) -> bool:
    """Whether a step that drafts a document leaves it as people wrote it."""
    return action.keeps_written and is_written(case, action.document)


def documents_drafted(case: Case, transition: Transition) -> list[str]:
    """The documents that a step drafts now: without those that it leaves as people wrote them."""
    drafts = [action for action in transition.do if isinstance(action, DraftDocumentAction)]
    return list(dict.fromkeys(action.document for action in drafts if not keeps_text(case, action)))


def texts_kept(execution: Execution, transition: Transition) -> list[str]:
    """What is said before a step of the documents that it leaves as people wrote them: one sentence for each."""
    case, language = execution.case, execution.context.language
    sentence = (
        "Somebody wrote version {n} of “{document}”, which stays as it is. Change in it by hand what this step corrects"
        " ({facts}), and add that as a new version."
    )
    facts = ", ".join(fact_title(execution.workflow, name, language) for name in transition.requires)
    kept = [a for a in transition.do if isinstance(a, DraftDocumentAction) and keeps_text(case, a)]
    return [
        execution.say(
            sentence,
            n=case.documents[action.document],
            document=document_name(execution, action.document),
            facts=facts or "–",
        )
        for action in kept
    ]


def record_kept(execution: Execution, document: str) -> None:
    """Record that a step has left the newest version of a document as people wrote it."""
    data = {"document": document, "version": execution.case.documents[document]}
    data["title"] = title_in_all_languages(execution, document)
    execution.record_history("text_kept", execution.actor, data=data)
