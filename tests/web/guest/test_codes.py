"""Codes of signing links: rate limits, and typed values kept when a code has expired."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from formengine.errors import TooManyTries
from formengine.services.approvals.guest_signing import send_code
from formengine.services.approvals.link_codes import CODE_LIFETIME
from formengine.services.case.guest_links import select_link
from formengine.services.core.rate_limits import SIGNING_CODE, SIGNING_SEAT
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.documents import draft_document
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import TryCount
from formengine.storage.models.rounds import ActLink
from tests.documents.test_signature_picture import picture
from tests.support.people import PASSWORD, People
from tests.support.platforms import Acting, MakePlatform, acting_on
from tests.support.server import app_of
from tests.web.conftest import link_in
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import Visitor, form_to

__all__ = ["world"]
WRONG_CODE = "This is not the code that we sent you."
CODE_EXHAUSTED = "Too many wrong codes; ask for another code."
SEAT_EXHAUSTED = "Too many wrong codes were typed here."
TYPED = "Joe Martin"


@pytest.fixture
def database_kind() -> str:
    """Views only; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def agreement(world: World, acting: Acting) -> None:
    """What the guest is asked to sign: nobody signs before it is there."""
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        assert draft_document(work, dossier.id, "agreement", 0) is not None


@pytest.mark.usefixtures("agreement")
def test_the_page_leads_past_the_document_to_the_signature(world: World, app: Any) -> None:
    """S5: the link above the document goes to the heading of what is asked."""
    page = Visitor(app).get(f"/act/{world.link}")
    jump = page.html.select_one(".fe-jump a")
    assert (jump.get_text(), jump["href"]) == ("Sign or decline", "#sign")
    assert page.html.find(id="sign").get_text() == "Sign or decline"
    assert jump in page.html.select_one(".fe-paper, .fe-document-text, #sign").find_all_previous("a")


