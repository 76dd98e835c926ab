"""Accounts, limits on tries, tokens: the rules, without a browser."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, NotFound, Refused, TooManyTries
from formengine.key_ring import KeyRing
from formengine.services.access.enforcement import current_viewer
from formengine.services.access.policy import ROLES, is_permitted
from formengine.services.accounts import accounts, invitations, passwords, sessions, sign_in_throttle
from formengine.services.accounts import api_tokens as tokens
from formengine.services.accounts.people_list import list_people
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.people import GUEST, ApiToken, Person, SignIn, TryCount
from tests.support.mails import invitation_secret
from tests.support.people import PASSWORD, People
from tests.support.platforms import Acting, MakePlatform

pytestmark = pytest.mark.site("people")


def test_a_person_is_made_active_or_invited(acting: Acting, platform: Platform) -> None:
    """U1: only the argon2id hash of the password is stored; all errors are reported at once, each at its field."""
    with acting() as work:
        person = accounts.create_person(work, " Joe@Example.COM ", "Joe  Miller", "client", password="many small words")
        assert (person.email, person.name, person.state) == ("joe@example.com", "Joe Miller", "active")
        assert str(person.password_hash).startswith("$argon2id$")
        assert accounts.create_person(work, "ann@example.com", "Ann", "client").state == "invited"
        with pytest.raises(Invalid) as raised:
            accounts.create_person(work, "joe@example.com", " ", "king", password="short", language="xx", zone="Mars")
        assert {fault.pointer for fault in raised.value.errors} == {
            "/email", "/name", "/role", "/password", "/language", "/zone"
        }  # fmt: skip
        for zone in ("localtime", "Factory"):  # names of the tz database that are no place's
            with pytest.raises(Invalid) as refused:
                accounts.create_person(work, "eve@example.com", "Eve", "client", zone=zone)
            assert [fault.pointer for fault in refused.value.errors] == ["/zone"]
    with platform.database.reading() as session:
        assert list(verify_chains(session)) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "a b@example.com",
        "a@example.com\nBcc: x@example.com",
        "<a@example.com>",
        "a@@b.com",
        "x" * 250 + "@a.com",
    ],
)
def test_what_is_no_address_is_refused(acting: Acting, address: str) -> None:
    """U2: nothing that could become a header, or that no mail would reach (T23)."""
    with acting() as work, pytest.raises(Invalid):
        accounts.create_person(work, address, "Joe", "client")


@pytest.mark.parametrize("role", [role for role in ROLES if role != "legal_admin"])
def test_only_a_legal_admin_looks_after_people(acting: Acting, people: People, role: str) -> None:
    """U7: whatever page or command asks, the service refuses."""
    actor, colleague = people.add("actor@example.com", role), people.add("other@example.com")
    calls: list[Any] = [
        lambda work: accounts.create_person(work, "new@example.com", "New", "client"),
        lambda work: list_people(work),
        lambda work: accounts.change_role(work, colleague.id, "counsel"),
        lambda work: accounts.close_account(work, colleague.id),
        lambda work: accounts.log_person_out(work, colleague.id),
        lambda work: invitations.invite(work, "new@example.com", "New", "client"),
        lambda work: invitations.resend_invitation(work, colleague.id),
        lambda work: invitations.withdraw_invitation(work, colleague.id),
        lambda work: tokens.create_token(work, colleague, ["read"]),
    ]
    with acting(actor) as work:
        assert not is_permitted("people.manage", current_viewer(work))
        for call in calls:
            with pytest.raises(Refused):
                call(work)


def test_who_has_no_account_has_neither_another_role_nor_tokens(acting: Acting, platform: Platform) -> None:
    """F13, U7: a guest acts by a link in a mail, which must not come to read what is internal; once invited, they may
    have any role, and the link is of no use any more.
    """
    with acting() as work:
        dana = Person(email="dana@people.test", name="Dana", role="client", state=GUEST, created_at=work.now)
        work.session.add(dana)
        work.session.flush()
        with pytest.raises(Refused, match="Dana has no account"):
            accounts.change_role(work, dana.id, "counsel")
        with pytest.raises(NotFound):
            tokens.create_token(work, dana, ["read"])
        assert (dana.role, dana.state) == ("client", GUEST)
        invitations.invite(work, dana.email, "Dana", "counsel")
        assert (dana.role, dana.state) == ("counsel", "invited")


def test_the_last_legal_admin_stays(acting: Acting, people: People) -> None:
    """U7: the last legal admin can neither be closed nor get another role; with a second one, either is possible."""
    first = people.add("first@example.com", "legal_admin")
    with acting() as work:
        for refused in (accounts.close_account, lambda w, who: accounts.change_role(w, who, "client")):
            with pytest.raises(Refused, match="last legal admin"):
                refused(work, first.id)
    people.add("second@example.com", "legal_admin")
    with acting() as work:
        assert accounts.change_role(work, first.id, "client").role == "client"


def test_a_closed_account_takes_everything_with_it(acting: Acting, people: People, platform: Platform) -> None:
    """U1: its sessions, tokens and links end; signing in is refused as for an unknown address."""
    joe = people.add("joe@example.com")
    with acting() as work:
        token = tokens.create_token(work, joe, ["work", "read"])
        with pytest.raises(Invalid) as refused:
            tokens.create_token(work, joe, ["read", "admin"])
        assert "admin is not for this role" in refused.value.errors[0].message
    sessions.sign_in(stranger(platform), joe.email, PASSWORD)
    with acting() as work:
        accounts.close_account(work, joe.id)
    with pytest.raises(Refused):
        sessions.sign_in(stranger(platform), joe.email, PASSWORD)
    with acting() as work:
        assert tokens.find_token(work.session, token, work.now) is None
        assert work.session.scalars(select(SignIn)).all() == []


def test_the_history_names_an_invitation_without_its_secret(platform: Platform, acting: Acting) -> None:
    """U2: the secret is in the mail only."""
    with acting() as work:
        person = invitations.invite(work, "joe@example.com", "Joe", "client")
    secret = invitation_secret(platform)
    with acting() as work:
        assert invitations.read_link(work, secret)[1].id == person.id
    with platform.database.reading() as session:
        assert all(secret not in str(entry.payload) for entry in session.scalars(select(HistoryEntry)))


def test_tokens_carry_their_scopes(acting: Acting, people: People) -> None:
    """X5: a token has at least one scope, only known ones, and is found by its text alone."""
    joe = people.add("joe@example.com")
    with acting(joe) as work:
        token = tokens.create_token(work, joe, ["submit", "read"])
        for wrong in ([], ["everything"], ["read", "everything"]):
            with pytest.raises(Invalid):
                tokens.create_token(work, joe, wrong)
    with acting() as work:
        owner = tokens.find_token(work.session, token, work.now)
        assert owner is not None
        assert (owner[0].id, owner[1]) == (joe.id, {"read", "submit"})
        assert tokens.find_token(work.session, token[:-1], work.now) is None
        number = work.session.scalars(select(ApiToken.id)).one()
    with acting(people.add("eve@example.com")) as work, pytest.raises(NotFound):
        tokens.withdraw_token(work, number)


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("short", False),
        ("passwordpassword", False),
        ("joe miller joe", False),
        ("aaaaaaaaaaaaaa", False),
        ("joe@example.com", False),
        ("x" * 300, False),
        ("four calm green trees", True),
        ("un été à Saint-Malo", True),
    ],
)
def test_what_a_password_must_be(acting: Acting, password: str, good: bool) -> None:
    """U1: long, and not made of what everybody knows of the person."""
    with acting() as work:
        assert (passwords.password_problems(work, password, "joe@example.com Joe Miller") == []) is good


@pytest.fixture
def limited(make_platform: MakePlatform) -> Platform:
    """A platform that counts tries."""
    return make_platform(rate_limits="on")


def stranger(platform: Platform, address: str = "192.0.2.1") -> UnitOfWork:
    return UnitOfWork(platform, platform.database.sessions(), None, address=address)


def test_tries_on_one_account_are_counted_across_processes(limited: Platform, make_platform: MakePlatform) -> None:
    """U4: three replicas together allow no more tries than one (T19)."""
    replicas = [limited, *(make_platform(rate_limits="on", database_url=limited.settings.database_url) for _ in "ab")]
    person = People(limited).add("joe@example.com")
    heard: list[str] = []

    def guess(platform: Platform, number: int) -> None:
        for n in range(8):
            try:
                sessions.sign_in(stranger(platform, f"192.0.2.{number}{n}"), person.email, f"guess {n}")
            except Refused:
                heard.append("refused")
            except TooManyTries:
                heard.append("too many")

    threads = [threading.Thread(target=guess, args=(replica, n)) for n, replica in enumerate(replicas)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(heard) == 24
    assert heard.count("refused") == sign_in_throttle.ACCOUNT.tries
    with pytest.raises(TooManyTries) as raised:  # even the right password waits
        sessions.sign_in(stranger(limited), person.email, PASSWORD)
    assert 0 < raised.value.wait <= 30
    later = stranger(limited)
    later = replace(later, now=later.now + timedelta(minutes=16))
    assert sessions.sign_in(later, person.email, PASSWORD).person.id == person.id


def test_wrong_tries_of_others_lock_no_owner_out(limited: Platform) -> None:
    """T19: a device that signed in before is let through; any other waits for thirty seconds at most."""
    joe = People(limited).add("joe@example.com")
    device = sessions.sign_in(stranger(limited), joe.email, PASSWORD).device
    for n in range(sign_in_throttle.ACCOUNT.tries + 5):
        with pytest.raises((Refused, TooManyTries)):
            sessions.sign_in(stranger(limited, f"198.51.100.{n}"), joe.email, "guess")
    signed_in = sessions.sign_in(stranger(limited), joe.email, PASSWORD, devices=["nonsense", device])
    assert signed_in.device == device
    for n in range(sign_in_throttle.ACCOUNT.tries):
        with pytest.raises((Refused, TooManyTries)):
            sessions.sign_in(stranger(limited, f"198.51.100.{n}"), joe.email, "guess")
    elsewhere = stranger(limited, "203.0.113.9")
    with pytest.raises(TooManyTries) as first:
        sessions.sign_in(elsewhere, joe.email, PASSWORD)
    assert first.value.wait <= 30
    later = replace(elsewhere, now=elsewhere.now + timedelta(seconds=first.value.wait))
    assert sessions.sign_in(later, joe.email, PASSWORD).person.id == joe.id


def test_a_throttled_address_gets_one_try_in_thirty_seconds(limited: Platform) -> None:
    """T19: an address that waits its turn guesses twice a minute, and no oftener."""
    joe = People(limited).add("joe@example.com")
    begin = stranger(limited)
    compared = 0
    for second in range(0, 120, 2):
        try:
            sessions.sign_in(replace(begin, now=begin.now + timedelta(seconds=second)), joe.email, "guess")
        except Refused:
            compared += 1
        except TooManyTries:
            continue
    assert compared <= sign_in_throttle.ACCOUNT.tries + 120 // 30


def test_a_device_token_is_of_one_account_and_secret() -> None:
    """T19: a token is no use for another account, and cannot be made without the site's secret."""
    keys = KeyRing(("s" * 40,))
    token = sign_in_throttle.new_device_token(keys, "joe@example.com")
    assert sign_in_throttle.device_token_of(keys, "joe@example.com", ["", token]) == token
    assert sign_in_throttle.device_token_of(keys, "ann@example.com", [token]) is None
    assert sign_in_throttle.device_token_of(KeyRing(("t" * 40,)), "joe@example.com", [token]) is None


