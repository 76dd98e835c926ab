"""The inbox: what a person was told, what is unread, and nothing that they may no longer read."""

from __future__ import annotations

from importlib import import_module

import pytest
from sqlalchemy import select

from formengine.errors import NotFound
from formengine.jobs import Attempt
from formengine.mail import MemoryTransport
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers.assignment import claim, watch
from formengine.services.dossiers.notes import add_note
from formengine.services.dossiers.transitions import perform
from formengine.services.notifications import inbox as service
from formengine.services.notifications.delivery import run_delivery
from formengine.services.notifications.mails import WORDINGS
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, opened

__all__ = ["opened"]
FIRST = Attempt("mail", 1, last=False)


def mails(platform: Platform, kind: str) -> list[Mail]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id)))


def shown(work: UnitOfWork) -> list[tuple[str, str | None, bool]]:
    return [(item.kind, item.dossier, item.read) for item in service.inbox(work).items]


def test_everything_that_somebody_is_told_is_in_their_inbox(opened: Opened, people: People, acting: Acting) -> None:
    """N2: newest first, with its subject, unread until it is opened; others' items are nobody else's."""
    reference = opened("nda", NDA)
    with acting(people("paul")) as work:
        claim(work, reference)
        add_note(work, reference, "Is Friday possible?")
    with acting(people("maya")) as work:
        assert shown(work) == [("note", reference, False), ("submission", reference, False)]
        items = service.inbox(work).items
        assert (service.unread_count(work), items[1].page) == (2, f"/dossiers/{reference}")
        assert reference in items[0].title
        assert "Paul Whitby" in items[0].title
        assert service.open_item(work, items[0].id).startswith(f"/dossiers/{reference}?tab=notes")
        assert service.unread_count(work) == 1
    with acting(people("maya")) as work:
        assert [read for _kind, _reference, read in shown(work)] == [True, False]
        theirs = next(mail.id for mail in mails(work.platform, "new_dossier"))
        with pytest.raises(NotFound):
            service.open_item(work, theirs)
        service.mark_all_read(work)
        assert (service.unread_count(work), service.inbox(work, unread_only=True).items) == (0, [])
    with acting(people("paul")) as work:
        assert shown(work) == [("new_dossier", reference, False)]


def test_items_are_in_the_language_of_their_reader(
    opened: Opened, people: People, acting: Acting, platform: Platform
) -> None:
    """N2: also what was told, and mailed, before somebody chose another language, with titles, dates and all; what the
    mail has no words for stays as it was sent, and says in which language.
    """
    reference = opened("nda", NDA)
    with acting(people("paul")) as work:
        add_note(work, reference, "Is Friday possible?")
        perform(work, reference, "ask", get_dossier(work, reference).version, {}, "Which entity?")
    told = {mail.kind: mail.id for mail in mails(platform, "note") + mails(platform, "transition")}
    for mail in told.values():
        run_delivery(platform, MemoryTransport(), {"mail": mail}, FIRST)
    with acting(people("maya")) as work:
        english = [(item.title, item.language) for item in service.inbox(work).items]
        work.person.language = "fr"
    assert {language for _title, language in english} == {"en"}
    assert english[0][0].startswith("We need information from you")
    with acting(people("maya")) as work:
        work.language = "fr"
        items = service.inbox(work).items
        assert {item.language for item in items} == {"fr"}
        assert items[0].title.startswith("Nous avons besoin d’informations")
        assert (items[1].headline, items[1].dossier) == ("Note de Paul Whitby", reference)
        assert items[1].title == f"Note de Paul Whitby : {items[1].dossier_title} ({reference})"
        row = work.session.get_one(Mail, told["transition"])
        row.variables = {name: value for name, value in (row.variables or {}).items() if name != WORDINGS}
    with acting(people("maya")) as work:
        work.language = "fr"
        item = service.inbox(work).items[0]
        assert (item.title, item.language) == english[0]


def test_what_was_told_of_a_dossier_is_read_with_it(opened: Opened, people: People, acting: Acting) -> None:
    """N2: up to the item that its page was made with; other dossiers' items, and other people's, stay unread."""
    reference, other = opened("nda", NDA), opened("legal_advice", ADVICE)
    with acting(people("maya")) as work:
        dossiers = {row.reference: row for row in work.session.scalars(select(Dossier))}
        ids = {row.id for row in dossiers.values()}
        assert service.dossiers_with_news(work) == ids
        news = service.dossier_news(work, dossiers[reference])
        assert news is not None
        assert news.count == 1
    with acting(people("paul")) as work:
        add_note(work, reference, "Is Friday possible?")
    with acting(people("maya")) as work:
        service.mark_dossier_read(work, reference, news.last)
        assert shown(work) == [
            ("note", reference, False),
            ("submission", other, False),
            ("submission", reference, True),
        ]
        later = service.dossier_news(work, dossiers[reference])
        assert later is not None
        assert later.count == 1
        service.mark_dossier_read(work, reference, later.last)
        assert service.dossier_news(work, dossiers[reference]) is None
        assert service.dossiers_with_news(work) == {dossiers[other].id}
        assert service.unread_count(work) == 1
    with acting(people("paul")) as work:
        assert (reference, False) in [(item.dossier, item.read) for item in service.inbox(work).items]
    with acting(people("bo")) as work, pytest.raises(NotFound):
        service.mark_dossier_read(work, reference, news.last)