@pytest.mark.usefixtures("agreement")
def test_expired_code_keeps_typed_values(world: World, app: Any, platform: Platform) -> None:
    """S5: name and consent are kept, and are posted with the next code, also with one that is asked for too soon."""
    visitor, address = Visitor(app), f"/act/{world.link}"
    with platform.database.transaction() as session:
        session.execute(update(ActLink).values(code_expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    token = visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
    late = {"csrf_token": token, "code": "123456", "text": TYPED, "consent": "yes"}
    refused = visitor.post(f"{address}/signature", late, status=422)
    page = visitor.post(f"{address}/code", form_to(refused, f"{address}/signature").submit_fields(), status=200)
    again = page.html.find("button", attrs={"form": form_to(page, f"{address}/signature").id})
    assert again["formaction"] == f"{address}/code"  # so that it sends what was typed
    soon = visitor.post(again["formaction"], form_to(page, f"{address}/signature").submit_fields(), status=429)
    assert "Please wait" in soon.text
    for answer in (refused, page, soon):
        form = form_to(answer, f"{address}/signature")
        assert (form["text"].value, form["consent"].checked) == (TYPED, True)


@pytest.mark.usefixtures("agreement")
def test_expired_code_keeps_a_picture(world: World, app: Any, platform: Platform) -> None:
    """S5, T9: the one that was uploaded goes with the next code; no other address is ever shown as one."""
    visitor, address = Visitor(app), f"/act/{world.link}"
    with platform.database.transaction() as session:
        session.execute(update(ActLink).values(code_expires_at=datetime(2026, 1, 1, tzinfo=UTC)))
    token = visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
    late = {"csrf_token": token, "code": "123456", "kind": "uploaded", "consent": "yes"}
    files = [("picture", "me.png", picture())]
    page = visitor.post(f"{address}/signature", late, upload_files=files, status=422)
    fields = form_to(page, f"{address}/signature").submit_fields()
    fields = [(name, value) for name, value in fields if name != "picture"]  # the button for a code sends no file
    sent = visitor.post(f"{address}/code", fields, status=200)
    kept = form_to(sent, f"{address}/signature")["kept_picture"].value
    assert kept.startswith("data:image/png;base64,")
    forged = {**late, "kind": "typed", "kept_picture": "https://evil.example/a.png"}
    assert "evil.example" not in visitor.post(f"{address}/signature", forged, status=422)


@pytest.mark.usefixtures("agreement")
def test_another_way_to_sign_is_refused(world: World, app: Any) -> None:
    """S5: a kind that the form does not have is not taken as a typed name, which is kept."""
    visitor = Visitor(app)
    token = visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
    sent = {"csrf_token": token, "code": "123456", "kind": "evil", "text": TYPED, "consent": "yes"}
    page = visitor.post(f"/act/{world.link}/signature", sent, status=422)
    assert "Choose how you sign: type your name" in page.text
    assert form_to(page, f"/act/{world.link}/signature")["text"].value == TYPED


def test_nobody_is_offered_to_sign_what_is_not_there_yet(world: World, app: Any) -> None:
    """S5, S10: the page says so first, and offers to decline or to name the right person."""
    page = Visitor(app).get(f"/act/{world.link}")
    assert "what you are to sign is not ready yet" in page
    assert "please read the document below" not in page
    actions = {form.action for form in page.forms.values()}
    assert {f"/act/{world.link}/refusal", f"/act/{world.link}/forwarding"} <= actions
    assert f"/act/{world.link}/signature" not in actions
    assert "hx-get" not in page.html.find(id="shown-agreement").attrs  # what is typed with a code stays


def test_the_page_goes_on_by_itself_once_the_document_is_there(
    world: World, app: Any, platform: Platform, acting: Acting
) -> None:
    """S5: nothing comes before; then the document, and what can be done with it."""
    with platform.database.transaction() as session:
        session.execute(update(ActLink).values(code_expires_at=None))
    awaits = Visitor(app).get(f"/act/{world.link}").html.find(id="shown-agreement")["hx-get"]
    assert Visitor(app).get(awaits, status=204).text == ""
    with acting(None) as work:
        dossier = work.session.scalars(select(Dossier).where(Dossier.reference == world.signing)).one()
        draft_document(work, dossier.id, "agreement", 0)
    page = Visitor(app).get(awaits).html
    assert "awaits" not in page.find(id="shown-agreement").get("hx-get", "")
    assert "please read the document below" in page.find(id="act-lead").text
    assert page.find(id="act-step").find("form") is not None


def test_a_picture_is_stored_for_holders_of_a_link_alone(world: World, app: Any, platform: Platform) -> None:
    """S5, T34: what is posted to an address that is no link is neither read nor kept."""
    visitor, stored = Visitor(app), lambda: sum(1 for _ in platform.blobs.list())
    before = stored()
    token = visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
    sent = {"csrf_token": token, "code": "123456", "kind": "uploaded", "consent": "yes"}
    files = [("picture", "me.png", picture())]
    assert "This link no longer works" in visitor.post("/act/guessed/signature", sent, upload_files=files, status=410)
    assert stored() == before
    visitor.post(f"/act/{world.link}/signature", sent, upload_files=files, status=422)
    assert stored() == before + 1


def test_wrong_codes_are_counted_although_the_transaction_rolls_back(
    world: World, app: Any, platform: Platform
) -> None:
    """T16: after five wrong codes the right one is refused too; a new code resets the count."""
    page = Guest(world, app)
    for _number in range(SIGNING_CODE.tries):
        assert WRONG_CODE in page.sign("000000x")
    assert CODE_EXHAUSTED in page.sign(newest_code(platform))
    with platform.database.reading() as session:
        assert session.scalars(select(ActLink.used_at).where(ActLink.used_at.is_not(None))).all() == []


def test_signing_and_declining_share_one_limit(world: World, app: Any) -> None:
    """T16: of wrong codes."""
    page = Guest(world, app)
    for number in range(SIGNING_CODE.tries):
        assert WRONG_CODE in (page.sign("000000x") if number % 2 else page.decline("000000x"))
    assert CODE_EXHAUSTED in page.decline("000000x")


@pytest.mark.usefixtures("agreement")
def test_wrong_codes_have_a_lifetime_limit_per_seat(
    world: World, app: Any, platform: Platform, acting: Acting, people: People
) -> None:
    """T16: twenty wrong codes, regardless of new codes that the guest requests; a link sent by counsel works again."""
    page = Guest(world, app)
    for number in range(SIGNING_SEAT.tries):
        if number and number % SIGNING_CODE.tries == 0:
            send_another_code(world, acting, platform)
        assert WRONG_CODE in page.sign("000000x")
    send_another_code(world, acting, platform)
    assert SEAT_EXHAUSTED in page.sign(newest_code(platform))

    paul = Visitor(app).sign_in(people("paul"), PASSWORD)
    tab = f"/dossiers/{world.signing}?tab=approvals"
    paul.form(f"/dossiers/{world.signing}", f"/dossiers/{world.signing}/claim").submit(status=303)
    sent = paul.form(tab, f"/dossiers/{world.signing}/signer/link").submit(status=303).follow(status=200)
    assert "A new link was sent." in sent
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == "signature_asked").order_by(Mail.id.desc())).first()
        assert mail is not None
        world.link = link_in(word_mail(platform, session, mail)[1]).rsplit("/", 1)[1]
    with acting(None) as work:
        send_code(work, world.link)
    assert "You declined to sign" in Guest(world, app).decline(newest_code(platform), status=200)
    history = paul.get(f"/dossiers/{world.signing}?tab=history")
    assert "New link sent to" in history


