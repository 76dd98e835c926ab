"""One portal per journey, on the kind of database that the module names in `DATABASE`, and a browser per person."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.journeys.office import Office
from tests.journeys.visitors import Visitor
from tests.support.browser import NewPage
from tests.support.databases import Templates
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import ROOT, close_platform, open_platform, published, settings_of
from tests.support.server import serving
from tests.support.smtp import receiving

MEMBERS = ("maya", "cleo", "paul", "ana", "lena", "omar", "ines", "nora", "bo", "di")


@pytest.fixture(scope="module")
def office(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The repository's own site, served with its worker, with everybody of the demo."""
    folder: Path = tmp_path_factory.mktemp("office")
    url = published(templates, request.module.DATABASE, ROOT, folder)
    with socket.create_server(("127.0.0.1", 0)) as listener, receiving() as inbox:
        settings = settings_of(
            database_url=url,
            storage_url=f"file:{folder}/files",
            mail_url=inbox.url,
            base_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
            site=ROOT,
        )
        platform = open_platform(settings)
        people = People(platform)
        people.several(*MEMBERS)
        with serving(platform, listener) as served:
            yield Office(served.url, platform, people, inbox)
        close_platform(platform)
    templates.discard(url)


PHONE: Final[dict[str, Any]] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
"""The screen of a phone, as options of `visits`."""
Visits = Callable[..., Visitor]


@pytest.fixture
def visits(office: Office, new_page: NewPage) -> Visits:
    """`visits("maya")`: Maya's browser, signed in; `visits()`: the browser of a person without an account."""

    def come(name: str = "", **options: object) -> Visitor:
        return Visitor(office, new_page(**options), name)

    return come


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files for uploads: a contract, a summons, a plan."""
    from docx import Document

    folder = tmp_path_factory.mktemp("papers")
    for name, often in (("services", "once"), ("ours", "twice"), ("theirs", "three times"), ("last", "four times")):
        contract = Document()
        contract.add_heading("Services agreement")
        contract.add_paragraph(f"The supplier maintains the presses {often} a year.")
        contract.save(str(folder / f"{name}.docx"))
    (folder / "summons.pdf").write_bytes(PDF)
    (folder / "plan é.txt").write_text("Who needs to know what", "utf-8")
    (folder / "reply.txt").write_text("As agreed", "utf-8")
    return folder