def test_pages_of_the_inbox(opened: Opened, people: People, acting: Acting) -> None:
    """N2: by the id of the last item."""
    opened("nda", NDA)
    opened("legal_advice", ADVICE)
    with acting(people("maya")) as work:
        first = service.inbox(work, limit=1)
        second = service.inbox(work, limit=1, after=first.next)
        assert [page.items[0].kind for page in (first, second)] == ["submission"] * 2
        assert (first.items[0].id > second.items[0].id, second.next, first.unread) == (True, None, 2)


def watched(acting: Acting, reference: str, person: Person) -> None:
    with acting(None) as work:
        watch(work, reference, person.id)


def lose_access(acting: Acting, reference: str, person: Person) -> None:
    """Take somebody who watches a dossier off it."""
    with acting(None) as work:
        dossier = work.session.query(Dossier).filter_by(reference=reference).one()
        work.session.query(Involvement).filter_by(dossier_id=dossier.id, person_id=person.id).delete()


def test_who_loses_access_is_neither_mailed_nor_shown(
    opened: Opened, people: People, acting: Acting, platform: Platform
) -> None:
    """N2, P28: judged again when a mail is sent and when the inbox is read, not only when it was written."""
    reference, cleo = opened("nda", NDA), people("cleo")
    watched(acting, reference, cleo)
    with acting(people("maya")) as work:
        add_note(work, reference, "The margin is forty per cent.")
    (mail,) = (mail for mail in mails(platform, "note") if mail.to == cleo.email)
    with acting(cleo) as work:
        assert (shown(work), service.unread_count(work)) == ([("note", reference, False)], 1)
    lose_access(acting, reference, cleo)
    transport = MemoryTransport()
    run_delivery(platform, transport, {"mail": mail.id}, FIRST)
    assert transport.sent == []
    assert {mail.to: mail.state for mail in mails(platform, "note")}[cleo.email] == "withdrawn"
    with acting(cleo) as work:
        assert (shown(work), service.unread_count(work)) == ([], 0)
        with pytest.raises(NotFound):
            service.open_item(work, mail.id)


def test_who_left_is_not_mailed(opened: Opened, people: People, acting: Acting, platform: Platform) -> None:
    """N2: an account that was closed between the cause and the sending."""
    opened("nda", NDA)
    with acting(None) as work:
        work.session.merge(people("ana")).state = "closed"
    (mail,) = (mail for mail in mails(platform, "new_dossier") if mail.to == "ana@example.com")
    run_delivery(platform, MemoryTransport(), {"mail": mail.id}, FIRST)
    assert [mail.state for mail in mails(platform, "new_dossier") if mail.to == "ana@example.com"] == ["withdrawn"]


def test_links_and_codes_are_in_no_inbox(people: People, acting: Acting, platform: Platform) -> None:
    """N2: what holds a secret is mailed alone."""
    from formengine.services.accounts.invitations import request_password_reset

    with acting(people("maya")) as work:
        request_password_reset(work, "maya@example.com")
    assert [mail.state for mail in mails(platform, "password")] == ["waiting"]
    with acting(people("maya")) as work:
        assert (shown(work), service.unread_count(work)) == ([], 0)


def test_mails_of_earlier_versions_say_what_they_are_about_after_the_migration(
    opened: Opened, people: People, acting: Acting
) -> None:
    """N2, O3: those that lead to an acknowledgement or a child; all others stay as they are."""
    opened("nda", NDA)
    migration = import_module("formengine.storage.migrations.versions.0042_what_mails_are_about")
    address = "https://forms.example/dossiers/NDA-2026-0001"
    links = ["/acknowledgement", "/children/area/1", "?tab=notes"]
    with acting(people("maya")) as work:
        stored = work.session.scalars(select(Mail).where(Mail.variables.is_not(None))).first()
        assert stored is not None
        before = dict(stored.variables or {})
        about = []
        for link in links:
            stored.variables = {**before, "link": address + link}
            work.session.flush()
            migration.name_subjects(work.session.connection())
            work.session.expire(stored)
            about.append((stored.variables or {}).get("about"))
        assert about == ["acknowledgement", "child", None]
