"""The draft of a request form, as its page has it: saved by button, by script and with each step; and forms that
changed while their page was open (F8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request

from formengine.authoring import RequestType
from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.changed_forms import FormChanges, carry_controls, older_form
from formengine.services.drafts.request_drafts import CHANGES, PageOfDraft, is_sent, read_changes, save_request
from formengine.services.drafts.storage import DraftChanged, remove_sent_draft
from formengine.storage.models.drafts import Draft
from formengine.web.actions import PageOrRedirect
from formengine.web.post_data import PAGE_KEY_PREFIX, form_controls, posted_text, whole_number

if TYPE_CHECKING:
    from formengine.forms import Answers, Form

SAVE: Final = "save"
SAVE_APART: Final = "save-apart"
"""Buttons that save a draft: the page's own, or after a conflict one of its own."""
CHANGE_TYPE: Final = "change-type"
"""The button that saves the draft and leads to the choice of another request type (F11)."""
SEEN: Final = "seen"
"""The button that takes the note about a changed form off the page."""
FRAGMENT: Final = "formengine:web/templates/portal/draft_state.jinja2"


@dataclass(frozen=True)
class DraftState:
    """The draft of a page: its id and version ("" and 0 before it is saved), when it was saved, and what went wrong.

    `other` is the draft as another page has saved it since; `told` a sentence that is no error.
    """

    id: str = ""
    version: int = 0
    saved_at: datetime | None = None
    problem: str = ""
    other: Draft | None = None
    told: str = ""


UNCHANGED: Final = FormChanges()
UNSAVED: Final = DraftState()


@dataclass(frozen=True)
class PostedForm:
    """The answers of a post on the present form. `carried` says that the page was made from another one, so that
    nothing is to be done before the person has seen what it means; `changes` is what the page says of it.
    """

    answers: Answers
    operation: bool
    changes: FormChanges
    carried: bool = False


def form_mark(request_type: RequestType, language: str) -> str:
    """What a page posts to say which form it was made from: the form's hash and its language."""
    return f"{request_type.hash} {language}"


def read_posted_form(
    request: Request, request_type: RequestType, form: Form, work: UnitOfWork | None = None
) -> PostedForm:  # fmt: skip
    """The answers of a post; those of a page that was made from an older form are carried to this one by value.

    `work` is that of the page's reader where it is not the request's own: whoever fills in a public form.
    """
    work = work or request.work
    earlier = UNCHANGED if posted_text(request, "_go") == SEEN else read_changes(posted_text(request, CHANGES))
    form_hash, _space, language = posted_text(request, "_form")[:80].partition(" ")
    is_present = not language or (form_hash, language) == (request_type.hash, work.language)
    older = None if is_present else older_form(work, request_type, form_hash, language)
    if older is None:
        answers = form.read(form_controls(request))
        return PostedForm(answers, answers.operation, earlier)
    typed = older.read(form_controls(request))
    carried = carry_controls(work, request_type, form, typed.draft, form_hash, language, typed.data)
    return PostedForm(form.resume(carried.controls), typed.operation, carried.changes or earlier, bool(carried.changes))


def posted_draft(request: Request) -> PageOfDraft:
    """What a post says of the draft of its page."""
    version, nonce = whole_number(posted_text(request, "_draft_version"), 17) or 0, posted_text(request, "nonce")[:64]
    return PageOfDraft(posted_text(request, "_draft")[:32], version, nonce)


def posted_state(request: Request) -> DraftState:
    """The draft of the page that was posted, as it was."""
    page = posted_draft(request)
    return DraftState(page.id, page.version)


def save_posted(
    request: Request, request_type: RequestType, posted: PostedForm, number: int, *, apart: bool = False
) -> DraftState:  # fmt: skip
    """Save what was posted, `apart` as a draft of its own; what went wrong is in the result, and nothing is written."""
    work, page = request.work, posted_draft(request)
    if apart:
        page = replace(page, id="", version=0)
    try:
        saved = save_request(work, request_type, posted.answers, posted.changes, number, page)
    except Refused as error:
        other = error.draft if isinstance(error, DraftChanged) else None
        return DraftState(page.id, page.version, problem=error.reasons[0], other=other)
    told = "The draft that this page began with was sent or discarded elsewhere; this one is new."
    draft = saved.draft
    return DraftState(draft.id, draft.version, draft.saved_at, told=say(work.language, told) if saved.lost else "")


def save_by_button(
    request: Request,
    request_type: RequestType,
    posted: PostedForm,
    number: int,
    again: Callable[[DraftState], dict[str, Any]],
) -> PageOrRedirect:
    """Save the draft and lead to its own address, or show the page again with what went wrong."""
    state = save_posted(request, request_type, posted, number, apart=posted_text(request, "_go") == SAVE_APART)
    if state.problem:
        request.response.status_int = 409
        return again(state)
    if posted_text(request, "_go") == CHANGE_TYPE:
        return HTTPSeeOther(request.route_path("request_change", type=request_type.id, _query={"draft": state.id}))
    request.flash(say(request.work.language, "Your draft is saved. You can go on with it on any device."))
    if state.told:
        request.flash(state.told, "info")
    return HTTPSeeOther(request.route_path("new_request", type=request_type.id, _query={"draft": state.id}))


def autosave(request: Request, request_type: RequestType, posted: PostedForm, number: int) -> Any:
    """The answer to a script that posts the form for its draft: the part of the page that says how it stands."""
    page = posted_draft(request)
    is_late = not page.id and is_sent(request.work, PAGE_KEY_PREFIX + page.nonce)
    state = UNSAVED if is_late else save_posted(request, request_type, posted, number)
    return render_to_response(FRAGMENT, {"draft": state, "type": request_type.id, "autosaved": True}, request)


def finish_draft(request: Request) -> None:
    """Remove the draft of a form that was just sent; one that another page has changed stays, and is told of."""
    page = posted_draft(request)
    if not remove_sent_draft(request.work, request.work.person.id, page.id, page.version, page.nonce):
        sentence = "The draft of this request was changed on another page or device meanwhile, and is still there."
        request.flash(say(request.work.language, sentence), "warning")
    replaced, _space, version = read_changes(posted_text(request, CHANGES)).replaces.partition(" ")
    number = whole_number(version, 17)
    if replaced and number is not None:
        remove_sent_draft(request.work, request.work.person.id, replaced, number)
