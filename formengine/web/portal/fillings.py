"""Pages of a request that several people fill in: its parts, and each part for those who are asked for it (F20)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.policy import DossierAccess, is_permitted
from formengine.services.intake.filling_views import can, filling_file, filling_view, part_file
from formengine.services.intake.loaded_fillings import filling_access, get_filling, load_filling
from formengine.services.intake.part_changes import reassign_part, remind_part, reopen_part, withdraw
from formengine.services.intake.part_drafts import controls_of, draft_of_part, save_part_draft
from formengine.services.intake.part_sending import OpenPart, judge_part, load_part, send
from formengine.services.people.lookup import selectable_people
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.contexts import int_from_path
from formengine.web.dossiers.downloads import file_response
from formengine.web.page_errors import PageError, errors_beside
from formengine.web.post_data import (
    form_controls,
    is_live_update,
    is_shown_again,
    oversized_file_errors,
    posted_text,
    whole_number,
)

if TYPE_CHECKING:
    from formengine.forms import Answers, FieldError

TEMPLATE = "formengine:web/templates/portal/filling.jinja2"
PART = "formengine:web/templates/portal/part.jinja2"


@dataclass(frozen=True)
class FillingContext:
    """A request that several people fill in, and who may do what with it."""

    filling: Filling
    access: DossierAccess


@dataclass(frozen=True)
class PartContext:
    """A part of such a request, for those who are asked for it."""

    filling: Filling
    part: FilledPart
    access: DossierAccess


def filling_context(request: Request) -> FillingContext:
    """The request of `{id}`; raises NotFound for an unknown one, and for one that the reader may not see (T13)."""
    filling = get_filling(request.work, int_from_path(request, "id"))
    access = filling_access(filling)
    if not is_permitted("filling.read", request.identity.viewer, access):
        raise NotFound(f"no request {filling.id}")
    return FillingContext(filling, access)


def part_context(request: Request) -> PartContext:
    """The part of `{id}` and `{part}`; raises NotFound for one that the reader is not asked for."""
    filling = get_filling(request.work, int_from_path(request, "id"))
    part = next((row for row in filling.parts if row.part == request.matchdict["part"]), None)
    if part is None or not is_permitted("part.fill", request.identity.viewer, filling_access(filling, part)):
        raise NotFound(f"no part of request {filling.id}")
    return PartContext(filling, part, filling_access(filling, part))


@view_config(route_name="filling", renderer=TEMPLATE)
def show(context: FillingContext, request: Request) -> PageOrRedirect:
    if context.filling.reference is not None:
        return HTTPSeeOther(request.route_path("dossier", reference=context.filling.reference))
    return filling_page(context, request)


def filling_page(context: FillingContext, request: Request, problems: Sequence[PageError] = ()) -> dict[str, Any]:
    view = filling_view(request.work, context.filling)
    people = selectable_people(request.work) if view.may_manage else ()
    typed = {name: posted_text(request, name) for name in ("part", "person", "email", "name", "comment")}
    return {"view": view, "people": people, "problems": list(problems), "typed": typed}


@view_config(route_name="filling.file")
def download(context: FillingContext, request: Request) -> Response:
    return file_response(request, filling_file(request.work, context.filling, request.matchdict["file"]))


@view_config(route_name="filling.reminder", renderer=TEMPLATE)
def remind(context: FillingContext, request: Request) -> PageOrRedirect:
    action = partial(remind_part, request.work, context.filling.id, posted_text(request, "part"))
    return change(context, request, action, say(request.work.language, "Reminder sent."))


@view_config(route_name="filling.reassignment", renderer=TEMPLATE)
def reassign(context: FillingContext, request: Request) -> PageOrRedirect:
    person = posted_text(request, "email") or posted_text(request, "person")
    part, name = posted_text(request, "part"), posted_text(request, "name")
    action = partial(reassign_part, request.work, context.filling.id, part, person, name)
    return change(context, request, action, say(request.work.language, "Asked."))


@view_config(route_name="filling.reopening", renderer=TEMPLATE)
def reopen(context: FillingContext, request: Request) -> PageOrRedirect:
    action = partial(reopen_part, request.work, context.filling.id, posted_text(request, "part"))
    return change(context, request, action, say(request.work.language, "The part is open again."))


@view_config(route_name="filling.withdrawal", renderer=TEMPLATE)
def withdraw_request(context: FillingContext, request: Request) -> PageOrRedirect:
    action = partial(withdraw, request.work, context.filling.id, posted_text(request, "comment")[:2000])
    return change(context, request, action, say(request.work.language, "The request was withdrawn."))


def change(context: FillingContext, request: Request, action: Callable[[], object], flash: str) -> PageOrRedirect:
    """Change something, and show the request again."""

    def done() -> HTTPSeeOther:
        request.flash(flash)
        return HTTPSeeOther(request.route_path("filling", id=context.filling.id))

    part = posted_text(request, "part")
    controls = {"email": f"email-{part}", "person": f"person-{part}", "name": f"name-{part}"}
    return run_action(
        request, action, done, lambda problems: filling_page(context, request, problems), controls=controls
    )


@view_config(route_name="filling.part_file")
def download_for_part(context: PartContext, request: Request) -> Response:
    loaded = load_filling(request.work, context.filling)
    return file_response(request, part_file(loaded, context.part, request.matchdict["file"]))


@view_config(route_name="filling.part", request_method="GET", renderer=PART)
def part_page(context: PartContext, request: Request) -> PageOrRedirect:
    view = open_view_of(context, request)
    if view is None:
        return after_sending(request, context.filling)
    if is_shown_again(request):
        answers = view.form.read(form_controls(request), view.answers)
        return page(request, view, answers.html(errors=(), first=False), draft_version(request))
    return page(request, view, *saved_fields(view))


@view_config(route_name="filling.part", request_method="POST", renderer=PART)
def post_part(context: PartContext, request: Request) -> PageOrRedirect:
    view = open_view_of(context, request)
    if view is None:
        return after_sending(request, context.filling)
    posted = PostedPart(request, view)
    if posted.shown is not None:
        return page(request, view, posted.shown, posted.version)
    if posted_text(request, "_go") == "save":
        return save(request, posted, lambda: HTTPSeeOther(request.path))

    def sent() -> HTTPSeeOther:
        request.flash(say(request.work.language, "Sent: {part}.", part=view.title))
        return after_sending(request, context.filling)

    return run_action(request, posted.send, sent, posted.again, answers=posted.answers)


def open_view_of(context: PartContext, request: Request) -> OpenPart | None:
    """The part to be filled in; None where it is not open any more, which its page then says."""
    try:
        return load_part(request.work, context.filling.id, context.part.part)
    except Refused as refused:
        request.flash(refused.reasons[0])
        return None


def after_sending(request: Request, filling: Filling) -> HTTPSeeOther:
    """To the request for whoever may read it, home for others."""
    if can(request.work, "filling.read", filling):
        return HTTPSeeOther(request.route_path("filling", id=filling.id))
    return HTTPSeeOther(request.route_path("home"))


def draft_version(request: Request) -> int:
    """The version of the part's draft that the page began with; 0 for none."""
    return whole_number(posted_text(request, "draft_version"), 9) or 0


