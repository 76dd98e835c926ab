"""A dispute about an invoice that goes to court: the claim opens with what the dispute has established."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.jobs import drain
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from formengine.work import functions_of
from tests.support.people import People
from tests.support.server import app_of
from tests.support.stories import StoryInBoth, stories_of
from tests.support.story_portal import Portal

STORY = "A supplier who does not give in is sued"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.mark.site("invoice_dispute")
def test_the_claim_has_the_values_of_the_dispute(platform: Platform, people: People) -> None:
    """D11: opponent, subject and stake, as the step had them. Its form is offered to counsel alone."""
    stories = stories_of("invoice_dispute")
    story = next(story for story in stories.stories["invoice_dispute"] if story.name == STORY)
    playing = StoryInBoth(stories.run("invoice_dispute", story), Portal(app_of(platform), platform, people))
    playing.play()
    with playing.at(playing.simulation.now):
        assert drain(platform.queue, functions_of(platform))
    with platform.database.reading() as session:
        claim = session.scalars(select(Dossier).where(Dossier.request_type == "claim")).one()
        assert (claim.title, claim.submission.answers) == (
            "Globex SA",
            {
                "opponent": {"name": "Globex SA", "country": "FR"},
                "subject": "Not delivered.",
                "at_stake": {"amount": "60000.00", "currency": "EUR"},
            },
        )
