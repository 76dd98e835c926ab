"""Approvals and signatures are bound to the version of the document that they were given on, by its hash (S3, W8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.errors import Refused
from formengine.i18n import Text, pick
from formengine.workflow.definition.model import RoundRule, Workflow
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.execution import Execution


def bind_newest_version(execution: Execution, round_: Round) -> None:
    """Bind a round to the newest version of its document; to nothing while there is none."""
    document = execution.rule_of(round_).document or ""
    content = execution.case.newest_versions.get(document)
    round_.document_version = execution.case.documents.get(document) or None
    round_.document_sha256 = content.sha256 if content else None
    round_.document_at = content.made_at if content else None


def bound_version(execution: Execution, rule: RoundRule) -> dict[str, Any]:
    """The version that a vote is given on, for its seat and its history entry; {} for a round about no document."""
    if rule.document is None or not execution.case.documents.get(rule.document):
        return {}
    content = execution.case.newest_versions.get(rule.document)
    bound: dict[str, Any] = {"document_version": execution.case.documents[rule.document]}
    return {**bound, "document_sha256": content.sha256} if content else bound


def is_current(execution: Execution, round_: Round) -> bool:
    """Whether a round is bound to the newest version of its document."""
    document = execution.rule_of(round_).document or ""
    content = execution.case.newest_versions.get(document)
    same_content = round_.document_sha256 is None or content is None or round_.document_sha256 == content.sha256
    return round_.document_version == execution.case.documents.get(document) and same_content


def version_reasons(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against a round on the newest version of its document: signatures on one that was not approved;
    approval or signatures on one that still holds tracked changes, comments or hidden text; [] where there are none.
    """
    return [*approval_missing(execution, rule), *remarks_left(execution, rule)]


def remarks_left(execution: Execution, rule: RoundRule) -> list[str]:
    """The reason against a decision on a document that is signed in the end, and holds remarks of its authors still."""
    content = execution.case.newest_versions.get(rule.document or "")
    is_signed = any(other.document == rule.document for other in execution.workflow.signatures.values())
    if rule.kind == "acknowledgement" or rule.document is None or content is None:
        return []
    if not (content.remarks and is_signed):
        return []
    name = document_name(execution, rule.document)
    sentence = "“{document}” still holds tracked changes, comments or hidden text: make a clean version of it first."
    return [execution.say(sentence, document=name)]


def approval_missing(execution: Execution, rule: RoundRule) -> list[str]:
    """The reason against signatures on a document whose newest version was not approved; [] when there is none.

    Every approval rule that has once approved the document must have approved its newest version; where any approval
    was asked for, at least one must have. A document for which none was ever asked is signed without.
    """
    if rule.kind != "signature" or rule.document is None:
        return []
    approvals = [r for r in execution.workflow.approvals.values() if r.document == rule.document]
    asked_by_rule = {r.id: [round_ for round_ in execution.case.rounds if round_.rule == r.id] for r in approvals}
    required = [(r, asked_by_rule[r.id]) for r in approvals if asked_by_rule[r.id]]
    standing = [r.id for r, rounds in required if any(_stands(execution, r, round_) for round_ in rounds)]
    decided = [r.id for r, rounds in required if any(round_.status in ("approved", "superseded") for round_ in rounds)]
    if not required or (standing and set(decided) <= set(standing)):
        return []
    name = document_name(execution, rule.document)
    return [execution.say("“{document}” has to be approved first: its newest version has not been.", document=name)]


def _stands(execution: Execution, rule: RoundRule, round_: Round) -> bool:
    """Whether a round has approved the newest version of its document, or an earlier one where its rule says `keep`."""
    return round_.status == "approved" and (not rule.start_again or is_current(execution, round_))


def require_approved_version(execution: Execution, rule: RoundRule) -> None:
    """Raise Refused where a round is asked for on a version that it cannot be about (`version_reasons`)."""
    reasons = version_reasons(execution, rule)
    if reasons:
        raise Refused(reasons)


def document_title(execution: Execution, document: str) -> Text:
    """What a document is called on this dossier, in every language that it has."""
    return title_of_document(document, execution.workflow, execution.context.document_titles)


def title_of_document(document: str, workflow: Workflow, titles: Mapping[str, Text]) -> Text:
    """What a document is called: its title in the request type (`titles`) or in the workflow, else its id in words."""
    rule = workflow.document_rules.get(document)
    return titles.get(document) or (rule.title if rule else None) or document.replace("_", " ")


def document_name(execution: Execution, document: str) -> str:
    """The title of a document in the reader's language."""
    return pick(document_title(execution, document), execution.context.language)
