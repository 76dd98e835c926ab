"""The pages of a document as they are printed: on the page of a signing link, and where a version is read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.files.page_pictures import PAGES_JOB
from formengine.storage.models.page_pictures import PagedDocument
from formengine.work import functions_of
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import SignedIn
from tests.web.guest.test_codes import Guest
from tests.web.guest.test_reading_copies import make_copy, version

__all__ = ["version", "world"]
PENDING = "are being drawn"


def make_pages(platform: Platform) -> None:
    with platform.database.reading() as session:
        sha256 = session.scalars(select(PagedDocument.sha256)).one()
    functions_of(platform)[PAGES_JOB]({"sha256": sha256})


@pytest.fixture
def database_kind() -> str:
    """What is asked of the database is tested with the service."""
    return "sqlite"


def test_pages_stand_beside_the_text_that_a_guest_reads(
    world: World, app: Any, platform: Platform, version: Any
) -> None:
    """S5: first the text, then the pages as well; a picture is fetched by the link alone, when it comes into sight."""
    guest = Guest(world, app)
    make_copy(platform, version)
    assert PENDING in guest.visitor.get(guest.address)
    make_pages(platform)
    page = guest.visitor.get(guest.address)
    assert PENDING not in page
    pictures = page.html.select(".fe-beside .fe-pages img")
    assert [picture["alt"] for picture in pictures] == ["Page 1 of 3", "Page 2 of 3", "Page 3 of 3"]
    assert {picture["loading"] for picture in pictures} == {"lazy"}
    assert [picture["src"] for picture in pictures] == [
        f"{guest.address}/documents/agreement/pages/{number}" for number in (1, 2, 3)
    ]
    assert page.html.select_one(".fe-beside .fe-paper") is not None
    answer = guest.visitor.get(pictures[0]["src"])
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("image/webp", "private, no-cache")
    assert answer.body.startswith(b"RIFF")
    guest.visitor.get(pictures[0]["src"], headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    for number in ("0", "4", "x", "9" * 30):
        guest.visitor.get(f"{guest.address}/documents/agreement/pages/{number}", status=404)
    guest.visitor.get("/act/of-somebody-else/documents/agreement/pages/1", status=410)


def test_pages_are_shown_where_a_version_is_read(
    world: World, app: Any, platform: Platform, version: Any, signed_in: SignedIn, acting: Acting
) -> None:
    """S5, D6: to those who may read the dossier, and to nobody else."""
    address = f"/documents/{version.id}"
    paul = signed_in("paul")
    paul.get(f"{address}/text")
    make_pages(platform)
    paul.get(f"{address}/pages/1", status=200)
    assert paul.get(f"{address}/text").html.select_one(".fe-pages img")["src"] == f"{address}/pages/1"
    signed_in("bo").get(f"{address}/pages/1", status=404)
