"""Facets of a list: how many dossiers each further choice would leave (D2, P13).

A facet counts over what all other criteria leave, so that its own choice can be changed. One statement counts every
combination of values, from an index that holds all the columns; the rest is arithmetic. With words that
very many dossiers have, the total and the facets are counted up to `dossier_ids.FEW` dossiers: exact numbers would cost
more than everything else on the page together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import dossier_ids
from formengine.services.dossiers.dossier_ids import has_id
from formengine.services.dossiers.list_filter import MYSELF, NOBODY, ListFilter
from formengine.services.dossiers.matching_ids import count_conditions, matching_ids
from formengine.services.dossiers.search_query import is_common
from formengine.storage.models.dossiers import COUNTED, Dossier
from formengine.workflow.definition.model import CATEGORIES

_DOSSIER: Final = Dossier.__table__.c
_COLUMNS: Final = select(*(_DOSSIER[name] for name in COUNTED))
_CRITERIA: Final[Mapping[str, str]] = {
    "kinds": "kind",
    "states": "state_category",
    "practice_areas": "practice_area",
    "categories": "category",
    "priorities": "priority",
    "teams": "team",
    "assignees": "assignee_id",
}
"""By criterion of the filter, the column that it is about and that is counted."""
Combination: TypeAlias = tuple[dict[str, str | None], int]
"""By criterion a value, and how many dossiers have these values together."""


@dataclass(frozen=True)
class Total:
    """How many dossiers meet a filter: a number, or, unless `is_exact`, more than it."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True)
class Facets:
    """By criterion of the filter (`kinds`, `states` ...), how many dossiers have each value; `none` is having none.

    States are counted by category. `total` is of the whole filter. Where the words of a search were too common to count
    by value, `are_exact` is false, and the values and numbers are those of the list without these words.
    """

    counts: Mapping[str, Mapping[str, int]]
    total: Total
    are_exact: bool = True

    def of(self, criterion: str) -> Mapping[str, int]:
        """The counts of one criterion by value."""
        return self.counts.get(criterion, {})


def count_facets(work: UnitOfWork, chosen: ListFilter) -> Facets:
    """The facets of a list for the actor, who finds nothing in them that they may not read."""
    counted = {name for name in _CRITERIA if getattr(chosen, name) and _is_counted(chosen, name)}
    emptied: dict[str, Any] = dict.fromkeys(counted - {"kinds"}, ())  # of kinds, most pages show one
    in_sql = replace(chosen, **emptied)
    tests = _tests(work, chosen, counted)
    if not is_common(work, chosen.q):
        return _facets(_combinations(work, count_conditions(work, in_sql)), tests)
    ids = matching_ids(work, in_sql)
    if ids is not None:
        return _facets(_combinations(work, [has_id(work, ids)]), tests)
    total = count_dossiers(work, chosen) if emptied else Total(dossier_ids.FEW, is_exact=False)
    without_words = _combinations(work, count_conditions(work, replace(in_sql, q="")))
    return replace(_facets(without_words, tests), total=total, are_exact=False)


def count_dossiers(work: UnitOfWork, chosen: ListFilter) -> Total:
    """How many dossiers that the actor may read meet a filter; with common words, counted up to `dossier_ids.FEW`."""
    if is_common(work, chosen.q):
        ids = matching_ids(work, chosen)
        return Total(dossier_ids.FEW, is_exact=False) if ids is None else Total(ids.count)
    return Total(work.session.scalar(count_query(work, chosen)) or 0)


def count_query(work: UnitOfWork, chosen: ListFilter) -> Select[int]:
    """A SELECT of the number of dossiers that meet a filter, for a statement that counts other things as well."""
    return select(func.count(_DOSSIER.id)).where(*count_conditions(work, chosen))


def _combinations(work: UnitOfWork, conditions: Iterable[ColumnElement[bool]]) -> list[Combination]:
    """How many dossiers that meet conditions have each combination of values."""
    rows = work.session.execute(_grouped(_COLUMNS.where(*conditions).subquery("found")))
    combinations = [(dict(zip(COUNTED, values, strict=True)), count) for *values, count in rows]
    return [({name: values[column] for name, column in _CRITERIA.items()}, count) for values, count in combinations]


def _facets(rows: Iterable[Combination], tests: Mapping[str, Callable[[str | None], bool]]) -> Facets:
    """The counts by value of each criterion, of the rows that meet all the others."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in _CRITERIA}
    total = 0
    for row, count in rows:
        failed = [name for name, test in tests.items() if not test(row[name])]
        if len(failed) > 1:
            continue
        total += 0 if failed else count
        for name in failed or _CRITERIA:
            counts[name][row[name] or NOBODY] += count
    return Facets(counts, Total(total))


def _is_counted(chosen: ListFilter, name: str) -> bool:
    """Whether a criterion can be judged by the columns that are counted: states only by their categories."""
    return name != "states" or all(state in CATEGORIES for state in chosen.states)


def _tests(work: UnitOfWork, chosen: ListFilter, counted: Iterable[str]) -> dict[str, Callable[[str | None], bool]]:
    """By criterion, whether a value of its column meets it."""

    def test(values: frozenset[str]) -> Callable[[str | None], bool]:
        return lambda value: (NOBODY if value is None else value) in values

    return {
        name: test(frozenset(work.actor_id or "" if value == MYSELF else value for value in getattr(chosen, name)))
        for name in counted
    }


def _grouped(dossiers: FromClause) -> Select[*tuple[Any, ...]]:
    """The numbers of rows by every combination of the columns, in the order of the index."""
    return select(*dossiers.c, func.count()).group_by(*dossiers.c)