def test_a_known_device_has_tries_of_its_own(limited: Platform) -> None:
    """T19: a known device has ten tries of its own; after that it waits like any other."""
    joe = People(limited).add("joe@example.com")
    device = sessions.sign_in(stranger(limited), joe.email, PASSWORD).device
    answers: list[type[Exception]] = []
    for _try in range(sign_in_throttle.DEVICE.tries + sign_in_throttle.ACCOUNT.tries + 3):
        with pytest.raises((Refused, TooManyTries)) as raised:
            sessions.sign_in(stranger(limited), joe.email, "guess", devices=[device])
        answers.append(raised.type)
    assert answers.count(Refused) == sign_in_throttle.DEVICE.tries + sign_in_throttle.ACCOUNT.tries


def test_tries_from_one_address_are_counted_over_all_accounts(limited: Platform) -> None:
    """U4: trying one password on many accounts is slowed down as well."""
    for n in range(sign_in_throttle.ADDRESS.tries):
        with pytest.raises(Refused):
            sessions.sign_in(stranger(limited), f"person{n}@example.com", "Spring2026!")
    with pytest.raises(TooManyTries):
        sessions.sign_in(stranger(limited), "next@example.com", "Spring2026!")
    with pytest.raises(Refused):
        sessions.sign_in(stranger(limited, "198.51.100.7"), "next@example.com", "Spring2026!")


