"""Documents that templates make, as the portal drafts them: on submission, by a step, and when answers change (S1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from formengine.conditions.parser import Condition
from formengine.errors import Refused
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.document_versions import fixed_reasons
from formengine.workflow.engine.execution import Execution

Templates = Mapping[str, Condition | None]
"""The documents that are drafted when the request is sent, each with its condition (None: always)."""


def drafted_at_start(execution: Execution, templates: Templates) -> list[str]:
    """The documents that are drafted when the request is sent."""
    return [document for document, when in templates.items() if execution.holds(when)]


def drafted_anew(
    execution: Execution, answers: Mapping[str, Any], templates: Templates, newest: Collection[str]
) -> list[str]:
    """The documents that follow answers which are sent again: those of which the `newest` version is a draft, and those
    that the new answers ask for. Nothing that everybody has signed.
    """
    case = execution.case
    if dict(case.answers) == dict(answers):
        return []
    corrected = Execution(execution.workflow, replace(case, answers=answers), execution.context)
    signed = [execution.rule_of(round_).documents for round_ in case.rounds if round_.status == "signed"]
    names = dict.fromkeys((*templates, *newest))
    follow = [name for name in names if name in newest or name not in case.documents]
    return [
        name for name in follow if corrected.holds(templates.get(name)) and not any(name in rule for rule in signed)
    ]


def answer(execution: Execution, drafts: Iterable[str], by: str, *args: Any) -> None:
    """Operation: answers are sent again, and documents are due that follow them. Raises Refused where one may not
    change by then: it is out for signature as it was approved.
    """
    execution.case.drafts_due.update(drafts)
    engine.answer(execution, by, *args)
    reasons = [reason for name in execution.case.drafts_due for reason in fixed_reasons(execution, name)]
    if reasons and not execution.state.ends:
        raise Refused(reasons)


def draft(execution: Execution, document: str) -> None:
    """Operation: a draft that is due comes, or is given up where no version may be added any more."""
    if engine.document_upload_reasons(execution.workflow, execution.case, execution.context, document, None):
        engine.give_up_draft(execution, document)
    else:
        engine.document_changed(execution, document, None)
