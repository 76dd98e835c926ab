"""The page of a signing link, beside signing: questions and answers, and what tells of reading (S5, S6)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update

from formengine.services.approvals import decisions
from formengine.services.approvals.signed_copy_views import evidence
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions as moving
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import ActLink, Seat
from tests.support.people import PASSWORD, People
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import Visitor, form_to
from tests.web.guest.test_codes import Guest, newest_code
from tests.web.guest.test_unread_documents import draft

__all__ = ["draft", "world"]
QUESTION = "May we strike clause 4?"
ADDRESS = "192.0.2.7"
ANSWER = "Yes, a new version follows."


@pytest.fixture
def database_kind() -> str:
    """Views only; SQLite is enough."""
    return "sqlite"


def mails(platform: Platform, kind: str, to: str = "") -> list[tuple[str, str]]:
    """Subject and text of the mails of a kind, the oldest first; of one recipient."""
    with platform.database.reading() as session:
        query = select(Mail).where(Mail.kind == kind).order_by(Mail.id)
        rows = [mail for mail in session.scalars(query) if to in ("", mail.to)]
        return [word_mail(platform, session, mail)[:2] for mail in rows]


def kinds(platform: Platform, reference: str) -> list[str]:
    with platform.database.reading() as session:
        query = select(HistoryEntry.kind).join(Dossier).where(Dossier.reference == reference)
        return list(session.scalars(query.order_by(HistoryEntry.number)))


def test_a_question_is_answered_by_mail(world: World, app: Any, platform: Platform, people: People) -> None:
    """S5: the team is mailed it, the answer comes with a fresh link, the page shows both; an empty one is refused."""
    guest, address = Visitor(app), f"/act/{world.link}"
    form = form_to(guest.get(address), f"{address}/question")
    assert "Write your question." in form.submit(status=422)
    form["question"] = QUESTION
    assert "Your question was sent" in form.submit(status=303).follow(status=200)
    told = mails(platform, "note", people("paul").email)
    assert "Joe Martin" in told[-1][0]
    assert QUESTION in told[-1][1]
    paul, tab = Visitor(app).sign_in(people("paul"), PASSWORD), f"/dossiers/{world.signing}?tab=approvals"
    answer = paul.form(tab, f"/dossiers/{world.signing}/seats/questions")
    assert "Write the answer." in answer.submit(status=422)
    answer["answer"] = ANSWER
    assert "Your answer was mailed." in answer.submit(status=303).follow(status=200)
    text = mails(platform, "note", "joe@globex.test")[-1][1]
    assert ANSWER in text
    link = re.search(r"/act/[\w-]+", text)
    assert link is not None
    assert link[0] != address
    for page in (address, link[0]):
        assert ANSWER in guest.get(page)
    assert "Question of" in paul.get(f"/dossiers/{world.signing}?tab=history")
    maya = Visitor(app).sign_in(people("maya"), PASSWORD)
    assert QUESTION not in maya.get(tab)


def test_three_questions_may_wait(world: World, app: Any, platform: Platform, acting: Acting, people: People) -> None:
    """S5, T49: a link does not flood whoever is in charge, who answers after the end as well: then without a link."""
    guest, address = Visitor(app), f"/act/{world.link}"
    for number in range(4):
        form = form_to(guest.get(address), f"{address}/question")
        form["question"] = f"Question {number}?"
        answer = form.submit(status=303 if number < 3 else 422)
    assert "Your questions wait for an answer" in answer
    with acting(people("maya")) as work:
        moving.perform(work, world.signing, "withdraw", get_dossier(work, world.signing).version, {})
    paul, tab = Visitor(app).sign_in(people("paul"), PASSWORD), f"/dossiers/{world.signing}?tab=approvals"
    form = paul.form(tab, f"/dossiers/{world.signing}/seats/questions")
    assert "It is mailed without a link" in form.html.get_text()
    form["answer"] = ANSWER
    assert "Your answer was mailed." in form.submit(status=303).follow(status=200)
    text = mails(platform, "note", "joe@globex.test")[-1][1]
    assert ANSWER in text
    assert "/act/" not in text


def test_reading_is_told_once_by_posts_alone(
    world: World, app: Any, platform: Platform, draft: Any, acting: Acting, people: People
) -> None:
    """S6: opened, downloaded, read to the end: once each, with address and hash, in the evidence; a GET tells none.
    A client reads neither the address nor what was asked of the legal team.
    """
    draft()
    guest, address = Visitor(app), f"/act/{world.link}"
    guest.extra_environ["REMOTE_ADDR"] = ADDRESS
    page = guest.get(address)
    guest.get(f"{address}/document")
    assert "document_opened" not in kinds(platform, world.signing)
    token = page.html.find(attrs={"name": "csrf_token"})["value"]
    for what in ("opened", "read", "read"):
        guest.post(f"{address}/reading", {"csrf_token": token, "what": what}, status=204)
    guest.post(f"{address}/reading", {"csrf_token": token, "what": "understood"}, status=422)
    form = form_to(page, f"{address}/question")
    form["question"] = QUESTION
    form.submit(status=303)
    assert guest.post(f"{address}/document", {"csrf_token": token}, status=200).content_length > 1000
    told = [kind for kind in kinds(platform, world.signing) if kind.startswith("document_")]
    assert told == ["document_opened", "document_read", "document_downloaded"]
    records = {}
    for name in ("paul", "maya"):
        with acting(people(name)) as work:
            records[name] = evidence(work, get_dossier(work, world.signing), "agreement")
    told_to = {name: {event["event"] for event in told["events"]} for name, told in records.items()}
    assert told_to["paul"] - told_to["maya"] == {"question_asked"}
    assert {event["address"] for event in records["maya"]["events"]} == {None}
    record = records["paul"]
    seen = [event for event in record["events"] if event["event"].startswith("document_")]
    assert [event["via"] for event in seen] == ["link"] * 3
    shown = page.html.find(attrs={"name": "document_sha256"})["value"]
    assert {event["document_sha256"] for event in seen} == {shown}
    assert all(event["entry"]["hash"] for event in seen)
    assert {event["address"] for event in seen} == {ADDRESS}


def test_the_code_tells_that_the_page_was_opened(world: World, app: Any, platform: Platform, draft: Any) -> None:
    """S6: without JavaScript, asking for a code does."""
    draft()
    with platform.database.transaction() as session:
        session.execute(update(ActLink).values(code_expires_at=None))
    guest, address = Visitor(app), f"/act/{world.link}"
    form_to(guest.get(address), f"{address}/code").submit(status=303)
    assert kinds(platform, world.signing).count("document_opened") == 1


def test_who_signed_by_link_is_mailed_the_end_once(
    world: World, app: Any, platform: Platform, draft: Any, acting: Acting, people: People
) -> None:
    """S4: the signed PDF tells that everybody has signed; people with an account are told it at once, too."""
    draft()
    assert "What happens next" in Guest(world, app).sign(newest_code(platform), status=200)
    with platform.database.reading() as session:
        person = session.scalars(select(Seat.person).where(Seat.status == "open").order_by(Seat.id.desc())).first()
    name = next(name for name, row in people.known.items() if row.id == person)
    with acting(people(name)) as work:
        decisions.sign(work, world.signing, "Bo Jansen", True)
    with platform.database.reading() as session:
        to = set(session.scalars(select(Mail.to).where(Mail.kind == "signature_done")))
    assert to
    assert "joe@globex.test" not in to
