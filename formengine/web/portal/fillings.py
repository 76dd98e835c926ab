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
from formengine.services.intake.part_drafts import controls_of, save_part_draft
from formengine.services.intake.part_mails import part_title
from formengine.services.intake.part_sending import OpenPart, judge_part, load_part, send
from formengine.services.intake.seen_parts import PartChanged, SeenPart, draft_of, mark_of
from formengine.services.people.lookup import selectable_people
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.contexts import int_from_path
from formengine.web.dossiers.downloads import file_response
from formengine.web.late_posts import late_answers
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
LATE = "formengine:web/templates/portal/part_late.jinja2"


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
    try:
        view = load_part(request.work, context.filling.id, context.part.part)
    except Refused as refused:
        request.flash(refused.reasons[0])
        return after_sending(request, context.filling)
    if is_shown_again(request):
        answers = view.form.read(form_controls(request), view.answers)
        return page(request, view, answers.html(errors=(), first=False), posted_seen(request))
    return page(request, view, *saved_fields(view))


@view_config(route_name="filling.part", request_method="POST", renderer=PART)
def post_part(context: PartContext, request: Request) -> PageOrRedirect:
    try:
        view = load_part(request.work, context.filling.id, context.part.part)
    except Refused as refused:
        return late(context, request, refused.reasons[0])
    posted = PostedPart(request, view)
    if posted.shown is not None:
        return page(request, view, posted.shown, posted.seen)
    if posted_text(request, "_go") == "save":
        return save(request, posted, lambda: HTTPSeeOther(request.path))

    def sent() -> HTTPSeeOther:
        request.flash(say(request.work.language, "Sent: {part}.", part=view.title))
        return after_sending(request, context.filling)

    return run_action(request, posted.send, sent, posted.again, answers=posted.answers)


def late(context: PartContext, request: Request, reason: str) -> PageOrRedirect:
    """What was typed in a part that is not open any more, to be copied; nothing where it was sent as it is."""
    loaded, filling = load_filling(request.work, context.filling), context.filling
    typed = late_answers(request, loaded, context.part)
    if not typed:
        request.flash(reason)
        return after_sending(request, filling)
    request.response.status_int = 409
    request.override_renderer = LATE
    title = part_title(loaded.request_type, context.part.part, request.work.language)
    shown = {"title": title, "request_title": loaded.request_type.title_in(request.work.language), "reason": reason}
    return {**shown, "typed": typed, "filling": filling.id if can(request.work, "filling.read", filling) else None}


def after_sending(request: Request, filling: Filling) -> HTTPSeeOther:
    """To the request for whoever may read it, home for others."""
    if can(request.work, "filling.read", filling):
        return HTTPSeeOther(request.route_path("filling", id=filling.id))
    return HTTPSeeOther(request.route_path("home"))


def posted_seen(request: Request) -> SeenPart:
    """What the page that is posted has shown of the part."""
    version = whole_number(posted_text(request, "draft_version"), 9) or 0
    return SeenPart(version, posted_text(request, "sent_before")[:16])


class PostedPart:
    """What was posted in a part: `shown` are the fields again while it is being filled in, and where no button was
    pressed; None when it is sent or saved."""

    def __init__(self, request: Request, view: OpenPart) -> None:
        self._request, self._view = request, view
        self.answers: Answers = view.form.read(form_controls(request), view.answers)
        self.seen = posted_seen(request)
        too_large = oversized_file_errors(request)
        self.answers.refuse(too_large)
        self.shown: str | None = None
        self.data: dict[str, Any] = {}
        self.errors: list[FieldError] = []
        no_button = not posted_text(request, "_go")
        if not too_large and (is_live_update(request) or self.answers.operation or no_button):
            self.shown = self.answers.html(errors=self.answers.lingering, first=False)
            return
        self.data, self.errors = judge_part(view, self.answers)
        self.answers.refuse(error for error in self.errors if error not in self.answers.errors)

    def send(self) -> None:
        self.replacing(lambda: send(self._view, self.data, self.errors, self.seen))

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Save the draft, and do what follows; where that fails, nothing was saved, and `seen` stays as it was."""

        def action() -> None:
            draft = save_part_draft(self._view, self.answers, self.seen)
            seen = SeenPart(draft.version, self.seen.mark)
            then()
            self.seen = seen

        self.replacing(action)

    def replacing(self, action: Callable[[], object]) -> None:
        """Save or send; where that is refused because others have saved or sent something, the next time replaces it.
        Raises as `action`.
        """
        try:
            action()
        except PartChanged as changed:
            self.seen = changed.now
            sentence = (
                "Press the button again to replace it with what is here, or open this page anew to go on with it."
            )
            raise Refused([*changed.reasons, say(self._request.work.language, sentence)]) from None

    def again(self, problems: Sequence[PageError]) -> dict[str, Any]:
        return self.page_of(self.answers.html(beside=errors_beside(problems)), problems)

    def kept(self, problems: Sequence[PageError]) -> dict[str, Any]:
        """The page again as it was typed, whatever is missing in it."""
        return self.page_of(self.answers.html(errors=(), first=False), problems)

    def page_of(self, fields: str, problems: Sequence[PageError] = ()) -> dict[str, Any]:
        return page(self._request, self._view, fields, self.seen, problems)


def save(request: Request, posted: PostedPart, after: Callable[[], HTTPSeeOther]) -> PageOrRedirect:
    """Save the draft of a part, whatever is still missing in it."""

    def saved() -> HTTPSeeOther:
        request.flash(say(request.work.language, "Draft saved. It is not sent yet."))
        return after()

    return run_action(request, posted.save, saved, posted.kept)


def saved_fields(view: OpenPart) -> tuple[str, SeenPart]:
    """The fields as they were saved, or sent before, or new; with what a page that has them shows."""
    draft, mark = draft_of(view.loaded.work, view.part), mark_of(view.part)
    if draft is not None:
        fields = view.form.resume(controls_of(view, draft)).html(errors=(), first=False)
        return fields, SeenPart(draft.version, mark)
    return view.form.render(view.answers), SeenPart(0, mark)


def page(
    request: Request, view: OpenPart, fields: str, seen_part: SeenPart, problems: Sequence[PageError] = ()
) -> dict[str, Any]:
    files = request.route_path("filling.part_file", id=view.filling.id, part=view.part.part, file="")
    return {
        "view": view,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "seen": view.seen(files.rstrip("/")),
        "seen_part": seen_part,
        "problems": list(problems),
    }
