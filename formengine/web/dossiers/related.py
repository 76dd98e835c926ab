"""Related dossiers: a page to search for one, link it, and remove links (D11). Works without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.dossiers import related
from formengine.services.dossiers.header import state_title
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.contexts import DossierContext
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import posted_text

TEMPLATE: Final = "formengine:web/templates/dossiers/related.jinja2"
MAX_SEARCH: Final = 200


@view_config(route_name="dossier.related", request_method="GET", renderer=TEMPLATE)
def picker(context: DossierContext, request: Request) -> dict[str, Any]:
    return page(context, request)


@view_config(route_name="dossier.related", request_method="POST", renderer=TEMPLATE)
def relate(context: DossierContext, request: Request) -> PageOrRedirect:
    other = posted_text(request, "other")
    errors = missing(say(request.work.language, "Choose a dossier first."), "other", when=not other)
    action = partial(related.relate, request.work, context.dossier.reference, other)
    return change(context, request, action, "The dossiers are linked.", errors)


@view_config(route_name="dossier.related_removal", renderer=TEMPLATE)
def unrelate(context: DossierContext, request: Request) -> PageOrRedirect:
    action = partial(related.unrelate, request.work, context.dossier.reference, posted_text(request, "other"))
    return change(context, request, action, "The link was removed.")


def change(
    context: DossierContext, request: Request, action: Any, flash: str, errors: Sequence[PageError] = ()
) -> PageOrRedirect:
    """Run an action on the links, then go back to the page; a refusal is shown at the control."""

    def after() -> HTTPSeeOther:
        request.flash(say(request.work.language, flash))
        return HTTPSeeOther(request.route_path("dossier.related", reference=context.dossier.reference))

    again = partial(page, context, request)
    return run_action(request, action, after, again, errors, controls={"other": "other"})


def page(context: DossierContext, request: Request, problems: Sequence[PageError] = ()) -> dict[str, Any]:
    work, dossier = request.work, context.dossier
    q = (request.GET.get("q") or posted_text(request, "q")).strip()[:MAX_SEARCH]
    matches = related.search_unrelated(work, dossier, q) if q else []
    return {
        "dossier": dossier,
        "related": related.related_dossiers(work, dossier),
        "q": q,
        "matches": [(row, state_title(work, row)) for row in matches],
        "problems": problems,
    }
