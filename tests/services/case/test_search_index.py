"""The search index, written anew by a job: after a name has changed, and for dossiers without a document."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from formengine.services.accounts.accounts import change_profile
from formengine.services.case.search_index import index_stale_dossiers, mark_all, stale_count
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.dossiers.notes import add_note
from formengine.storage.models.lists import SearchDocument
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
Found = Callable[[str, str], set[str]]


@pytest.fixture
def found(acting: Acting, people: People) -> Found:
    """`found("maya", "bail")`: the references of the dossiers that Maya finds."""

    def search(who: str, query: str) -> set[str]:
        with acting(people(who)) as work:
            return {row.reference for row in dossier_page(work, ListFilter(q=query)).items}

    return search


def test_somebody_who_is_renamed_is_found_by_the_new_name(
    opened: Opened, platform: Platform, acting: Acting, people: People, found: Found
) -> None:
    """D2: once the job has run; how many are still to be indexed is known."""
    reference = opened("nda", NDA)
    with acting(people("maya")) as work:
        change_profile(work, name="Maya Zimmermann", language="en", zone="Europe/Paris")
    assert found("paul", "Zimmermann") == set()
    with acting(None) as work:
        assert stale_count(work) == 1
    assert index_stale_dossiers(platform) == 1
    assert index_stale_dossiers(platform) == 0
    assert found("paul", "zimmermann") == {reference}


def test_the_whole_index_is_written_anew(
    opened: Opened, platform: Platform, acting: Acting, people: People, found: Found
) -> None:
    """D2: what was lost is there again, with notes, and apart for those who may read each."""
    nda, advice = opened("nda", NDA), opened("legal_advice", ADVICE)
    with acting(people("paul")) as work:
        add_note(work, nda, "Beware of the annexes.", internal=True)
        add_note(work, nda, "We wait for the schedule.")
    with platform.database.transaction() as session:
        session.execute(delete(SearchDocument))
    assert found("paul", "globex") == set()
    with acting(None) as work:
        assert mark_all(work) == 2
    index_stale_dossiers(platform)
    assert found("paul", "globex annex schedule") == {nda}
    assert found("maya", "schedule") == {nda}
    assert found("maya", "annex") == set()
    assert found("maya", "lyon") == {advice}


def test_a_dossier_that_cannot_be_read_keeps_the_others_from_nothing(
    opened: Opened, platform: Platform, acting: Acting, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T4: the broken one is not tried for ever."""
    opened("nda", NDA)
    second = opened("legal_advice", ADVICE)
    with platform.database.transaction() as session:
        session.execute(update(SearchDocument).values(about="", stale=True))
        session.connection().exec_driver_sql("UPDATE fe_dossiers SET state = 'no such state' WHERE kind = 'contract'")
    assert index_stale_dossiers(platform) == 2
    assert index_stale_dossiers(platform) == 0
    assert found("maya", "lyon") == {second}
