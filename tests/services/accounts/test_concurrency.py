"""Two admins at once: rules about several accounts hold, on both databases (T5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formengine.errors import LinkSpent, Refused
from formengine.services.accounts import accounts, api_tokens, invitations, passwords, sessions
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.people import organisations, out_of_office
from formengine.storage.models.absences import Absence
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import ApiToken, Department, Person
from tests.support.concurrency import Operation, at_once, errors_at_once
from tests.support.people import People
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("people")


def test_two_legal_admins_cannot_demote_each_other(platform: Platform, people: People) -> None:
    """U7, T5: one legal admin is always left."""
    sam, ada = people("sam").id, people.add("ada@example.com", "legal_admin").id
    outcome = at_once(
        platform,
        (sam, lambda work: accounts.change_role(work, ada, "client")),
        (ada, lambda work: accounts.close_account(work, sam)),
    )
    with platform.database.reading() as session:
        admins = select(Person.email).where(Person.role == "legal_admin", Person.state == "active")
        assert len(session.scalars(admins).all()) == 1
        assert list(verify_chains(session)) == []
    assert sorted(outcome) == ["", "Refused"]


def test_one_address_invited_twice_at_once_is_one_account(platform: Platform, people: People) -> None:
    """U2, T4: the second invitation renews the first."""
    sam, ada = people("sam").id, people.add("ada@example.com", "legal_admin").id

    def invite(work: UnitOfWork) -> None:
        invitations.invite(work, "new@example.com", "New", "client")

    assert at_once(platform, (sam, invite), (ada, invite)) == ["", ""]
    with platform.database.reading() as session:
        assert len(session.scalars(select(Person).where(Person.email == "new@example.com")).all()) == 1


def test_one_absence_announced_twice_at_once_is_one(platform: Platform, people: People) -> None:
    """U10, T4: periods of one person never overlap; the same again is answered alike."""
    paul, ana, start = people("paul").id, people("ana").id, datetime.now(UTC)

    def announce(work: UnitOfWork) -> None:
        out_of_office.announce_absence(work, ana, start, start + timedelta(days=3))

    assert sorted(at_once(platform, (paul, announce), (paul, announce))) == ["", ""]
    with platform.database.reading() as session:
        assert len(session.scalars(select(Absence)).all()) == 1


def test_three_legal_admins_demoted_in_a_circle(platform: Platform, people: People) -> None:
    """U7, T5: three legal admins demote each other in a circle at once; one who was demoted cannot demote, and one
    remains.
    """
    sam, ada = people("sam").id, people.add("ada@example.com", "legal_admin").id
    eve = people.add("eve@example.com", "legal_admin").id
    outcome = at_once(
        platform,
        (sam, lambda work: accounts.change_role(work, ada, "client")),
        (ada, lambda work: accounts.change_role(work, eve, "client")),
        (eve, lambda work: accounts.change_role(work, sam, "client")),
    )
    with platform.database.reading() as session:
        admins = select(Person.email).where(Person.role == "legal_admin", Person.state == "active")
        assert len(session.scalars(admins).all()) == 3 - outcome.count("")
        assert list(verify_chains(session)) == []
    assert outcome.count("") < 3
    assert set(outcome) == {"", "Refused"}


def test_one_invitation_accepted_twice_at_once(platform: Platform, people: People) -> None:
    """U2, T17: the link is used once; the second click reads that it is used."""
    secret = invited(platform, people("sam"))

    def accept(work: UnitOfWork) -> None:
        invitations.choose_password(work, secret, "copper lantern walrus")

    errors = errors_at_once(platform, (None, accept), (None, accept))
    assert sorted(type(error).__name__ for error in errors) == ["LinkSpent", "NoneType"]
    assert [error.why for error in errors if isinstance(error, LinkSpent)] == ["used"]


def test_invitation_accepted_while_it_is_withdrawn(platform: Platform, people: People) -> None:
    """U2, T17: whichever comes first, without a deadlock; the account is active or closed, and not both."""
    sam = people("sam")
    secret = invited(platform, sam)
    with platform.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.email == "new@example.com")).one()
    accepted, withdrawn = at_once(
        platform,
        (None, lambda work: invitations.choose_password(work, secret, "copper lantern walrus")),
        (sam.id, lambda work: invitations.withdraw_invitation(work, person)),
    )
    with platform.database.reading() as session:
        state = session.get_one(Person, person).state
    assert (accepted, withdrawn, state) in [("", "Refused", "active"), ("LinkSpent", "", "closed")]


def test_invitation_accepted_while_a_new_link_is_requested(platform: Platform, people: People) -> None:
    """U4: the forgotten-password form and the link of the mail take their locks in one order."""
    secret = invited(platform, people("sam"))
    accepted, requested = at_once(
        platform,
        (None, lambda work: invitations.choose_password(work, secret, "copper lantern walrus")),
        (None, lambda work: invitations.renew_link(work, secret)),
    )
    assert accepted in ("", "LinkSpent")
    assert requested == ""


def test_password_changed_twice_at_once(platform: Platform, people: People) -> None:
    """U1, T11: the second change no longer knows the present password."""
    maya = people("maya").id

    def change(new: str) -> Operation:
        return lambda work: accounts.change_password(work, people.password, new)

    outcome = at_once(platform, (maya, change("copper lantern walrus")), (maya, change("granite teapot otter")))
    assert sorted(outcome) == ["", "Invalid"]


def test_sign_in_does_not_bring_an_old_password_back(
    platform: Platform, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """U1, T11: the password is changed while the sign-in verifies the old one."""
    maya = people("maya")
    verify = passwords.verify_password

    def verify_slowly(cost: str, stored: str | None, password: str) -> bool:
        monkeypatch.setattr(passwords, "verify_password", verify)
        with acting_on(platform, maya) as work:
            accounts.change_password(work, people.password, "copper lantern walrus")
        return verify(cost, stored, password)

    monkeypatch.setattr(passwords, "verify_password", verify_slowly)
    with acting_on(platform, None) as work, pytest.raises(Refused):
        sessions.sign_in(work, maya.email, people.password)
    with acting_on(platform, None) as work:
        assert sessions.sign_in(work, maya.email, "copper lantern walrus").person.id == maya.id


def test_token_withdrawn_twice_at_once(platform: Platform, people: People) -> None:
    """X5, O5: the history has it once."""
    maya = people("maya")
    with acting_on(platform, maya) as work:
        api_tokens.create_token(work, work.person, ["read"])
        token = api_tokens.tokens_of(work, work.person)[0].id

    def withdraw(work: UnitOfWork) -> None:
        api_tokens.withdraw_token(work, token)

    assert at_once(platform, (maya.id, withdraw), (maya.id, withdraw)) == ["", ""]
    assert entries_of(platform, "token_withdrawn") == 1


def test_token_of_an_account_that_is_closed_at_once(platform: Platform, people: People) -> None:
    """X5, T11: no token outlives the closing of its account."""
    maya, sam = people("maya").id, people("sam").id

    def create(work: UnitOfWork) -> None:
        api_tokens.create_token(work, work.person, ["read"])

    at_once(platform, (maya, create), (sam, lambda work: accounts.close_account(work, maya)))
    with platform.database.reading() as session:
        live = select(ApiToken).where(ApiToken.person_id == maya, ApiToken.withdrawn_at.is_(None))
        assert session.scalars(live).all() == []


def test_absence_ended_twice_at_once(platform: Platform, people: People) -> None:
    """U10, O5: the history has it once."""
    paul, ana, start = people("paul"), people("ana").id, datetime.now(UTC)
    with acting_on(platform, paul) as work:
        absence = out_of_office.announce_absence(work, ana, start, start + timedelta(days=3)).id

    def end(work: UnitOfWork) -> None:
        work.now = start + timedelta(hours=1)
        out_of_office.end_absence(work, absence)

    assert at_once(platform, (paul.id, end), (paul.id, end)) == ["", ""]
    assert entries_of(platform, "absence_ended") == 1


def test_organisation_and_department_created_twice_at_once(platform: Platform, people: People) -> None:
    """U8, T4: the second gets the row of the first."""
    sam, ada = people("sam").id, people.add("ada@example.com", "legal_admin").id

    def create(work: UnitOfWork) -> None:
        organisation = organisations.create_organisation(work, "umbrella", "Umbrella")
        organisations.create_department(work, organisation, "sales", "Sales")

    assert at_once(platform, (sam, create), (ada, create)) == ["", ""]
    assert entries_of(platform, "organisation_created") == 1
    with platform.database.reading() as session:
        assert len(session.scalars(select(Department).where(Department.short == "sales")).all()) == 1


def invited(platform: Platform, admin: Person) -> str:
    """The secret of the link in the invitation of new@example.com."""
    with acting_on(platform, admin) as work:
        person = invitations.invite(work, "new@example.com", "New", "client")
        link = invitations.new_link(work, person, "invitation", timedelta(days=1), "invitations")
        return link.secret


def entries_of(platform: Platform, kind: str) -> int:
    with platform.database.reading() as session:
        return len(session.scalars(select(HistoryEntry).where(HistoryEntry.kind == kind)).all())
