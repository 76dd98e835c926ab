"""A document that comes while its page is open is read before it is signed (S3, T16)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.documents import draft_document
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Seat
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.guest.test_codes import Guest, newest_code

__all__ = ["world"]
NOT_READ = "The document came after you opened this page."


@pytest.fixture
def draft(world: World, acting: Acting) -> Any:
    """Drafts the document that the guest of the world is to sign."""

    def make() -> None:
        with acting(None) as work:
            dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
            assert draft_document(work, dossier.id, "agreement", 0) is not None

    return make


def seats(platform: Platform) -> dict[str, str]:
    with platform.database.reading() as session:
        return {seat.person: seat.status for seat in session.scalars(select(Seat))}


def test_guest_reads_the_document_before_signing(world: World, app: Any, platform: Platform, draft: Any) -> None:
    """S3: a signature from a page without a document is not taken; the page then shows it, and takes the signature."""
    guest = Guest(world, app)
    assert guest.shown == {}
    draft()
    page = guest.sign(newest_code(platform))
    assert NOT_READ in page
    assert seats(platform)["joe@globex.test"] == "open"
    guest = Guest(world, app)
    assert guest.shown["document_sha256"] in page
    assert "Thank you" in guest.sign(newest_code(platform), status=200)
