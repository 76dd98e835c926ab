"""The head of a page to sign, and the mail that leads to it: who asks, for which company, in which language (S5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.services.approvals.guest_signing import load_guest_page, resend_link, send_code
from formengine.services.approvals.seat_questions import ask_question
from formengine.services.case.timeline import visible_history
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.document_drafts import make_draft
from formengine.services.notifications.mail_frame import mail_frame
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Round, Seat
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.test_bad_posts import World, world

__all__ = ["world"]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def drafted(world: World, platform: Platform) -> None:
    """The agreement that is to be signed is there, so that people are asked."""
    with platform.database.reading() as session:
        id_ = session.scalars(select(Dossier.id).where(Dossier.reference == world.signing)).one()
    make_draft(platform, {"dossier": id_, "document": "agreement"})


def test_the_company_is_the_one_that_was_chosen(world: World, acting: Acting) -> None:
    """S5: a text that happens to be the key of another of our companies names none."""
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        answers = {**dossier.submission.answers, "purpose": "acme_ltd"}
        dossier.submission.answers = {"purpose": answers.pop("purpose"), **answers}
    with acting(None) as work:
        assert load_guest_page(work, world.link).request.asker.company == "Acme SAS"


@pytest.mark.usefixtures("drafted")
def test_the_mail_names_who_asks_as_the_page_does(
    world: World, acting: Acting, platform: Platform, people: People
) -> None:
    """S5: one name, one company and the title of the document, also once somebody else is in charge and sends a new
    link; no word of the workflow.
    """
    with acting(people("paul")) as work:
        resend_link(work, world.signing, _seat_of_joe(work.session, world.signing))
    with acting(None) as work:
        page = load_guest_page(work, world.link)
    assert (page.request.asker.name, page.request.asker.company, page.about) == (
        "Maya Laurent",
        "Acme SAS",
        "Agreement",
    )
    with platform.database.reading() as session:
        mails = _mails(session, "signature_asked")
        assert len(mails) == 2
        for mail in mails:
            subject, text = word_mail(platform, session, mail)
            assert subject.startswith("Acme SAS asks for your signature")
            assert "Maya Laurent of Acme SAS asks you to sign “NDA with Globex SA” (Agreement)." in text
            assert mail_frame(platform, session, mail).sender == "Maya Laurent – Legal portal"


@pytest.mark.usefixtures("drafted")
def test_mails_follow_the_language_of_the_page(
    world: World, acting: Acting, platform: Platform, people: People
) -> None:
    """N1: to somebody without an account they are in the language of the document; the code is in that of the page on
    which it is asked for, and so is every later mail.
    """
    with platform.database.reading() as session:
        assert {mail.language for mail in _mails(session, "signature_asked")} == {"en"}
    with acting(None, language="fr", now=datetime.now(UTC) + timedelta(minutes=1)) as work:
        send_code(work, world.link)
    with acting(people("paul")) as work:
        resend_link(work, world.signing, _seat_of_joe(work.session, world.signing))
    with platform.database.reading() as session:
        code = _mails(session, "code")[-1]
        assert word_mail(platform, session, code)[0].endswith("est votre code pour Portail juridique")
        again = _mails(session, "signature_asked")[-1]
        assert "Maya Laurent (Acme SAS) vous demande de signer" in word_mail(platform, session, again)[1]


@pytest.mark.usefixtures("drafted")
def test_the_history_calls_somebody_outside_by_name(world: World, acting: Acting, people: People) -> None:
    """P17: the name of the signer, and not the address, in sentences, as the author and beside mails."""
    with acting(people("paul")) as work:
        resend_link(work, world.signing, _seat_of_joe(work.session, world.signing))
    with acting(None) as work:
        ask_question(work, world.link, "Who pays?")
    with acting(people("paul")) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        entries = visible_history(work, dossier)
    assert "New link sent to Joe Martin" in [entry.text for entry in entries]
    assert entries[-1].by == "Joe Martin"


def _mails(session: Session, kind: str) -> list[Mail]:
    query = select(Mail).where(Mail.kind == kind, Mail.to == "joe@globex.test").order_by(Mail.id)
    return list(session.scalars(query))


def _seat_of_joe(session: Session, reference: str) -> int:
    query = select(Seat.id).where(
        Seat.person == "joe@globex.test", Seat.round.has(Round.dossier.has(reference=reference))
    )
    return session.scalars(query).one()
