"""The example of the how-to for embedding, opened in Chromium on a page of the same site and of others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import publish
from tests.docs.pages import blocks
from tests.support.accessibility import violations
from tests.support.browser import NewPage
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.support.server import app_of, serving_app

pytestmark = pytest.mark.browser


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def intranet(tmp_path: Path) -> Iterator[int]:
    """The port of a web server with one page, of `tmp_path / "site"`."""
    (tmp_path / "site").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site"))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def portal(platform: Platform) -> Iterator[str]:
    with serving_app(app_of(platform)) as url:
        yield url


def allow(platform: Platform, *origins: str) -> None:
    """Publish the site with these origins, as the how-to says."""
    (yaml,) = [
        block.text for block in blocks("yaml") if "embed: {origins" in block.text and "embed-a-form" in str(block)
    ]
    line = yaml.replace('"https://intranet.example.com"', ", ".join(f'"{origin}"' for origin in origins))
    bundle = Bundle.from_folder(Path(platform.settings.site))
    before = b'embed: {origins: ["https://intranet.example.com"]}\n'
    text = bundle.files["config/portal.yaml"]
    assert before in text
    with acting_on(platform, None) as work:
        files = {**bundle.files, "config/portal.yaml": text.replace(before, line.encode())}
        publish(work, Bundle(files), "the intranet may show forms")


def write_page(folder: Path, portal: str) -> None:
    (html,) = [block.text for block in blocks("html") if "data-formengine" in block.text]
    page = html.replace("https://legal.example.com", portal)
    (folder / "site" / "index.html").write_text(
        f'<!DOCTYPE html><html lang="en"><title>Intranet</title><main><h1>Intranet</h1>\n{page}</main>'
    )


def test_the_example_is_filled_in_on_the_intranet(
    portal: str, intranet: int, platform: Platform, people: People, new_page: NewPage, tmp_path: Path
) -> None:
    """P4, X6: signing in within the frame, the form, its errors; the frame is as high as what stands in it."""
    people("maya")
    allow(platform, f"http://127.0.0.1:{intranet}")
    write_page(tmp_path, portal)
    page = new_page()
    page.goto(f"http://127.0.0.1:{intranet}/")
    frame = page.frame_locator("iframe")
    frame.get_by_label("E-mail address").fill("maya@example.com")
    frame.get_by_label("Password", exact=True).fill("wrong")
    frame.get_by_role("button", name="Sign in").click()
    frame.get_by_role("alert").wait_for()
    frame.get_by_label("Password", exact=True).fill(people.password)
    frame.get_by_role("button", name="Sign in").click()
    frame.get_by_role("heading", name="Legal advice").wait_for()
    inside = page.frames[1]
    height = inside.evaluate("Math.ceil(document.body.getBoundingClientRect().height)")
    page.wait_for_function("height => Number(document.querySelector('iframe').height) === height", arg=height)
    assert height > 700
    assert frame.get_by_role("link", name="New request").count() == 0
    frame.locator("button[name=_go]:visible").last.click()
    frame.locator("[data-error-summary]").wait_for()
    assert inside.url == f"{portal}/embed/legal_advice"
    assert violations(page) == []


def test_on_another_site_the_form_opens_in_a_new_tab(
    portal: str, intranet: int, platform: Platform, people: People, new_page: NewPage, tmp_path: Path
) -> None:
    """P4, X6: where no cookie goes with the frame; in French too."""
    people("maya")
    allow(platform, f"http://localhost:{intranet}")
    write_page(tmp_path, portal)
    page = new_page(locale="fr-FR")
    page.goto(f"http://localhost:{intranet}/")
    link = page.frame_locator("iframe").get_by_role("link", name="Ouvrir le formulaire")
    with page.expect_popup() as opened:
        link.click()
    assert opened.value.url.startswith(f"{portal}/sign-in?next=")
    assert "legal_advice" in opened.value.url


def test_a_site_that_is_not_named_frames_nothing(
    portal: str, intranet: int, platform: Platform, new_page: NewPage, tmp_path: Path
) -> None:
    """X6, T12: by frame-ancestors."""
    allow(platform, "https://intranet.example.com")
    write_page(tmp_path, portal)
    page = new_page()
    refusals: list[str] = []
    page.on("console", lambda message: refusals.append(message.text))
    page.goto(f"http://127.0.0.1:{intranet}/")
    assert page.frame_locator("iframe").get_by_role("heading").count() == 0
    assert any("frame-ancestors" in text for text in refusals)
