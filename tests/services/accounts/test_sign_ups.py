"""Signing up: the portal's rule, the confirmed address, and those who decide."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from formengine.errors import Invalid, LinkSpent, NotFound, Refused, TooManyTries
from formengine.services.accounts import accounts, invitations, sign_up_decisions, sign_ups
from formengine.services.accounts.invitations import CONSTANT_RESPONSE_SECONDS
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.retention import tidy
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Department, Organisation, Person, SignIn, SignUpRequest
from tests.support.concurrency import at_once
from tests.support.mails import mail_text
from tests.support.people import People
from tests.support.platforms import Acting, MakePlatform, acting_on
from tests.support.sign_up_rules import APPROVAL, SetRule, link_to, mails_to, publish_rule, set_rule

__all__ = ["set_rule"]

pytestmark = pytest.mark.site("people")
KIM = "kim@globex.example"
PASSWORD = "three quiet yellow doors"


def ask(platform: Platform, email: str = KIM, **values: str) -> None:
    with acting_on(platform, None, address="192.0.2.7") as work:
        sign_ups.request_account(work, email, values.pop("name", "Kim Berg"), **{"language": "en", **values})


def kinds(platform: Platform, to: str = KIM) -> list[str]:
    return [mail.kind for mail in mails_to(platform, to)]


def secret_of(platform: Platform, to: str = KIM) -> str:
    """The secret of the newest link that confirms an address."""
    return link_to(platform, to, "sign-up").rsplit("/", 1)[1]


def confirmed(platform: Platform, email: str = KIM, **values: str) -> int:
    """A request whose address was confirmed, waiting for a decision: its id."""
    ask(platform, email, **values)
    with acting_on(platform, None) as work:
        return sign_ups.confirm_address(work, secret_of(platform, email)).id


def rows(platform: Platform) -> list[SignUpRequest]:
    with platform.database.reading() as session:
        return list(session.scalars(select(SignUpRequest).order_by(SignUpRequest.id)))


def test_nobody_signs_up_where_the_portal_says_off(platform: Platform, set_rule: SetRule) -> None:
    """U3: off is also what holds without a rule; a link that was mailed before no longer works."""
    with pytest.raises(Refused, match="by the legal team alone"):
        ask(platform)
    set_rule("{mode: open}")
    ask(platform)
    secret = secret_of(platform)
    set_rule("{mode: off}")
    with acting_on(platform, None) as work, pytest.raises(LinkSpent, match="closed"):
        sign_ups.read_sign_up(work, secret)


def test_open_account_after_the_address_is_confirmed(platform: Platform, set_rule: SetRule) -> None:
    """U3: mode open: nothing exists before the link is used, then a client who is signed in; once."""
    set_rule("{mode: open}")
    ask(platform, language="fr")
    secret = secret_of(platform)
    with acting_on(platform, None) as work:
        assert work.session.scalar(select(func.count(Person.id))) == 0
        assert sign_ups.read_sign_up(work, secret).email == KIM
    with acting_on(platform, None) as work, pytest.raises(Invalid):
        sign_ups.open_account(work, secret, "short")
    with acting_on(platform, None) as work:
        person = sign_ups.open_account(work, secret, PASSWORD).person
        assert (person.email, person.name, person.role, person.state) == (KIM, "Kim Berg", "client", "active")
        assert (person.language, person.organisation_id, person.created_by) == ("fr", None, None)
        assert work.session.scalar(select(func.count()).select_from(SignIn)) == 1
        with pytest.raises(LinkSpent, match="used"):
            sign_ups.open_account(work, secret, PASSWORD)
    assert kinds(platform) == ["sign_up", "sign_up_accepted"]
    assert "est prêt" in mail_text(mails_to(platform, KIM)[-1])
    with platform.database.reading() as session:
        assert list(verify_chains(session)) == []


def test_whoever_is_signed_in_opens_nobody_an_account(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: a link that is opened in the browser of somebody with an account makes the account of its address."""
    set_rule("{mode: open}")
    ask(platform)
    with acting_on(platform, people("maya")) as work:
        assert sign_ups.open_account(work, secret_of(platform), PASSWORD).person.created_by is None


