"""Counts of lists: what each further choice would leave, of what the actor may read."""

from __future__ import annotations

import pytest

from formengine.services.dossiers.facets import count_facets
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
        assert everything.total == 4
        assert everything.of("kinds") == {"contract": 3, "matter": 1}
        assert everything.of("priorities") == {"normal": 3, "high": 1}
        assert everything.of("assignees") == {"none": 4}
        high = count_facets(work, ListFilter(priorities=("high",)))
        assert (high.total, high.of("priorities")) == (1, {"normal": 3, "high": 1})
        assert high.of("kinds") == {"matter": 1}
        both = count_facets(work, ListFilter(priorities=("high",), teams=("contracts",)))
        assert (both.total, both.of("priorities"), both.of("teams")) == (0, {"normal": 3}, {"advice": 1})
        found = count_facets(work, ListFilter(kinds=("contract",), q="initech"))
        assert (found.total, found.of("categories")) == (1, {"contracts": 1})
        by_state = count_facets(work, ListFilter(states=("review",)))
        assert by_state.total == sum(by_state.of("states").values())
        mine = count_facets(work, ListFilter(assignees=("me", "none")))
        assert mine.total == 4


def test_only_what_may_be_read_is_counted(opened: Opened, acting: Acting, people: People) -> None:
    """P28: by every kind of reader."""
    opened("nda", NDA, by="cleo")
    with acting(people("maya")) as work:
        assert count_facets(work, ListFilter()).total == 0
    with acting(people("theo")) as work:
        assert count_facets(work, ListFilter()).total == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_counts_of_a_search_read_the_index_of_counts_alone(acting: Acting, people: People) -> None:
    """D2, T49: half of all dossiers may have a word; none of their rows is looked up to count them."""
    with acting(people("paul")) as work:
        with recorded_statements(work.platform.database) as recorder:
            count_facets(work, ListFilter(q="contracts"))
        counted = next(sql for sql, _parameters in recorder.statements if "MATCH" in sql)
        connection = work.session.connection()
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {counted}", ("",) * counted.count("?")).all()
    assert "USING COVERING INDEX ix_fe_dossiers_counts" in str(plan), plan
