"""Who has a dossier, and who may see it: claim, release, assign, share, restrict, watch (U8, U9, D1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Invalid, Refused
from formengine.i18n import say
from formengine.services.dossiers import assignment as handling
from formengine.web.contexts import DossierContext
from formengine.web.dossiers.page import TEMPLATE, dossier_page
from formengine.web.post_data import posted_text, posted_version, redirect_to_tab, refusal_sentences, trying

Shown: TypeAlias = dict[str, Any] | HTTPSeeOther


@view_config(route_name="dossier.claim", renderer=TEMPLATE)
def claim(context: DossierContext, request: Request) -> Shown:
    version = posted_version(request) or None
    return done(
        request,
        context,
        "You take this dossier.",
        lambda: handling.claim(request.work, context.dossier.reference, version),
    )


@view_config(route_name="dossier.release", renderer=TEMPLATE)
def release(context: DossierContext, request: Request) -> Shown:
    return done(
        request,
        context,
        "It is back in the queue of its team.",
        lambda: handling.release(request.work, context.dossier.reference),
    )


@view_config(route_name="dossier.assignment", renderer=TEMPLATE)
def assign(context: DossierContext, request: Request) -> Shown:
    person = posted_text(request, "person")
    return done(
        request,
        context,
        "It was assigned.",
        lambda: handling.assign(request.work, context.dossier.reference, require_person(request, person)),
    )


@view_config(route_name="dossier.sharing", renderer=TEMPLATE)
def share(context: DossierContext, request: Request) -> Shown:
    on = posted_text(request, "on") == "yes"
    return done(
        request,
        context,
        "Who may see it was changed.",
        lambda: handling.share(request.work, context.dossier.reference, on),
    )


@view_config(route_name="dossier.restriction", renderer=TEMPLATE)
def restrict(context: DossierContext, request: Request) -> Shown:
    on = posted_text(request, "on") == "yes"
    return done(
        request,
        context,
        "Who may see it was changed.",
        lambda: handling.restrict(request.work, context.dossier.reference, on),
    )


@view_config(route_name="dossier.watcher", renderer=TEMPLATE)
def watch(context: DossierContext, request: Request) -> Shown:
    person = posted_text(request, "person")
    return done(
        request,
        context,
        "The watcher was added.",
        lambda: handling.watch(request.work, context.dossier.reference, require_person(request, person)),
    )


def require_person(request: Request, person: str) -> str:
    """The person chosen in a list; raises Refused when none was."""
    if not person:
        raise Refused([say(request.work.language, "Choose a person first.")])
    return person


def done(request: Request, context: DossierContext, said: str, act: Callable[[], object]) -> Shown:
    """Do it, say so on the dossier; or show it again with the reasons."""
    try:
        with trying(request.work):
            act()
    except (Refused, Invalid) as error:
        request.response.status_int = 422
        return dossier_page(request, context.dossier, "overview", refusal_sentences(error))
    return redirect_to_tab(request, context.dossier.reference, said=say(request.work.language, said))
