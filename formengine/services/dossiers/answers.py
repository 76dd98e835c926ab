"""The answers of a dossier, shown on the form version that they were filled in on, and what corrections changed (F14,
F19).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from formengine.conditions.evaluation import is_empty
from formengine.errors import NotFound
from formengine.forms.schema.related_fields import chosen_together, questions_behind
from formengine.services.access.enforcement import require_permission
from formengine.services.case.attachment_links import attachment_links
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import known_people, person_name
from formengine.storage.models.dossiers import Dossier, EarlierSubmission, Submission
from formengine.workflow.definition.model import FactType

if TYPE_CHECKING:
    from formengine.forms import Form

HANDLING: Final = ("priority", "priority_reason", "confidentiality", "requested_for", "watchers")
"""Answers that say how a request is to be handled, not what it is about: the engine and the packs know these names."""
SUMMARY_LENGTH: Final = 9
"""How many answers the first look at a request shows."""
FEW: Final = 2
"""At most this many beyond SUMMARY_LENGTH are shown too: a link to so few would not be worth it."""


@dataclass(frozen=True)
class RequestSummary:
    """The first look at a request as HTML, long answers folded; `more` is how many of its answers are not in it,
    without those on how it is to be handled, which the dossier's page shows elsewhere; `shown` is how many are.
    """

    html: Markup
    more: int
    shown: int


@dataclass(frozen=True)
class ChangedAnswer:
    """A top-level answer that a correction changed, with its title; before and after as HTML, empty where absent."""

    name: str
    title: str
    before: Markup
    after: Markup


@dataclass(frozen=True)
class SubmissionView:
    """A submission of a dossier; `changes` are those that it made to the one before (none for the first)."""

    id: int
    at: datetime
    by: str
    changes: list[ChangedAnswer]


def answers_html(work: UnitOfWork, dossier: Dossier) -> Markup:
    """The newest answers as a description list; files link to their attachments."""
    require_permission(work, "dossier.read", dossier)
    return _summary(_form(work, dossier), dossier.submission.answers, attachment_links(work, dossier.id), work)


def answer_entries(work: UnitOfWork, dossier: Dossier) -> list[tuple[str, str]]:
    """The newest answers as text: (title, value), for a document."""
    require_permission(work, "dossier.read", dossier)
    return _form(work, dossier).entries(dossier.submission.answers, zone=work.zone)


def request_summary(work: UnitOfWork, dossier: Dossier) -> RequestSummary:
    """What the request is about, for the first look: its newest answers without those on how to handle it.

    Of a long form, the text in prose, the parties, amounts, dates and files come first, up to SUMMARY_LENGTH, each with
    the question that it was asked for and with what was asked because of it.
    """
    require_permission(work, "dossier.read", dossier)
    form, answers = _form(work, dossier), dossier.submission.answers
    about = [name for name, value in answers.items() if name not in HANDLING and not is_empty(value)]
    chosen = set(about)
    if len(about) > SUMMARY_LENGTH + FEW:
        workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
        telling = [name for name in about if _is_telling(workflow.fact_types.get(name))]
        others = [name for name in about if answers[name] is not False]
        first = list(dict.fromkeys((*telling, *others, *about)))
        chosen = chosen_together(first, questions_behind(form.schema), SUMMARY_LENGTH)
    links = attachment_links(work, dossier.id)
    html = form.summary(
        answers, link=lambda file: links.get(str(file.get("id"))), only=chosen, zone=work.zone, folds=True
    )
    more = len(about) - len(chosen)
    return RequestSummary(Markup(html), more, len(chosen))  # the forms engine escapes  # nosec B704


def _is_telling(fact: FactType | None) -> bool:
    if fact is None:
        return False
    prose = str(fact.schema.get("$ref", "")).endswith(("formengine:text", "formengine:markdown"))
    return prose or fact.kind in ("party", "contact", "money", "date", "date-time", "file", "files")


def submissions(work: UnitOfWork, dossier: Dossier) -> list[Submission]:
    """Every submission of a dossier, the newest first: corrections, then the one that opened it."""
    require_permission(work, "dossier.read", dossier)
    query = select(EarlierSubmission).where(EarlierSubmission.dossier_id == dossier.id)
    rows = work.session.scalars(
        query.options(joinedload(EarlierSubmission.submission)).order_by(EarlierSubmission.id.desc())
    )
    return [dossier.submission, *(row.submission for row in rows)]


def submission(work: UnitOfWork, dossier: Dossier, submission_id: int | None) -> Submission:
    """A submission of a dossier by its id; raises NotFound for any other, and for None."""
    rows = submissions(work, dossier)
    row = next((row for row in rows if row.id == submission_id), None)
    if row is None:
        raise NotFound(f"no submission {submission_id} of {dossier.reference}")
    return row


def corrections(work: UnitOfWork, dossier: Dossier) -> list[SubmissionView]:
    """Every submission with what it changed, the newest first; empty where the answers were sent once."""
    rows = submissions(work, dossier)
    if len(rows) == 1:
        return []
    known_people(work).expect_ids(row.submitted_by for row in rows)
    form, links = _form(work, dossier), attachment_links(work, dossier.id)
    earlier = [*(row.answers for row in rows[1:]), None]

    def value(answers: Mapping[str, Any], name: str) -> tuple[str, Markup]:
        title, html = form.answer_html(answers, name, link=lambda file: links.get(str(file.get("id"))), zone=work.zone)
        return title, Markup(html)  # the forms engine escapes every value  # nosec B704

    def change(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> ChangedAnswer:
        (earlier_title, earlier), (title, newer) = value(before, name), value(after, name)
        return ChangedAnswer(name, title if newer else earlier_title, earlier, newer)

    return [
        SubmissionView(
            row.id,
            row.submitted_at,
            person_name(work, row.submitted_by),
            [change(before or {}, row.answers, name) for name in changed_names(before, row.answers)],
        )
        for row, before in zip(rows, earlier, strict=True)
    ]


def changed_names(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """The names of the answers that differ between two submissions; none for the first.

    >>> changed_names({"term": 2, "law": "FR"}, {"term": 3, "paper": "ours"})
    ['term', 'paper', 'law']
    """
    if before is None:
        return []
    names = dict.fromkeys((*after, *before))
    return [name for name in names if (name in before, before.get(name)) != (name in after, after.get(name))]


def _form(work: UnitOfWork, dossier: Dossier) -> Form:
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    return request_form(work, request_type, work.language)


def _summary(
    form: Form,
    answers: Mapping[str, Any],
    links: Mapping[str, str],
    work: UnitOfWork,
    only: str | None = None,
) -> Markup:
    html = form.summary(
        answers,
        link=lambda file: links.get(str(file.get("id"))),
        only=None if only is None else (only,),
        zone=work.zone,
    )
    return Markup(html)  # the forms engine escapes every value  # nosec B704
