"""The status page of a dossier for a requester without an account: what happened, notes, files and simple steps (F13).

Its holder acts as the requester, who is a client: everything else of the dossier stays with the legal team.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.case.developments import Development, developments
from formengine.services.case.repository import load, load_for_update
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.attachments import AttachmentView, list_attachments
from formengine.services.dossiers.documents import DocumentView, documents
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.next_steps import NextSteps, next_steps
from formengine.services.dossiers.notes import NoteView, note_views
from formengine.services.dossiers.transitions import step_buttons
from formengine.services.dossiers.version_consequences import EndedSignatures, ended_by_step
from formengine.services.notifications.mails import notify
from formengine.services.notifications.status_links import is_status_secret
from formengine.storage.models.base import new_id
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import GUEST, Person

MAX_REFERENCE: Final = 40


@dataclass(frozen=True)
class StatusStep:
    """A step that the requester may take now, with a comment and nothing else; `confirm`: it is asked twice;
    `ends`: the open signatures that it ends, to which the requester agrees.
    """

    id: str
    title: str
    comment_required: bool
    confirm: bool
    ends: list[EndedSignatures]


@dataclass(frozen=True)
class StatusPage:
    """What the requester reads of a dossier."""

    state_title: str
    developments: list[Development]
    notes: list[NoteView]
    files: list[AttachmentView]
    documents: list[DocumentView]
    steps: list[StatusStep]
    answers: Markup
    may_write: bool
    next: NextSteps


def open_by_link(work: UnitOfWork, reference: str, secret: str) -> tuple[UnitOfWork, Dossier]:
    """The dossier of a secret link, and the unit of work of its requester; raises NotFound for a link that is none.

    It opens nothing once its requester has an account: they sign in then.
    """
    query = select(Dossier).where(Dossier.reference == reference[:MAX_REFERENCE])
    dossier = work.session.scalar(query.options(joinedload(Dossier.submission), joinedload(Dossier.requester)))
    if dossier is None or not is_status_secret(work.platform, dossier, secret):
        raise NotFound(reference[:MAX_REFERENCE])
    requester: Person = dossier.requester
    if requester.state != GUEST:
        raise NotFound(reference)
    return replace(work, actor=requester), dossier


def has_status_link(dossier: Dossier) -> bool:
    """Whether its requester follows a dossier by a secret link, for want of an account."""
    requester: Person = dossier.requester
    return requester.state == GUEST


def renew_status_link(work: UnitOfWork, reference: str) -> None:
    """End the link of the status page, and mail its requester a new one: the old one was passed on, or is lost.

    Raises NotFound; Refused without `dossier.share`, and for a requester with an account.
    """
    dossier = load_for_update(work, reference, "dossier.share").dossier
    if not has_status_link(dossier):
        raise Refused([say(work.language, "Its requester has an account, and follows it there.")])
    dossier.status_link_number += 1
    dossier.version += 1
    append_entry(work, "status_link_renewed", {"version": dossier.version, "person": dossier.requester_id}, dossier)
    requests = [{"title": dossier.title, "reference": dossier.reference}]
    notify(work, "status_links", [dossier.requester_id], {"requests": requests}, entry=new_id())


def status_page(work: UnitOfWork, dossier: Dossier) -> StatusPage:
    """The status page; the actor is the requester."""
    loaded = load(work, dossier)
    rules = loaded.workflow.transitions
    plain = [button for button in step_buttons(loaded) if _takes_a_comment_alone(rules[button.id])]
    request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
    answers = request_form(work, request_type).summary(dossier.submission.answers, zone=work.zone)
    return StatusPage(
        state_title=state_title(work, dossier),
        developments=developments(work, dossier),
        notes=note_views(work, dossier),
        files=list_attachments(work, dossier),
        documents=[view for view in documents(work, dossier) if view.versions],
        steps=[
            StatusStep(b.id, b.title, rules[b.id].requires_comment, b.confirm, ended_by_step(loaded, rules[b.id]))
            for b in plain
        ],
        answers=Markup(answers),  # the forms engine escapes every value  # nosec B704
        may_write=dossier.ended_at is None,
        next=next_steps(work, dossier),
    )


def _takes_a_comment_alone(rule: object) -> bool:
    """Whether a step asks for no fields, documents or corrected answers."""
    asked = ("requires", "requires_document", "reopens", "answers_only", "approval_first")
    return not any(getattr(rule, name) for name in asked)
