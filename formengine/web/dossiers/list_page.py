"""What pages of lists show around their rows: quick filters, facets, chips, orders, pages, saved views (P13, D2).

Everything is a link or a form that is sent by GET, so that each state of a list has an address.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlencode

from formengine.i18n import count_text, pick, say, say_n
from formengine.services.access.enforcement import current_site, has_permission, is_client_side
from formengine.services.case.search_index import stale_count
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import saved_views
from formengine.services.dossiers.facets import Facets, Total
from formengine.services.dossiers.keyset import Page
from formengine.services.dossiers.list_filter import (
    MYSELF,
    NOBODY,
    PARAMETER_TITLES,
    PARAMETERS,
    PRIORITIES,
    SINGLE,
    FilterError,
    ListFilter,
    default_sort,
    filter_query,
)
from formengine.services.people.lookup import known_people
from formengine.value_format import title_of_id
from formengine.web.template_globals import date_text, route_path
from formengine.workflow.definition.model import CATEGORIES

CATEGORY_TITLES: Final = {
    "open": "Open",
    "in_progress": "In progress",
    "waiting": "Waiting",
    "done": "Done",
    "cancelled": "Cancelled",
}
KIND_TITLES: Final = {"matter": "Matters", "litigation": "Litigation", "contract": "Contracts"}
PRIORITY_TITLES: Final = {"low": "Low", "normal": "Normal", "high": "High", "critical": "Critical"}
SORT_TITLES: Final = {
    "-opened": "Newest first",
    "opened": "Oldest first",
    "-entered": "Latest change first",
    "entered": "Longest unchanged first",
    "due": "Late, then due first",
    "title": "Title, A to Z",
    "-title": "Title, Z to A",
}
MAX_PEOPLE: Final = 50
"""The maximum number of people whom the facet *Handled by* offers, those with the most dossiers first."""


@dataclass(frozen=True)
class Choice:
    """A value to filter by, its title, how many dossiers have it, and the address of the list filtered so.

    `count` is None where a search found too many to count them by value.
    """

    id: str
    title: str
    count: int | None
    address: str = ""


@dataclass(frozen=True)
class Facet:
    """A select of the filter's form: the name of its parameter, its label, its choices and the one that is chosen."""

    name: str
    label: str
    choices: list[Choice]
    chosen: str


@dataclass(frozen=True)
class Chip:
    """A part of the filter in words, and the address of the list without it."""

    label: str
    value: str
    address: str


