"""The admin's pages on people and on mails, and the mails that development shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person, SignIn
from tests.support.people import People
from tests.support.platforms import MakePlatform
from tests.web.conftest import Visiting, _browser, post


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def failed(platform: Platform, n: int, **values: object) -> int:
    with platform.database.transaction() as session:
        row = {
            "subject": f"Mail {n}",
            "text": "Hello",
            "kind": "note",
            "language": "en",
            "state": "failed",
            "attempts": 3,
            "error": "550 no such mailbox",
            **values,
        }
        mail = Mail(
            message_id=f"<{n}@x>",
            to=f"n{n}@example.com",
            created_at=datetime.now(UTC),
            **row,
        )
        session.add(mail)
        session.flush()
        return mail.id


def test_people_are_found_and_paged(visiting: Visiting, admin: Person, people: People, platform: Platform) -> None:
    """P2: by a part of the name or the address; the rest on further pages, nobody twice."""
    for n in range(30):
        people.add(f"p{n:02}@firm.example", name="Same Name" if n < 27 else f"Other {n}")
    client = visiting(admin)
    found = client.get("/admin", {"q": "P07@FIRM"})
    assert [th.a["href"] for th in found.html.select("tbody th")] != []
    assert len(found.html.select("tbody tr")) == 1
    assert client.get("/admin", {"q": "100%_"}).html.select("tbody tr") == []
    seen: list[str] = []
    page = client.get("/admin")
    while True:
        seen += [th.a["href"] for th in page.html.select("tbody th")]
        following = page.html.select_one("a[rel=next]")
        if following is None:
            break
        page = client.get(following["href"])
    with platform.database.reading() as session:
        everybody = {f"/admin/people/{one}" for one in session.scalars(select(Person.id))}
    assert len(seen) == len(everybody) > 25
    assert set(seen) == everybody


def test_another_role_ends_the_sessions_of_the_one_before(
    visiting: Visiting, admin: Person, maya: Person, platform: Platform
) -> None:
    """U7: nobody goes on with the rights of yesterday (T11)."""
    hers, client = visiting(maya), visiting(admin)
    page = client.get(f"/admin/people/{maya.id}")
    answer = post(client, page, f"/admin/people/{maya.id}/role", role="counsel")
    assert "role of" in answer.follow()
    assert hers.get("/account").status_int == 303
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).role == "counsel"


def test_a_closed_account_opens_nothing(visiting: Visiting, admin: Person, maya: Person, platform: Platform) -> None:
    """U2: sessions end at once; the row stays, for what the person did."""
    hers, client = visiting(maya), visiting(admin)
    post(client, client.get(f"/admin/people/{maya.id}"), f"/admin/people/{maya.id}/close")
    assert hers.get("/account").status_int == 303
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).state == "closed"
        assert session.scalars(select(SignIn).where(SignIn.person_id == maya.id)).all() == []


def test_admins_do_not_lock_themselves_out(visiting: Visiting, admin: Person) -> None:
    """U7: one's own account is somebody else's to change: 403, with the reason."""
    client = visiting(admin)
    token = client.get("/admin").forms[0]["csrf_token"].value
    for path, values in (("close", {}), ("role", {"role": "client"})):
        answer = client.post(f"/admin/people/{admin.id}/{path}", {"csrf_token": token, **values}, status=403)
        assert "Ask another legal admin" in answer


def test_failed_mails_are_seen_and_sent_again(visiting: Visiting, admin: Person, platform: Platform) -> None:
    """N3: with what the other side said; those chosen, or all; one that was sent is left alone."""
    first, second, sent = failed(platform, 1), failed(platform, 2), failed(platform, 3, state="sent")
    client = visiting(admin)
    page = client.get("/admin/mails")
    assert "550 no such mailbox" in page
    assert "Mail 3" not in page
    token = page.forms[0]["csrf_token"].value
    client.post("/admin/mails/resend", {"csrf_token": token, "mail": [str(first), str(sent), "x"]}, status=303)
    assert _states(platform) == {first: "waiting", second: "failed", sent: "sent"}
    assert "1 mail is sent again." in client.get("/admin/mails")
    client.post("/admin/mails/resend", {"csrf_token": token, "all": "yes"}, status=303)
    assert _states(platform)[second] == "waiting"


def _states(platform: Platform) -> dict[int, str]:
    with platform.database.reading() as session:
        return {mail.id: mail.state for mail in session.scalars(select(Mail))}


def test_development_shows_its_mails(visiting: Visiting, platform: Platform, make_platform: MakePlatform) -> None:
    """O1: readable as text and as a page, which can do nothing; nowhere else but in development."""
    evil = failed(platform, 1, text="<script>alert(1)</script> see http://localhost:6543/x", subject="<b>Hi</b>")
    client = visiting()
    assert "&lt;b&gt;Hi" in client.get("/dev/mail")
    page = client.get(f"/dev/mail/{evil}")
    assert page.html.find("script", src=None) is None
    assert page.html.select_one("pre a")["href"] == "http://localhost:6543/x"
    framed = client.get(page.html.iframe["src"])
    assert "<script" not in framed
    assert "sandbox" in framed.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in framed.headers["Content-Security-Policy"]
    client.get("/dev/mail/999999", status=404)
    from formengine.web import make_app

    url = platform.settings.database_url
    production = _browser(make_app(make_platform(environment="production", secret="s" * 40, database_url=url)))
    for path in ("/dev/mail", f"/dev/mail/{evil}", f"/dev/mail/{evil}/html"):
        production.get(path, status=404)
