"""Assignment of a dossier and access to it: claim, release, assign, share, restrict, watch (U8, U9, D1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.dossiers import assignment
from formengine.web.actions import PageOrRedirect
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, act_on_tab
from formengine.web.page_errors import missing
from formengine.web.post_data import is_checked, posted_text, posted_version


@view_config(route_name="dossier.claim", renderer=TEMPLATE)
def claim(context: DossierContext, request: Request) -> PageOrRedirect:
    version = posted_version(request) or None
    return act(context, request, partial(assignment.claim, version=version), "You are in charge of this dossier now.")


@view_config(route_name="dossier.release", renderer=TEMPLATE)
def release(context: DossierContext, request: Request) -> PageOrRedirect:
    return act(context, request, assignment.release, "It is back in the queue of its team.")


@view_config(route_name="dossier.assignment", renderer=TEMPLATE)
def assign(context: DossierContext, request: Request) -> PageOrRedirect:
    return act_on_person(context, request, assignment.assign, "It was assigned.", "assign-person")


@view_config(route_name="dossier.watcher", renderer=TEMPLATE)
def watch(context: DossierContext, request: Request) -> PageOrRedirect:
    return act_on_person(context, request, assignment.watch, "The watcher was added.", "watch-person")


@view_config(route_name="dossier.sharing", renderer=TEMPLATE)
def share(context: DossierContext, request: Request) -> PageOrRedirect:
    return act(context, request, assignment.share, "Who may see it was changed.", is_checked(request, "on"))


@view_config(route_name="dossier.restriction", renderer=TEMPLATE)
def restrict(context: DossierContext, request: Request) -> PageOrRedirect:
    return act(context, request, assignment.restrict, "Who may see it was changed.", is_checked(request, "on"))


def act_on_person(
    context: DossierContext, request: Request, service: Callable[..., object], flash: str, control: str
) -> PageOrRedirect:
    """Call `service(work, reference, person)` with the person chosen in a list, the control of that id."""
    person = posted_text(request, "person")
    errors = missing(say(request.work.language, "Choose a person first."), control, when=not person)
    action = partial(service, request.work, context.dossier.reference, person)
    return act_on_tab(request, context.dossier, "overview", action, flash, errors, controls={"person": control})


def act(
    context: DossierContext,
    request: Request,
    service: Callable[..., object],
    flash: str,
    *args: object,
) -> PageOrRedirect:
    action = partial(service, request.work, context.dossier.reference, *args)
    return act_on_tab(request, context.dossier, "overview", action, flash)
