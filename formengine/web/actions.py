"""Runs a service for a page view: the way on when it was done, the page again with the reasons when it was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from formengine.errors import DocumentRefused, Invalid, Refused

Page: TypeAlias = dict[str, Any]
"""What a view gives its template."""
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
    """Run `action` and return `done()`, unless there are `errors` already or a generated form is not `valid`.

    Otherwise return `again(errors)`, the page with what was typed, under status 422. What a refused action changed is
    undone first, so that page shows the dossier as it stands. Stale, NotFound and the like pass through.
    """
    problems = list(errors)
    if valid and not problems:
        problems = refusal_of(request, action)
        if not problems:
            return after()
    request.response.status_int = 422
    return again(problems)


def refusal_of(request: Request, action: Callable[[], object]) -> list[str]:
    """Run `action`, or undo it and return the sentences that say why it was refused; empty when it was done."""
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
    """Lead back to a dossier, to one of its tabs and one of its entries, with a flash message."""
    if flash:
        request.flash(flash)
    query = {"tab": tab} if tab else None
    return HTTPSeeOther(request.route_path("dossier", reference=reference, _query=query, _anchor=anchor))
