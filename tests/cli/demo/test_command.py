"""The demo: every demo dossier can be created, and only once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.command import open_dossiers
from formengine.cli.demo.dossiers import read_demo_dossiers
from formengine.cli.demo.people import MEMBERS
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person


def test_the_demo_fills_a_site_once(platform: Platform) -> None:
    """O1: everybody has an account, every demo dossier is created through the services; again, nothing is added."""
    count = len(read_demo_dossiers())
    people = make_people(platform)
    assert open_dossiers(platform, people, count) == (count, [])
    again = make_people(platform)
    assert open_dossiers(platform, again, count) == (0, [])
    with platform.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == len(MEMBERS)
        dossiers = session.scalars(select(Dossier)).all()
    assert len(dossiers) == count
    assert set(Counter(dossier.kind for dossier in dossiers)) == {"matter", "litigation", "contract"}
    assert len({dossier.state for dossier in dossiers}) >= 10
    assert {dossier.state_category for dossier in dossiers} == {"open", "in_progress", "waiting", "done", "cancelled"}
    for kind in ("matter", "litigation", "contract"):
        titles = sorted((row for row in dossiers if row.kind == kind), key=lambda row: row.reference)
        assert [row.opened_at for row in titles] == sorted(row.opened_at for row in titles)
    assert all(row.opened_at <= row.entered_at <= datetime.now(UTC) for row in dossiers)


def test_each_question_has_its_own_background() -> None:
    """O1: a newcomer reads dossiers that make sense, not what another one said."""
    questions = [dossier.answers for dossier in read_demo_dossiers(finished=True) if dossier.request == "legal_advice"]
    asked = {(answers["subject"], answers["question"]) for answers in questions}
    told = {(answers["subject"], answers["background"]) for answers in questions}
    assert len(asked) == len(told) == len({background for _subject, background in told})
    assert len(asked) == len({subject for subject, _question in asked})


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_more_dossiers_than_plots_are_the_plots_again_with_others(platform: Platform) -> None:
    count = len(read_demo_dossiers()) + 2
    assert open_dossiers(platform, make_people(platform), count) == (count, [])


def test_all_four_packs_are_shown() -> None:
    assert {demo_dossier.request for demo_dossier in read_demo_dossiers()} == {
        "nda",
        "contract_review",
        "legal_advice",
        "litigation_notice",
    }
