"""Who signs is changed, or nobody does: forwarded, corrected, declined, reminded and too late, in Chromium (S9, W8)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from formengine.errors import LinkSpent
from formengine.services.approvals.guest_signing import load_guest_page
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.timers import fire_timers
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.mails import Mail
from tests.services.approvals.test_several_documents import JOE
from tests.services.conftest import Case, make_case
from tests.support.browser import NewPage, sign_in
from tests.support.server import Served
from tests.web.conftest import link_in
from tests.web.guest.test_codes import newest_code
from tests.web.guest.test_several_documents_browser import closing, database_kind, platform
from tests.web.guest.test_signing_browser import PHONE, looks_right

__all__ = ["closing", "database_kind", "make_case", "platform"]
pytestmark = [pytest.mark.browser, pytest.mark.site("closing")]
NEW = "jo.martin@globex.test"


def newest_mail(platform: Platform, kind: str, to: str) -> str:
    """The text of the newest mail of a kind to an address."""
    with platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == kind, Mail.to == to).order_by(Mail.id.desc()))
        return word_mail(platform, session, rows.first())[1]


def link_to(case: Case, served: Served, address: str, kind: str = "signature_asked") -> str:
    """The address of the link in somebody's newest mail."""
    return served.url + link_in(newest_mail(case.platform, kind, address))


def counsel(case: Case, served: Served, new_page: NewPage, **options: object) -> Page:
    """Paul, who is in charge, at the approvals and signatures of the dossier."""
    page = new_page(**options)
    sign_in(page, served.url, case.people("paul").email, opens=f"{served.url}/dossiers/{case.reference}?tab=approvals")
    return page


def asks_for_code(page: Page, case: Case) -> str:
    page.get_by_role("button", name="Send me the code").click()
    page.get_by_label("Six-digit code").first.wait_for()
    return newest_code(case.platform)


def signs(page: Page, case: Case, name: str) -> None:
    """By the page of a link that is open, without JavaScript or with it."""
    code = asks_for_code(page, case)
    page.get_by_label("Your full name, as your signature").fill(name)
    page.get_by_label("Place where you sign").fill("Lyon")
    page.get_by_label("Six-digit code").first.fill(code)
    page.get_by_label("I have read the documents and agree to sign all of them").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you, your signature is recorded")).to_be_visible(timeout=20_000)


def test_the_right_person_signs_once_counsel_confirms(closing: Case, served: Served, new_page: NewPage) -> None:
    """S9: on a phone; the wish waits for counsel, the new signer gets a link, the old one says why it has ended."""
    old = link_to(closing, served, JOE["email"])
    joe = new_page(**PHONE)
    joe.goto(old)
    code = asks_for_code(joe, closing)
    joe.get_by_text("Forward to somebody else").click()
    wish = joe.locator("form", has=joe.get_by_role("button", name="Ask to forward it"))
    wish.get_by_label("Six-digit code").fill(code)
    wish.get_by_label("Name of the right person").fill("Jo Martin")
    wish.get_by_label("Their e-mail address").fill(NEW)
    wish.get_by_label("Why they should sign").fill("She signs for us now.")
    wish.get_by_role("button", name="Ask to forward it").click()
    expect(joe.get_by_text("You asked to forward it to Jo Martin")).to_be_visible()
    looks_right(joe, "forward-asked-390")
    paul = counsel(closing, served, new_page)
    expect(paul.get_by_text("She signs for us now.")).to_be_visible()
    looks_right(paul, "forward-wish-1280")
    paul.get_by_role("button", name="Confirm and ask them").click()
    expect(paul.get_by_text("It was forwarded, and a new link was sent.")).to_be_visible()
    joe.goto(old)
    expect(joe.get_by_text("Somebody else is asked in your place, as you wished")).to_be_visible()
    looks_right(joe, "forwarded-390")
    jo = new_page(**PHONE, java_script_enabled=False)
    jo.goto(link_to(closing, served, NEW))
    expect(jo.get_by_text("Dear Jo Martin")).to_be_visible()
    signs(jo, closing, "Jo Martin")
    assert closing.seats[NEW] == "signed"
    assert closing.whole()


