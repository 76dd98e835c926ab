"""Somebody outside signs by link in Chromium: on a telephone with a finger, with a picture, and without JavaScript."""

from __future__ import annotations

import base64
import io
import os
import re
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.documents import draft_document
from formengine.services.files.reading_copies import make_reading_copy
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.reading_copies import ReadingCopy
from formengine.storage.models.rounds import Seat
from formengine.web.signature_input import picture_of_address
from tests.support.accessibility import unwired, violations
from tests.support.browser import NewPage
from tests.support.platforms import Acting, MakePlatform
from tests.support.server import Served
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.guest.test_codes import newest_code

__all__ = ["world"]
pytestmark = pytest.mark.browser
PICTURES = os.environ.get("FORMENGINE_PICTURES")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}

INK = """() => {
  const pad = document.querySelector("canvas[data-ready]");
  const pixels = pad.getContext("2d").getImageData(0, 0, pad.width, pad.height).data;
  return pixels.filter((value, index) => index % 4 === 3 && value > 128).length;
}"""
"""How many pixels of the pad are drawn on."""


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def platform(make_platform: MakePlatform) -> Platform:
    """Mails stay readable here, codes in them too."""
    return make_platform(mail_url="dev:")


@pytest.fixture
def to_sign(world: World, platform: Platform, acting: Acting) -> World:
    """The world, with the agreement that its guest is to sign, and its reading copy; it asks for place and initials."""
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        assert draft_document(work, dossier.id, "agreement", 0) is not None
    with platform.database.reading() as session:
        sha256 = session.scalars(select(DocumentVersion).order_by(DocumentVersion.id.desc())).first().file.sha256
    make_reading_copy(platform, sha256)
    with platform.database.transaction() as session:
        row = session.get_one(ReadingCopy, sha256)
        marks = "".join(
            f'<p>{kind}: <span data-mark="{kind}:counterparty"></span></p>' for kind in ("sign", "place", "initials")
        )
        session.execute(update(ReadingCopy).where(ReadingCopy.sha256 == sha256).values(html=f"{row.html}{marks}"))
    return world


