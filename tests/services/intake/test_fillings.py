"""Requests that several people fill in: asked, sent part by part, submitted when all parts are in (F20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select

from formengine.errors import Invalid, KeyReused, LinkSpent, NotFound, Refused
from formengine.services.accounts.accounts import close_account
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.dossier_verification import verify_dossiers
from formengine.services.core.unit_of_work import Platform, UnitOfWork, Via, run_in_transaction
from formengine.services.files.uploads import file_value, store_upload
from formengine.services.intake import part_links
from formengine.services.intake.filling_views import filling_view, open_fillings, waiting_parts
from formengine.services.intake.loaded_fillings import get_filling
from formengine.services.intake.part_changes import reassign_part, remind_part, reopen_part, withdraw
from formengine.services.intake.part_timers import is_filling_due, wake_filling
from formengine.services.intake.seen_parts import NOTHING_SEEN, SeenPart
from formengine.services.intake.submissions import submit
from formengine.services.retention import deletion_of_unused_uploads, tidy
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.storage.models.mails import Mail
from tests.services.conftest import MONDAY, paper
from tests.services.intake.sent_parts import judge_part, send_part
from tests.support.mails import mail_text, worded
from tests.support.people import People

pytestmark = pytest.mark.site("parts")
T = TypeVar("T")
SUPPLIER = {"name": "Sue Plier", "email": "sue@supplier.example"}
ANSWERS: dict[str, Any] = {"subject": "Chairs", "amount": 500, "supplier": SUPPLIER}
CANARY = "canary-5521"


class Request:
    """A purchase whose parts are filled in by people through services alone."""

    def __init__(self, platform: Platform, people: People, language: str = "en") -> None:
        self.platform, self.people, self.now, self.id = platform, people, MONDAY, 0
        self.via: Via = "page"
        self.language = language
        people.all()

    def begin(self, who: str = "cleo", kind: str = "purchase", key: str | None = None, **answers: Any) -> Request:
        given = {**ANSWERS, **answers} if kind == "purchase" else answers
        sent = self(who, submit, kind, given, key=key, accept_notice=True)
        self.id = sent.filling.id if sent.filling is not None else sent.dossier.id
        return self

    def __call__(self, who: str | None, service: Callable[..., T], *args: Any, **values: Any) -> T:
        actor = self.people(who).id if who else None

        def operation(work: UnitOfWork) -> T:
            return service(replace(work, via=self.via, language=self.language), *args, **values)

        return run_in_transaction(self.platform, operation, actor, now=self.now)

    def send(self, who: str, part: str, seen: SeenPart = NOTHING_SEEN, **answers: Any) -> None:
        self(who, send_part, self.id, part, answers, seen)

    def by_link(self, address: str = SUPPLIER["email"], **answers: Any) -> None:
        token = self.token(address)
        self(None, part_links.send_part_code, token)
        self(None, part_links.send_guest_part, token, self.code(address), lambda view: judge_part(view, answers))

    def token(self, address: str) -> str:
        return self.newest(address, "part_asked", "part_reminder").text.split("/act/")[1].partition(")")[0]

    def code(self, address: str) -> str:
        return str(self.newest(address, "code").subject)[:6]

    def newest(self, address: str, *kinds: str) -> Any:
        return self.mails(address, *kinds)[-1]

    def mails(self, address: str, *kinds: str) -> list[Any]:
        with self.platform.database.reading() as session:
            query = select(Mail).where(Mail.to == address).order_by(Mail.id)
            rows = [mail for mail in session.scalars(query) if not kinds or mail.kind in kinds]
            return [worded(self.platform, session, mail) for mail in rows]

    def told(self, kind: str) -> set[str]:
        with self.platform.database.reading() as session:
            return {mail.to.split("@")[0] for mail in session.scalars(select(Mail).where(Mail.kind == kind))}

    @property
    def states(self) -> dict[str, str]:
        def read(work: UnitOfWork) -> dict[str, str]:
            return {part.part: part.state for part in get_filling(work, self.id).parts}

        return self(None, read)

    @property
    def state(self) -> str:
        return self(None, lambda work: get_filling(work, self.id).state)

    @property
    def dossier(self) -> Dossier:
        def read(work: UnitOfWork) -> Dossier:
            row = work.session.get_one(Dossier, self.id)
            _ = row.submission
            return row

        return self(None, read)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def purchase(platform: Platform, people: People) -> Request:
    return Request(platform, people).begin()


def test_it_is_submitted_when_all_parts_are_in(purchase: Request) -> None:
    """F20, F14: then as if the requester had sent it: numbered, in its first state, both sides told."""
    assert purchase.states == {"requester": "sent", "finance": "open", "supplier": "open", "privacy": "waiting"}
    assert purchase(None, lambda work: work.session.scalar(select(func.count()).select_from(Dossier))) == 0
    assert purchase.told("new_dossier") == purchase.told("submission") == set()
    purchase.send("bo", "finance", budget="B-1", cost_centre="200")
    purchase.by_link(their_address="1 Supply Street")
    assert purchase.state == "submitted"
    dossier = purchase.dossier
    assert dossier.reference == "CTR-2026-0001"
    assert (dossier.state, dossier.title, dossier.requester_id) == (
        "review", "Purchase of Chairs", purchase.people("cleo").id,
    )  # fmt: skip
    expected = {**ANSWERS, "budget": "B-1", "cost_centre": "200", "their_address": "1 Supply Street"}
    assert dossier.submission.answers == expected
    assert dossier.submission.submitted_by == purchase.people("cleo").id
    assert dossier.submission.notice_accepted
    assert purchase.told("new_dossier") == {"paul", "ana"}
    assert purchase.told("submission") == {"cleo"}
    with purchase.platform.database.reading() as session:
        assert [*verify_chains(session), *verify_dossiers(session)] == []
    parts = purchase(None, lambda work: [part.answers for part in get_filling(work, purchase.id).parts])
    assert parts == [{}, {}, {}, {}]


def test_everybody_is_told_by_mail_and_no_mail_holds_an_answer(platform: Platform, people: People) -> None:
    """F20, N1: the team each, the person outside with a link; no answer of anybody's is in it."""
    request = Request(platform, people).begin(subject=CANARY, reason=CANARY)
    assert request.told("part_asked") == {"bo", "di", "sue"}
    for address in ("bo@example.com", SUPPLIER["email"]):
        mail = request.newest(address, "part_asked")
        assert CANARY not in mail_text(mail) + mail.subject
        assert "Purchase" in mail_text(mail)
    assert "/act/" in mail_text(request.newest(SUPPLIER["email"], "part_asked"))
    assert "Sue Plier" in mail_text(request.newest(SUPPLIER["email"], "part_asked"))