def test_right_codes_are_not_counted(world: World, app: Any, platform: Platform) -> None:
    """T16: only wrong codes count towards the limit of a seat, also where the post lacks something else."""
    guest = Guest(world, app)
    assert "Say why you decline" in guest.decline(newest_code(platform), reason="")
    with platform.database.reading() as session:
        assert session.scalars(select(TryCount.count).where(TryCount.subject.like("signing:seat:%"))).all() == [0]
    guest.decline(newest_code(platform), status=200)
    with platform.database.reading() as session:
        assert session.scalars(select(TryCount.count).where(TryCount.subject.like("signing:seat:%"))).all() == [0]


def test_links_and_codes_outlive_the_rotation_of_the_secret(
    world: World, platform: Platform, make_platform: MakePlatform
) -> None:
    """T16: with the old secret behind the new one a link and its code work; without it the link is unknown."""
    old = platform.settings.secret.current
    code = newest_code(platform)
    Visitor(app_of(make_platform(secret="n" * 40))).get(f"/act/{world.link}", status=410)
    rotated = make_platform(secret=f"{'n' * 40} {old}")
    assert newest_code(rotated) == code
    assert "You declined to sign" in Guest(world, app_of(rotated)).decline(code, status=200)


class Guest:
    """A person without an account, with the signing link of a world, posting to its page."""

    def __init__(self, world: World, app: Any) -> None:
        self.visitor, self.address = Visitor(app), f"/act/{world.link}"
        self.token = self.visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
        fields = self.visitor.get(self.address).html.find_all(attrs={"name": "document_sha256"})
        self.shown = {field["name"]: field["value"] for field in fields}
        """The version of the document on the page that the guest opened; empty while there is none."""

    def sign(self, code: str, status: int = 422) -> str:
        fields = {"csrf_token": self.token, "code": code, "text": TYPED, "consent": "yes", **self.shown}
        return str(self.visitor.post(f"{self.address}/signature", fields, status=status).text)

    def decline(self, code: str, status: int = 422, reason: str = "Wrong entity") -> str:
        fields = {"csrf_token": self.token, "code": code, "reason": reason}
        return str(self.visitor.post(f"{self.address}/refusal", fields, status=status).text)


def send_another_code(world: World, acting: Acting, platform: Platform) -> None:
    """Request a code as the page's button does, half a minute after the last one."""
    with acting(None) as work:
        link = work.session.scalars(select_link(work, world.link)).one()
        assert link.code_expires_at is not None
        link.code_expires_at -= CODE_LIFETIME / 2
    with acting(None) as work:
        send_code(work, world.link)


def newest_code(platform: Platform) -> str:
    """The six digits of the last code that was mailed."""
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail).where(Mail.kind == "code").order_by(Mail.id.desc()).limit(1)).one()
        return word_mail(platform, session, mail)[0].split()[0]


def test_code_is_sent_after_the_clock_was_set_back(world: World, platform: Platform) -> None:
    """T8: a guest does not wait as long as the clock was ahead when the last code was sent."""
    now = datetime.now(UTC)
    with acting_on(platform, None, now=now + timedelta(days=1)) as work:
        send_code(work, world.link)
    with acting_on(platform, None, now=now) as work:
        send_code(work, world.link)
    with acting_on(platform, None, now=now) as work, pytest.raises(TooManyTries):
        send_code(work, world.link)


def test_somebody_who_asks_too_often_is_told_what_to_do(world: World, app: Any) -> None:
    """T16: when to ask again, and whom to write to; on the same page, which has all that it had."""
    visitor, address = Visitor(app), f"/act/{world.link}"
    token = visitor.get("/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
    answers = [visitor.post(f"{address}/code", {"csrf_token": token}, status="*") for _ in range(2)]
    assert answers[-1].status_int == 429
    text = answers[-1].html.select_one("main").get_text(" ", strip=True)
    assert "Please wait" in text
    assert "Is it urgent? Write to" in text
    assert form_to(answers[-1], f"{address}/refusal")
