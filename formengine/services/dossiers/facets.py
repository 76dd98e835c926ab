"""Facets of a list: how many dossiers each further choice would leave (D2, P13).

A facet counts over what all other criteria leave, so that its own choice can be changed. One statement counts every
combination of values, from an index that holds all the columns; the rest is arithmetic. Of a search, both the total
and the facets are counted up to `BOUND` dossiers: for a common word, exact numbers cost seconds on PostgreSQL.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from formengine.services.access.enforcement import readable_dossiers
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.list_filter import MYSELF, NOBODY, ListFilter, criteria
from formengine.storage.models.dossiers import COUNTED, Dossier
from formengine.workflow.definition.model import CATEGORIES

_DOSSIER: Final = Dossier.__table__.c
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


BOUND: Final = 10_000
"""Up to so many dossiers that have the words of a search are counted."""
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
    rows = _combinations(work, in_sql)
    if rows is not None:
        return _facets(rows, tests)
    total = count_dossiers(work, chosen) if emptied else Total(BOUND, is_exact=False)
    return replace(_facets(_combinations(work, replace(in_sql, q="")) or [], tests), total=total, are_exact=False)


def count_dossiers(work: UnitOfWork, chosen: ListFilter) -> Total:
    """How many dossiers that the actor may read meet a filter; of a search, counted up to `BOUND`."""
    return total_of(chosen, work.session.scalar(count_query(work, chosen)) or 0)


def count_query(work: UnitOfWork, chosen: ListFilter) -> Select[int]:
    """A SELECT of the number that `total_of` reads, for a statement that counts other things as well."""
    conditions = criteria(work, chosen, counting=True).values()
    query = select(_DOSSIER.id).where(readable_dossiers(work), *conditions)
    return select(func.count()).select_from((query.limit(BOUND + 1) if chosen.q else query).subquery())


def total_of(chosen: ListFilter, number: int) -> Total:
    """What the number that `count_query` selects says about a filter."""
    return Total(BOUND, is_exact=False) if chosen.q and number > BOUND else Total(number)


def _combinations(work: UnitOfWork, chosen: ListFilter) -> list[Combination] | None:
    """How many dossiers have each combination of values; None of a search that finds more than `BOUND`."""
    query = _columns(readable_dossiers(work)).where(*criteria(work, chosen, counting=True).values())
    query = query.limit(BOUND + 1) if chosen.q else query
    rows = work.session.execute(_grouped(query.subquery("found")))
    combinations = [(dict(zip(COUNTED, values, strict=True)), count) for *values, count in rows]
    if chosen.q and sum(count for _values, count in combinations) > BOUND:
        return None
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


@lru_cache(maxsize=1024)
def _columns(readable: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The columns that are counted, of the dossiers that may be read."""
    return select(*(_DOSSIER[name] for name in COUNTED)).where(readable)


def _grouped(dossiers: FromClause) -> Select[*tuple[Any, ...]]:
    """The numbers of rows by every combination of the columns, in the order of the index."""
    return select(*dossiers.c, func.count()).group_by(*dossiers.c)