def test_counsel_corrects_a_name_and_an_address(closing: Case, served: Served, new_page: NewPage) -> None:
    """S9: the mail goes anew, to the right address and under the right name; a wrong address is told, and kept."""
    old = link_to(closing, served, JOE["email"])
    paul = counsel(closing, served, new_page, viewport={"width": 390, "height": 844})
    seat = paul.locator("li.fe-seat", has_text="Joe Martin")
    seat.get_by_text("Change who is asked").click()
    replacement = seat.locator("form", has=paul.get_by_role("button", name="Replace"))
    expect(replacement.get_by_label("E-mail address")).to_be_visible()
    expect(replacement.locator("select")).to_have_count(0)  # no account may sign for the buyer
    correction = seat.locator("form", has=paul.get_by_role("button", name="Correct", exact=True))
    correction.get_by_label("Name").fill("Jo Martin")
    correction.get_by_label("E-mail address").fill(closing.people("ana").email)
    correction.get_by_role("button", name="Correct", exact=True).click()
    expect(paul.get_by_text("name somebody of that party").first).to_be_visible()
    looks_right(paul, "correction-refused-390")
    correction.get_by_label("E-mail address").fill(NEW)
    correction.get_by_role("button", name="Correct", exact=True).click()
    expect(paul.get_by_text("It was corrected, and a new link was sent.")).to_be_visible()
    guest = new_page(**PHONE, locale="fr-FR")
    guest.goto(old)
    expect(guest.get_by_text("La demande a été adressée à une autre personne, ou à une autre adresse")).to_be_visible()
    looks_right(guest, "passed-on-390-fr")
    guest.goto(link_to(closing, served, NEW))
    expect(guest.get_by_text("Bonjour Jo Martin")).to_be_visible()


def test_a_signer_declines(closing: Case, served: Served, new_page: NewPage) -> None:
    """S5, W8: without JavaScript; a reason is needed, counsel reads it, and the workflow goes back."""
    joe = new_page(**PHONE, java_script_enabled=False)
    joe.goto(link_to(closing, served, JOE["email"]))
    code = asks_for_code(joe, closing)
    joe.locator("summary", has_text="Decline").click()
    refusal = joe.locator("form", has=joe.get_by_label("Why you decline"))
    refusal.get_by_label("Six-digit code").fill(code)
    refusal.get_by_role("button", name="Decline").click()
    expect(joe.get_by_text("Say why you decline to sign.").first).to_be_visible()
    refusal.get_by_label("Why you decline").fill("The price is not the one agreed.")
    refusal.get_by_role("button", name="Decline").click()
    expect(joe.get_by_role("heading", name="You declined to sign")).to_be_visible()
    assert closing.state == "draft"
    paul = counsel(closing, served, new_page, color_scheme="dark")
    expect(paul.get_by_text("The price is not the one agreed.")).to_be_visible()
    looks_right(paul, "declined-seat-1280-dark")
    assert "The price is not the one agreed." in newest_mail(
        closing.platform, "signature_declined", closing.people("paul").email
    )


def test_a_signer_is_reminded_and_then_too_late(closing: Case, served: Served, new_page: NewPage) -> None:
    """W8: the reminder has a link that works, and the last day; afterwards the page says when it ended, what to do."""
    closing.later(days=5)
    closing(None, fire_timers)
    assert "until" in newest_mail(closing.platform, "signature_reminder", JOE["email"])
    link = link_to(closing, served, JOE["email"], "signature_reminder")
    joe = new_page(**PHONE, locale="fr-FR", java_script_enabled=False)
    joe.goto(link)
    expect(joe.get_by_role("heading", name="Votre signature est demandée")).to_be_visible()
    closing.later(days=6)
    ends = []
    for fire in (
        lambda: None,
        lambda: closing(None, fire_timers),
    ):  # the link ends at its time, not when the timer fires
        fire()
        with pytest.raises(LinkSpent) as spent:
            closing("paul", lambda work, _: load_guest_page(work, link.rsplit("/", 1)[1]))
        ends.append((spent.value.why, spent.value.at))
    assert closing.state == "draft"
    assert ends == [("too_late", ends[0][1])] * 2
    joe.goto(link)
    expect(joe.get_by_text("Le délai pour signer ou se prononcer a pris fin le")).to_be_visible()
