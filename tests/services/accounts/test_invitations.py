"""One-time links: used once, whoever is quicker; reading them changes nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from formengine.errors import Invalid, LinkSpent
from formengine.services.accounts import invitations
from formengine.services.core.unit_of_work import Platform, run_in_transaction
from formengine.storage.models.people import OneTimeLink, Person, SignIn
from tests.support.mails import invitation_secret
from tests.support.platforms import Acting

pytestmark = pytest.mark.site("people")


@pytest.fixture
def secret(platform: Platform, acting: Acting) -> str:
    """The secret of Joe's invitation."""
    with acting() as work:
        invitations.invite(work, "joe@example.com", "Joe Miller", "client")
    return invitation_secret(platform)


def test_a_link_used_twice_at_once_sets_one_password(platform: Platform, secret: str) -> None:
    """U2: a link that four people post at the same moment is used once (T17)."""
    barrier, outcomes = threading.Barrier(4), []

    def choose(number: int) -> None:
        barrier.wait()
        password = f"some words of hand {number}"
        try:
            run_in_transaction(platform, lambda work: invitations.choose_password(work, secret, password))
            outcomes.append("chosen")
        except LinkSpent as error:
            outcomes.append(error.why)

    threads = [threading.Thread(target=choose, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["chosen", "used", "used", "used"]
    with platform.database.reading() as session:
        assert len(session.scalars(select(SignIn)).all()) == 1


def test_a_weak_password_leaves_the_link_alone(platform: Platform, acting: Acting, secret: str) -> None:
    """U2: one may try again on the same link."""
    with pytest.raises(Invalid), acting() as work:
        invitations.choose_password(work, secret, "joe miller joe")
    with acting() as work:
        assert invitations.read_link(work, secret)[1].email == "joe@example.com"
        assert invitations.choose_password(work, secret, "quite other words").person.state == "active"


def test_links_end_when_the_portal_says(platform: Platform, acting: Acting, secret: str) -> None:
    """U2: after seven days here, to the moment; of another purpose it is not known."""
    with acting() as work:
        link = work.session.scalars(select(OneTimeLink)).one()
        assert link.expires_at - link.created_at == timedelta(days=7)
    with acting(now=link.expires_at - timedelta(seconds=1)) as work:
        invitations.read_link(work, secret)
        with pytest.raises(LinkSpent, match="unknown"):
            invitations.read_link(work, secret, "password")
    with acting(now=link.expires_at) as work, pytest.raises(LinkSpent, match="expired"):
        invitations.read_link(work, secret)


def test_a_closed_account_is_reopened_by_an_invitation(acting: Acting, secret: str) -> None:
    """U2: the same person, with the role of the new invitation; the old link stays spent."""
    with acting() as work:
        joe = work.session.scalars(select(Person)).one()
        invitations.withdraw_invitation(work, joe.id)
    with acting() as work:
        with pytest.raises(LinkSpent):
            invitations.read_link(work, secret)
        again = invitations.invite(work, " JOE@example.com", "Joe M. Miller", "counsel")
        assert (again.id, again.role, again.state, again.name) == (joe.id, "counsel", "invited", "Joe M. Miller")
