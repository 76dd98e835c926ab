"""Saved views of lists: saved from a list, and changed on a page of their own (D2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import NotFound
from formengine.i18n import say
from formengine.services.dossiers import saved_views
from formengine.services.dossiers.saved_views import PAGES
from formengine.web.actions import Page, PageOrRedirect, run_action
from formengine.web.page_errors import PageError
from formengine.web.post_data import is_checked, posted_text, whole_number
from formengine.web.template_globals import route_path

TEMPLATE: Final = "formengine:web/templates/dossiers/views.jinja2"
PAGE_TITLES: Final = {"matters": "Matters", "litigation": "Litigation", "contracts": "Contracts", "desk": "Desk"}


@view_config(route_name="views", renderer=TEMPLATE, request_method="GET")
def show(request: Request) -> dict[str, Any]:
    return page(request)


@view_config(route_name="views", renderer=TEMPLATE, request_method="POST")
def save(request: Request) -> PageOrRedirect:
    """Save the filter of a list, and go back to it."""
    work, list_page = request.work, posted_text(request, "page")
    name, query = posted_text(request, "name"), posted_text(request, "query")
    if list_page not in PAGES:
        raise NotFound("no such list")
    action = partial(saved_views.save_view, work, list_page, name, query, default=is_checked(request, "default"))
    new = {"page": list_page, "query": query, "name": name, "default": is_checked(request, "default")}
    again = partial(page, request, new=new)
    address = f"{route_path(list_page)}?{query or 'view=all'}"
    return _run(request, action, address, "The view is saved.", again, "view-name")


@view_config(route_name="view", renderer=TEMPLATE)
def change(request: Request) -> PageOrRedirect:
    view_id, name = _view_id(request), posted_text(request, "name")
    default = is_checked(request, "default")
    action = partial(saved_views.change_view, request.work, view_id, name, default=default)
    again = partial(page, request, typed={view_id: name})
    return _run(request, action, route_path("views"), "The view is changed.", again, f"name-{view_id}")


@view_config(route_name="view.deletion", renderer=TEMPLATE)
def delete(request: Request) -> PageOrRedirect:
    action = partial(saved_views.delete_view, request.work, _view_id(request))
    return _run(request, action, route_path("views"), "The view is deleted.", partial(page, request))


def _run(
    request: Request,
    action: Callable[[], object],
    address: str,
    flash: str,
    again: Callable[..., Page],
    control: str = "",
) -> PageOrRedirect:
    """`control` is the id of the control of the name, on the page that is shown `again`."""

    def after() -> HTTPSeeOther:
        request.flash(say(request.work.language, flash))
        return HTTPSeeOther(address)

    return run_action(request, action, after, lambda problems: again(problems=problems), controls={"name": control})


def _view_id(request: Request) -> int:
    number = whole_number(request.matchdict["id"], 9)
    if number is None:
        raise NotFound("no such view")
    return number


def page(
    request: Request,
    problems: Sequence[PageError] = (),
    new: Mapping[str, Any] | None = None,
    typed: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """The actor's views by list; `new` is one that could not be saved, `typed` the new names that were refused."""
    views, language = saved_views.saved_views(request.work), request.work.language
    groups = [
        (say(language, PAGE_TITLES[name]), [view for view in views if view.page == name], route_path(name))
        for name in PAGES
    ]
    return {
        "groups": [group for group in groups if group[1]],
        "new": new,
        "typed": typed or {},
        "problems": problems,
    }
