"""Runs a service for a page view: redirects when it succeeds, shows the page again with the reasons when it is
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from formengine.errors import DocumentRefused, Invalid, Refused

Page: TypeAlias = dict[str, Any]
"""The variables of a template."""
PageOrRedirect: TypeAlias = Page | HTTPSeeOther


def run_action(
    request: Request,
    action: Callable[[], object],
    after: Callable[[], PageOrRedirect],
    again: Callable[[list[str]], Page],
    errors: Sequence[str] = (),
    *,
    valid: bool = True,
) -> PageOrRedirect:
    """Run `action` and return `after()`, unless there are `errors` already or a generated form is not `valid`.

    Otherwise return `again(errors)`, the page with what was typed, with status 422. Changes of a refused action are
    rolled back first, so that the page shows the stored state. Stale, NotFound and the like are not caught.
    """
    problems = list(errors)
    if valid and not problems:
        problems = refusal_of(request, action)
        if not problems:
            return after()
    request.response.status_int = 422
    return again(problems)


def refusal_of(request: Request, action: Callable[[], object]) -> list[str]:
    """Run `action`; when it is refused, roll it back and return the reasons as sentences. Empty when it succeeded."""
    try:
        with request.work.session.begin_nested():
            action()
    except Refused as error:
        return error.reasons
    except Invalid as error:
        return [getattr(field_error, "message", str(field_error)) for field_error in error.errors]
    except DocumentRefused as error:
        return [str(error)]
    return []


def redirect_to_tab(
    request: Request, reference: str, tab: str | None = None, anchor: str | None = None, *, flash: str = ""
) -> HTTPSeeOther:
    """Redirect to a tab of a dossier, and to an entry on it, with a flash message."""
    if flash:
        request.flash(flash)
    query = {"tab": tab} if tab else None
    return HTTPSeeOther(request.route_path("dossier", reference=reference, _query=query, _anchor=anchor))