def test_a_part_sees_its_own_fields_and_what_is_shown_to_it(platform: Platform, people: People) -> None:
    """F20: page content holds nothing of the others' answers but `sees`."""
    request = Request(platform, people).begin(reason=CANARY, amount=77123)
    request.send("bo", "finance", budget=CANARY, approval_note=CANARY)

    def read(work: UnitOfWork) -> str:
        view = part_links.load_guest_part(work, request.token(SUPPLIER["email"])).view
        return view.form.render(view.answers) + view.seen("/files") + view.title + view.request

    content = request(None, read)
    assert "Chairs" in content
    assert CANARY not in content
    assert "77123" not in content


@pytest.mark.parametrize("who", ["cleo", "paul", "maya", "nora"])
def test_only_those_who_are_asked_fill_in_a_part(purchase: Request, who: str) -> None:
    """F20: for anybody else, the requester and counsel too, the part does not exist."""
    with pytest.raises(NotFound):
        purchase.send(who, "finance", budget="B-1")


def test_fields_of_others_are_refused(purchase: Request) -> None:
    """F20: an answer to a field of another part is an error at it."""
    with pytest.raises(Invalid) as refused:
        purchase.send("bo", "finance", budget="B-1", their_address="forged", subject="forged")
    assert {(error.pointer, error.keyword) for error in refused.value.errors} == {
        ("/their_address", "part"), ("/subject", "part"),
    }  # fmt: skip
    with pytest.raises(Invalid):
        Request(purchase.platform, purchase.people).begin(budget="mine")


def test_a_part_is_judged_by_its_own_fields(purchase: Request) -> None:
    """F20: what others have not filled in is not missing; what is missing of one's own is."""
    with pytest.raises(Invalid) as refused:
        purchase.send("bo", "finance", cost_centre="200")
    assert [error.pointer for error in refused.value.errors] == ["/budget"]
    assert purchase.states["finance"] == "open"


def test_an_answer_calls_up_a_part(platform: Platform, people: People) -> None:
    """F20: a part of which nothing is asked waits; it is asked for when another answer calls one of its fields up."""
    request = Request(platform, people).begin(personal_data=True)
    assert request.states["privacy"] == "open"
    assert "nora" in request.told("part_asked")
    request.send("bo", "finance", budget="B-1")
    request.by_link(their_address="1 Supply Street")
    assert request.state == "filling"
    request.send("nora", "privacy", privacy="None needed")
    assert request.dossier.submission.answers["privacy"] == "None needed"


