"""Somebody outside fills in their part of a form in Chromium, on a small screen (F20)."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.intake.submissions import submit
from formengine.storage.models.mails import Mail
from tests.services.intake.sent_parts import send_part
from tests.support.accessibility import unwired, violations
from tests.support.browser import NewPage, sign_in
from tests.support.mails import mail_text, worded
from tests.support.people import People
from tests.support.platforms import MakePlatform, acting_on
from tests.support.server import Served

pytestmark = [pytest.mark.browser, pytest.mark.site("parts")]
SUE = {"name": "Sue Plier", "email": "sue@supplier.example"}
PICTURES = os.environ.get("FORMENGINE_PICTURES")


@pytest.fixture
def database_kind() -> str:
    """The browser's side is tested; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def platform(make_platform: MakePlatform) -> Platform:
    """Mails stay readable here, codes in them too."""
    return make_platform(mail_url="dev:")


def newest(platform: Platform, kind: str) -> Mail:
    with platform.database.reading() as session:
        row = session.scalars(select(Mail).where(Mail.kind == kind, Mail.to == SUE["email"]).order_by(Mail.id)).all()[
            -1
        ]
        return worded(platform, session, row)


def looks_right(page: Page, name: str) -> None:
    """Nothing is wider than the screen, and the page is accessible."""
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert violations(page) == []
    assert unwired(page) == []


def test_somebody_outside_fills_in_their_part(
    served: Served, platform: Platform, people: People, new_page: NewPage
) -> None:
    """F20, F5: by the link of the mail, at 390 pixels: saved, opened again, sent with the code."""
    people.all()
    with acting_on(platform, people("cleo")) as work:
        answers = {"subject": "Chairs", "amount": 500, "supplier": SUE}
        filling = submit(work, "purchase", answers, accept_notice=True).filling
        assert filling is not None
        request = f"{served.url}/filling/{filling.id}"
    link = mail_text(newest(platform, "part_asked")).split("](")[1].partition(")")[0]
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(link)
    looks_right(page, "part-link")
    page.get_by_label("Your address").fill("1 Supply Street")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved. It is not sent yet.")).to_be_visible()
    page.goto(link)
    expect(page.get_by_label("Your address")).to_have_value("1 Supply Street")
    page.get_by_role("button", name="Send me the code").click()
    page.get_by_label("Six-digit code").fill("000000")
    page.get_by_label("Your address").fill("")
    page.get_by_role("button", name="Send this part").click()
    expect(page.locator("#code-wrong")).to_contain_text("not the code")
    expect(page.get_by_label("Your address")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Your address").fill("1 Supply Street")
    looks_right(page, "part-wrong-code")
    page.get_by_label("Six-digit code").fill(str(newest(platform, "code").subject)[:6])
    page.get_by_role("button", name="Send this part").click()
    expect(page.get_by_role("heading", name="Thank you, your part is sent")).to_be_visible()
    looks_right(page, "part-sent")
    requester = new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", locale="fr-FR")
    sign_in(requester, served.url, people("cleo").email, opens=request)
    expect(requester.get_by_text("Sent by Sue Plier")).to_be_visible()
    looks_right(requester, "filling-390-dark")
    requester.set_viewport_size({"width": 1280, "height": 900})
    requester.reload()
    looks_right(requester, "filling-1280")
    finance = new_page()
    sign_in(finance, served.url, people("bo").email, opens=f"{request}/parts/finance")
    looks_right(finance, "part-finance-1280")
    with acting_on(platform, people("di")) as work:
        send_part(work, filling.id, "finance", {"budget": "B-1"})
    type_too_late(finance)


def type_too_late(page: Page) -> None:
    """F8: what is sent after a colleague has sent the part is shown, to be copied."""
    page.get_by_label("Budget line").fill("B-2026-4")
    page.get_by_role("button", name="Send this part").click()
    expect(page.get_by_role("heading", name="What you typed was not sent")).to_be_visible()
    expect(page.locator("dd", has_text="B-2026-4")).to_be_visible()
    looks_right(page, "part-late-1280")
    page.set_viewport_size({"width": 390, "height": 844})
    looks_right(page, "part-late-390")
