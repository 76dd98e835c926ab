"""The admin pages for people and mails, and the development page that shows sent mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from formengine.services.core.unit_of_work import Platform
from formengine.services.notifications.kinds import kind_title
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


def test_people_are_searched_and_paged(visiting: Visiting, admin: Person, people: People, platform: Platform) -> None:
    """P2: search by part of the name or address; results are paged, without duplicates."""
    for n in range(30):
        people.add(f"p{n:02}@firm.example", name="Same Name" if n < 27 else f"Other {n}")
    client = visiting(admin)
    page_of_one = client.get("/admin/people", {"q": "P07@FIRM"})
    assert [th.a["href"] for th in page_of_one.html.select("tbody th")] != []
    assert len(page_of_one.html.select("tbody tr")) == 1
    assert client.get("/admin/people", {"q": "100%_"}).html.select("tbody tr") == []
    links: list[str] = []
    page = client.get("/admin/people")
    while True:
        links += [th.a["href"] for th in page.html.select("tbody th")]
        following = page.html.select_one("a[rel=next]")
        if following is None:
            break
        page = client.get(following["href"])
    with platform.database.reading() as session:
        everybody = {f"/admin/people/{person_id}" for person_id in session.scalars(select(Person.id))}
    assert len(links) == len(everybody) > 25
    assert set(links) == everybody


def test_role_change_ends_existing_sessions(
    visiting: Visiting, admin: Person, maya: Person, platform: Platform
) -> None:
    """U7: no session keeps the permissions of the previous role (T11)."""
    hers, client = visiting(maya), visiting(admin)
    page = client.get(f"/admin/people/{maya.id}")
    answer = post(client, page, f"/admin/people/{maya.id}/role", role="counsel")
    assert "role of" in answer.follow()
    assert hers.get("/account").status_int == 303
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).role == "counsel"


def test_closing_an_account_ends_its_sessions(
    visiting: Visiting, admin: Person, maya: Person, platform: Platform
) -> None:
    """U2: sessions end at once; the row stays, because the history refers to it."""
    hers, client = visiting(maya), visiting(admin)
    post(client, client.get(f"/admin/people/{maya.id}"), f"/admin/people/{maya.id}/close")
    assert hers.get("/account").status_int == 303
    with platform.database.reading() as session:
        assert session.get_one(Person, maya.id).state == "closed"
        assert session.scalars(select(SignIn).where(SignIn.person_id == maya.id)).all() == []


def test_admins_cannot_change_or_close_their_own_account(visiting: Visiting, admin: Person) -> None:
    """U7: another admin has to do it: 403, with the reason."""
    client = visiting(admin)
    token = client.get("/admin").forms[0]["csrf_token"].value
    for path, values in (("close", {}), ("role", {"role": "client"})):
        answer = client.post(f"/admin/people/{admin.id}/{path}", {"csrf_token": token, **values}, status=403)
        assert "Ask another legal admin" in answer


def test_failed_mails_are_listed_and_resent(visiting: Visiting, admin: Person, platform: Platform) -> None:
    """N3: what happened, what to do and where; the server's reply is folded; the selected mails or all; mails that were
    sent are not sent again."""
    first, second, sent = (
        failed(platform, 1, person_id=admin.id),
        failed(platform, 2),
        failed(platform, 3, state="sent"),
    )
    client = visiting(admin)
    page = client.get("/admin/mail")
    item = page.html.select_one(f".fe-mails li:has(input[value='{first}'])")
    assert item.details.code.get_text() == "550 no such mailbox"
    assert "There is no such mailbox" in item.get_text()
    assert [link["href"] for link in item.find_all("a")] == [f"/admin/people/{admin.id}"]
    assert "Mail 3" not in page
    token = page.forms[0]["csrf_token"].value
    client.post("/admin/mail/resend", {"csrf_token": token, "mail": [str(first), str(sent), "x"]}, status=303)
    assert _states(platform) == {first: "waiting", second: "failed", sent: "sent"}
    assert "1 mail is sent again." in client.get("/admin/mail")
    client.post("/admin/mail/resend", {"csrf_token": token, "all": "yes"}, status=303)
    assert _states(platform)[second] == "waiting"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("localhost:25: [Errno 111] Connection refused", "Nothing answers at its address"),
        ("mail.example:25: timed out", "does not answer in time"),
        ("mail.example:25: [Errno -2] Name or service not known", "There is no server of the name"),
        ("535 5.7.8 Authentication credentials invalid", "refuses the user name or password"),
    ],
)
def test_a_dead_mail_server_is_told_of(
    visiting: Visiting, admin: Person, platform: Platform, error: str, sentence: str
) -> None:
    """N3: since when, how many wait, the last error in plain words and as it was; one is sent again, or all."""
    waiting = [failed(platform, number, state="retrying") for number in (1, 2)]
    with platform.database.transaction() as session:
        for mail in session.scalars(select(Mail)):
            mail.error = error
    client = visiting(admin)
    page = client.get("/admin/mail")
    text = " ".join(page.html.select_one("[role=alert]").get_text(" ").split())
    assert "Mail does not go out" in text
    assert "2 mails wait, the oldest since" in text
    assert sentence in text
    assert error in text
    token = page.forms[0]["csrf_token"].value
    client.post("/admin/mail/resend", {"csrf_token": token, "only": str(waiting[0]), "mail": str(waiting[1])})
    assert _states(platform) == {waiting[0]: "waiting", waiting[1]: "retrying"}
    french = client.get("/admin/mail", headers={"Accept-Language": "fr"})
    assert french.status_int == 200


def test_mail_that_nobody_tries_is_told_of(visiting: Visiting, admin: Person, platform: Platform) -> None:
    """N3: a page that would be calm while no worker runs; it is calm when mail goes out."""
    client = visiting(admin)
    assert "All mail goes out." in client.get("/admin/mail").text
    failed(platform, 1, state="waiting")
    with platform.database.transaction() as session:
        session.scalars(select(Mail)).one().created_at = datetime.now(UTC) - timedelta(hours=3)
    assert "Nothing sends the mail" in client.get("/admin/mail").text


def _states(platform: Platform) -> dict[int, str]:
    with platform.database.reading() as session:
        return {mail.id: mail.state for mail in session.scalars(select(Mail))}


def test_sent_mails_are_shown_in_development_only(
    visiting: Visiting, platform: Platform, make_platform: MakePlatform
) -> None:
    """O1: as plain text and as an HTML page that cannot run scripts."""
    evil = failed(platform, 1, text="<script>alert(1)</script> see http://localhost:6543/x", subject="<b>Hi</b>")
    client = visiting()
    assert "&lt;b&gt;Hi" in client.get("/dev/mail")
    page = client.get(f"/dev/mail/{evil}")
    assert kind_title("note", "en") in page.html.select_one("dl").get_text()
    assert "<code>note</code>" not in client.get("/dev/mail")
    for number in range(26):
        failed(platform, number + 2, subject=f"Mail {number}")
    first = client.get("/dev/mail")
    second = client.get(first.html.find("a", rel="next")["href"])
    shown = [[link.text for link in page.html.select("tbody a")] for page in (first, second)]
    assert shown == [[f"Mail {number}" for number in range(25, 0, -1)], ["Mail 0", "<b>Hi</b>"]]
    assert second.html.find("a", rel="next") is None
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


def test_counts_have_their_thousands_apart(
    visiting: Visiting, admin: Person, people: People, platform: Platform
) -> None:
    """O7, D2: as each language writes them."""
    row = {"name": "Same Name", "role": "client", "state": "active", "created_at": datetime.now(UTC)}
    with platform.database.transaction() as session:
        session.execute(insert(Person), [{"email": f"p{n}@firm.example", **row} for n in range(1200)])
    client = visiting(admin)
    for address in ("/admin/people?q=firm", "/admin/people?q=firm&state=active"):
        counts = [count.text for count in client.get(address).html.select(".fe-pills .fe-count")]
        assert counts[:2] == ["1,200", "1,200"]
    with platform.database.transaction() as session:
        session.get_one(Person, admin.id).language = "fr"
    counts = [count.text for count in client.get("/admin/people?q=firm").html.select(".fe-pills .fe-count")]
    assert counts[:2] == ["1\u202f200", "1\u202f200"]
