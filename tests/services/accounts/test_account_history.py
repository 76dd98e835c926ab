"""The history of an account: what changed it, who signed in with it and who failed to."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formengine.errors import Refused
from formengine.services.accounts import accounts, api_tokens, invitations, person_details, sessions
from formengine.services.accounts.account_history import account_events
from formengine.services.core.unit_of_work import Platform
from formengine.services.people.out_of_office import announce_absence, end_absence
from formengine.services.retention import SIGN_IN_RETENTION, tidy
from formengine.storage.models.people import Person, SignInRecord
from tests.support.people import PASSWORD, People
from tests.support.platforms import Acting

pytestmark = pytest.mark.site("people")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(acting: Acting, sam: Person, person: Person, language: str = "en") -> list[tuple[str, str]]:
    with acting(sam, language=language) as work:
        return [(event.text, event.by) for event in account_events(work, person).items]


def test_what_happened_to_an_account_is_told(acting: Acting, people: People) -> None:
    """U2, U7: from the invitation on, with who did it; what people did themselves bears no name."""
    sam, bo = people("sam"), people("bo")
    with acting(sam) as work:
        zoe = invitations.invite(work, "zoe@example.com", "Zoé", "client")
        accounts.change_role(work, zoe.id, "collaborator")
        person_details.change_person(work, zoe.id, name="Zoé M.", language="fr", organisation="acme", manager=bo.email)
        work.session.get_one(Person, zoe.id).state = "active"
    with acting(zoe) as work:
        api_tokens.create_token(work, work.person, ["read"])
        start = work.now + timedelta(days=1)
        absence = announce_absence(work, bo.id, start, start + timedelta(days=2)).id
    with acting(sam) as work:
        end_absence(work, absence)
        accounts.log_person_out(work, zoe.id)
        accounts.close_account(work, zoe.id)
    events = told(acting, sam, zoe)
    assert [text.partition(" from ")[0] for text, _by in events] == [
        "Account closed",
        "All sessions and tokens ended",
        "Out of office ended; Bo Jansen stood in",
        "Out of office",
        "Token made: read",
        "Changed: name, language, organisation, manager",
        "Role changed",
        "Invitation sent",
        "Account made, as: Client",
    ]
    assert [by for _text, by in events] == [sam.name, sam.name, sam.name, "", "", *[sam.name] * 4]
    french = [text for text, _by in told(acting, sam, zoe, "fr")]
    assert french[0] == "Compte fermé"
    assert french[-3] == "Rôle modifié\u00a0: Client → Client pouvant approuver et signer"
    with acting(sam) as work:
        changed = next(event for event in account_events(work, zoe).items if event.kind == "person_changed")
        assert changed.changes == (
            ("language", "English", "French"),
            ("organisation", "", "Acme Group"),
            ("manager", "", bo.name),
        )


def test_signing_in_and_failing_to_is_told(acting: Acting, people: People, platform: Platform) -> None:
    """U4, T18: with address and browser; a failure without an account costs the same row, and is nobody's."""
    sam, bo = people("sam"), people("bo")
    for email, password in ((bo.email, "wrong"), (bo.email, PASSWORD), ("nobody@example.com", "wrong")):
        with acting(None, address="192.0.2.7") as work, suppress(Refused):
            sessions.sign_in(work, email, password, agent="Firefox/140.0")
    with acting(sam) as work:
        events = account_events(work, bo).items
        assert [event.text for event in events] == ["Signed in", "Failed to sign in"]
        assert {(event.address, event.agent) for event in events} == {("192.0.2.7", "Firefox/140.0")}
        rows = work.session.scalars(select(SignInRecord.person_id).order_by(SignInRecord.id)).all()
        assert list(rows) == [bo.id, bo.id, None]


def test_tries_to_sign_in_are_kept_for_half_a_year(people: People, platform: Platform) -> None:
    """U4: then the nightly job deletes them."""
    bo = people("bo")
    with platform.database.transaction() as session:
        for age in (timedelta(days=1), SIGN_IN_RETENTION - timedelta(hours=1), SIGN_IN_RETENTION + timedelta(hours=1)):
            session.add(SignInRecord(person_id=bo.id, at=NOW - age, succeeded=True))
    tidy(platform, NOW)
    with platform.database.reading() as session:
        assert len(session.scalars(select(SignInRecord)).all()) == 2


def test_a_long_history_has_pages(acting: Acting, people: People, platform: Platform) -> None:
    """U2: nothing is lost or told twice at the edge of a page, also where several things happened at one moment."""
    sam, bo = people("sam"), people("bo")
    with acting(sam, now=NOW) as work:
        for role in ("client", "counsel", "collaborator"):
            accounts.change_role(work, bo.id, role)
        for n in range(4):
            work.session.add(SignInRecord(person_id=bo.id, at=NOW, succeeded=True, address=f"192.0.2.{n}"))
        work.session.add(SignInRecord(person_id=bo.id, at=NOW - timedelta(days=1), succeeded=True))
    with acting(sam) as work:
        whole = [(event.kind, event.text, event.address) for event in account_events(work, bo).items]
        assert len(whole) == 8
        pages, before = [], ""
        while True:
            page = account_events(work, bo, before=before, limit=3)
            pages += [(event.kind, event.text, event.address) for event in page.items]
            if page.next is None:
                break
            before = page.next
        assert pages == whole
        for nonsense in ("x", "20260302T090000000000.9.9" * 9, "\x00", "20260302T090000000000.1." + "9" * 30):
            account_events(work, bo, before=nonsense)
