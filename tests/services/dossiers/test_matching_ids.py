"""Lists of few dossiers, which are read by their ids, beside the same lists read in their order."""

from __future__ import annotations

from typing import Final

import pytest

from formengine.services.dossiers import dossier_ids
from formengine.services.dossiers.facets import count_dossiers, count_facets
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
READERS: Final = ("maya", "cleo", "bo", "paul", "theo")
FILTERS: Final = (
    ListFilter(),
    ListFilter(kinds=("contract",)),
    ListFilter(kinds=("contract",), q="acme", sort="title"),
    ListFilter(kinds=("contract", "matter"), states=("open", "in_progress"), q="globex"),
    ListFilter(priorities=("high",), teams=("advice",), sort="-entered"),
    ListFilter(priorities=("low",)),
    ListFilter(q="zeppelin"),
)


def test_few_and_many_dossiers_make_the_same_list(
    opened: Opened, acting: Acting, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2, P28: whether their ids are read first or not, everybody gets the same rows, in the same order, and counts."""
    for who in ("maya", "cleo"):
        opened("nda", NDA, by=who)
        opened("nda", {**NDA, "counterparty": {"name": "Initech", "country": "FR"}}, by=who)
    opened("legal_advice", {**ADVICE, "priority": "high", "priority_reason": "Soon"})

    def lists(few: int) -> list[object]:
        monkeypatch.setattr(dossier_ids, "FEW", few)
        shown: list[object] = []
        for who in READERS:
            for chosen in FILTERS:
                with acting(people(who)) as work:
                    page = dossier_page(work, chosen, limit=2)
                    following = dossier_page(work, chosen, after=page.next).items if page.next else []
                    total = count_dossiers(work, chosen)
                    rows = [row.reference for row in (*page.items, *following)]
                    facets = None if chosen.q else count_facets(work, chosen)
                    shown.append((who, chosen, rows, facets))
                    assert len(rows) == total.number if total.is_exact else few < len(rows)
        return shown

    assert lists(5000) == lists(2)
    assert len({tuple(rows) for _who, _chosen, rows, _facets in lists(5000)}) > len(FILTERS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["paul", "maya"])
def test_a_list_of_few_dossiers_does_not_go_through_all_of_them(
    opened: Opened, acting: Acting, people: People, who: str
) -> None:
    """D2, T49: where hardly any dossier meets the filter, its page would otherwise be looked for in every row."""
    opened("nda", NDA)
    with acting(people(who)) as work:
        with recorded_statements(work.platform.database) as recorder:
            dossier_page(work, ListFilter(kinds=("contract",), priorities=("high",)))
        page = next(sql for sql, _parameters in recorder.statements if "ORDER BY fe_dossiers" in sql)
        plan = str(work.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {page}", ("[]", 26, 0)).all())
    assert "SEARCH fe_dossiers USING INTEGER PRIMARY KEY" in plan, plan
