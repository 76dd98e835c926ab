"""Requests of real legal teams: their stories in the simulation, by the API and in the browser, to every end."""

from __future__ import annotations

from collections.abc import Iterator
from socket import socket
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from formengine.authoring import Bundle, check_site
from formengine.services.core.unit_of_work import Platform
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.support.people import People
from tests.support.platforms import SITES
from tests.support.server import app_of, serving
from tests.support.stories import StoryInBoth, stories_of
from tests.support.story_pages import StoryPages
from tests.support.story_portal import Portal

REAL_SITES = (
    "board_resolution",
    "data_subject",
    "power_of_attorney",
    "renewal",
    "policy_exception",
    "invoice_dispute",
    "litigation_hold",
    "whistle_blowing",
    "due_diligence",
)
PACKS = [(site, pack) for site in REAL_SITES for pack in stories_of(site).stories]


def _plays(kind: str) -> list[Any]:
    """Each story on SQLite, and the first of each pack on PostgreSQL too."""
    return [
        pytest.param(kind, site, pack, number, id=f"{site}-{pack}-{number + 1}", marks=pytest.mark.site(site))
        for site, pack in PACKS
        for number in range(len(stories_of(site).stories[pack]) if kind == "sqlite" else 1)
    ]


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared_page(browser: Browser) -> Iterator[Page]:
    """One page for all stories, each of which is served at an address of its own: a new one takes longer."""
    with browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


@pytest.mark.parametrize("site", REAL_SITES)
def test_nothing_is_found_in_the_site(site: str) -> None:
    """W13, W14: neither an error nor a warning, and every story runs."""
    assert check_site(Bundle.from_folder(SITES / site), Vocabulary.builtin()) == []


@pytest.mark.parametrize(("site", "pack"), PACKS)
def test_each_end_is_reached_by_a_story(site: str, pack: str) -> None:
    """W14: a new end needs a story."""
    assert set(stories_of(site).first_with_end(pack)) == stories_of(site).ends(pack)


@pytest.mark.browser
@pytest.mark.parametrize(("database_kind", "site", "pack", "number"), _plays("sqlite"), indirect=["database_kind"])
def test_the_portal_does_what_the_simulation_does(
    platform: Platform, people: People, listening: socket, shared_page: Page, site: str, pack: str, number: int
) -> None:
    """W15, P16: the same state, facts, history and mails after each act by the API; the last act of the first story
    that reaches an end is done in Chromium, where the requester reads how it ended.
    """
    stories = stories_of(site)
    story = stories.stories[pack][number]
    run, portal = stories.run(pack, story), Portal(app_of(platform), platform, people)
    if all(story is not first for first in stories.first_with_end(pack).values()):
        StoryInBoth(run, portal).play()
        return
    with serving(platform, listening, worker=False) as served:
        StoryInBoth(run, portal, StoryPages(portal, run.workflow, served.url, shared_page)).play()


@pytest.mark.parametrize(("database_kind", "site", "pack", "number"), _plays("postgresql"), indirect=["database_kind"])
def test_the_portal_does_the_same_on_postgresql(
    platform: Platform, people: People, site: str, pack: str, number: int
) -> None:
    """W15: the first story of each pack, by the API."""
    stories = stories_of(site)
    run = stories.run(pack, stories.stories[pack][number])
    StoryInBoth(run, Portal(app_of(platform), platform, people)).play()
