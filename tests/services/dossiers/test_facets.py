"""Counts of lists: what each further choice would leave, of what the actor may read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from formengine.services.dossiers import dossier_ids
from formengine.services.dossiers.facets import Total, count_dossiers, count_facets
from formengine.services.dossiers.list_filter import ListFilter
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
URGENT = {**ADVICE, "priority": "high", "priority_reason": "Soon"}


def test_a_facet_counts_what_the_other_criteria_leave(opened: Opened, acting: Acting, people: People) -> None:
    """D2: so that its own choice can be changed; the total meets all of them."""
    for answers in (NDA, NDA, {**NDA, "counterparty": {"name": "Initech", "country": "FR"}}):
        opened("nda", answers)
    opened("legal_advice", URGENT)
    with acting(people("paul")) as work:
        everything = count_facets(work, ListFilter())
        assert everything.total.number == 4
        assert everything.of("kinds") == {"contract": 3, "matter": 1}
        assert everything.of("priorities") == {"normal": 3, "high": 1}
        assert everything.of("assignees") == {"none": 4}
        high = count_facets(work, ListFilter(priorities=("high",)))
        assert (high.total.number, high.of("priorities")) == (1, {"normal": 3, "high": 1})
        assert high.of("kinds") == {"matter": 1}
        both = count_facets(work, ListFilter(priorities=("high",), teams=("contracts",)))
        assert (both.total.number, both.of("priorities"), both.of("teams")) == (0, {"normal": 3}, {"advice": 1})
        found = count_facets(work, ListFilter(kinds=("contract",), q="initech"))
        assert (found.total.number, found.of("categories")) == (1, {"contracts": 1})
        by_state = count_facets(work, ListFilter(states=("review",)))
        assert by_state.total.number == sum(by_state.of("states").values())
        mine = count_facets(work, ListFilter(assignees=("me", "none")))
        assert mine.total.number == 4


def test_only_what_may_be_read_is_counted(opened: Opened, acting: Acting, people: People) -> None:
    """P28: by every kind of reader."""
    opened("nda", NDA, by="cleo")
    with acting(people("maya")) as work:
        assert count_facets(work, ListFilter()).total.number == 0
    with acting(people("theo")) as work:
        assert count_facets(work, ListFilter()).total.number == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_counts_of_a_search_read_the_index_of_counts_alone(
    opened: Opened, acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2, T49: half of all dossiers may have a word; none of their rows is looked up to count them."""
    monkeypatch.setattr(dossier_ids, "FEW", 0)
    opened("nda", NDA)
    with acting(people("paul")) as work:
        with recorded_statements(work.platform.database) as recorder:
            count_facets(work, ListFilter(kinds=("contract",), q="acme"))
        counted = next(sql for sql, _parameters in recorder.statements if "MATCH" in sql and "fe_dossiers" in sql)
        connection = work.session.connection()
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counted}", ("",) * counted.count("?")).all()
    assert "USING COVERING INDEX ix_fe_dossiers_counts" in str(plan), plan


def test_a_search_that_finds_very_many_is_counted_up_to_a_bound(
    opened: Opened, acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2, T49: the total says so, and what can be chosen further is that of the list, with no number beside it."""
    monkeypatch.setattr(dossier_ids, "FEW", 2)
    for _ in range(3):
        opened("nda", NDA)
    opened("legal_advice", URGENT)
    common = ListFilter(kinds=("contract",), q="acme")
    with acting(people("paul")) as work:
        assert count_facets(work, ListFilter()).total == Total(4)
        found = count_facets(work, common)
        assert (found.total, found.are_exact) == (Total(2, is_exact=False), False)
        assert found.of("states") == count_facets(work, ListFilter(kinds=("contract",))).of("states")
        assert count_dossiers(work, common) == Total(2, is_exact=False)
        fewer = count_facets(work, replace(common, states=("done",)))
        assert (fewer.total, fewer.are_exact) == (Total(0), False)
    with acting(people("cleo")) as work:
        rare = count_facets(work, common)
        assert (rare.total, rare.are_exact) == (Total(0), True)


def test_a_search_that_finds_as_many_as_the_bound_is_exact(
    opened: Opened, acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2: the first number that is not counted any more is the one above the bound."""
    monkeypatch.setattr(dossier_ids, "FEW", 2)
    for _ in range(2):
        opened("nda", NDA)
    with acting(people("paul")) as work:
        found = count_facets(work, ListFilter(q="acme"))
        assert (found.total, found.are_exact, found.of("kinds")) == (Total(2), True, {"contract": 2})
