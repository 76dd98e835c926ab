"""The filter of a list of dossiers: read from an address, applied to what the actor may read (P12, P13, D2).

The pages of lists, the desk, the API, exports and saved views use the same filter, so that each of them shows exactly
the same dossiers for the same address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, or_

from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side, readable_dossiers
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.desk_tabs import TABS, TURNS, tab_condition, turn_condition
from formengine.services.dossiers.search_query import search_condition
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.definition.model import CATEGORIES, KINDS

AnySelect = TypeVar("AnySelect", bound=Select[Any])
NOBODY: Final = "none"
"""As a value of `assignee` or `team`: dossiers that have none."""
MYSELF: Final = "me"
"""As a value of `assignee`: the actor."""
MAX_VALUES: Final = 50
"""The maximum number of values of one parameter."""
MAX_SEARCH: Final = 200
"""The maximum length of a search, in characters."""
PRIORITIES: Final = ("low", "normal", "high", "critical")
DEFAULT_SORT: Final = "-opened"
_DOSSIER: Final = Dossier.__table__.c
SORT_COLUMNS: Final[Mapping[str, ColumnElement[Any]]] = {
    "opened": _DOSSIER.opened_at,
    "entered": _DOSSIER.entered_at,
    "due": _DOSSIER.due_at,
    "title": _DOSSIER.title,
    "reference": _DOSSIER.reference,
}
"""By the name of an order, the column that it goes by; `-` before the name turns it round."""
SORTS: Final = tuple(sign + name for name in SORT_COLUMNS for sign in ("", "-"))
_ID: Final = re.compile(r"[\w.:@-]{1,100}")


@dataclass(frozen=True)
class ListFilter:
    """What a list shows, and in which order; the default is everything, the newest first.

    Within one criterion any of the values fits, and all criteria have to be met. `states` are ids of states or
    categories of states; `assignees` are ids of accounts, `me` or `none`; `teams` are ids or `none`. The days are in
    the actor's time zone, and both belong to the range. `tab` is a tab of the desk (`desk_tabs`), of which everything
    else is a further restriction, and `turn` says for whom its dossiers wait. `sort` is one of `SORTS`.
    """

    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    practice_areas: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    request_types: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    opened_from: date | None = None
    opened_to: date | None = None
    q: str = ""
    tab: str = ""
    turn: str = ""
    sort: str = DEFAULT_SORT

    @property
    def is_empty(self) -> bool:
        """Whether nothing but the kind of dossier, the tab of the desk and the order is chosen."""
        given = ("kinds", "tab", "turn", "sort")
        return not any(getattr(self, field.name) for field in fields(self) if field.name not in given)


PARAMETERS: Final[Mapping[str, str]] = {
    "kind": "kinds",
    "state": "states",
    "practice_area": "practice_areas",
    "category": "categories",
    "request_type": "request_types",
    "assignee": "assignees",
    "team": "teams",
    "priority": "priorities",
    "opened_from": "opened_from",
    "opened_to": "opened_to",
    "q": "q",
    "tab": "tab",
    "turn": "turn",
    "sort": "sort",
}
"""By the name of a parameter of an address, the criterion of `ListFilter`. A parameter may be repeated."""
PARAMETER_TITLES: Final[Mapping[str, str]] = {
    "kind": "Kind",
    "state": "Status",
    "practice_area": "Practice area",
    "category": "Category",
    "request_type": "Request type",
    "assignee": "Handled by",
    "team": "Team",
    "priority": "Priority",
    "opened_from": "Opened from",
    "opened_to": "Opened until",
    "q": "Search",
    "tab": "Tab",
    "turn": "Waiting for",
    "sort": "Order",
}
"""By parameter, what pages call it."""
SINGLE: Final[Mapping[str, tuple[str, ...]]] = {"tab": TABS, "turn": TURNS, "sort": SORTS}
"""The parameters with one value of a few; where an address repeats one, the last counts."""
_ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {"kind": KINDS, "priority": PRIORITIES}


@dataclass(frozen=True)
class FilterError:
    """A value of a parameter that was left out of the filter, because it cannot be read."""

    parameter: str
    value: str
    is_internal: bool = False
    """Whether it is left out because the parameter is for the legal team alone."""

    def message(self, language: str) -> str:
        """The error as a sentence."""
        title = say(language, PARAMETER_TITLES[self.parameter])
        if self.is_internal:
            sentence = "“{parameter}” filters by what only the legal team sees."
            return say(language, sentence, parameter=title)
        if self.parameter in ("opened_from", "opened_to"):
            return say(language, "“{value}” is not a date: write it as 2026-11-29.", value=self.value[:40])
        if self.parameter == "q":
            return say(language, "A search has at most {n} characters.", n=MAX_SEARCH)
        return say(language, "“{value}” is nothing that “{title}” could be.", value=self.value[:40], title=title)


def parse_filter(
    pairs: Iterable[tuple[str, str]], *, kind: str | None = None
) -> tuple[ListFilter, tuple[FilterError, ...]]:
    """The filter that the parameters of an address name, and what of them cannot be read; others are ignored.

    `kind` is the kind of dossier of a page that shows one kind alone: what the address says of it is ignored.
    """
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in PARAMETERS and value.strip() and not (name == "kind" and kind is not None):
            values.setdefault(name, []).append(value.strip())
    errors: list[FilterError] = []
    chosen: dict[str, Any] = {"kinds": (kind,)} if kind is not None else {}
    for name, texts in values.items():
        parsed = _parse(name, texts, errors)
        if parsed:
            chosen[PARAMETERS[name]] = parsed
    return ListFilter(**{"sort": default_sort(chosen.get("tab", "")), **chosen}), tuple(errors)


def filter_of_actor(
    work: UnitOfWork, pairs: Iterable[tuple[str, str]], *, kind: str | None = None
) -> tuple[ListFilter, tuple[FilterError, ...]]:
    """`parse_filter` for the actor: what is about internal work of the legal team is left out for others, with an error
    that says so (P28).
    """
    chosen, errors = parse_filter(pairs, kind=kind)
    hidden = [] if has_permission(work, "desk.read") else ["tab", "turn"]
    hidden += ["team"] if is_client_side(work) else []
    given = {name: getattr(chosen, PARAMETERS[name]) for name in hidden}
    left_out = [FilterError(name, str(value), is_internal=True) for name, value in given.items() if value]
    if not left_out:
        return chosen, errors
    empty: dict[str, Any] = {PARAMETERS[name]: type(value)() for name, value in given.items()}
    sort = DEFAULT_SORT if chosen.tab and chosen.sort == default_sort(chosen.tab) else chosen.sort
    return replace(chosen, **empty, sort=sort), (*errors, *left_out)


def default_sort(tab: str = "") -> str:
    """The order of a list, unless another is chosen: on the desk what is late first, then what is due next."""
    return "due" if tab else DEFAULT_SORT


def _parse(name: str, texts: list[str], errors: list[FilterError]) -> Any:
    """The value of a criterion; None where nothing of it can be read."""
    if name == "q":
        errors += [FilterError(name, text) for text in texts[-1:] if len(text) > MAX_SEARCH]
        return texts[-1][:MAX_SEARCH]
    if name in ("opened_from", "opened_to"):
        return _date(name, texts[-1], errors)
    if name in SINGLE:
        errors += [FilterError(name, text) for text in texts[-1:] if text not in SINGLE[name]]
        return texts[-1] if texts[-1] in SINGLE[name] else None
    allowed = _ALLOWED.get(name)
    fits = [text for text in dict.fromkeys(texts) if (text in allowed if allowed else _ID.fullmatch(text))]
    errors += [FilterError(name, text) for text in texts if text not in fits]
    errors += [FilterError(name, text) for text in fits[MAX_VALUES:]]
    return tuple(fits[:MAX_VALUES])


def _date(name: str, text: str, errors: list[FilterError]) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year < 3000:  # so that it can be compared in every time zone
        errors.append(FilterError(name, text))
        return None
    return day


def filter_query(chosen: ListFilter, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """The parameters of an address that name the filter; `parse_filter` reads it back. Defaults are left out, and the
    parameters `without`.
    """
    pairs: list[tuple[str, str]] = []
    for name, criterion in PARAMETERS.items():
        value = getattr(chosen, criterion)
        if name in without or not value or (name == "sort" and value == default_sort(chosen.tab)):
            continue
        if isinstance(value, tuple):
            pairs += [(name, text) for text in value]
        else:
            pairs.append((name, value.isoformat() if isinstance(value, date) else value))
    return pairs


def filter_conditions(work: UnitOfWork, chosen: ListFilter) -> list[ColumnElement[bool]]:
    """The SQL conditions of a filter, on `Dossier`; the first one is that the actor may read the dossier (P28)."""
    return [readable_dossiers(work), *criteria(work, chosen).values()]


def criteria(work: UnitOfWork, chosen: ListFilter, *, counting: bool = False) -> dict[str, ColumnElement[bool]]:
    """By criterion of a filter, its SQL condition; without what the actor may read. `counting` is for counts alone."""
    conditions = {
        "kinds": _DOSSIER.kind.in_(chosen.kinds),
        "practice_areas": _DOSSIER.practice_area.in_(chosen.practice_areas),
        "categories": _DOSSIER.category.in_(chosen.categories),
        "request_types": _DOSSIER.request_type.in_(chosen.request_types),
        "priorities": _DOSSIER.priority.in_(chosen.priorities),
        "teams": _any_or_none(_DOSSIER.team, chosen.teams),
    }
    conditions = {name: condition for name, condition in conditions.items() if getattr(chosen, name)}
    if chosen.states:
        conditions["states"] = _state_condition(chosen.states)
    if chosen.assignees:
        people = [work.actor_id or "" if value == MYSELF else value for value in chosen.assignees]
        conditions["assignees"] = _any_or_none(_DOSSIER.assignee_id, people)
    if chosen.opened_from is not None:
        conditions["opened_from"] = _DOSSIER.opened_at >= _midnight(chosen.opened_from, work.zone)
    if chosen.opened_to is not None:
        conditions["opened_to"] = _DOSSIER.opened_at < _midnight(chosen.opened_to + timedelta(days=1), work.zone)
    if chosen.tab:
        conditions["tab"] = tab_condition(work, chosen.tab)
    if chosen.turn:
        conditions["turn"] = turn_condition(work, chosen.turn)
    words = search_condition(work, chosen.q, counting=counting) if chosen.q else None
    return conditions if words is None else {**conditions, "q": words}


def _state_condition(states: Iterable[str]) -> ColumnElement[bool]:
    categories = [state for state in states if state in CATEGORIES]
    ids = [state for state in states if state not in CATEGORIES]
    conditions = []
    if categories:
        conditions.append(_DOSSIER.state_category.in_(categories))
    if ids:
        conditions.append(_DOSSIER.state.in_(ids))
    return or_(*conditions)


def _any_or_none(column: ColumnElement[Any], values: Iterable[str]) -> ColumnElement[bool]:
    some = column.in_([value for value in values if value != NOBODY])
    return or_(some, column.is_(None)) if NOBODY in values else some


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


def visible_sort(work: UnitOfWork, sort: str) -> str:
    """The order that the actor gets: deadlines are internal, so clients cannot sort by them."""
    return DEFAULT_SORT if sort.endswith("due") and is_client_side(work) else sort


def apply_filter(work: UnitOfWork, query: AnySelect, chosen: ListFilter) -> AnySelect:
    """A SELECT from `Dossier`, limited to what the actor may read and the filter names, and in the filter's order."""
    return query.where(*filter_conditions(work, chosen)).order_by(*list_order(visible_sort(work, chosen.sort)))


def list_order(sort: str) -> tuple[ColumnElement[Any], ...]:
    """The columns to order by: that of the order, then the id, so that every dossier has one position."""
    column, descends = SORT_COLUMNS[sort.removeprefix("-")], sort.startswith("-")
    return (column.desc(), _DOSSIER.id.desc()) if descends else (column.asc(), _DOSSIER.id.asc())
