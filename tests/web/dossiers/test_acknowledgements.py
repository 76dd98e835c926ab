"""Acknowledgements on pages: any account and people outside say *I have read it*, and see nothing else (W19)."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from waitress.server import create_server

from formengine.services.accounts.accounts import change_role
from formengine.services.approvals.seat_changes import add_seat, remove_seat
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform
from formengine.services.core.vote_verification import verify_votes
from formengine.services.dossiers import documents, transitions
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier, Fact
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Round, Seat
from tests.services.conftest import paper
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.conftest import link_in
from tests.web.dossiers.visitors import Opened, SignedIn, Visitor, dossier_of, form_to

pytestmark = pytest.mark.site("holds")
VERA = "vera@third.test"
ANSWERS = {"matter": "The flood", "opponent": "Wet Ltd", "keep": "All mails with Wet.", "confidentiality": "restricted"}


@dataclass
class Hold:
    """Maya's restricted hold, of which Paul has sent the notice: Kim and Max have plain accounts, Vera has none."""

    platform: Platform
    people: People
    acting: Acting
    reference: str
    accounts: dict[str, Any]

    @property
    def address(self) -> str:
        return f"/dossiers/{self.reference}/acknowledgement"

    @property
    def state(self) -> str:
        return dossier_of(self.platform, self.reference).state

    def step(self, by: str, transition: str, **fields: Any) -> None:
        with self.acting(self.people(by)) as work:
            version = dossier_of(self.platform, self.reference).version
            transitions.perform(work, self.reference, transition, version, fields)

    def seats(self) -> dict[str, str]:
        with self.platform.database.reading() as session:
            return {seat.person: seat.status for seat in session.scalars(select(Seat).order_by(Seat.id))}

    def mails(self, kind: str) -> list[tuple[str, str]]:
        """Of each mail of a kind: its address and its text."""
        with self.platform.database.reading() as session:
            rows = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)).all()
            return [(row.to, "\n".join(word_mail(self.platform, session, row))) for row in rows]


@pytest.fixture
def hold(opened: Opened, acting: Acting, people: People, platform: Platform) -> Hold:
    accounts = {name: people.add(f"{name}@staff.test") for name in ("kim", "max", "joe")}
    reference = opened("hold", ANSWERS)
    sent = Hold(platform, people, acting, reference, accounts)
    with acting(people("paul")) as work:
        documents.new_document_version(work, reference, "letter", paper())
    vera = {"name": "Vera Third", "email": VERA}
    sent.step("paul", "issue", custodians=[accounts["kim"].id, accounts["max"].id])
    sent.step("paul", "add", custodians=[accounts["kim"].id, accounts["max"].id], third_parties=[vera])
    return sent


def visit(app: Any, hold: Hold, name: str) -> Visitor:
    return Visitor(app).sign_in(hold.accounts[name], hold.people.password)


def test_a_plain_client_reads_the_notice_and_confirms_it(app: Any, hold: Hold) -> None:
    """W19: on a restricted dossier, without any permission, by a form alone; nothing else of it is shown."""
    kim = visit(app, hold, "kim")
    assert "Do not destroy anything" in kim.get("/").text
    page = kim.get(hold.address)
    assert "Keep everything" in page.text
    assert [value.get_text(" ", strip=True) for value in page.html.select(".fe-seen dd")] == ["All mails with Wet."]
    assert "The flood" not in page.text
    assert "Wet Ltd" not in page.text
    assert kim.get(f"{hold.address}/documents/letter").body.startswith(b"%PDF")
    form = form_to(page, hold.address)
    assert page.html.select_one("main form button").get_text() == "I have read it and keep everything"
    form["comment"] = "My phone too?"
    done = form.submit(status=303).follow()
    assert "your confirmation is recorded" in done.text
    assert "You confirmed this on" in done.text
    assert "My phone too?" in done.text
    assert hold.seats()[hold.accounts["kim"].id] == "acknowledged"
    assert "Do not destroy anything" not in kim.get("/").text
    for closed in ("", "/acknowledgement/documents/contract", "/answers"):
        kim.get(f"/dossiers/{hold.reference}{closed}", status=404)
    assert hold.reference not in kim.get("/litigation").text


