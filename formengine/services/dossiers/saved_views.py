"""Saved views: filters of a list that somebody has given a name, for themselves alone (D2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select, update

from formengine.errors import Invalid, NotFound, Refused
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.access.enforcement import require_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.list_filter import filter_of_actor, filter_query
from formengine.services.people.displayed_names import has_visible, is_readable
from formengine.storage.models.lists import SavedView

PAGES: Final = ("matters", "litigation", "contracts", "desk")
"""The lists that have views: the names of their routes."""
MAX_NAME: Final = 80
MAX_QUERY: Final = 4000
MAX_VIEWS: Final = 50
"""The maximum number of views that somebody has of one list."""


def saved_views(work: UnitOfWork, page: str | None = None) -> Sequence[SavedView]:
    """The actor's views of a list, or of all lists, by name."""
    require_permission(work, "account.own")
    query = select(SavedView).where(SavedView.person_id == work.person.id).order_by(SavedView.name, SavedView.id)
    return work.session.scalars(query if page is None else query.where(SavedView.page == page)).all()


def save_view(work: UnitOfWork, page: str, name: str, query: str, *, default: bool = False) -> SavedView:
    """Save the filter that the parameters of an address name. Only what `filter_of_actor` reads is kept of them.

    Raises NotFound for a list that there is not, Invalid for a name that is empty, too long or taken, and Refused where
    there are MAX_VIEWS already.
    """
    if page not in PAGES:
        raise NotFound(f"no list {page}")
    views = saved_views(work, page)
    if len(views) >= MAX_VIEWS:
        raise Refused([say(work.language, "You have {n} views of this list: delete one first.", n=MAX_VIEWS)])
    name = _checked_name(work, name, views)
    chosen, _errors = filter_of_actor(work, parse_qsl(query[: 2 * MAX_QUERY]))
    text = urlencode(filter_query(chosen, without=() if page == "desk" else ("kind",)))
    if len(text) > MAX_QUERY:
        raise Refused([say(work.language, "This filter is too long to be saved: choose fewer values.")])
    view = SavedView(person_id=work.person.id, page=page, name=name, query=text, is_default=False, created_at=work.now)
    work.session.add(view)
    if default:
        _make_default(work, view)
    return view


def change_view(work: UnitOfWork, view_id: int, name: str, *, default: bool) -> SavedView:
    """Rename a view of the actor's, and make it the default of its list, or no longer. Raises NotFound and Invalid."""
    view = own_view(work, view_id)
    view.name = _checked_name(work, name, [other for other in saved_views(work, view.page) if other.id != view.id])
    if default:
        _make_default(work, view)
    else:
        view.is_default = False
    return view


def delete_view(work: UnitOfWork, view_id: int) -> SavedView:
    """Delete a view of the actor's; raises NotFound."""
    view = own_view(work, view_id)
    work.session.delete(view)
    return view


def own_view(work: UnitOfWork, view_id: int) -> SavedView:
    """A view of the actor's by its id; raises NotFound for any other."""
    require_permission(work, "account.own")
    view = work.session.get(SavedView, view_id)
    if view is None or view.person_id != work.person.id:
        raise NotFound(f"no view {view_id}")
    return view


def _make_default(work: UnitOfWork, view: SavedView) -> None:
    others = update(SavedView).where(SavedView.person_id == view.person_id, SavedView.page == view.page)
    work.session.execute(others.values(is_default=False))
    view.is_default = True


def _checked_name(work: UnitOfWork, name: str, others: Sequence[SavedView]) -> str:
    """A name without needless spaces; raises Invalid."""
    name = " ".join(name.split())
    problem = ""
    if not has_visible(name) or not is_readable(name):
        problem = say(work.language, "Write a name for the view.")
    elif len(name) > MAX_NAME:
        problem = say(work.language, "Write at most {n} characters.", n=MAX_NAME)
    elif any(view.name.casefold() == name.casefold() for view in others):
        problem = say(work.language, "You have a view of this name already: choose another name.")
    if problem:
        raise Invalid([FieldError("/name", "view-name", "unique", problem)])
    return name
