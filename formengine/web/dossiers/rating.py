"""The page on which the requester of a dossier rates how it was handled (D10)."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.dossiers import ratings
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext
from formengine.web.page_errors import PageError
from formengine.web.post_data import is_shown_again, posted_number, posted_text

TEMPLATE = "formengine:web/templates/dossiers/rating.jinja2"


@view_config(route_name="dossier.rating", request_method="GET", renderer=TEMPLATE)
def show(context: DossierContext, request: Request) -> dict[str, Any]:
    return rating_page(request, context.dossier)


@view_config(route_name="dossier.rating", request_method="POST", renderer=TEMPLATE)
def rate(context: DossierContext, request: Request) -> PageOrRedirect:
    work, dossier = request.work, context.dossier
    stars, comment = posted_number(request, "stars"), posted_text(request, "comment")
    flash = say(work.language, "Thank you: the legal team reads your rating.")
    return run_action(
        request,
        partial(ratings.rate, work, dossier.reference, stars, comment),
        lambda: redirect_to_tab(request, dossier.reference, flash=flash),
        lambda problems: rating_page(request, dossier, problems),
        controls={"stars": "stars-5", "comment": "comment"},
    )


def rating_page(request: Request, dossier: Dossier, problems: list[PageError] | None = None) -> dict[str, Any]:
    """The page with the present rating, or with what was typed."""
    work, language = request.work, request.work.language
    view = ratings.rating_view(work, dossier)
    row = view.rating if view and problems is None and not is_shown_again(request) else None
    titles = (
        (5, say(language, "Excellent")),
        (4, say(language, "Good")),
        (3, say(language, "Fair")),
        (2, say(language, "Poor")),
        (1, say(language, "Bad")),
    )
    return {
        "dossier": dossier,
        "reasons": ratings.rating_reasons(work, dossier),
        "titles": titles,
        "stars": row.stars if row else posted_number(request, "stars"),
        "comment": row.comment if row else posted_text(request, "comment"),
        "problems": problems or [],
    }
