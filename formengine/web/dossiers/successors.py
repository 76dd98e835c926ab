"""A signer forwards the request, and whoever is in charge confirms it or refuses, on a dossier's page (S9)."""

from __future__ import annotations

from functools import partial
from typing import Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.approvals import successors
from formengine.services.approvals.successors import Successor
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.approvals import TAB, with_known_ids
from formengine.web.dossiers.page import TEMPLATE, act_on_tab, show_errors
from formengine.web.dossiers.seat_changes import told
from formengine.web.post_data import posted_number, posted_text

SUCCESSOR: Final = ("name", "email", "reason")
"""What a signer says of the right person; the ids of their controls end in these and the seat."""


@view_config(route_name="dossier.forwarding", renderer=TEMPLATE)
def ask_to_forward(context: DossierContext, request: Request) -> PageOrRedirect:
    seat, successor = posted_number(request, "seat"), posted_successor(request)
    action = partial(successors.ask_to_forward, request.work, context.dossier.reference, seat, successor)
    controls = {name: f"forward-{name}-{seat}" for name in SUCCESSOR}
    flash = "You asked to forward it; you are told what is decided."
    return act_on_tab(request, context.dossier, TAB, with_known_ids(request, action), flash, controls=controls)


@view_config(route_name="dossier.forward_decision", renderer=TEMPLATE)
def decide_on_forward(context: DossierContext, request: Request) -> PageOrRedirect:
    work, reference, seat = request.work, context.dossier.reference, posted_number(request, "seat")
    decision = posted_text(request, "decision")
    if decision == "confirm":
        action = partial(successors.confirm_forward, work, reference, None, seat)
        flash = told(request, context, "It was forwarded, and a new link was sent.", seat_id=seat)
        return act_on_tab(request, context.dossier, TAB, with_known_ids(request, action), flash)
    if decision != "refuse":
        return show_errors(request, context.dossier, TAB, [say(work.language, "Choose Confirm or Refuse.")])
    refuse = partial(successors.refuse_forward, work, reference, None, seat, posted_text(request, "comment"))
    return act_on_tab(
        request, context.dossier, TAB, with_known_ids(request, refuse), "It was not forwarded; the signer was told."
    )


def posted_successor(request: Request) -> Successor:
    """Whom a signer names, from the form that pages and links share."""
    name, email = posted_text(request, "successor_name"), posted_text(request, "successor_email")
    return Successor(name, email, posted_text(request, "successor_reason")[:2000])
