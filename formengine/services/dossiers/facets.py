"""Facets of a list: how many dossiers each further choice would leave (D2, P13).

A facet counts over what all other criteria leave, so that its own choice can be changed. One statement counts every
combination of values, from an index that holds all the columns; the rest is arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

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


@dataclass(frozen=True)
class Facets:
    """By criterion of the filter (`kinds`, `states` ...), how many dossiers have each value; `none` is having none.

    States are counted by category. `total` is the number of dossiers that meet the whole filter.
    """

    counts: Mapping[str, Mapping[str, int]]
    total: int

    def of(self, criterion: str) -> Mapping[str, int]:
        """The counts of one criterion by value."""
        return self.counts.get(criterion, {})


def count_facets(
    work: UnitOfWork, chosen: ListFilter, further_conditions: Iterable[ColumnElement[bool]] = ()
) -> Facets:
    """The facets of a list for the actor, who finds nothing in them that they may not read."""
    counted = {name for name in _CRITERIA if getattr(chosen, name) and _is_counted(chosen, name)}
    emptied: dict[str, Any] = dict.fromkeys(counted - {"kinds"}, ())  # of kinds, most pages show one
    in_sql = replace(chosen, **emptied)
    conditions = criteria(work, in_sql, counting=True).values()
    query = _counts(readable_dossiers(work)).where(*conditions, *further_conditions)
    tests = _tests(work, chosen, counted)
    counts: dict[str, Counter[str]] = {name: Counter() for name in _CRITERIA}
    total = 0
    for *values, count in work.session.execute(query):
        row = dict(zip(_CRITERIA, values, strict=True))
        failed = [name for name, test in tests.items() if not test(row[name])]
        if len(failed) > 1:
            continue
        total += 0 if failed else count
        for name in failed or _CRITERIA:
            counts[name][NOBODY if row[name] is None else row[name]] += count
    return Facets(counts, total)


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
def _counts(readable: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The numbers of dossiers by every combination of the columns, in the order of the index."""
    columns = [_DOSSIER[name] for name in COUNTED]
    in_order = [_DOSSIER[name] for name in _CRITERIA.values()]
    return select(*in_order, func.count()).where(readable).group_by(*columns)
