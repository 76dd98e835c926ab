"""Whose turn it is with a document, and who edits it at the moment (S2)."""

from __future__ import annotations

from functools import partial

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.dossiers import document_turns, edit_locks
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.post_data import is_checked, posted_text


@view_config(route_name="dossier.turn", renderer=TEMPLATE)
def hand_over(context: DossierContext, request: Request) -> PageOrRedirect:
    document, holder = request.matchdict["document"], posted_text(request, "holder")
    action = partial(document_turns.hand_over, request.work, context.dossier.reference, document, holder)
    controls, flash = {"holder": f"turn-{document}"}, "It says now whose turn it is."
    return act_on_tab(request, context.dossier, "attachments", action, flash, controls=controls)


@view_config(route_name="dossier.edit_lock", renderer=TEMPLATE)
def hold(context: DossierContext, request: Request) -> PageOrRedirect:
    reference, document = context.dossier.reference, request.matchdict["document"]
    take_over = is_checked(request, "take_over")
    action = partial(edit_locks.hold_for_editing, request.work, reference, document, take_over=take_over)
    flash = "Others see now that you are editing it; only you can add a version."
    return act_on_tab(request, context.dossier, "attachments", action, flash)


@view_config(route_name="dossier.edit_lock_end", renderer=TEMPLATE)
def end(context: DossierContext, request: Request) -> PageOrRedirect:
    reference, document = context.dossier.reference, request.matchdict["document"]
    action = partial(edit_locks.end_editing, request.work, reference, document)
    return act_on_tab(request, context.dossier, "attachments", action, "Nobody is editing it any more.")
