"""A part of a request that is sent: by whom, what follows from its answers, and what was saved of it (F20)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from formengine.errors import NotFound
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.intake import part_links
from formengine.services.intake.filling_views import filling_view
from formengine.services.intake.loaded_fillings import get_filling
from formengine.services.intake.part_changes import reopen_part, withdraw
from formengine.services.intake.submissions import submit
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from tests.services.intake.test_fillings import SUPPLIER, Request
from tests.support.people import People

pytestmark = pytest.mark.site("parts")


@pytest.fixture
def purchase(platform: Platform, people: People) -> Request:
    return Request(platform, people).begin()


def test_the_same_key_opens_one_dossier_where_nothing_is_asked_of_others(platform: Platform, people: People) -> None:
    """T4, F20: a request of which the others' parts are left out is sent once, too."""
    request = Request(platform, people)
    first = request("cleo", submit, "badge", {"room": "12"}, key="k-1")
    again = request("cleo", submit, "badge", {"room": "12"}, key="k-1")
    assert (again.fresh, again.reply) == (False, first.reply)
    assert request(None, lambda work: work.session.scalar(select(func.count()).select_from(Dossier))) == 1


def test_the_title_of_a_withdrawn_request_is_gone(purchase: Request) -> None:
    """F20: it is made of answers, of which nothing is kept."""
    purchase("cleo", withdraw, purchase.id)
    assert purchase(None, lambda work: get_filling(work, purchase.id).title) == ""


def test_an_auditor_in_the_team_sends_nothing(purchase: Request) -> None:
    """F20, T13: the access table decides in the service as on the page."""

    def make_auditor(work: UnitOfWork) -> None:
        work.session.get_one(Person, purchase.people("bo").id).role = "auditor"

    purchase(None, make_auditor)
    with pytest.raises(NotFound):
        purchase.send("bo", "finance", budget="B-1")


def test_the_requester_is_mailed_their_own_answers_alone(purchase: Request) -> None:
    """F20, N1: the receipt tells nobody what others answered, as if they had sent it."""
    purchase.by_link(their_address="1 Canary Street")
    purchase.send("bo", "finance", budget="B-secret")
    assert purchase.state == "submitted"

    def receipts(work: UnitOfWork) -> list[str]:
        mails = work.session.scalars(select(Mail).where(Mail.kind == "submission")).all()
        return [word_mail(purchase.platform, work.session, mail)[1] for mail in mails]

    (body,) = purchase(None, receipts)
    assert "Amount in euros" in body
    assert not [word for word in ("Canary", "B-secret", "Budget line") if word in body]


OTHER = {"name": "Rita Rival", "email": "rita@rival.example"}


def test_another_supplier_is_asked_after_the_first_one_sent_their_part(purchase: Request) -> None:
    """F20: what the first one sent is set aside, unseen by the new one, and the history says so."""
    purchase.by_link(their_address="1 Canary Street", origin="Norway")
    purchase("cleo", reopen_part, purchase.id, "requester")
    purchase.send("cleo", "requester", subject="Chairs", amount=500, supplier=OTHER)
    assert purchase.states == {"requester": "sent", "finance": "open", "supplier": "open", "privacy": "waiting"}
    token = purchase.token(OTHER["email"])
    page = purchase(None, part_links.load_guest_part, token)
    assert "Canary" not in page.view.form.render(page.view.answers)
    purchase.send("bo", "finance", budget="B-1")
    assert purchase.state == "filling"
    purchase.by_link(OTHER["email"], their_address="2 Rival Road")
    assert purchase.state == "submitted"
    answers = purchase.dossier.submission.answers
    assert answers["their_address"] == "2 Rival Road"
    assert "origin" not in answers


def test_a_name_that_is_corrected_asks_nobody_anew(purchase: Request) -> None:
    """F20: the address is the same, and what it sent stays."""
    purchase.by_link(their_address="1 Street")
    purchase("cleo", reopen_part, purchase.id, "requester")
    purchase.send("cleo", "requester", subject="Chairs", amount=500, supplier={**SUPPLIER, "name": "Susan Plier"})
    assert purchase.states["supplier"] == "sent"


def test_what_was_set_aside_is_told(purchase: Request) -> None:
    """F20, O1: in the history of the request, in both languages."""
    purchase.by_link(their_address="1 Street")
    purchase("cleo", reopen_part, purchase.id, "requester")
    purchase.send("cleo", "requester", subject="Chairs", amount=500, supplier=OTHER)

    def sentences(work: UnitOfWork, language: str) -> list[str]:
        shown = filling_view(replace(work, language=language), get_filling(work, purchase.id))
        return [event.text for event in shown.events]

    assert "Set aside, because somebody else is named now: The supplier" in purchase("cleo", sentences, "en")
    assert any("Mis de côté" in text for text in purchase("cleo", sentences, "fr"))


def test_another_person_is_asked_whom_the_answer_behind_a_role_names(platform: Platform, people: People) -> None:
    """F20: as for a part that is given to the field itself; the first one is asked no longer."""
    request = Request(platform, people)
    visit = {"room": "12", "visitor": True}
    request.begin("cleo", "badge", **visit, host=people("bo").id)
    request("cleo", reopen_part, request.id, "requester")
    request.send("cleo", "requester", **visit, host=people("di").id)
    with pytest.raises(NotFound):
        request.send("bo", "host", floor="1")
    request.send("di", "host", floor="1")
    assert request.state == "submitted"
