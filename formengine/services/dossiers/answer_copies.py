"""The answers of a dossier as PDF, with what the legal team wrote: made by a job, as one reader may see them (D3).

LibreOffice takes seconds, and may fail: no page waits for it. Who asks reads on the page whether the copy is being
made, is there, or failed and why, and has it tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.orm import undefer

from formengine.documents import to_pdf
from formengine.documents.answer_document import Part, answer_document
from formengine.errors import ConversionFailed, DocumentRefused, NotFound
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side, require_permission
from formengine.services.core.dossier_titles import title_in
from formengine.services.core.unit_of_work import Platform, UnitOfWork, open_work
from formengine.services.dossiers.answers import answer_entries
from formengine.services.dossiers.overview import papers
from formengine.storage.models.answer_copies import AnswerCopy
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.dossiers import Dossier
from formengine.value_format import format_date_time

log = logging.getLogger(__name__)

ANSWER_COPY_JOB: Final = "answer_copy"
KEPT: Final = timedelta(days=7)
"""How long a copy is kept; it can be made again."""
OVERDUE: Final = timedelta(minutes=10)
"""After this time a copy that is not there is asked for again: its job was lost."""
REASONS: Final = {
    "converter": "the program that makes PDFs failed or is not installed",
    "error": "something unexpected went wrong",
}


@dataclass(frozen=True)
class AnswerCopyView:
    """What a page shows of the copy: `state` is "none", "pending", "made" or "failed" (`reason`, in the reader's
    language).
    """

    state: str
    reason: str = ""


def request_answer_copy(work: UnitOfWork, dossier: Dossier) -> None:
    """Have the copy for the actor made, of the dossier as it is; nothing where it is there or on its way.

    Raises NotFound for a dossier that they may not read.
    """
    require_permission(work, "dossier.read", dossier)
    key = _key(work, dossier)
    values = {**key, "state": "pending", "requested_at": work.now}
    if not insert_if_absent(work.session, AnswerCopy, **values):
        again = or_(AnswerCopy.state == "failed", _is_lost(work))
        row = update(AnswerCopy).where(_is(key), again).values(state="pending", reason=None, requested_at=work.now)
        if not work.session.execute(row).rowcount:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
            return
    args = {**key, "actor": work.person.id}
    moment = f"{work.now:%Y%m%d%H%M%S%f}"
    work.enqueue(ANSWER_COPY_JOB, args, lane="documents", key=f"answers-{dossier.id}-{work.person.id}-{moment}")


def answer_copy(work: UnitOfWork, dossier: Dossier) -> AnswerCopyView:
    """The copy for the actor, as it stands. Raises NotFound for a dossier that they may not read."""
    require_permission(work, "dossier.read", dossier)
    row = work.session.get(AnswerCopy, _key(work, dossier))
    if row is None or (row.state == "pending" and row.requested_at < work.now - OVERDUE):
        return AnswerCopyView("none")
    return AnswerCopyView(row.state, say(work.language, REASONS[row.reason or "error"]) if row.reason else "")


def answer_pdf(work: UnitOfWork, dossier: Dossier) -> bytes:
    """The PDF for the actor; raises NotFound where it is not made."""
    require_permission(work, "dossier.read", dossier)
    row = work.session.get(AnswerCopy, _key(work, dossier), options=[undefer(AnswerCopy.content)])
    if row is None or row.content is None:
        raise NotFound(f"no copy of the answers of {dossier.reference}")
    return row.content


def make_answer_copy(platform: Platform, args: Mapping[str, Any], *, last_attempt: bool = False) -> None:
    """Make a copy (in a job), as who asked for it may read the dossier now; nothing where nobody waits for it."""
    key = {name: args[name] for name in ("dossier_id", "version", "audience", "language", "zone")}
    with open_work(platform, str(args["actor"]), language=str(args["language"])) as work:
        row = work.session.get(AnswerCopy, key)
        if row is None or row.state != "pending":
            return
        dossier = work.session.get_one(Dossier, key["dossier_id"])
        if not has_permission(work, "dossier.read", dossier):  # lost since it was asked for
            row.state, row.reason = "failed", "error"
            return
        docx = answers_docx(work, dossier)
    try:
        values: dict[str, Any] = {"state": "made", "content": to_pdf(docx), "reason": None}
    except (ConversionFailed, DocumentRefused) as error:
        log.warning("no copy of the answers of dossier %s: %s", key["dossier_id"], error)
        values = {"state": "failed", "reason": "converter"}
    except Exception:
        if last_attempt:
            _store(platform, key, {"state": "failed", "reason": "error"})
        raise
    _store(platform, key, values)


def answers_docx(work: UnitOfWork, dossier: Dossier) -> bytes:
    """The Word document that is converted: the answers, then what the legal team wrote, as the actor may see them."""
    language = work.language
    sent = format_date_time(dossier.submission.submitted_at, language, work.zone)
    subtitle = say(language, "Sent by {name} on {date}", name=dossier.requester.name, date=sent)
    written = [
        Part(
            paper.title,
            markdown=paper.text,
            note=say(
                language,
                "Written by {name} on {date}",
                name=paper.by,
                date=format_date_time(paper.at, language, work.zone),
            ),
        )
        for paper in papers(work, dossier)
    ]
    answers = Part(say(language, "The request"), rows=answer_entries(work, dossier))
    title = title_in(dossier, language)
    return answer_document(title, f"{dossier.reference} · {subtitle}", [answers, *written], language=language)


def _key(work: UnitOfWork, dossier: Dossier) -> dict[str, Any]:
    """The key of the copy for the actor: what they may see of this version of the dossier, in their words."""
    return {
        "dossier_id": dossier.id,
        "version": dossier.version,
        "audience": "client" if is_client_side(work) else "team",
        "language": work.language,
        "zone": str(work.zone),
    }


def _is(key: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(*(getattr(AnswerCopy, name) == value for name, value in key.items()))


def _is_lost(work: UnitOfWork) -> ColumnElement[bool]:
    return and_(AnswerCopy.state == "pending", AnswerCopy.requested_at < work.now - OVERDUE)


def _store(platform: Platform, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    with platform.database.transaction() as session:
        session.execute(update(AnswerCopy).where(_is(key), AnswerCopy.state == "pending").values(**values))