def test_a_confirmed_page_shows_the_facts_of_its_day(app: Any, hold: Hold) -> None:
    """W19: what was read is kept with the seat; who has not confirmed yet reads the facts as they are now."""
    people = {name: visit(app, hold, name) for name in ("kim", "max")}
    form_to(people["kim"].get(hold.address), hold.address).submit(status=303)
    with hold.platform.database.transaction() as session:
        row = session.scalars(select(Dossier)).one()
        session.add(Fact(dossier_id=row.id, name="keep", value="Everything.", set_at=row.opened_at))
    facts = {
        name: [dd.get_text() for dd in p.get(hold.address).html.select(".fe-seen dd")] for name, p in people.items()
    }
    assert "All mails with Wet." in facts["kim"][0]
    assert "Everything." in facts["max"][0]
    with hold.platform.database.reading() as session:
        assert list(verify_votes(session)) == []


def test_its_mails_name_the_last_day(hold: Hold) -> None:
    """W19, W18: the last day of the thirty, not the midnight after it."""
    text = hold.mails("acknowledgement_asked")[0][1]
    assert re.search(r"Please do so by .*\d{4}, end of day\.|Échéance.*\d{4}, fin de journée", text), text


def test_what_came_after_an_acknowledgement_is_not_shown(app: Any, hold: Hold, platform: Platform) -> None:
    """W19: somebody who has confirmed one version reads that one, until they are asked about another."""
    people = {name: visit(app, hold, name) for name in ("kim", "max")}
    first = people["kim"].get(f"{hold.address}/documents/letter").body
    for person in people.values():
        form_to(person.get(hold.address), hold.address).submit(status=303)
    with platform.database.reading() as session:
        vera = session.scalars(select(Seat).where(Seat.person == VERA)).one()
    with hold.acting(hold.people("paul")) as work:
        remove_seat(work, hold.reference, vera.round_id, vera.id)
    assert hold.state == "held"
    with hold.acting(hold.people("paul")) as work:
        documents.new_document_version(work, hold.reference, "letter", paper(b"for the court alone"))
    page = people["kim"].get(hold.address)
    assert "version 1" in page.text
    link = page.html.select_one(f'a[href^="{hold.address}/documents/letter"]')["href"]
    for address in (link, f"{hold.address}/documents/letter"):
        assert people["kim"].get(address).body == first
    people["max"].get(link, status=404)  # the seat of somebody else
    people["kim"].get(f"{hold.address}/documents/letter?seat=x", status=404)


def test_others_neither_have_such_a_page_nor_acknowledge_for_somebody(
    app: Any, hold: Hold, signed_in: SignedIn
) -> None:
    """W19: strangers and people of the dossier who are not asked; the seat of another is refused (422)."""
    visit(app, hold, "joe").get(hold.address, status=404)
    assert signed_in("paul").get(hold.address, expect_errors=True).status_int in (403, 404)
    own = form_to(visit(app, hold, "kim").get(hold.address), hold.address)
    other = visit(app, hold, "max")
    token = form_to(other.get(hold.address), hold.address)["csrf_token"].value
    other.post(hold.address, {"csrf_token": token, "seat": own["seat"].value}, status=422)
    other.post(hold.address, {"seat": own["seat"].value}, status=400)  # T10: without a token


def test_mails_lead_to_their_own_page(app: Any, hold: Hold) -> None:
    """W19: to accounts and to people outside, with nothing of the dossier but its reference."""
    asked = hold.mails("acknowledgement_asked")
    assert [to for to, _ in asked] == ["kim@staff.test", "max@staff.test", VERA]
    for to, text in asked:
        assert "The flood" not in text
        assert (hold.address in text) == (to != VERA)
        assert ("/act/" in text) == (to == VERA)


def test_somebody_outside_confirms_with_link_and_code(app: Any, hold: Hold) -> None:
    """W19, U9: the code comes by mail; the history says who acknowledged, and the link is used up."""
    address = "/act/" + link_in(hold.mails("acknowledgement_asked")[-1][1]).rsplit("/", 1)[1]
    page = Visitor(app).get(address)
    assert "Do not destroy anything" in page.text
    assert "Keep everything" in page.text
    assert "The flood" not in page.text
    form = form_to(form_to(page, f"{address}/code").submit().follow(), f"{address}/decision")
    form["code"] = "000000"
    again = form.submit("decision", value="acknowledge", status=422)
    form = form_to(again, f"{address}/decision")
    code = hold.mails("code")[-1][1]
    form["code"] = next(word for word in code.replace("*", " ").split() if word.isdecimal() and len(word) == 6)
    assert "your confirmation is recorded" in form.submit("decision", value="acknowledge").text
    assert hold.seats()[VERA] == "acknowledged"
    Visitor(app).get(address, status=410)