def test_approval_by_a_team(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: the team is told who asks and why, one of them accepts, and the person gets a link to choose a password."""
    people("paul"), people("ana"), people("lena")
    set_rule(APPROVAL)
    number = confirmed(platform, company="Globex SA", reason="Our supply contracts")
    text = mail_text(mails_to(platform, "paul@example.com")[-1])
    assert "Kim Berg" in text
    assert KIM in text
    assert "Globex SA" in text
    assert "Our supply contracts\n\n" in text
    assert f"/sign-ups/{number}" in text
    assert kinds(platform, "ana@example.com") == ["sign_up_asked"]
    assert kinds(platform, "lena@example.com") == []
    with acting_on(platform, people("lena")) as work, pytest.raises(Refused):
        sign_up_decisions.accept_sign_up(work, number, "client")
    with acting_on(platform, people("ana")) as work:
        assert [row.id for row in sign_up_decisions.list_sign_ups(work).waiting] == [number]
        person = sign_up_decisions.accept_sign_up(work, number, "collaborator", "acme/legal")
        assert (person.state, person.role, person.created_by) == ("invited", "collaborator", people("ana").id)
        assert work.session.get_one(Organisation, person.organisation_id).short == "acme"
        assert work.session.get_one(Department, person.department_id).short == "legal"
    welcome = mails_to(platform, KIM)[-1]
    assert welcome.kind == "sign_up_accepted"
    secret = re.search(r"/invitations/([\w-]+)", mail_text(welcome))
    assert secret is not None
    with acting_on(platform, None) as work:
        assert invitations.choose_password(work, secret[1], PASSWORD).person.state == "active"
        assert sign_ups.read_sign_up(work, secret_of(platform)).state == "accepted"
    with platform.database.reading() as session:
        assert list(verify_chains(session)) == []


def test_refusal_tells_the_person_why(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: no account is made; the same address may ask again, and the next decision shows the first."""
    people("paul")
    set_rule(APPROVAL)
    number = confirmed(platform)
    with acting_on(platform, people("paul")) as work:
        with pytest.raises(Invalid):
            sign_up_decisions.refuse_sign_up(work, number, "x" * 2001)
        sign_up_decisions.refuse_sign_up(work, number, "Ask your own legal team.")
    assert "Ask your own legal team." in mail_text(mails_to(platform, KIM)[-1])
    second = confirmed(platform)
    with acting_on(platform, people("paul")) as work:
        row = sign_up_decisions.get_sign_up(work, second)
        assert [earlier.state for earlier in sign_up_decisions.earlier_sign_ups(work, row)] == ["refused"]
        assert work.session.scalar(select(Person.id).where(Person.email == KIM)) is None


def test_a_request_is_decided_once(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: the second is told who was first; unknown and unconfirmed requests do not exist for those who decide."""
    people("paul"), people("ana")
    set_rule(APPROVAL)
    number = confirmed(platform)
    ask(platform, "lee@globex.example")
    with acting_on(platform, people("paul")) as work:
        sign_up_decisions.refuse_sign_up(work, number)
    with acting_on(platform, people("ana")) as work:
        with pytest.raises(Refused, match="Paul Whitby has refused"):
            sign_up_decisions.accept_sign_up(work, number, "client")
        for unknown in (rows(platform)[-1].id, 999):
            with pytest.raises(NotFound):
                sign_up_decisions.get_sign_up(work, unknown)


def test_accepted_twice_at_once(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3, T4: two people who accept at the same moment make one account."""
    people("paul"), people("ana")
    set_rule(APPROVAL)
    number = confirmed(platform)

    def accept(work: UnitOfWork) -> object:
        return sign_up_decisions.accept_sign_up(work, number, "client")

    outcomes = at_once(platform, (people("paul").id, accept), (people("ana").id, accept))
    assert sorted(outcomes) == ["", "Refused"]
    assert kinds(platform).count("sign_up_accepted") == 1


@pytest.mark.parametrize(
    ("approver", "told"),
    [
        ("{person: ana@example.com}", ["ana@example.com"]),
        ("{person: nobody@example.com}", ["sam@example.com"]),
        ("{person: theo@example.com}", ["sam@example.com"]),
    ],
)
def test_who_is_asked_to_decide(
    platform: Platform, set_rule: SetRule, people: People, approver: str, told: list[str]
) -> None:
    """U3: a person by their address; legal admins where nobody named can decide, as an auditor cannot."""
    people.several("ana", "sam", "theo", "paul")
    set_rule(f"{{mode: approval, approver: {approver}}}")
    confirmed(platform)
    with platform.database.reading() as session:
        assert session.scalars(select(Mail.to).where(Mail.kind == "sign_up_asked")).all() == told


def test_an_approver_who_does_not_manage_people(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3, U7, P28: lets in clients alone; one who is a client only into their own organisation, the only one shown."""
    maya = people("maya")
    set_rule("{mode: approval, approver: {person: maya@example.com}}")
    with platform.database.transaction() as session:
        session.add(Organisation(short="globex", name="Globex SA"))
    number = confirmed(platform)
    with acting_on(platform, maya) as work:
        assert [row.short for row in sign_up_decisions.organisations_to_give(work)] == ["acme"]
        for role, organisation in (("counsel", "acme"), ("legal_admin", "acme"), ("client", "globex"), ("client", "")):
            with pytest.raises(Invalid):
                sign_up_decisions.accept_sign_up(work, number, role, organisation)
        assert sign_up_decisions.accept_sign_up(work, number, "client", "acme").role == "client"
    with acting_on(platform, people("sam")) as work:
        assert "counsel" in sign_up_decisions.roles_to_give(work)


def test_the_likely_organisation_is_that_of_the_domain(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U8: suggested where people with an address of the same domain belong to one."""
    people("sam")
    set_rule(APPROVAL)
    first, second = confirmed(platform, "new@example.com"), confirmed(platform)
    with acting_on(platform, people("sam")) as work:
        likely = [
            sign_up_decisions.likely_organisation(work, sign_up_decisions.get_sign_up(work, number))
            for number in (first, second)
        ]
    assert likely == ["acme", ""]


@pytest.mark.parametrize(
    ("state", "mode", "kind"),
    [("active", "open", "sign_up_known"), ("active", APPROVAL, "sign_up_known"), ("invited", "open", "invitation"),
     ("closed", "open", "sign_up_known"), ("closed", APPROVAL, "sign_up")],
)  # fmt: skip
def test_an_address_that_has_an_account(
    platform: Platform, set_rule: SetRule, people: People, state: str, mode: str, kind: str
) -> None:
    """U3, T18: the owner is told by mail how it stands; a closed account is opened again by a decision alone."""
    people.add(KIM, state=state)
    set_rule(mode if mode == APPROVAL else "{mode: open}")
    ask(platform)
    assert kinds(platform) == [kind]
    text = mail_text(mails_to(platform, KIM)[0])
    words = {"active": "You have one already", "invited": "Choose a password", "closed": "was closed"}
    assert (words[state] in text) is (kind != "sign_up")
    assert len(rows(platform)) == (kind == "sign_up")


def test_a_closed_account_is_opened_again_by_a_decision(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: it keeps its id, and has what the decision gives, nothing of its earlier stay."""
    before = people.add(KIM, "counsel", name="K. Berg")
    with acting_on(platform, people("sam")) as work:
        accounts.close_account(work, before.id)
    set_rule(APPROVAL)
    number = confirmed(platform)
    with acting_on(platform, people("sam")) as work:
        person = sign_up_decisions.accept_sign_up(work, number, "client", "acme")
    assert (person.id, person.role, person.state, person.name) == (before.id, "client", "invited", "Kim Berg")


def test_no_word_of_a_stranger_is_mailed_to_an_unconfirmed_address(
    platform: Platform, set_rule: SetRule, people: People
) -> None:
    """U3: nobody sends texts of their own through the portal, neither to new addresses nor to those with accounts."""
    known = people.add("known@globex.example")
    set_rule(APPROVAL)
    for address in (KIM, known.email):
        ask(platform, address, name="Win at evil.example", company="evil", reason="evil")
        mail = mails_to(platform, address)[0]
        assert "evil" not in f"{mail.subject}{mail_text(mail)}{mail.variables}"


def test_asking_twice(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: before it is confirmed, the newer link and data hold; afterwards the person is told that it is looked at."""
    people("paul")
    set_rule(APPROVAL)
    ask(platform, name="Kim")
    first = secret_of(platform)
    ask(platform, name="Kim Berg")
    with acting_on(platform, None) as work:
        with pytest.raises(LinkSpent, match="unknown"):
            sign_ups.confirm_address(work, first)
        row = sign_ups.confirm_address(work, secret_of(platform))
        assert (row.name, row.state) == ("Kim Berg", "waiting")
    with acting_on(platform, None) as work:
        assert sign_ups.confirm_address(work, secret_of(platform)).id == row.id  # a second click changes nothing
    ask(platform, name="Somebody else")
    assert "looking at it" in mail_text(mails_to(platform, KIM)[-1])
    assert [row.name for row in rows(platform)] == ["Kim Berg"]
    assert kinds(platform, "paul@example.com") == ["sign_up_asked"]


def test_links_end_after_a_day_and_requests_are_forgotten(
    platform: Platform, set_rule: SetRule, acting: Acting, people: People
) -> None:
    """U3, O6: data of somebody who never confirmed is deleted a month later, that of a decided request after a year."""
    set_rule("{mode: open}")
    ask(platform)
    secret, row = secret_of(platform), rows(platform)[0]
    with acting(now=row.expires_at - timedelta(seconds=1)) as work:
        sign_ups.read_sign_up(work, secret)
    with acting(now=row.expires_at) as work, pytest.raises(LinkSpent, match="expired"):
        sign_ups.open_account(work, secret, PASSWORD)
    set_rule(APPROVAL)
    number = confirmed(platform, "lee@globex.example")
    with acting(people("sam")) as work:
        sign_up_decisions.refuse_sign_up(work, number)
    waiting = confirmed(platform, "max@globex.example")
    for days, left in ((29, [row.id, number, waiting]), (32, [number, waiting]), (367, [waiting])):
        tidy(platform, row.created_at + timedelta(days=days))
        assert [each.id for each in rows(platform)] == left


def test_an_address_invited_meanwhile(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3: whoever is invited before the link is used goes on with the invitation."""
    set_rule("{mode: open}")
    ask(platform)
    with acting_on(platform, people("sam")) as work:
        invitations.invite(work, KIM, "Kim", "client")
    with acting_on(platform, None) as work, pytest.raises(LinkSpent, match="used"):
        sign_ups.open_account(work, secret_of(platform), PASSWORD)


@pytest.mark.parametrize(
    ("values", "pointers"),
    [
        ({"email": "kim@evil.example"}, ["/email"]),
        ({"email": "kim@sub.globex.example"}, ["/email"]),
        ({"email": "kim@globex.example.evil.org"}, ["/email"]),
        ({"email": "no address"}, ["/email"]),
        ({"name": " ", "company": "x" * 201}, ["/name", "/company"]),
        ({"name": "م" * 300}, ["/name"]),
        ({"reason": "x" * 2001}, ["/reason"]),
        ({"company": "a\x00b", "reason": "\u202e"}, ["/company", "/reason"]),
    ],
)
def test_data_that_does_not_fit(
    platform: Platform, set_rule: SetRule, values: dict[str, str], pointers: list[str]
) -> None:
    """U3: allowed domains hold exactly; every error is told at its field, and nothing is stored or mailed."""
    set_rule("{mode: open, domains: [Globex.example, example.com]}")
    with pytest.raises(Invalid) as refused:
        ask(platform, values.get("email", KIM), **{k: v for k, v in values.items() if k != "email"})
    assert [error.pointer for error in refused.value.errors] == pointers
    assert rows(platform) == []
    ask(platform, "KIM@globex.EXAMPLE", reason="One line\nand another", name="  Kim   Berg ")
    assert [(row.email, row.name) for row in rows(platform)] == [(KIM, "Kim Berg")]


def test_the_answer_takes_the_same_time_for_every_address(make_platform: MakePlatform, site_folder: Path) -> None:
    """U3, T18: it is delayed to a constant time, longer than any case needs."""
    platform = make_platform(password_cost="standard")
    publish_rule(platform, site_folder, "{mode: open}")
    known = People(platform).add("known@globex.example")
    for address in (known.email, KIM):
        begun = time.monotonic()
        ask(platform, address)
        assert time.monotonic() - begun >= CONSTANT_RESPONSE_SECONDS


def test_tries_are_limited(make_platform: MakePlatform, site_folder: Path) -> None:
    """U3, T19: three mails an hour to one address, however many addresses ask."""
    platform = make_platform(rate_limits="on")
    publish_rule(platform, site_folder, "{mode: open}")
    for _time in range(3):
        ask(platform)
    with pytest.raises(TooManyTries):
        ask(platform)
    assert len(mails_to(platform, KIM)) == 3


def test_confirmed_twice_at_once(platform: Platform, set_rule: SetRule, people: People) -> None:
    """U3, T4: a link that two browsers post at the same moment makes one account."""
    set_rule("{mode: open}")
    ask(platform)
    secret = secret_of(platform)

    def choose(work: UnitOfWork) -> object:
        return sign_ups.open_account(work, secret, PASSWORD)

    assert sorted(at_once(platform, (None, choose), (None, choose))) == ["", "LinkSpent"]
    with platform.database.reading() as session:
        assert session.scalar(select(func.count(Person.id)).where(Person.email == KIM)) == 1
