"""Approvals and signatures on a dossier's page: for those who hold a seat and may collaborate (P24, P25, S8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Invalid, Refused
from formengine.i18n import say
from formengine.services.approvals import decisions as deciding
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, dossier_page
from formengine.web.post_data import posted_text, redirect_to_tab, refusal_sentences, trying

Shown: TypeAlias = dict[str, Any] | HTTPSeeOther
SAID: Final = {"approve": "You approved.", "reject": "You rejected."}


@view_config(route_name="dossier.decision", renderer=TEMPLATE)
def decide(context: DossierContext, request: Request) -> Shown:
    decision, comment = deciding.parse_decision(posted_text(request, "decision")), posted_text(request, "comment")
    if decision is None:
        return again(request, context, [say(request.work.language, "Choose Approve or Reject.")])
    if decision == "reject" and not comment:
        return again(request, context, [say(request.work.language, "Say in the comment why you reject.")])
    reference, seat = context.dossier.reference, posted_seat(request)
    return done(
        request,
        context,
        SAID[decision],
        lambda: deciding.decide(request.work, reference, decision, comment or None, seat),
    )


@view_config(route_name="dossier.signature", renderer=TEMPLATE)
def sign(context: DossierContext, request: Request) -> Shown:
    text, consent = posted_text(request, "text"), posted_text(request, "consent") == "yes"
    problems = signature_errors(request, text, consent)
    if problems:
        return again(request, context, problems)
    reference, seat = context.dossier.reference, posted_seat(request)
    return done(request, context, "You signed.", lambda: deciding.sign(request.work, reference, text, consent, seat))


@view_config(route_name="dossier.refusal", renderer=TEMPLATE)
def decline(context: DossierContext, request: Request) -> Shown:
    reason = posted_text(request, "reason")
    if not reason:
        return again(request, context, [say(request.work.language, "Say why you decline to sign.")])
    reference, seat = context.dossier.reference, posted_seat(request)
    return done(
        request, context, "You declined to sign.", lambda: deciding.decline(request.work, reference, reason, seat)
    )


@view_config(route_name="dossier.delegation", renderer=TEMPLATE)
def delegate(context: DossierContext, request: Request) -> Shown:
    to, returns = posted_text(request, "person"), posted_text(request, "returns") == "yes"
    reference, seat = context.dossier.reference, posted_seat(request)
    return done(
        request, context, "It was handed over.", lambda: deciding.delegate(request.work, reference, to, seat, returns)
    )


@view_config(route_name="dossier.approver", renderer=TEMPLATE)
def add_approver(context: DossierContext, request: Request) -> Shown:
    person, step = posted_text(request, "person"), posted_text(request, "step")
    reference, place = context.dossier.reference, int(step) if step.isdecimal() else 0
    return done(
        request,
        context,
        "The approver was added.",
        lambda: deciding.add_approver(request.work, reference, person, place),
    )


@view_config(route_name="dossier.approver_removal", renderer=TEMPLATE)
def remove_approver(context: DossierContext, request: Request) -> Shown:
    person, reference = posted_text(request, "person"), context.dossier.reference
    return done(
        request, context, "The approver was removed.", lambda: deciding.remove_approver(request.work, reference, person)
    )


def signature_errors(request: Request, text: str, consent: bool) -> list[str]:
    """What is missing for a signature, in sentences."""
    language = request.work.language
    missing = [] if text else [say(language, "Type your full name to sign.")]
    return missing if consent else [*missing, say(language, "Tick the box to say that you agree to sign.")]


def posted_seat(request: Request) -> int | None:
    text = posted_text(request, "seat")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def done(request: Request, context: DossierContext, said: str, act: Callable[[], object]) -> Shown:
    """Do it, say so on the tab; or show it again with the reasons."""
    try:
        with trying(request.work):
            act()
    except (Refused, Invalid) as error:
        return again(request, context, refusal_sentences(error))
    return redirect_to_tab(request, context.dossier.reference, "approvals", said=say(request.work.language, said))


def again(request: Request, context: DossierContext, problems: list[str]) -> dict[str, Any]:
    request.response.status_int = 422
    return dossier_page(request, context.dossier, "approvals", problems)