def test_a_sent_part_is_opened_again_for_a_field_that_was_called_up(purchase: Request) -> None:
    """F20: the requester raises the amount; finance, which had sent, is asked why so much."""
    purchase.send("bo", "finance", budget="B-1")
    purchase("cleo", reopen_part, purchase.id, "requester")
    purchase.send("cleo", "requester", **{**ANSWERS, "amount": 5000})
    assert purchase.states["finance"] == "open"
    assert "open once more" in mail_text(purchase.newest("bo@example.com", "part_asked"))
    with pytest.raises(Invalid) as refused:
        purchase.send("di", "finance", budget="B-1")
    assert [error.pointer for error in refused.value.errors] == ["/approval_note"]
    purchase.send("di", "finance", budget="B-1", approval_note="Because")
    purchase.by_link(their_address="1 Supply Street")
    assert purchase.dossier.submission.answers["approval_note"] == "Because"


def test_what_does_not_fit_together_is_told_to_the_requester(purchase: Request) -> None:
    """F20: a rule across parts is judged when all are in; the requester opens a part again, and it is sent then."""
    purchase.send("bo", "finance", budget="B-1", either="O-1")
    purchase.by_link(their_address="1 Supply Street", neither="C-1")
    assert purchase.state == "filling"
    assert purchase.told("parts_unfit") == {"cleo"}
    assert "Order number" in mail_text(purchase.newest("cleo@example.com", "parts_unfit"))
    view = purchase("cleo", lambda work: filling_view(work, get_filling(work, purchase.id)))
    assert view.unfit
    purchase("cleo", reopen_part, purchase.id, "finance")
    purchase.send("bo", "finance", budget="B-1")
    assert purchase.state == "submitted"


def test_the_same_key_begins_one_request(platform: Platform, people: People) -> None:
    """T4, F20: a repeat answers the same, while parts are open and afterwards; other content is refused."""
    request = Request(platform, people).begin(key="k-1")
    again = request("cleo", submit, "purchase", ANSWERS, key="k-1", accept_notice=True)
    assert (again.fresh, again.reply["dossier"], again.reply["state"]) == (False, request.id, "filling")
    with pytest.raises(KeyReused):
        request("cleo", submit, "purchase", {**ANSWERS, "subject": "Tables"}, key="k-1", accept_notice=True)
    request.send("bo", "finance", budget="B-1")
    request.by_link(their_address="1 Supply Street")
    after = request("cleo", submit, "purchase", ANSWERS, key="k-1", accept_notice=True)
    assert (after.fresh, after.reply) == (False, again.reply)


def test_nobody_who_could_fill_in_is_told_to_the_legal_admins(platform: Platform, people: People) -> None:
    """F20: a team without active accounts; an admin asks somebody else."""
    request = Request(platform, people).begin(kind="audit", question="Why?")
    assert request.told("part_nobody") == {"ines"} or request.told("part_nobody")
    request("ines", reassign_part, request.id, "team", request.people("di").id)
    request.send("di", "team", answer="So")
    assert request.state == "submitted"


def test_closed_accounts_that_leave_nobody_are_told_to_the_legal_admins(purchase: Request) -> None:
    """F20: once, when the last of the team has left; not while a colleague is there."""
    for who, told in (("bo", set()), ("di", {"sam"})):
        purchase("sam", close_account, purchase.people(who).id)
        purchase(None, wake_filling, purchase.id)
        purchase(None, wake_filling, purchase.id)
        assert purchase.told("part_nobody") == told
        purchase.later(minutes=1)
    view = purchase("cleo", lambda work: filling_view(work, get_filling(work, purchase.id)))
    assert [part.id for part in view.parts if part.nobody] == ["finance"]


def test_an_answer_that_names_nobody_is_refused(platform: Platform, people: People) -> None:
    """F20: whoever fills in a part has to be somebody who can be reached."""
    with pytest.raises(Invalid):
        Request(platform, people).begin(supplier={"name": "Sue"})


def test_an_outside_address_is_corrected(purchase: Request) -> None:
    """F20: the new address gets a link, and the link to the earlier one ends."""
    token = purchase.token(SUPPLIER["email"])
    purchase("paul", reassign_part, purchase.id, "supplier", "sue@right.example", "Sue Right")
    with pytest.raises(LinkSpent) as spent:
        purchase(None, part_links.load_guest_part, token)
    assert spent.value.why == "withdrawn"
    purchase.by_link("sue@right.example", their_address="2 Right Street")
    assert purchase.states["supplier"] == "sent"
    with pytest.raises(Invalid):  # no link leads into a part for the team
        purchase("paul", reassign_part, purchase.id, "finance", "stranger@elsewhere.example")


