"""A comment reaches a client by mail only where the step's page says so; and one that asks for a correction always."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import transitions
from formengine.storage.models.mails import Mail
from tests.support.mails import mail_text, worded
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import Opened, SignedIn, dossier_of

pytestmark = pytest.mark.site("corrections")
ANSWERS = {"address": "5 rue du Port", "kind": "office", "rent": {"amount": "12000.00", "currency": "EUR"}}
COMMENT = "They will not pay this rent."


@pytest.fixture
def reference(opened: Opened) -> str:
    return opened("lease", ANSWERS)


def do(acting: Acting, people: People, platform: Platform, reference: str, step: str) -> None:
    with acting(people("paul")) as work:
        transitions.perform(work, reference, step, dossier_of(platform, reference).version, {}, COMMENT)


def texts(platform: Platform, kind: str) -> dict[str, str]:
    """The texts of the mails of a kind, by address."""
    with platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == kind)).all()
        return {mail.to: mail_text(worded(platform, session, mail)) for mail in mails}


def test_a_mail_keeps_what_the_legal_team_alone_reads(
    signed_in: SignedIn, acting: Acting, people: People, platform: Platform, reference: str
) -> None:
    """N1, P17: the page of the step says that the client does not read the comment; nor does the mail tell it."""
    page = signed_in("paul").get(f"/dossiers/{reference}/steps/report")
    assert page.html.find(id="comment-help").get_text() == "The legal team reads it; the client does not."
    do(acting, people, platform, reference, "report")
    told = texts(platform, "transition")
    assert COMMENT not in told["maya@example.com"]
    assert COMMENT in told["ines@example.com"]


def test_who_corrects_answers_reads_what_is_wrong(
    signed_in: SignedIn, acting: Acting, people: People, platform: Platform, reference: str
) -> None:
    """F19: the comment of a step that sends the answers back is for the requester, without a word in the workflow."""
    page = signed_in("paul").get(f"/dossiers/{reference}/steps/ask_rent")
    assert page.html.find(id="comment-help").get_text() == "The legal team and the client read it."
    do(acting, people, platform, reference, "ask_rent")
    assert COMMENT in texts(platform, "sent_back")["maya@example.com"]
    maya = signed_in("maya")
    assert COMMENT in maya.get(f"/dossiers/{reference}").text
    assert COMMENT in maya.get(f"/dossiers/{reference}?tab=history").text
