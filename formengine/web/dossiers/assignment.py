"""Assignment of a dossier and access to it: claim, release, assign, share, restrict, watch (U8, U9, D1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.dossiers import assignment
from formengine.services.dossiers.status_page import renew_status_link
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab, dossier_page
from formengine.web.page_errors import missing
from formengine.web.post_data import is_sent, posted_choices, posted_switch, posted_text, posted_version


@view_config(route_name="dossier.claim", renderer=TEMPLATE)
def claim(context: DossierContext, request: Request) -> PageOrRedirect:
    version = posted_version(request) if is_sent(request, "version") else None
    return act(context, request, partial(assignment.claim, version=version), "You are in charge of this dossier now.")


@view_config(route_name="dossier.release", renderer=TEMPLATE)
def release(context: DossierContext, request: Request) -> PageOrRedirect:
    return act(context, request, assignment.release, "It is back in the queue of its team.")


@view_config(route_name="dossier.assignment", renderer=TEMPLATE)
def assign(context: DossierContext, request: Request) -> PageOrRedirect:
    return act_on_person(context, request, assignment.assign, "It was assigned.", "assign-person")


@view_config(route_name="dossier.watcher", renderer=TEMPLATE)
def watch(context: DossierContext, request: Request) -> PageOrRedirect:
    return act_on_person(context, request, assignment.watch, "The watcher was added.", "watch-person", "people")


@view_config(route_name="dossier.watcher_removal", renderer=TEMPLATE)
def unwatch(context: DossierContext, request: Request) -> PageOrRedirect:
    person, dossier = posted_text(request, "person"), context.dossier
    action = partial(assignment.unwatch, request.work, dossier.reference, person)
    left = person == request.work.actor_id
    return run_action(
        request,
        action,
        lambda: _after_leaving(request, dossier, left),
        lambda problems: dossier_page(request, dossier, "people", problems),
    )


def _after_leaving(request: Request, dossier: Dossier, left: bool) -> PageOrRedirect:
    """Back to the page; to the home page for somebody who no longer sees the dossier."""
    language = request.work.language
    if left and not has_permission(request.work, "dossier.read", dossier):
        request.flash(say(language, "You no longer follow {reference}.", reference=dossier.reference))
        return HTTPSeeOther("/")
    return redirect_to_tab(request, dossier.reference, "people", flash=say(language, "Who may see it was changed."))


@view_config(route_name="dossier.sharing", renderer=TEMPLATE)
def share(context: DossierContext, request: Request) -> PageOrRedirect:
    action = partial(assignment.share, request.work, context.dossier.reference, posted_switch(request, "on"))
    return act_on_tab(request, context.dossier, "people", action, "Who may see it was changed.")


@view_config(route_name="dossier.status_link", renderer=TEMPLATE)
def renew_link(context: DossierContext, request: Request) -> PageOrRedirect:
    action = partial(renew_status_link, request.work, context.dossier.reference)
    return act_on_tab(request, context.dossier, "people", action, "A new link is on its way; the one before has ended.")


@view_config(route_name="dossier.restriction", renderer=TEMPLATE)
def restrict(context: DossierContext, request: Request) -> PageOrRedirect:
    on, keep = posted_switch(request, "on"), posted_choices(request, "person")
    action = partial(assignment.restrict, request.work, context.dossier.reference, on, keep)
    controls = {"person": "keep"}
    return act_on_tab(request, context.dossier, "people", action, "Who may see it was changed.", controls=controls)


def act_on_person(
    context: DossierContext,
    request: Request,
    service: Callable[..., object],
    flash: str,
    control: str,
    tab: str = "overview",
) -> PageOrRedirect:
    """Call `service(work, reference, person)` with the person chosen in a list, the control of that id."""
    person = posted_text(request, "person")
    errors = missing(say(request.work.language, "Choose a person first."), control, when=not person)
    action = partial(service, request.work, context.dossier.reference, person)
    return act_on_tab(request, context.dossier, tab, action, flash, errors, controls={"person": control})


def act(
    context: DossierContext,
    request: Request,
    service: Callable[..., object],
    flash: str,
    *args: object,
) -> PageOrRedirect:
    action = partial(service, request.work, context.dossier.reference, *args)
    return act_on_tab(request, context.dossier, "overview", action, flash)
