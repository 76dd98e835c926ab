"""Drafts of request forms: what the page holds is saved, and shown again on the form as it is now (F8)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from formengine.authoring import RequestType
from formengine.errors import NotFound
from formengine.services.access.enforcement import current_site
from formengine.services.catalogue.request_types import is_in_audience
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.changed_forms import FormChanges, carry_controls
from formengine.services.drafts.storage import FilledForm, SavedDraft, drafts_of, get_draft, save_draft
from formengine.storage.models.dossiers import IdempotencyKey
from formengine.storage.models.drafts import Draft

if TYPE_CHECKING:
    from formengine.forms import Answers, Form

PREFIX: Final = "request:"
CHANGES: Final = "_changes"
"""The control of a page that holds what is to be moved by hand (`FormChanges.to_json`)."""


@dataclass(frozen=True)
class PageOfDraft:
    """What the page knows of the draft that it shows: its id and version, and its own nonce."""

    id: str = ""
    version: int = 0
    nonce: str = ""


@dataclass(frozen=True)
class ResumedForm:
    """A draft on the present form: its answers, and what changed since it was begun."""

    draft: Draft
    answers: Answers
    changes: FormChanges


def save_request(
    work: UnitOfWork,
    request_type: RequestType,
    answers: Answers,
    changes: FormChanges,
    number: int,
    page: PageOfDraft,
) -> SavedDraft:
    """Save what the actor has filled in of a request form, on the page with a number; raises as `save_draft` does."""
    data = answers.data if isinstance(answers.data, dict) else {}
    controls = dict(answers.draft)
    if changes:
        controls[CHANGES] = [json.dumps(changes.to_json(), ensure_ascii=False)]
    filled = FilledForm(
        about=PREFIX + request_type.id,
        title=request_type.title_for(data, work.language, "", work.zone),
        language=work.language,
        controls=controls,
        data=data,
        files=[file_id for name, ids in controls.items() if name.endswith("-f") for file_id in ids],
        form_hash=request_type.hash,
        page=number,
        saved_by=page.nonce,
    )
    return save_draft(work, work.person.id, filled, page.id, page.version)


def resume_request(work: UnitOfWork, request_type: RequestType, form: Form, draft_id: str) -> ResumedForm:
    """The actor's draft of a request, carried to the present `form`; raises NotFound for any other draft."""
    draft = get_draft(work, work.person.id, draft_id)
    if draft.about != PREFIX + request_type.id:
        raise NotFound(f"no draft of {request_type.id}")
    carried = carry_controls(
        work, request_type, form, draft.controls, draft.form_hash, draft.language, draft.data
    )  # fmt: skip
    earlier = read_changes((draft.controls.get(CHANGES) or [""])[0])
    return ResumedForm(draft, form.resume(carried.controls), carried.changes or earlier)


def is_sent(work: UnitOfWork, key: str) -> bool:
    """Whether the actor has sent a request with an idempotency key: a save that comes after it is of no use."""
    sent = select(IdempotencyKey.id).where(IdempotencyKey.person_id == work.person.id, IdempotencyKey.key == key)
    return work.session.scalar(sent) is not None


def read_changes(text: str) -> FormChanges:
    """The changes that a control or a draft holds as JSON text; none where it cannot be read."""
    try:
        value: Any = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return FormChanges()
    return FormChanges.from_json(value)


def title_of_request(work: UnitOfWork, request_type: RequestType, draft: Draft) -> str:
    """The title of a draft of a request in the actor's language; as it was saved, where its form has changed since."""
    if draft.data is None or draft.form_hash != request_type.hash:
        return draft.title
    return request_type.title_for(draft.data, work.language, "", work.zone)


def request_drafts(work: UnitOfWork, request_type: RequestType) -> list[Draft]:
    """The actor's drafts of a request type, the one saved last first."""
    return drafts_of(work, work.person.id, PREFIX + request_type.id)


def request_type_of(work: UnitOfWork, draft: Draft) -> RequestType | None:
    """The request type that a draft is of, where it is still offered to the actor."""
    request_type = current_site(work).request_types.get(draft.about.removeprefix(PREFIX))
    is_request = draft.about.startswith(PREFIX)
    return request_type if is_request and request_type and is_in_audience(work, request_type) else None