class PostedPart:
    """What was posted in a part: `shown` are the fields again while it is being filled in; None when it is sent."""

    def __init__(self, request: Request, view: OpenPart) -> None:
        self._request, self._view = request, view
        self.answers: Answers = view.form.read(form_controls(request), view.answers)
        self.version = draft_version(request)
        too_large = oversized_file_errors(request)
        self.answers.refuse(too_large)
        self.shown: str | None = None
        self.data: dict[str, Any] = {}
        self.errors: list[FieldError] = []
        if not too_large and (is_live_update(request) or self.answers.operation):
            self.shown = self.answers.html(errors=self.answers.lingering, first=False)
            return
        self.data, self.errors = judge_part(view, self.answers)
        self.answers.refuse(error for error in self.errors if error not in self.answers.errors)

    def send(self) -> None:
        send(self._view, self.data, self.errors)

    def again(self, problems: Sequence[PageError]) -> dict[str, Any]:
        return self.page_of(self.answers.html(beside=errors_beside(problems)), problems)

    def kept(self, problems: Sequence[PageError]) -> dict[str, Any]:
        """The page again after the draft could not be saved: where somebody else saved one, the next time replaces
        theirs.
        """
        draft = draft_of_part(self._view)
        if draft is not None and draft.version != self.version:
            sentence = (
                "Save again to replace it with what is here, or open this page anew to go on with what was saved."
            )
            problems = [*problems, PageError(say(self._request.work.language, sentence))]
            self.version = draft.version
        return self.page_of(self.answers.html(errors=(), first=False), problems)

    def page_of(self, fields: str, problems: Sequence[PageError] = ()) -> dict[str, Any]:
        return page(self._request, self._view, fields, self.version, problems)


def save(request: Request, posted: PostedPart, after: Callable[[], HTTPSeeOther]) -> PageOrRedirect:
    """Save the draft of a part, whatever is still missing in it."""

    def saved() -> HTTPSeeOther:
        request.flash(say(request.work.language, "Draft saved. It is not sent yet."))
        return after()

    action = partial(save_part_draft, posted._view, posted.answers, posted.version)
    return run_action(request, action, saved, posted.kept)


def saved_fields(view: OpenPart) -> tuple[str, int]:
    """The fields as they were saved, or sent before, or new; with the version of the draft."""
    draft = draft_of_part(view)
    if draft is not None:
        return view.form.resume(controls_of(view, draft)).html(errors=(), first=False), draft.version
    return view.form.render(view.answers), 0


def page(
    request: Request, view: OpenPart, fields: str, version: int = 0, problems: Sequence[PageError] = ()
) -> dict[str, Any]:
    files = request.route_path("filling.part_file", id=view.filling.id, part=view.part.part, file="")
    return {
        "view": view,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "seen": view.seen(files.rstrip("/")),
        "version": version,
        "problems": list(problems),
    }