def looks_right(page: Page, name: str) -> None:
    """Nothing is wider than the screen, and the page is accessible."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert violations(page) == []
    assert unwired(page) == []


def draws(page: Page) -> None:
    """Draw a stroke with a finger."""
    pad = page.locator("canvas[data-ready]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    finger = page.context.new_cdp_session(page)
    for number in range(13):
        x, y = box["x"] + 30 + 20 * number, box["y"] + 60 + 40 * (number % 3)
        kind = "touchStart" if number == 0 else "touchMove"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("input[name=drawing]")).to_have_value(re.compile("^data:image/png;base64,"))


def evidence(platform: Platform) -> dict[str, Any]:
    with platform.database.reading() as session:
        seat = session.scalars(select(Seat).where(Seat.person == "joe@globex.test", Seat.status == "signed")).one()
        return seat.evidence


def reads_and_goes_to_the_form(page: Page) -> None:
    """The whole text, then by the link that stays at the foot of a narrow screen."""
    hidden = page.locator(".fe-paper").evaluate("paper => paper.scrollHeight - paper.clientHeight")
    assert hidden == 0  # the whole text: a telephone shows no scroll bar, and the contract would seem to end in its box
    way = page.get_by_role("link", name="Signer ou refuser")
    box = way.bounding_box()
    assert box is not None
    assert 740 < box["y"] < 844 - box["height"], "at the foot of the screen, while the form is far below"
    way.click()
    expect(page.get_by_role("heading", name="Signer ou refuser")).to_be_in_viewport()


def test_a_telephone_signs_with_a_finger(to_sign: World, served: Served, platform: Platform, new_page: NewPage) -> None:
    """S5, S11: in French, at 390 pixels: a wrong code, no place, no consent are told at once; the drawing stays."""
    page = new_page(**PHONE, locale="fr-FR")
    page.goto(f"{served.url}/act/{to_sign.link}")
    expect(page.get_by_role("heading", name="Votre signature est demandée")).to_be_visible()
    expect(page.locator(".fe-asked-of")).to_contain_text(re.compile("Maya.*Acme.*Accord", re.DOTALL))
    reads_and_goes_to_the_form(page)
    page.get_by_label("Code à six chiffres").first.fill("000000")
    page.get_by_label("Dessiner votre signature").check()
    draws(page)
    upright = page.locator("input[name=drawing]").input_value()
    ink = page.evaluate(INK)
    page.set_viewport_size({"width": 844, "height": 390})
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(INK) == pytest.approx(ink, rel=0.2)  # a telephone that is turned keeps one drawing
    assert page.locator("input[name=drawing]").input_value() == upright
    page.get_by_label("Vos initiales").fill("JM")
    looks_right(page, "sign-drawn-390-fr")
    page.get_by_role("button", name="Signer", exact=True).click()
    told = page.locator("[data-error-summary] a")
    expect(told).to_have_count(3, timeout=20_000)  # a wrong code, no place, no consent: all at once
    assert [link.get_attribute("href") for link in told.all()] == ["#code", "#place", "#consent"]
    page.locator("canvas[data-ready]").wait_for()
    assert page.evaluate(INK) == pytest.approx(ink, rel=0.2)
    looks_right(page, "sign-mistakes-390-fr")
    expect(page.get_by_label("Vos initiales")).to_have_value("JM")
    page.get_by_label("Code à six chiffres").first.fill(newest_code(platform))
    page.get_by_label("J’ai lu le document").check()
    page.get_by_label("Lieu de signature").fill("Lyon")
    page.get_by_role("button", name="Signer", exact=True).click()
    expect(page.get_by_role("heading", name="Merci, votre signature est enregistrée")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("D’autres personnes doivent encore signer.")).to_be_visible()
    looks_right(page, "signed-390-fr")
    given = evidence(platform)
    assert (given["kind"], given["text"], given["values"]) == (
        "drawn",
        "Joe Martin",
        {"place": "Lyon", "initials": "JM"},
    )
    with platform.blobs.open(given["picture_sha256"]) as stream:
        assert Image.open(io.BytesIO(stream.read())).width > 100


def test_a_picture_is_uploaded_without_javascript(
    to_sign: World, served: Served, platform: Platform, new_page: NewPage
) -> None:
    """S5: the picture that was chosen is kept when the code is wrong; drawing is not offered where it cannot work."""
    paper = Image.new("RGB", (800, 400), "white")
    ImageDraw.Draw(paper).line((200, 150, 600, 250), fill="navy", width=8)
    stream = io.BytesIO()
    paper.save(stream, "JPEG")
    page = new_page(java_script_enabled=False)
    page.goto(f"{served.url}/act/{to_sign.link}")
    expect(page.get_by_label("Draw your signature")).to_be_hidden()
    page.get_by_label("Upload a picture").check()
    picture = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}
    page.get_by_label("A picture of your signature").set_input_files(picture)  # type: ignore[arg-type]
    page.get_by_label("Place where you sign").fill("Paris")
    page.get_by_label("I have read the document").check()
    page.get_by_label("Six-digit code").first.fill("000000")
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_alt_text("The picture of your signature")).to_be_visible(timeout=20_000)
    page.get_by_label("Six-digit code").first.fill(newest_code(platform))
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you, your signature is recorded")).to_be_visible(timeout=20_000)
    assert evidence(platform)["kind"] == "uploaded"


def test_only_the_address_of_a_png_is_a_drawing() -> None:
    """T34: anything else that is posted as one is no picture."""
    png = base64.b64encode(b"\x89PNG").decode()
    assert picture_of_address(f"data:image/png;base64,{png}") == b"\x89PNG"
    for address in ("", "data:image/svg+xml;base64,AAAA", "https://evil.example/a.png", "data:image/png;base64,%%"):
        assert picture_of_address(address) == b""