def test_a_right_password_forgets_the_wrong_ones(limited: Platform) -> None:
    """U4: the right password resets the count of wrong ones; nothing of what was typed is stored."""
    joe = People(limited).add("joe@example.com")
    for _round in range(4):
        for _try in range(5):
            with pytest.raises(Refused):
                sessions.sign_in(stranger(limited), joe.email, "mistyped")
        sessions.sign_in(stranger(limited), joe.email, PASSWORD)
    with limited.database.reading() as session:
        assert all("joe" not in row.subject for row in session.scalars(select(TryCount)))


def test_an_unknown_account_takes_as_long(platform: Platform) -> None:
    """U4, T18: a hash is computed for an unknown address too, so that the response time reveals nothing."""
    joe = People(platform).add("joe@example.com")
    computed: list[str] = []
    hasher = passwords.hasher("cheap")
    original = type(hasher).verify

    def verify_and_note(self: Any, stored: Any, password: Any) -> Any:
        computed.append(stored)
        return original(self, stored, password)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(hasher), "verify", verify_and_note)
        for address in (joe.email, "nobody@example.com"):
            with pytest.raises(Refused):
                sessions.sign_in(stranger(platform), address, "wrong")
    assert len(computed) == 2
    assert len({stored.split("$")[3] for stored in computed}) == 1  # at the same cost


