"""Approvals by link: somebody without an account approves or rejects, with a code sent by mail (U9, T16)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Round, Seat
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.conftest import link_in
from tests.web.dossiers.visitors import Opened, Visitor, form_to

pytestmark = pytest.mark.site("outside")
LANDLORD = "lou@landlord.test"
ANSWERS = {"subject": "A new door", "landlord": {"name": "Lou Berger", "email": LANDLORD}}


@dataclass
class Landlord:
    """Somebody who has got the mail, and follows its link."""

    platform: Platform
    app: Any

    def mail(self, kind: str) -> str:
        with self.platform.database.reading() as session:
            mail = session.scalars(
                select(Mail).where(Mail.kind == kind, Mail.to == LANDLORD).order_by(Mail.id.desc())
            ).first()
            assert mail is not None
            return word_mail(self.platform, session, mail)[1]

    @property
    def address(self) -> str:
        return "/act/" + link_in(self.mail("approval_asked")).rsplit("/", 1)[1]

    def form(self) -> Any:
        """The form with the decision, a code having been asked for."""
        visitor = Visitor(self.app)
        page = visitor.get(self.address)
        assert "Your approval is asked for" in page.text
        assert "Your signature" not in page.text
        return form_to(form_to(page, f"{self.address}/code").submit().follow(), f"{self.address}/decision")

    def code(self) -> str:
        return next(word for word in self.mail("code").replace("*", " ").split() if word.isdecimal() and len(word) == 6)


@pytest.fixture
def landlord(opened: Opened, acting: Acting, people: People, platform: Platform, app: Any) -> Landlord:
    reference = opened("consent", ANSWERS)
    with acting(people("maya")) as work:
        transitions.perform(work, reference, "send", 1, {})
    return Landlord(platform, app)


def state_of(platform: Platform) -> tuple[str, str | None, str]:
    with platform.database.reading() as session:
        seat = session.scalars(select(Seat).where(Seat.person == LANDLORD)).one()
        return seat.status, seat.comment, session.scalars(select(Dossier.state)).one()


def test_the_mail_leads_to_a_page_that_approves(landlord: Landlord, platform: Platform) -> None:
    """U9: with the code; the history says who approved, and the link is used up."""
    form = landlord.form()
    form["code"], form["comment"] = landlord.code(), "Fine with me."
    assert "your approval is recorded" in form.submit("decision", value="approve").text
    assert state_of(platform) == ("approved", "Fine with me.", "done")
    with platform.database.reading() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "decided")).one()
    assert entry.by == LANDLORD
    Visitor(landlord.app).get(landlord.address, status=410)


def test_who_asks_is_named_once(landlord: Landlord, platform: Platform) -> None:
    """U9: whoever is in charge, or the requester, where somebody outside took the step; nobody beside the facts."""
    with platform.database.transaction() as session:
        round_ = session.scalars(select(Round)).one()
        round_.data = {**round_.data, "opened_by": LANDLORD}
    page = Visitor(landlord.app).get(landlord.address)
    assert "Lou Berger" in page.html.select_one(".fe-seen").text
    assert page.text.count("Asked by") == 1
    assert "Maya Laurent" in page.html.select_one(".fe-asked-of").text


def test_a_rejection_needs_its_comment_and_loses_nothing(landlord: Landlord, platform: Platform) -> None:
    """U9, W7: what was typed is shown again, and the code stays good."""
    form = landlord.form()
    form["code"] = landlord.code()
    page = form.submit("decision", value="reject", status=422)
    assert "Say in the comment why you reject." in page.text
    form = form_to(page, f"{landlord.address}/decision")
    assert form["code"].value == landlord.code()
    form["comment"] = "Not this door."
    assert "Your rejection is recorded" in form.submit("decision", value="reject").text
    assert state_of(platform) == ("rejected", "Not this door.", "refused")


def test_a_wrong_code_decides_nothing(landlord: Landlord, platform: Platform) -> None:
    """T16."""
    form = landlord.form()
    form["code"] = "000000x"
    assert "not the code" in form.submit("decision", value="approve", status=422).text
    assert state_of(platform) == ("open", None, "approval")


def test_a_link_to_an_approval_signs_nothing(landlord: Landlord, platform: Platform) -> None:
    """U9: nor does it decline; the forms of the other kind are refused."""
    form = landlord.form()
    token, code = form["csrf_token"].value, landlord.code()
    posts = {"signature": {"text": "Lou", "consent": "yes"}, "refusal": {"reason": "no"}}
    for route, values in posts.items():
        Visitor(landlord.app).post(
            f"{landlord.address}/{route}", {"csrf_token": token, "code": code, **values}, expect_errors=True
        )
    assert state_of(platform) == ("open", None, "approval")


def test_the_page_shows_what_is_decided_on(
    opened: Opened, acting: Acting, people: People, platform: Platform, app: Any
) -> None:
    """W7, U9: the answers, what the step required though the client does not see it, who asked and their comment."""
    reference = opened("consent", ANSWERS)
    with acting(people("maya")) as work:
        price = {"price": {"amount": "1200.00", "currency": "EUR"}}
        transitions.perform(work, reference, "price", 1, price, "The old door is rotten.")
    panel = Visitor(app).get(Landlord(platform, app).address).html.select_one(".fe-seen")
    values = [value.get_text(" ", strip=True) for value in panel.select(".fe-answer dd")]
    assert (values[0], values[-1]) == ("A new door", "€1,200.00")
    assert panel.blockquote.get_text() == "The old door is rotten."
    assert "Maya" in panel.figcaption.get_text()
