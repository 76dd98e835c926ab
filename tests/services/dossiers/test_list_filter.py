"""The filter of lists: read from addresses, written to them, applied to what the actor may read."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from formengine.services.dossiers.list_filter import FilterError, ListFilter, apply_filter, filter_query, parse_filter
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]

FULL = ListFilter(
    kinds=("contract", "matter"),
    states=("open", "review"),
    practice_areas=("commercial",),
    categories=("contracts",),
    request_types=("nda",),
    assignees=("me", "none"),
    teams=("contracts", "none"),
    priorities=("high",),
    opened_from=date(2026, 1, 1),
    opened_to=date(2026, 12, 31),
    q="globex",
    sort="title",
)


def test_an_address_names_the_whole_filter() -> None:
    """D2: an address can be shared: the filter read from it is the one that it was made of."""
    assert parse_filter(filter_query(FULL)) == (FULL, ())
    assert filter_query(ListFilter()) == []
    assert parse_filter([("q", " "), ("view", "all"), ("after", "x")]) == (ListFilter(), ())
    desk = ListFilter(tab="late", turn="others", sort="due")
    assert filter_query(desk) == [("tab", "late"), ("turn", "others")]
    assert parse_filter(filter_query(desk)) == (desk, ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "case"),
        ("priority", "urgent"),
        ("state", "' OR 1=1"),
        ("assignee", "x" * 101),
        ("opened_from", "29.11.2026"),
        ("opened_from", "0001-01-01"),
        ("opened_to", "9999-12-31"),
        ("sort", "password_hash"),
        ("tab", "theirs"),
        ("turn", "me"),
        ("team", "a\0b"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, value: str) -> None:
    """D2: it is left out of the filter, and named."""
    chosen, errors = parse_filter([(name, value)])
    assert chosen == ListFilter()
    assert errors == (FilterError(name, value),)
    assert value[:40] in errors[0].message("en")
    assert name not in errors[0].message("fr")


def test_parameters_are_bounded() -> None:
    """T49: fifty values of one parameter, two hundred characters of a search."""
    chosen, errors = parse_filter([("state", f"s{n}") for n in range(60)] + [("q", "x" * 300)])
    assert (len(chosen.states), len(chosen.q), len(errors)) == (50, 200, 11)


def test_a_page_of_one_kind_keeps_to_it() -> None:
    assert parse_filter([("kind", "matter")], kind="contract") == (ListFilter(kinds=("contract",)), ())


@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)
def test_each_criterion_narrows_the_list(opened: Opened, acting: Acting, people: People) -> None:
    """D2, P13: state or its category, practice area, category, type, assignee, team, priority, days."""
    nda, advice = opened("nda", NDA), opened("legal_advice", {**ADVICE, "priority": "high", "priority_reason": "Soon"})
    with acting(people("maya")) as work:

        def listed(**criteria: object) -> set[str]:
            query = apply_filter(work, select(Dossier.reference), ListFilter(**criteria))  # type: ignore[arg-type]
            return {row.reference for row in work.session.execute(query)}

        today = work.now.date()
        assert listed() == {nda, advice}
        assert listed(kinds=("contract",)) == listed(request_types=("nda",)) == {nda}
        assert listed(states=("in_progress",)) | listed(states=("open",)) == {nda, advice}
        assert listed(states=("done",)) == set()
        assert listed(states=("review", "done")) <= {nda, advice}
        assert listed(practice_areas=("commercial",)) == listed(categories=("contracts",)) == {nda}
        assert listed(priorities=("high", "critical")) == {advice}
        assert listed(assignees=("none",)) == {nda, advice}
        assert listed(assignees=("me",)) == set()
        assert listed(teams=("contracts",)) == {nda}
        assert listed(teams=("contracts", "none"), priorities=("high",)) == set()
        assert listed(opened_from=date(2200, 1, 1)) == listed(opened_to=date(1990, 1, 1)) == set()
        assert listed(opened_from=date(today.year - 1, 1, 1), opened_to=date(today.year + 1, 1, 1)) == {nda, advice}
        assert listed(q="globex") == {nda}


@pytest.mark.parametrize("sort", ["opened", "-opened", "title", "-title", "entered", "-entered", "reference"])
def test_lists_are_sorted(sort: str, opened: Opened, acting: Acting, people: People) -> None:
    """D2: by each order, in both directions."""
    references = [opened("nda", {**NDA, "counterparty": {"name": name, "country": "FR"}}) for name in ("Zeta", "Alpha")]
    with acting(people("maya")) as work:
        rows = work.session.scalars(apply_filter(work, select(Dossier), ListFilter(sort=sort))).all()
        column = {"opened": "opened_at", "entered": "entered_at"}.get(sort.strip("-"), sort.strip("-"))
        assert [row.reference for row in rows] == [
            row.reference for row in sorted(rows, key=lambda row: getattr(row, column), reverse=sort.startswith("-"))
        ]
        assert {row.reference for row in rows} == set(references)


def test_only_what_may_be_read_is_listed(opened: Opened, acting: Acting, people: People) -> None:
    """P28: whatever the filter says."""
    opened("nda", NDA, by="cleo")
    with acting(people("maya")) as work:
        for chosen in (ListFilter(), ListFilter(q="globex"), ListFilter(states=("open", "in_progress", "waiting"))):
            assert work.session.scalars(apply_filter(work, select(Dossier), chosen)).all() == []
