"""The page that a link opens: the document, a code by mail, then sign or decline, approve or reject, or acknowledge.

Opening it does not use the link up, because mail scanners open links; what is done there does, and requires the code
(T16).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import exception_view_config, view_config

from formengine.errors import LinkSpent, TooManyTries
from formengine.i18n import say
from formengine.services.approvals import guest_signing
from formengine.services.approvals.decisions import ACKNOWLEDGE, parse_decision
from formengine.services.approvals.document_readings import parse_reading, record_reading
from formengine.services.approvals.guest_signing import GuestPage
from formengine.services.approvals.replaced_rounds import replaced_round
from formengine.services.approvals.round_documents import RoundDocument
from formengine.services.approvals.seat_questions import ask_question
from formengine.services.approvals.shown_documents import NoHash
from formengine.services.approvals.successors import guest_forward
from formengine.services.case.guest_links import leads_to_part
from formengine.services.files.page_pictures import PagesView, pages_of, request_missing_pages
from formengine.services.files.reading_copies import request_missing_copy
from formengine.services.intake.part_links import part_of_link, request_new_part_link
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.dossiers.downloads import file_response
from formengine.web.dossiers.page_pictures import picture_response
from formengine.web.dossiers.successors import SUCCESSOR, posted_successor
from formengine.web.guest.part_page import show_part
from formengine.web.guest.posted_codes import posted_code
from formengine.web.late_posts import late_answers, written_in
from formengine.web.link_reasons import reason_of_seat
from formengine.web.page_errors import Controls, PageError, errors_beside, missing
from formengine.web.post_data import form_controls, posted_text, posted_texts
from formengine.web.signature_input import CONTROLS, keep_picture, posted_signature
from formengine.web.try_limits import asked_too_soon

if TYPE_CHECKING:
    from formengine.forms import Answers

TEMPLATE: Final = "formengine:web/templates/act/act.jinja2"
DONE: Final = "formengine:web/templates/act/done.jinja2"
SPENT: Final = "formengine:web/templates/act/spent.jinja2"
FORMS: Final = ("act.signature", "act.decision")
"""The routes of the form that follows the code."""
DECISION: Final = {"code": "code", "comment": "comment"}
"""The controls of a decision."""


@view_config(route_name="act", renderer=TEMPLATE)
def show(request: Request) -> dict[str, Any] | Response:
    if leads_to_part(request.work, token(request)):
        return show_part(request, token(request))
    shown = page(request)
    awaited = request.GET.get("awaits")  # asked again and again by a page that is open: nothing, until it is there
    if any(paper.id == awaited and paper.version is None for paper in shown["act"].documents):
        return Response(status=204)
    for paper in shown["act"].documents:
        if paper.version is not None:
            request_missing_copy(request.work, paper.version.file)
            request_missing_pages(request.work, paper.version.file)
    return shown


@view_config(route_name="act.document")
def document(request: Request) -> Response:
    name = str(request.params.get("document", ""))
    if request.method == "POST":  # the button of the page, whose press is evidence
        record_reading(request.work, token(request), "downloaded", name)
    return file_response(request, guest_signing.guest_document(request.work, token(request), name))


@view_config(route_name="act.page")
def page_picture(request: Request) -> Response:
    name = str(request.matchdict["document"])
    return picture_response(request, guest_signing.guest_document(request.work, token(request), name))


@view_config(route_name="act.reading")
def reading(request: Request) -> Response:
    """What the page itself tells: that it was opened, and read to the end."""
    what = parse_reading(posted_text(request, "what"))
    if what is not None:
        record_reading(request.work, token(request), what, posted_text(request, "document"))
    return Response(status=204 if what is not None else 422)


@view_config(route_name="act.question", renderer=TEMPLATE)
def ask(request: Request) -> PageOrRedirect:
    question = posted_text(request, "question")

    def asked() -> HTTPSeeOther:
        request.flash(say(request.work.language, "Your question was sent; the answer comes by mail."))
        return HTTPSeeOther(request.route_path("act", token=token(request)))

    action = partial(ask_question, request.work, token(request), question)
    return run_action(request, action, asked, partial(page, request), controls={"question": "question"})


@view_config(route_name="act.code", renderer=TEMPLATE)
def send_code(request: Request) -> PageOrRedirect:
    record_reading(request.work, token(request), "opened")  # where no script told it
    try:
        guest_signing.send_code(request.work, token(request))
    except TooManyTries as error:
        return page(request, asked_too_soon(request, error))  # with what was typed
    if any(
        posted_text(request, name) for name in ("text", "drawing", "kept_picture", "reason", "comment")
    ) or form_controls(request):
        return page(request)  # with what was typed before the last code ran out
    return HTTPSeeOther(request.route_path("act", token=token(request), _anchor="sign"))


@view_config(route_name="act.signature", renderer=DONE)
def sign(request: Request) -> PageOrRedirect:
    link = guest_signing.load_guest_page(request.work, token(request))  # nothing is read or stored without a link
    controls = {"code": "code", **{name: name for name in CONTROLS}}
    given = posted_signature(request, controls, link.request.asked, link.name)
    code, problems = judged_code(request, "code", given.errors)
    shown = posted_text(request, "document_sha256") or NoHash.NO_VERSION
    signing = partial(guest_signing.guest_sign, request.work, token(request), code, given.text, given.consent, shown)
    return act(request, link, "signed", problems, partial(signing, given.details), controls)


@view_config(route_name="act.refusal", renderer=DONE)
def decline(request: Request) -> PageOrRedirect:
    link = guest_signing.load_guest_page(request.work, token(request))
    reason = posted_text(request, "reason")
    unsaid = missing(say(request.work.language, "Say why you decline to sign."), "reason", when=not reason)
    code, problems = judged_code(request, "decline-code", unsaid)
    action = partial(guest_signing.guest_decline, request.work, token(request), code, reason)
    return act(request, link, "declined", problems, action, {"code": "decline-code", "reason": "reason"})


@view_config(route_name="act.forwarding", renderer=TEMPLATE)
def forward(request: Request) -> PageOrRedirect:
    """Ask to forward it; the link stays valid, and the page says that the wish is open."""
    code, successor, work = posted_text(request, "code"), posted_successor(request), request.work

    def asked() -> HTTPSeeOther:
        request.flash(say(work.language, "You asked to forward it; you are told what is decided."))
        return HTTPSeeOther(request.route_path("act", token=token(request)))

    action = partial(guest_forward, work, token(request), code, successor)
    seat_id = guest_signing.seat_of_link(work, token(request))
    controls = {"code": "forward-code", **{name: f"forward-{name}-{seat_id}" for name in SUCCESSOR}}
    return run_action(request, action, asked, partial(page, request), controls=controls)


@view_config(route_name="act.decision", renderer=DONE)
def decide(request: Request) -> PageOrRedirect:
    link = guest_signing.load_guest_page(request.work, token(request))
    comment = posted_text(request, "comment")
    if posted_text(request, "decision") == ACKNOWLEDGE:
        return acknowledge(request, link, comment)
    decision, language = parse_decision(posted_text(request, "decision")), request.work.language
    unsaid = say(language, "Say in the comment why you reject.")
    errors = missing(unsaid, "comment", when=decision == "reject" and not comment)
    if decision is None:
        errors.append(PageError(say(language, "Choose Approve or Reject.")))
    shown = posted_text(request, "document_sha256") or NoHash.NO_VERSION
    chosen = decision or "reject"
    answers = read_asked_fields(request, link) if decision == "approve" else None
    code, problems = judged_code(request, "code", errors, others=answers is not None and not answers.valid)
    fields = answers.data if answers is not None else {}
    deciding = partial(guest_signing.guest_decide, request.work, token(request), code, chosen, comment or None, shown)
    return act(request, link, chosen, problems, partial(deciding, fields), DECISION, answers)


def acknowledge(request: Request, link: GuestPage, comment: str) -> PageOrRedirect:
    unsaid = say(request.work.language, "Write a comment with your acknowledgement.")
    code, problems = judged_code(
        request, "code", missing(unsaid, "comment", when=link.round.takes == "required" and not comment)
    )
    shown = posted_text(request, "document_sha256") or NoHash.NO_VERSION
    action = partial(guest_signing.guest_acknowledge, request.work, token(request), code, comment or None, shown)
    return act(request, link, ACKNOWLEDGE, problems, action, DECISION)


def read_asked_fields(request: Request, link: GuestPage) -> Answers | None:
    """What was typed in the fields that are asked with an approval; None where there are none."""
    return None if link.asked is None else link.asked.form.read(form_controls(request), link.asked.data)


def judged_code(
    request: Request, control: str, errors: list[PageError], *, others: bool = False
) -> tuple[str, list[PageError]]:
    """The code of a post to the link of a seat, and all that is wrong with the post (`posted_code`)."""
    return posted_code(request, token(request), guest_signing.code_mistake, control, errors, others=others)


@view_config(route_name="act.link", renderer=SPENT)
def new_link(request: Request) -> dict[str, Any]:
    if leads_to_part(request.work, token(request)):
        request_new_part_link(request.work, token(request))
    else:
        guest_signing.request_new_link(request.work, token(request))
    return {"why": "asked", "reason": "", "token": token(request), "replaced": None, "typed": (), "ended_at": None}


@exception_view_config(LinkSpent, route_name="act", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.document", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.page", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.code", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.signature", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.refusal", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.decision", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.forwarding", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.reading", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.question", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.part", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.part_file", renderer=SPENT)
def guest_link_spent(error: LinkSpent, request: Request) -> dict[str, Any]:
    request.response.status_int = 410
    request.override_renderer = SPENT
    replaced = replaced_round(request.work, token(request)) if error.why == "replaced" else None
    if request.matched_route.name == "act.part":
        late = part_of_link(request.work, token(request)) if request.method == "POST" else None
        typed = late_answers(request, *late) if late is not None else []
    else:
        typed = [("", text) for text in written_in(request, 410)]
    reason = reason_of_seat(partial(say, request.work.language), error.why)
    spent = {"why": error.why, "reason": reason, "ended_at": error.at}
    return {**spent, "token": token(request), "replaced": replaced, "typed": typed}


def token(request: Request) -> str:
    return str(request.matchdict["token"])[:200]


def page(request: Request, problems: Sequence[PageError] = (), answers: Answers | None = None) -> dict[str, Any]:
    shown, fields, controls = guest_signing.load_guest_page(request.work, token(request)), "", form_controls(request)
    typed, is_mailed = None, request.matched_route.name == "act.code" and not problems  # another code than was typed
    keep_picture(request)
    if shown.asked is not None:
        form, is_typed = shown.asked.form, request.matched_route.name in ("act.decision", "act.code") and controls
        typed = answers or (form.read(controls, shown.asked.data) if is_typed else None)
        fields = form.render(shown.asked.data or None)
        if typed is not None:  # the errors of the fields are told when they are asked for: with an approval
            fields = typed.html(errors=answers.errors if answers else (), beside=errors_beside(problems))
    pages = {
        document.version.file.sha256: pages_of(request.work, document.version.file)
        for document in shown.documents
        if document.version is not None
    }
    return {
        "act": shown,
        "pages": pages,
        "awaited": {document.id for document in shown.documents if awaits_copy(document, pages)},
        "token": token(request),
        # a code that ran out: what is wrong beside it is told at the controls, above the button for another one
        "shows_form": shown.code_sent or (request.matched_route.name in FORMS and bool(problems)),
        "problems": list(problems),
        "summary_in_fields": typed is not None,
        "typed": {**posted_texts(request), **({"code": ""} if is_mailed else {})},
        "asked_fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "carried": [(name, value) for name, value in controls if isinstance(value, str)] if shown.asked else [],
    }


def awaits_copy(document: RoundDocument, pages: Mapping[str, PagesView]) -> bool:
    """Whether nothing of a document can be read on the page yet, and its text or its pages are being made."""
    if document.version is None:
        return False
    text, printed = document.reading.state, pages[document.version.file.sha256].state
    return (text == "pending" and printed != "made") or (text == "none" and printed == "pending")


def act(
    request: Request,
    link: GuestPage,
    what: str,
    problems: list[PageError],
    action: Callable[[], object],
    controls: Controls,
    answers: Answers | None = None,
) -> PageOrRedirect:
    """Act and confirm it, or show the page again with what was typed and what is wrong."""

    def again(problems: list[PageError]) -> dict[str, Any]:
        request.override_renderer = TEMPLATE
        return page(request, problems, answers)

    def done() -> dict[str, Any]:
        return {"what": what, "act": link, "round_status": guest_signing.round_status(request.work, link.seat_id)}

    return run_action(request, action, done, again, problems, controls=controls, answers=answers)
