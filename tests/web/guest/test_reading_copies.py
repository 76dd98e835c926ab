"""The reading copy on the page of a signing link and on a dossier's pages, in each of its states."""

from __future__ import annotations

import sys
from typing import Any, Final

import pytest
from sqlalchemy import select, update

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.documents import draft_document
from formengine.services.files.reading_copies import COPY_JOB
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.reading_copies import ReadingCopy
from formengine.storage.models.rounds import ActLink
from formengine.work import functions_of
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import SignedIn, Visitor
from tests.web.guest.test_codes import Guest, newest_code

__all__ = ["world"]
PREPARED: Final = "The document is being prepared to be read here."
PREPARED_FR: Final = "Le document est en cours de préparation pour être lu ici."


@pytest.fixture
def version(world: World, acting: Acting) -> DocumentVersion:
    """The document that the guest of the world is to sign; its copy is requested and not made."""
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        version = draft_document(work, dossier.id, "agreement", 0)
        assert version is not None
        version.file  # noqa: B018  # loads it
    return version


def make_copy(platform: Platform, version: DocumentVersion) -> None:
    functions_of(platform)[COPY_JOB]({"sha256": version.file.sha256})


def fail_copy(platform: Platform) -> None:
    with platform.database.transaction() as session:
        session.execute(update(ReadingCopy).values(state="failed", reason="heavy"))


def test_guest_can_sign_while_the_copy_is_prepared(
    world: World, app: Any, platform: Platform, version: DocumentVersion
) -> None:
    """T35: a signature binds to the file, which can be downloaded meanwhile; a link reloads the page."""
    guest = Guest(world, app)
    page = guest.visitor.get(guest.address)
    assert PREPARED in page
    assert page.html.find("a", string="Reload this page")["href"] == guest.address
    refreshing = "head noscript meta[http-equiv=refresh]"
    assert page.html.select_one(refreshing) is None  # a code has come, and what is typed is not lost
    with platform.database.transaction() as session:
        codes = dict(session.execute(select(ActLink.id, ActLink.code_expires_at)).all())
        session.execute(update(ActLink).values(code_expires_at=None))
    assert guest.visitor.get(guest.address).html.select_one(refreshing)["content"] == "5"
    with platform.database.transaction() as session:
        for link, expires_at in codes.items():
            session.execute(update(ActLink).where(ActLink.id == link).values(code_expires_at=expires_at))
    assert guest.visitor.get(f"{guest.address}/document").body.startswith(b"PK")
    assert "Thank you" in guest.sign(newest_code(platform), status=200)


def test_guest_can_sign_when_no_copy_could_be_made(
    world: World, app: Any, platform: Platform, version: DocumentVersion
) -> None:
    """T35: the page says why, and that the file can be downloaded."""
    fail_copy(platform)
    guest = Guest(world, app)
    page = guest.visitor.get(guest.address)
    assert "No reading copy could be made: the document takes too much time or memory." in page
    assert "Download the file to read it." in page
    assert "Thank you" in guest.sign(newest_code(platform), status=200)


def test_guest_reads_the_copy_when_it_is_made(
    world: World, app: Any, platform: Platform, version: DocumentVersion
) -> None:
    """T35: after a reload."""
    guest = Guest(world, app)
    make_copy(platform, version)
    page = guest.visitor.get(guest.address)
    assert PREPARED not in page
    assert "Globex SA" in page.html.find("article").text


def test_posts_of_a_guest_convert_nothing(world: World, app: Any, platform: Platform, version: DocumentVersion) -> None:
    """T35: no process is started by any request of the page, and the copy is still to be made afterwards."""
    guest, started = Guest(world, app), list[str]()
    listening = True

    def listen(event: str, _args: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen" and listening:
            started.append(event)

    sys.addaudithook(listen)
    guest.visitor.get(guest.address)
    guest.sign("000000x")
    guest.sign(newest_code(platform), status=200)
    listening = False
    assert started == []
    with platform.database.reading() as session:
        assert session.scalars(select(ReadingCopy.state)).all() == ["pending"]


def test_pages_of_the_dossier(world: World, platform: Platform, signed_in: SignedIn, version: DocumentVersion) -> None:
    """T35: the page of the copy and the list of documents say that it is being prepared, or that it failed."""
    maya: Visitor = signed_in("maya")
    reading, files = f"/documents/{version.id}/text", f"/dossiers/{world.signing}?tab=attachments"
    assert "The reading copy is being prepared." in maya.get(files)
    page = maya.get(reading)
    assert PREPARED in page
    assert page.html.find("a", string="Reload this page") is not None
    assert PREPARED_FR in maya.get(f"{reading}?lang=fr")
    fail_copy(platform)
    assert "No reading copy could be made" in maya.get(reading)
    assert "Download the file to read it." in maya.get(files)


def test_where_people_sign_is_a_line_with_one_label(
    world: World, app: Any, platform: Platform, version: DocumentVersion
) -> None:
    """S6: that of the document itself, where it has one; whoever hears the page is told whose line it is."""
    mark = '<span data-mark="sign:counterparty"></span>'
    html = f"<p>In witness <strong>Signature: </strong><br>{mark}</p><p>For {mark}</p>"
    with platform.database.transaction() as session:
        session.execute(update(ReadingCopy).values(state="made", html=html))
    guest = Guest(world, app)
    paper = guest.visitor.get(guest.address).html.select_one(".fe-paper")
    lines = paper.select("p > .fe-blank")
    assert [(line.get("aria-label"), line.get_text()) for line in lines] == [
        (lines[1].get_text(), ""),
        (None, lines[1].get_text()),
    ]
    assert lines[1].get_text().startswith("Signature: ")
    assert paper.p.get_text() == "In witness Signature: "
