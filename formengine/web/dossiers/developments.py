"""Marking entries of the history as important developments (D7)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.dossiers.development_marks import mark_development, unmark_development
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE, dossier_page, history_filter
from formengine.web.post_data import entry_number, history_order, posted_text


@view_config(route_name="dossier.development", renderer=TEMPLATE)
def mark(context: DossierContext, request: Request) -> PageOrRedirect:
    number, words = int_from_path(request, "entry"), posted_text(request, "text")
    action = partial(mark_development, request.work, context.dossier.reference, number, words)
    return act_on_entry(request, context.dossier, number, action, "The client reads it among the developments.")


@view_config(route_name="dossier.development_removal", renderer=TEMPLATE)
def unmark(context: DossierContext, request: Request) -> PageOrRedirect:
    number = int_from_path(request, "entry")
    action = partial(unmark_development, request.work, context.dossier.reference, number)
    return act_on_entry(request, context.dossier, number, action, "It is no longer an important development.")


def act_on_entry(
    request: Request, dossier: Dossier, number: int, action: Callable[[], object], flash: str
) -> PageOrRedirect:
    """Run an action on an entry, then go back to it on its page of the history, which the address names."""
    page = {"after": entry_number(request), "order": history_order(request), "show": history_filter(request)}

    def back() -> HTTPSeeOther:
        request.flash(say(request.work.language, flash))
        query = {"tab": "history", **{name: value for name, value in page.items() if value}}
        return HTTPSeeOther(
            request.route_path("dossier", reference=dossier.reference, _query=query, _anchor=f"entry-{number}")
        )

    return run_action(
        request,
        action,
        back,
        lambda problems: dossier_page(request, dossier, "history", problems),
        controls={"text": f"words-{number}"},
    )