class ListPage:
    """What a page of a list shows around its rows; templates read its attributes and methods."""

    def __init__(
        self, work: UnitOfWork, route: str, chosen: ListFilter, errors: Iterable[FilterError], facets: Facets
    ) -> None:
        self._work = work
        self.filter, self.facets, self.route = chosen, facets, route
        self.errors = [error.message(self._work.language) for error in errors]
        self.lag = stale_count(work) if chosen.q else 0
        """How many dossiers are not found yet by what changed in them last."""
        self.views = saved_views.saved_views(self._work, self.route)
        self.query = urlencode(filter_query(chosen, without=self._fixed))
        self._titles = Titles(self._work)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters that name this list to an export."""
        return filter_query(self.filter)

    @property
    def total(self) -> Total:
        """How many dossiers meet the filter."""
        return self.facets.total

    @property
    def total_text(self) -> str:
        """How many dossiers meet the filter, in words."""
        language, total = self._work.language, self.total
        if total.is_exact:
            return say_n(language, "{n} dossier", "{n} dossiers", total.number)
        return say(language, "More than {n} dossiers", n=count_text(language, total.number))

    @property
    def _fixed(self) -> tuple[str, ...]:
        """The parameters that the page itself stands for."""
        return () if self.route == "desk" else ("kind",)

    def address(self, **changes: Any) -> str:
        """The address of the first page of this list, filtered as now but for the changes."""
        return self._address(filter_query(replace(self.filter, **changes), without=self._fixed))

    def pages(self, page: Page[Any]) -> dict[str, str | None]:
        """The addresses of the first page, the preceding and the following one; None where there is none."""
        pairs = filter_query(self.filter, without=self._fixed)
        return {
            "first": self.address() if page.previous else None,
            "previous": self._address([*pairs, ("before", page.previous)]) if page.previous else None,
            "next": self._address([*pairs, ("after", page.next)]) if page.next else None,
        }

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        return route_path(self.route, pairs or ({"view": "all"} if any(v.is_default for v in self.views) else None))

    @property
    def states(self) -> list[Choice]:
        """The quick filter by status: the categories of states that there are, each with its address."""
        counts = self.facets.of("states")
        shown = [id for id in CATEGORIES if counts.get(id) or id in self.filter.states]
        return [
            Choice(id, self._titles.of("state", id), self._count(counts.get(id, 0)), self.address(states=(id,)))
            for id in shown
        ]

    @property
    def all_states(self) -> Choice:
        """Every status."""
        return Choice("", "", self._count(sum(self.facets.of("states").values())), self.address(states=()))

    def _count(self, number: int) -> int | None:
        return number if self.facets.are_exact else None

    def selects(self, *names: str) -> list[Facet]:
        """Facets as selects, by the names of their parameters; one with nothing to choose is left out."""
        facets = [self._facet(name) for name in names]
        return [facet for facet in facets if facet.choices]

    def _facet(self, name: str) -> Facet:
        criterion = PARAMETERS[name]
        counts, values = dict(self.facets.of(criterion)), getattr(self.filter, criterion)
        if name == "assignee" and self._work.actor_id in counts:
            counts = {MYSELF: counts.pop(self._work.actor_id), **counts}
        shown = {id: counts.get(id, 0) for id in _in_order(name, counts, values)}
        self._titles.expect(name, shown)
        choices = [Choice(id, self._titles.of(name, id), self._count(count)) for id, count in shown.items()]
        if name not in ("priority", "kind"):
            choices.sort(key=lambda choice: (choice.id not in (MYSELF, NOBODY), choice.title.casefold()))
        return Facet(name, say(self._work.language, PARAMETER_TITLES[name]), choices, next(iter(values), ""))

    def kept(self, *controls: str) -> list[tuple[str, str]]:
        """What the filter's form sends along unseen: what it has no control for, and further values of a select."""
        pairs = filter_query(self.filter, without=self._fixed)
        kept: list[tuple[str, str]] = []
        seen: set[str] = set()
        for name, value in pairs:
            if name in controls and name not in seen:
                seen.add(name)
            else:
                kept.append((name, value))
        return kept

    @property
    def chips(self) -> list[Chip]:
        """The parts of the filter, each to be taken away."""
        chips = []
        for name, value in filter_query(self.filter, without=(*self._fixed, "tab", "sort")):
            criterion = PARAMETERS[name]
            current = getattr(self.filter, criterion)
            empty = next(field.default for field in fields(ListFilter) if field.name == criterion)
            rest = tuple(option for option in current if option != value) if isinstance(current, tuple) else empty
            changes: dict[str, Any] = {criterion: rest}
            label = say(self._work.language, PARAMETER_TITLES[name])
            chips.append(Chip(label, self._titles.of(name, value), self.address(**changes)))
        return chips

    @property
    def cleared(self) -> str:
        """The address of the whole list; a default view does not come back there."""
        return self._address([("tab", self.filter.tab)] if self.filter.tab else [])

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders to choose from: (name, title); deadlines are internal."""
        hidden = ("due",) if is_client_side(self._work) else ()
        return [(name, say(self._work.language, text)) for name, text in SORT_TITLES.items() if name not in hidden]

    def sort_address(self, name: str, descending_first: bool = False) -> str:
        """The address of a column's order, turned round where the list is in it already."""
        first, second = (f"-{name}", name) if descending_first else (name, f"-{name}")
        return self.address(sort=second if self.filter.sort == first else first)

    def sorted_by(self, name: str) -> str:
        """The `aria-sort` of a column; empty where the list is in another order."""
        return {name: "ascending", f"-{name}": "descending"}.get(self.filter.sort, "")

    @property
    def view_links(self) -> list[tuple[str, str, bool]]:
        """The saved views of this list: (name, address, whether it is the present filter)."""
        base = route_path(self.route)
        return [(view.name, f"{base}?{view.query or 'view=all'}", view.query == self.query) for view in self.views]

    @property
    def may_save(self) -> bool:
        """Whether there is something to save: a filter or an order that no view holds already."""
        chosen = self.filter
        is_something = not chosen.is_empty or bool(chosen.turn) or chosen.sort != default_sort(chosen.tab)
        return is_something and all(view.query != self.query for view in self.views)

    @property
    def may_ask(self) -> bool:
        """Whether the reader may send a request (P15)."""
        return has_permission(self._work, "request.submit")


def _in_order(name: str, counts: Mapping[str, int], values: Collection[str]) -> list[str]:
    """The values of a facet that are offered: of people the fifty with the most dossiers, of priorities the highest
    first; those chosen always.
    """
    if name == "priority":
        return [id for id in reversed(PRIORITIES) if counts.get(id) or id in values]
    ids = sorted(counts, key=lambda id: (id not in (MYSELF, NOBODY), -counts[id]))
    shown = ids[:MAX_PEOPLE] if name == "assignee" else ids
    return list(dict.fromkeys([*shown, *values]))


class Titles:
    """The titles of what lists are filtered by, in the reader's language."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work, self._site = work, current_site(work)

    def expect(self, name: str, values: Iterable[str]) -> None:
        """Announce people whose names will be needed."""
        if name == "assignee":
            known_people(self._work).expect_ids(value for value in values if value not in (MYSELF, NOBODY))

    def of(self, name: str, value: str) -> str:
        """The title of a value of a parameter."""
        language, portal = self._work.language, self._site.portal
        if name in ("q", *SINGLE):
            return self._single(name, value)
        if name in ("opened_from", "opened_to"):
            from datetime import date

            return date_text(date.fromisoformat(value))
        if name == "assignee":
            return self._person(value)
        if value == NOBODY:
            return say(language, "Without one")
        texts: Mapping[str, Any] = {
            "practice_area": portal.practice_areas,
            "category": portal.categories,
            "team": {id: team.title for id, team in self._site.teams.items()},
        }.get(name, {})
        if value in texts:
            return pick(texts[value], language)
        own = {"state": CATEGORY_TITLES, "kind": KIND_TITLES, "priority": PRIORITY_TITLES}.get(name, {})
        return say(language, own[value]) if value in own else title_of_id(value)

    def _single(self, name: str, value: str) -> str:
        if name == "turn":
            return say(self._work.language, "You") if value == "mine" else say(self._work.language, "Others")
        return f"“{value}”" if self._work.language != "fr" else f"«\u00a0{value}\u00a0»"

    def _person(self, value: str) -> str:
        if value == MYSELF:
            return say(self._work.language, "Me")
        if value == NOBODY:
            return say(self._work.language, "Nobody")
        person = known_people(self._work).get(value)
        return person.name if person is not None else say(self._work.language, "Somebody")