def test_a_link_takes_the_code_and_is_used_up(purchase: Request) -> None:
    """F20, T16: a wrong code is refused, what does not fit does not use the link up, sending does."""
    token = purchase.token(SUPPLIER["email"])
    purchase(None, part_links.send_part_code, token)
    judge = lambda view: judge_part(view, {"their_address": "1 Supply Street"})  # noqa: E731
    with pytest.raises(Refused):
        purchase(None, part_links.send_guest_part, token, "000000", judge)
    code = purchase.code(SUPPLIER["email"])
    with pytest.raises(Invalid):
        purchase(None, part_links.send_guest_part, token, code, lambda view: judge_part(view, {}))
    purchase(None, part_links.send_guest_part, token, code, judge)
    with pytest.raises(LinkSpent) as spent:
        purchase(None, part_links.load_guest_part, token)
    assert spent.value.why == "used"


def test_open_parts_are_reminded_of(purchase: Request) -> None:
    """F20: as often as the form says, while the part is open; whoever is in charge reminds at any time."""
    due = lambda: purchase(None, lambda work: is_filling_due(work.session, purchase.now))  # noqa: E731
    assert not due()
    purchase.later(days=2)
    assert due()
    purchase(None, wake_filling, purchase.id)
    assert purchase.told("part_reminder") == {"bo", "di"}
    assert not due()
    purchase("paul", remind_part, purchase.id, "supplier")
    assert "sue" in purchase.told("part_reminder")
    purchase.by_link(their_address="1 Supply Street")
    purchase.send("bo", "finance", budget="B-1")
    purchase.later(days=40)
    purchase(None, wake_filling, purchase.id)
    assert len(purchase.mails("bo@example.com", "part_reminder")) == 1


def test_it_is_withdrawn(purchase: Request) -> None:
    """F20: nothing of it is kept, and those who were asked are told."""
    purchase.send("bo", "finance", budget="B-1")
    purchase("cleo", withdraw, purchase.id, "Not needed")
    assert purchase.told("part_withdrawn") == {"bo", "di", "sue"}
    answers = purchase(None, lambda work: [part.answers for part in get_filling(work, purchase.id).parts])
    assert answers == [{}, {}, {}, {}]
    with pytest.raises(LinkSpent):
        purchase(None, part_links.load_guest_part, purchase.token(SUPPLIER["email"]))
    with pytest.raises(Refused):
        purchase.send("di", "finance", budget="B-2")


def test_what_nobody_finishes_is_deleted(purchase: Request) -> None:
    """F20, F8: after the requester was told; its parts and answers go with it."""
    purchase.later(days=26)
    purchase(None, wake_filling, purchase.id)
    assert purchase.told("draft_expiring") == {"cleo"}
    purchase.later(days=5)
    purchase(None, wake_filling, purchase.id)
    assert purchase(None, lambda work: work.session.scalar(select(func.count()).select_from(Filling))) == 0
    assert purchase(None, lambda work: work.session.scalar(select(func.count()).select_from(FilledPart))) == 0


def test_files_of_parts_become_files_of_the_dossier(platform: Platform, people: People) -> None:
    """F20, F9: kept while parts are open, whoever uploaded them; a file of another part is not to be had."""
    request = Request(platform, people)
    offer = request("cleo", lambda work: file_value(store_upload(work, paper())))
    request.begin(offer=offer)
    figures = request("bo", lambda work: file_value(store_upload(work, paper(b"f"))))
    request.send("bo", "finance", budget="B-1", figures=figures)
    with platform.database.transaction() as session:
        session.execute(deletion_of_unused_uploads(datetime.now(UTC) + timedelta(days=9)))
    with pytest.raises(Invalid):
        request.by_link(their_address="1 Supply Street", paper=figures)
    request.later(minutes=1)
    request.by_link(their_address="1 Supply Street")
    files = request(None, lambda work: {row.dossier_id for row in work.session.scalars(select(StoredFile))})
    assert files == {request.id}
    assert request.dossier.submission.answers["figures"]["sha256"] == figures["sha256"]


def test_an_ended_request_leaves_no_row_behind(purchase: Request) -> None:
    """F20: a withdrawn request is forgotten after a while."""
    purchase("cleo", withdraw, purchase.id)
    tidy(purchase.platform, purchase.now + timedelta(days=31))
    assert purchase(None, lambda work: work.session.scalar(select(func.count()).select_from(Filling))) == 0


def test_who_follows_it(purchase: Request) -> None:
    """F20: the requester and counsel see which parts are open, with whom, since when."""
    for who in ("cleo", "paul", "ines"):
        view = purchase(who, lambda work: filling_view(work, get_filling(work, purchase.id)))
        assert [(part.id, part.state, part.asked) for part in view.parts][1:3] == [
            ("finance", "open", ["Finance"]), ("supplier", "open", ["Sue Plier (sue@supplier.example)"]),
        ]  # fmt: skip
        assert view.may_manage
    assert [row.id for row in purchase("paul", open_fillings, own=False)] == [purchase.id]
    assert purchase("bo", open_fillings, own=True) == []
    assert {part.part for part in purchase("di", waiting_parts)} == {"finance"}
