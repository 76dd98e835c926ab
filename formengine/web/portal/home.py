"""The portal's home page: request types to choose from, open dossiers, and those that wait for the reader (P6, P7)."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.services.access.enforcement import has_permission
from formengine.services.approvals.round_views import seats_waiting_for_actor
from formengine.services.dossiers.document_turns import turns_of_actor
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.listing import open_dossiers_of_actor
from formengine.services.dossiers.next_steps import next_steps
from formengine.services.dossiers.overview import dossiers_waiting_for_client
from formengine.services.dossiers.waiting_children import children_waiting_for_actor
from formengine.services.intake.filling_views import open_fillings, waiting_parts
from formengine.web.contexts import DossierContext
from formengine.web.portal.catalogue import catalogue_section
from formengine.web.portal.drafts import draft_views
from formengine.web.portal.team_home import team_home

OWN_DOSSIERS_SHOWN, OWN_DOSSIERS_READ = 6, 20


@view_config(route_name="home", renderer="formengine:web/templates/portal/home.jinja2")
def home(request: Request) -> dict[str, Any]:
    """What a client asks for and follows; the legal team's side has its own page (`team_home`)."""
    if has_permission(request.work, "desk.read"):
        return team_home(request)
    own_dossiers = open_dossiers_of_actor(request.work, OWN_DOSSIERS_READ)
    return {
        **catalogue_section(request),
        "drafts": draft_views(request) if has_permission(request.work, "draft.own") else [],
        "mine": [(row, state_title(request.work, row)) for row in own_dossiers[:OWN_DOSSIERS_SHOWN]],
        "more": len(own_dossiers) > OWN_DOSSIERS_SHOWN,
        "parts": waiting_parts(request.work),
        "fillings": open_fillings(request.work, own=True),
        "waiting": seats_waiting_for_actor(request.work),
        "turns": turns_of_actor(request.work),
        "children": children_waiting_for_actor(request.work),
        "wanted": [
            (row, state_title(request.work, row)) for row in dossiers_waiting_for_client(request.work, own_dossiers)
        ],
    }


@view_config(route_name="submission", renderer="formengine:web/templates/portal/received.jinja2")
def confirmation(context: DossierContext, request: Request) -> dict[str, Any]:
    """The confirmation of a submission: its reference, and what happens next on its very way (P8, P11)."""
    work, dossier = request.work, context.dossier
    return {"dossier": dossier, "next": next_steps(work, dossier), "email": work.person.email}
