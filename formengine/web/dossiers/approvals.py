"""Approvals and signatures on a dossier's page: for those who hold a seat and may collaborate (P24, P25, S8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.approvals import decisions
from formengine.services.approvals.guest_signing import resend_link
from formengine.services.approvals.seat_questions import answer_question
from formengine.services.approvals.shown_documents import NoHash
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab, show_errors
from formengine.web.page_errors import missing
from formengine.web.post_data import is_checked, posted_number, posted_text
from formengine.web.signature_input import CONTROLS, posted_signature

TAB: Final = "approvals"
DECIDED: Final = {"approve": "You approved.", "reject": "You rejected.", "abstain": "You abstained."}


@view_config(route_name="dossier.decision", renderer=TEMPLATE)
def decide(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference = request.work, context.dossier.reference
    decision, comment = decisions.parse_decision(posted_text(request, "decision")), posted_text(request, "comment")
    if decision is None:
        return show_errors(request, context.dossier, TAB, [say(work.language, "Choose Approve or Reject.")])
    controls = seat_controls(request, "comment")
    unsaid = say(work.language, "Say in the comment why you reject.")
    errors = missing(unsaid, controls["comment"], when=decision == "reject" and not comment)
    shown = posted_text(request, "document_sha256") or NoHash.NO_VERSION
    action = partial(
        decisions.decide,
        work,
        reference,
        decision,
        comment or None,
        posted_number(request, "seat"),
        shown=shown,
    )
    return act_on_tab(request, context.dossier, TAB, action, DECIDED[decision], errors, controls=controls)


@view_config(route_name="dossier.signature", renderer=TEMPLATE)
def sign(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    controls = seat_controls(request, *CONTROLS)
    given = posted_signature(request, controls, decisions.asked_of_seat(work, reference, seat))
    shown = posted_text(request, "document_sha256") or NoHash.NO_VERSION
    action = partial(decisions.sign, work, reference, given.text, given.consent, seat, shown, given.details)
    return act_on_tab(request, context.dossier, TAB, action, "You signed.", given.errors, controls=controls)


@view_config(route_name="dossier.refusal", renderer=TEMPLATE)
def decline(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    reason = posted_text(request, "reason")
    controls = seat_controls(request, "reason")
    errors = missing(say(work.language, "Say why you decline to sign."), controls["reason"], when=not reason)
    action = partial(decisions.decline, work, reference, reason, seat)
    return act_on_tab(request, context.dossier, TAB, action, "You declined to sign.", errors, controls=controls)


@view_config(route_name="dossier.delegation", renderer=TEMPLATE)
def delegate(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    person, returns = posted_text(request, "person"), is_checked(request, "returns")
    errors = missing(say(work.language, "Choose a person first."), f"delegate-{seat}", when=not person)
    action = partial(decisions.delegate, work, reference, person, seat, returns)
    controls = {"person": f"delegate-{seat}"}
    return act_on_tab(request, context.dossier, TAB, action, "It was handed over.", errors, controls=controls)


@view_config(route_name="dossier.approver", renderer=TEMPLATE)
def add_approver(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, person = request.work, context.dossier.reference, posted_text(request, "person")
    step, round_ = posted_number(request, "step") or 0, posted_number(request, "round")
    control = f"approver-{round_}"
    errors = missing(say(work.language, "Choose a person first."), control, when=not person)
    action = with_known_ids(request, partial(decisions.add_approver, work, reference, person, step, round_))
    controls = {"person": control}
    return act_on_tab(request, context.dossier, TAB, action, "The approver was added.", errors, controls=controls)


@view_config(route_name="dossier.approver_removal", renderer=TEMPLATE)
def remove_approver(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, person = request.work, context.dossier.reference, posted_text(request, "person")
    removal = partial(decisions.remove_approver, work, reference, person, posted_number(request, "round"))
    action = with_known_ids(request, removal)
    return act_on_tab(request, context.dossier, TAB, action, "The approver was removed.")


@view_config(route_name="dossier.guest_link", renderer=TEMPLATE)
def resend_guest_link(context: DossierContext, request: Request) -> PageOrRedirect:
    action = partial(resend_link, request.work, context.dossier.reference, posted_number(request, "seat"))
    return act_on_tab(request, context.dossier, TAB, action, "A new link was sent.")


@view_config(route_name="dossier.question_answer", renderer=TEMPLATE)
def answer(context: DossierContext, request: Request) -> PageOrRedirect:
    question, text = posted_number(request, "question"), posted_text(request, "answer")
    answering = partial(answer_question, request.work, context.dossier.reference, question, text)
    action = with_known_ids(request, answering)
    controls = {"answer": f"answer-{question}"}
    return act_on_tab(request, context.dossier, TAB, action, "Your answer was mailed.", controls=controls)


def with_known_ids(request: Request, action: Callable[[], object]) -> Callable[[], object]:
    """An action on what a form names by an id; refused where that is not on the dossier."""

    def act() -> object:
        try:
            return action()
        except NotFound:
            sentence = "What this was about is not on this dossier: load the page again."
            raise Refused([say(request.work.language, sentence)]) from None

    return act


def seat_controls(request: Request, *names: str) -> dict[str, str]:
    """The ids of the controls that the page has for the seat that was posted, by name."""
    seat = posted_number(request, "seat")
    return {name: f"{name}-{seat}" for name in names}