def test_the_whole_hold(app: Any, hold: Hold, signed_in: SignedIn, platform: Platform) -> None:
    """W19: one custodian is added, one released; the last one to confirm moves the dossier; rows keep the record."""
    joe = hold.accounts["joe"]
    known = [hold.accounts[name].id for name in ("kim", "max")]
    before = len(hold.mails("acknowledgement_asked"))
    hold.step("paul", "add", custodians=[*known, joe.id], third_parties=[{"name": "Vera Third", "email": VERA}])
    assert [to for to, _ in hold.mails("acknowledgement_asked")[before:]] == ["joe@staff.test"]
    paul = signed_in("paul")
    tab = paul.get(f"/dossiers/{hold.reference}?tab=approvals")
    assert "Acknowledged: 0 of 4." in tab.text
    with platform.database.reading() as session:
        seats = {seat.person: seat.id for seat in session.scalars(select(Seat))}
    removals = [f for f in tab.forms.values() if f.action.endswith("/seats/removal")]
    next(f for f in removals if f["seat"].value == str(seats[VERA])).submit(status=303)
    for name in ("kim", "max", "joe"):
        assert hold.state == "notice"
        form_to(visit(app, hold, name).get(hold.address), hold.address).submit(status=303)
    assert hold.state == "held"
    history = paul.get(f"/dossiers/{hold.reference}?tab=history").text
    assert "Acknowledged: Do not destroy anything" in history
    assert "No longer asked to acknowledge: " in history
    assert "Asked as well: Do not destroy anything." in history
    assert "Acknowledged by those who were asked" in history
    with platform.database.reading() as session:
        assert [*verify_chains(session), *verify_votes(session)] == []
        kinds = list(session.scalars(select(HistoryEntry.kind).where(HistoryEntry.kind == "acknowledged")))
    assert len(kinds) == 3
    assert {to for to, text in hold.mails("outcome")} <= {"paul@example.com", "maya@example.com"}


def test_roles_of_adds_ask_more_people(hold: Hold, platform: Platform) -> None:
    """W19: Cleo, a paralegal, adds an address while the round runs; signatures would need more."""
    with platform.database.reading() as session:
        round_id = session.scalars(select(Round.id)).one()
    with hold.acting(hold.people("cleo")) as work:
        add_seat(work, hold.reference, round_id, "will@third.test", "Will Third")
    assert hold.seats()["will@third.test"] == "open"
    assert hold.mails("acknowledgement_asked")[-1][0] == "will@third.test"


def test_who_may_no_longer_decide_still_reads(hold: Hold) -> None:
    """W19, P25: an account that becomes a plain client keeps its seat."""
    with hold.acting(hold.people("sam")) as work:
        change_role(work, hold.accounts["max"].id, "collaborator")
    with hold.acting(hold.people("sam")) as work:
        change_role(work, hold.accounts["max"].id, "client")
    assert hold.seats()[hold.accounts["max"].id] == "open"


@pytest.mark.browser
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_page_fits_every_width_and_needs_no_script(app: Any, hold: Hold, new_page: NewPage) -> None:
    """W19, O8: nothing is cut off at 1280 and 390 px, in both languages; the button works without JavaScript."""
    with serving_app(app) as address:
        for width, language in product((1280, 390), ("en", "fr")):
            page = new_page(viewport={"width": width, "height": 900}, java_script_enabled=False)
            sign_in(page, address, hold.accounts["kim"].email, opens=f"{address}{hold.address}?lang={language}")
            assert page.locator("body").bounding_box()["width"] <= width  # type: ignore[index]
            button = page.locator("main form button")
            box = button.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width
        button.click()
        page.wait_for_selector(".fe-lead[role=status]")
    assert hold.seats()[hold.accounts["kim"].id] == "acknowledged"


@contextmanager
def serving_app(app: Any) -> Iterator[str]:
    """The application, served in this process; its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)
