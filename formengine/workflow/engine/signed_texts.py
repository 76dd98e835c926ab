"""A document that everybody has signed stays as it is. After a correction of the answers it is neither approved nor
signed again, since its text no longer follows them (S10).
"""

from __future__ import annotations

import hashlib
import json

from formengine.workflow.definition.model import RoundRule, Transition
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.document_titles import document_name
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.written_texts import documents_drafted


def is_signed(execution: Execution, document: str) -> bool:
    """Whether everybody has signed a document: it stays as it is."""
    return bool(_signed_rounds(execution, document))


def signed_before_change(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against approval of, and signatures on, documents that everybody has signed as drafts from answers
    that have changed since: one for each of them.
    """
    if rule.kind == "acknowledgement":
        return []
    sentence = (
        "Everybody has signed “{document}”, and the answers have changed since: its text does not follow them. Change"
        " the answers back, or agree on what changes in another document, such as an amendment."
    )
    names = [name for name in rule.documents if _is_outdated(execution, name)]
    return [execution.say(sentence, document=document_name(execution, name)) for name in names]


def drafts_of_signed(execution: Execution, transition: Transition) -> list[str]:
    """The reasons against a step that drafts documents which everybody has signed: one for each of them."""
    sentence = (
        "This step drafts “{document}” anew, and everybody has signed it: it stays as it is. Agree on what changes in"
        " another document, such as an amendment."
    )
    names = [name for name in documents_drafted(execution.case, transition) if is_signed(execution, name)]
    return [execution.say(sentence, document=document_name(execution, name)) for name in names]


def hash_of_answers(execution: Execution) -> str:
    """The SHA-256 of the answers as they stand, with what steps wrote over them, as hexadecimal digits."""
    answers = execution.case.standing_answers(execution.workflow.fields)
    text = json.dumps(answers, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_outdated(execution: Execution, document: str) -> bool:
    """Whether a document that was drafted and signed by everybody says what the answers do not say any more."""
    newest = execution.case.newest_versions.get(document)
    if newest is None or not newest.drafted:
        return False
    kept = {round_.answered for round_ in _signed_rounds(execution, document)} - {None}
    return bool(kept) and kept != {hash_of_answers(execution)}


def _signed_rounds(execution: Execution, document: str) -> list[Round]:
    signed = [round_ for round_ in execution.case.rounds if round_.kind == "signature" and round_.status == "signed"]
    return [round_ for round_ in signed if document in execution.rule_of(round_).documents]