def test_an_old_hash_is_made_anew(acting: Acting, people: People, platform: Platform) -> None:
    """U1: a hash of another cost becomes one of today's at the next sign-in."""
    joe = people.add("joe@example.com")
    with platform.database.transaction() as session:
        from argon2 import PasswordHasher

        old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
        session.get_one(Person, joe.id).password_hash = old
    with acting() as work:
        sessions.sign_in(work, joe.email, PASSWORD)
    with platform.database.reading() as session:
        assert session.get_one(Person, joe.id).password_hash != old


def test_names_in_every_script(acting: Acting, people: People) -> None:
    """U2: joiners within a word are part of it; a name of nothing else, of hidden characters, or too long is told."""
    with acting(people("sam")) as work:
        assert accounts.create_person(work, "ali@example.com", "علی\u200cرضا", "client").name == "علی\u200cرضا"
        messages = {}
        for name in ("\u200d", "a\x00b", "\u202eevil", "محمد " * 60):
            with pytest.raises(Invalid) as refused:
                accounts.create_person(work, "x@example.com", name, "client")
            messages[name] = [error.message for error in refused.value.errors]
        assert list(messages.values()) == [
            ["Write a name."],
            ["Leave out characters that cannot be read."],
            ["Leave out characters that cannot be read."],
            ["Write at most 200 characters."],
        ]
