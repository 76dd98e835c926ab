"""Approvals and signatures on a dossier's page: for those who hold a seat and may collaborate (P24, P25, S8)."""

from __future__ import annotations

from functools import partial
from typing import Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.approvals import decisions
from formengine.services.approvals.guest_signing import resend_link
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab, show_errors
from formengine.web.post_data import is_checked, posted_number, posted_text

TAB: Final = "approvals"
DECIDED: Final = {"approve": "You approved.", "reject": "You rejected."}


@view_config(route_name="dossier.decision", renderer=TEMPLATE)
def decide(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference = request.work, context.dossier.reference
    decision, comment = decisions.parse_decision(posted_text(request, "decision")), posted_text(request, "comment")
    if decision is None:
        return show_errors(request, context.dossier, TAB, [say(work.language, "Choose Approve or Reject.")])
    missing = decision == "reject" and not comment
    errors = [say(work.language, "Say in the comment why you reject.")] if missing else []
    shown = posted_text(request, "document_sha256") or decisions.NO_VERSION_SHOWN
    action = partial(
        decisions.decide,
        work,
        reference,
        decision,
        comment or None,
        posted_number(request, "seat"),
        document_sha256=shown,
    )
    return act_on_tab(request, context.dossier, TAB, action, DECIDED[decision], errors)


@view_config(route_name="dossier.signature", renderer=TEMPLATE)
def sign(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    text, consent = posted_text(request, "text"), is_checked(request, "consent")
    errors = signature_errors(work.language, text, consent)
    shown = posted_text(request, "document_sha256") or decisions.NO_VERSION_SHOWN
    action = partial(decisions.sign, work, reference, text, consent, seat, shown)
    return act_on_tab(request, context.dossier, TAB, action, "You signed.", errors)


@view_config(route_name="dossier.refusal", renderer=TEMPLATE)
def decline(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    reason = posted_text(request, "reason")
    errors = [] if reason else [say(work.language, "Say why you decline to sign.")]
    action = partial(decisions.decline, work, reference, reason, seat)
    return act_on_tab(request, context.dossier, TAB, action, "You declined to sign.", errors)


@view_config(route_name="dossier.delegation", renderer=TEMPLATE)
def delegate(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    person, returns = posted_text(request, "person"), is_checked(request, "returns")
    action = partial(decisions.delegate, work, reference, person, seat, returns)
    return act_on_tab(request, context.dossier, TAB, action, "It was handed over.")


@view_config(route_name="dossier.approver", renderer=TEMPLATE)
def add_approver(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, person = request.work, context.dossier.reference, posted_text(request, "person")
    step = posted_number(request, "step") or 0
    action = partial(decisions.add_approver, work, reference, person, step)
    return act_on_tab(request, context.dossier, TAB, action, "The approver was added.")


@view_config(route_name="dossier.approver_removal", renderer=TEMPLATE)
def remove_approver(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, person = request.work, context.dossier.reference, posted_text(request, "person")
    action = partial(decisions.remove_approver, work, reference, person)
    return act_on_tab(request, context.dossier, TAB, action, "The approver was removed.")


@view_config(route_name="dossier.guest_link", renderer=TEMPLATE)
def resend_guest_link(context: DossierContext, request: Request) -> PageOrRedirect:
    action = partial(resend_link, request.work, context.dossier.reference, posted_number(request, "seat"))
    return act_on_tab(request, context.dossier, TAB, action, "A new link was sent.")


def signature_errors(language: str, text: str, consent: bool) -> list[str]:
    """What is missing for a signature, in sentences."""
    missing = [] if text else [say(language, "Type your full name to sign.")]
    return missing if consent else [*missing, say(language, "Tick the box to say that you agree to sign.")]
