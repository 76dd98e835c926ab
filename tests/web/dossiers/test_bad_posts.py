"""Malformed posts to every route: the response is a page or problem+json with status 4xx, never a 500.

Both tables of this module list every route that accepts a post; a test fails when a new route is missing.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from webtest import TestApp, Upload

from formengine.forms import Upload as FileUpload
from formengine.services.accounts import invitations, sign_ups
from formengine.services.accounts.api_tokens import create_token
from formengine.services.approvals.guest_signing import send_code
from formengine.services.case import guest_links as links
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import child_opening, notes
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.attachments import attach_files
from formengine.services.dossiers.saved_views import save_view
from formengine.services.intake.submissions import submit
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.web.routes import Route, routes
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.thorough import examples
from tests.web.conftest import link_in
from tests.web.dossiers.visitors import NDA, Visitor

POSTED = [route for route in routes() if route.writes]
TYPED = "typed by hand"


class World:
    """One object of every kind that an address can name, each in a state in which posts are accepted."""

    def __init__(self, platform: Platform, people: People, acting: Acting) -> None:
        self.platform, self.people, self.acting = platform, people, acting
        people.several("maya", "paul", "ana", "ines", "nora", "bo", "sam")
        self.asked, self.signing = self._submitted(NDA), self._submitted({**NDA, "personal_data": False})
        with acting(people("paul")) as work:
            claim(work, self.asked)
            self.note = notes.add_note(work, self.asked, "Hello").id
            (attached,) = attach_files(work, self.asked, [FileUpload("plan.txt", "text/plain", io.BytesIO(b"a plan"))])
            self.attached = attached.id
            child_opening.open_child(work, self.asked, "milestone", {"title": "Kick-off"}, True)
        with acting(None) as work:
            dossier = work.session.scalars(select(Dossier).where(Dossier.reference == self.signing)).one()
            seat = links.open_seat_of(work, dossier, "joe@globex.test")
            assert seat is not None
            self.link = links.new_link(work, seat).rsplit("/", 1)[1]
            send_code(work, self.link)
        with acting(people("sam")) as work:
            self.invited = invitations.invite(work, "zoe@example.com", "Zoe", "client").id
            work.session.flush()
            mail = work.session.scalars(select(Mail).where(Mail.to == "zoe@example.com")).one()
            text = word_mail(work.platform, work.session, mail)[1]
            self.invitation = link_in(text).rsplit("/", 1)[1]
            save_view(work, "contracts", "Leases", "q=lease")  # after the invitation, whose first one reads time zones

        with self.acting(None) as work:
            sign_ups.request_account(work, "kim@example.com", "Kim", language="en")
        with self.acting(None) as work:
            mail = work.session.scalars(select(Mail).where(Mail.kind == "sign_up")).one()
            link = re.search(r"/sign-up/([\w-]+)", word_mail(work.platform, work.session, mail)[1])
            assert link is not None
            self.sign_up = sign_ups.confirm_address(work, link[1]).id

    def _submitted(self, answers: dict[str, Any]) -> str:
        with self.acting(self.people("maya")) as work:
            return submit(work, "nda", answers, key=uuid4().hex, accept_notice=True).dossier.reference

    def address(self, route: Route) -> str:
        """The address of a route, with the objects of this world."""
        reference = self.signing if route.name.endswith(("signature", "refusal")) else self.asked
        named = {
            "reference": reference, "transition": "withdraw", "kind": "milestone", "number": "1", "type": "nda",
            "note": str(self.note), "document": "agreement", "secret": self.invitation, "person": self.invited,
            "id": "1", "specimen": "nda", "round": "1", "seat": "1", "part": "finance", "file": "1", "item": "1",
            "sign_up": str(self.sign_up), "session": "0" * 16, "absence": "1", "organisation": "1", "department": "1",
            "entry": "1", "provider": "documenso", "token": self.link if route.name.startswith("act") else "1",
        }  # fmt: skip
        if route.name.startswith("dossier.attachment_"):
            named["id"] = str(self.attached)
        if route.name == "dossier.step":
            named["transition"] = "ask"
        if route.name == "dossier.child_step":
            named["transition"] = "complete"
        if route.name == "api.document.post":
            named["id"] = "agreement"
        return route.pattern.format(**named)


@pytest.fixture
def world(platform: Platform, people: People, acting: Acting) -> World:
    return World(platform, people, acting)


DRAFT = ("_draft", "_draft_version", "_form", "_changes")
HASH = "document_sha256"
FIELDS: dict[str, tuple[str, ...]] = {
    "dossier.answers_pdf": (),
    "dossier.signed_copy": (),
    "dossier.related": ("other", "q"),
    "dossier.related_removal": ("other",),
    "sign_in": ("email", "password", "next"),
    "sign_out": (),
    "mcp": (),
    "forgotten_password": ("email",),
    "invitation": ("password",),
    "invitation_renew": (),
    "sign_up": ("email", "name", "company", "reason", "language"),
    "sign_up_link": ("password",),
    "sign_up_acceptance": ("role", "organisation"),
    "sign_up_refusal": ("comment",),
    "language": ("language", "next"),
    "account_profile": ("name", "language", "zone"),
    "account_password": ("present", "new"),
    "account_sessions": (),
    "account_tokens": ("scopes",),
    "account_token_withdraw": (),
    "inbox_item": ("stay",),
    "inbox_read": ("dossier", "last", "tab"),
    "mail_choices": ("note", "transition", "hour", "day", "own"),
    "fewer_mails": ("choice", "List-Unsubscribe"),
    "account_calendar": (),
    "account_calendar_end": (),
    "account_session": (),
    "account_absences": ("starts", "ends", "delegate", "kinds"),
    "account_absence_end": (),
    "admin_invite": ("email", "name", "role", "language", "organisation"),
    "admin_invitation": (),
    "admin_withdraw": (),
    "admin_role": ("role",),
    "admin_sessions": (),
    "admin_close": (),
    "admin_details": ("name", "language", "organisation", "manager"),
    "admin_reopen": ("role", "organisation"),
    "admin_organisations": ("name", "short"),
    "admin_organisation": ("name",),
    "admin_departments": ("name", "short"),
    "admin_department": ("name", "head"),
    "admin_department_removal": ("into",),
    "admin_closure": (),
    "admin_merger": ("into", "sharing"),
    "admin_mails_resend": ("mail",),
    "dev_form": ("_go", "_step"),
    "new_request": ("nonce", "_go", "_step", "accept_notice", "fe-op", "f-n", *DRAFT),
    "embed": ("nonce", "_go", "_step", "accept_notice", "fe-op", "f-n", *DRAFT),
    "embed.sign_in": ("email", "password"),
    "exports.new": ("format", "kind", "tab", "q", "opened_from"),
    "filling.part": ("draft_version", "sent_before", "_go", "fe-op"),
    "filling.reminder": ("part",),
    "filling.reassignment": ("part", "person", "email", "name"),
    "filling.reopening": ("part",),
    "filling.withdrawal": ("comment",),
    "act.part": ("draft_version", "sent_before", "_go", "code", "fe-op"),
    "dossier.step": ("version", "comment", "fe-op", "step_files", "in_the_past"),
    "dossier.correction": ("version", "comment", "ends_signatures", "fe-op"),
    "dossier.new_child": ("visible_to_client", "fe-op", "in_the_past"),
    "dossier.child_step": ("version", "comment", "in_the_past"),
    "dossier.child_change": ("version", "fe-op", "in_the_past"),
    "dossier.child_visibility": ("on",),
    "dossier.development": ("text", "entry"),
    "dossier.notes": ("text", "internal", "files"),
    "dossier.note": ("text",),
    "dossier.attachments": ("files", "visibility", "read_only"),
    "dossier.attachment_version": ("files",),
    "dossier.attachment_visibility": ("visibility", "read_only"),
    "dossier.attachment_withdrawal": ("reason",),
    **{"dossier.document": ("files", "holder", "ends_signatures"), "dossier.draft": ("ends_signatures", "over_upload")},
    **{"dossier.documents": ("kind", "title", "files", "draft"), "dossier.version_sharing": ("shown", "shared")},
    **{"dossier.turn": ("holder",), "dossier.edit_lock": ("take_over",), "version.reading_events": ("what",)},
    "dossier.decision": ("decision", "comment", "seat", "document_sha256"),
    "dossier.vote": ("comment", "document_sha256", "fe-op", "opens"),
    "dossier.signature": ("kind", "text", "confirmed_name", "drawing", "place", "consent", "seat", "document_sha256"),
    "dossier.refusal": ("reason", "seat"),
    "dossier.delegation": ("person", "returns", "seat"),
    "dossier.approver": ("person", "step", "round"),
    "dossier.approver_removal": ("person", "round"),
    "dossier.guest_link": ("seat",),
    "dossier.signature_request": ("seat",),
    "dossier.seat_correction": ("seat", "name", "email"),
    "dossier.seat_replacement": ("seat", "person", "name", "email"),
    "dossier.seat_removal": ("seat",),
    "dossier.seat_addition": ("round", "person", "name", "email"),
    "dossier.copy": ("round", "email", "name"),
    "dossier.acknowledgement": ("seat", "comment", "document_sha256"),
    "dossier.forwarding": ("seat", "successor_name", "successor_email", "successor_reason"),
    "dossier.question_answer": ("question", "answer"),
    "dossier.forward_decision": ("seat", "decision", "comment"),
    "dossier.claim": ("version",),
    "dossier.assignment": ("person",),
    "dossier.sharing": ("on",),
    "dossier.status_link": (),
    "dossier.restriction": ("on", "person"),
    "dossier.watcher": ("person",),
    "dossier.watcher_removal": ("person",),
    "dossier.rating": ("stars", "comment"),
    "desk.assignments": ("query", "person", "dossier"),
    "desk.claim": ("query", "reference"),
    "desk.release": ("query", "reference"),
    **{"views": ("page", "name", "query", "default"), "view": ("name", "default")},
    **{"dossier.clean_version": ("shown", "ends_signatures"), **dict.fromkeys(["act.code", "act.link"], ())},
    **dict.fromkeys(["signature_event", "dossier.development_removal", "draft_removal", "admin_opening"], ()),
    **dict.fromkeys(["public.confirmation", "dossier.edit_lock_end", "view.deletion", "dossier.release"], ()),
    **{"act.refusal": ("code", "reason"), "act.question": ("question",), "public.links": ("email",)},
    "act.signature": ("code", "kind", "text", "confirmed_name", "drawing", "kept_picture", "place", "consent", HASH),
    **{"act.reading": ("what", "document"), "act.document": ("document",), "dossier.draft_end": ()},
    "act.decision": ("code", "decision", "comment", HASH),
    "act.forwarding": ("code", "successor_name", "successor_email", "successor_reason"),
    "public.request": ("nonce", "_go", "_step", "_begun", "sender_name", "sender_email", "website", "fe-op", "f-n"),
    "verify": ("file",),
    "status.notes": ("text", "files"),
    "status.step": ("version", "comment"),
}
"""What the form of each page sends."""
LAST = ("sign_out", "account_sessions", "invitation", "admin_close")
"""What ends what the others need."""
JUNK = (
    "", TYPED, "a\x00b", "-1", "2147483648", "9" * 17, "9" * 20, "²", "' OR 1=1 --\u202e\ufffd", "x" * 60_000
)  # fmt: skip


def bodies(fields: tuple[str, ...]) -> Iterator[list[tuple[str, Any]]]:
    """Malformed posts: missing, invalid and repeated fields, files in place of texts and texts in place of files."""
    yield []
    yield [("nobody asked", TYPED), ("\x00", "x"), ("", "")]
    if not fields:
        return
    for value in JUNK:
        yield [(name, value) for name in fields]
    yield [(name, value) for name in fields for value in ("1", TYPED)]
    for name, content in (("a.exe", b"MZ\x90\x00"), ("", b"x"), ("b" * 400 + ".pdf", b"%PDF-1.4 not really")):
        yield [(field, Upload(name, content, "text/plain")) for field in fields]


def test_every_post_route_is_in_the_table() -> None:
    assert {route.name for route in POSTED if not route.is_api} == set(FIELDS)


@pytest.mark.parametrize("database_kind", ["postgresql"])  # rejects more values than SQLite
def test_malformed_posts_never_cause_a_500(world: World, app: Any) -> None:
    """F6, T14: invalid, missing, repeated, NUL, very long values, wrong files."""
    pages, wrong = [route for route in POSTED if not route.is_api], []
    for route in sorted(pages, key=lambda page_route: page_route.name in LAST):
        visitor = Visitor(app).sign_in(world.people("sam"), world.people.password)
        for number, body in enumerate(bodies(FIELDS[route.name])):
            sent = [("csrf_token", visitor.cookies["fe_csrf"]), *body]
            answer = visitor.post(world.address(route), sent, expect_errors=True, content_type="multipart/form-data")
            if answer.status_int >= 500 or "Traceback" in answer.text:
                wrong.append((route.name, number, answer.status_int))
    assert wrong == []


def test_refused_forms_keep_typed_values(world: World, app: Any) -> None:
    """F6: a refused form is shown again with its errors and everything that was typed."""
    refused: list[tuple[str, str, dict[str, str], str]] = [
        ("", "/sign-in", {"email": f"{TYPED}@x", "password": "wrong"}, "sign in"),
        ("sam", "/admin/people", {"email": "no address", "name": TYPED, "role": "client"}, "address"),
        ("", "/sign-up", {"email": "no address", "name": TYPED}, "address"),
        ("sam", f"/sign-ups/{world.sign_up}/refusal", {"comment": TYPED + "x" * 3000}, "2000"),
        ("sam", "/admin/organisations", {"name": TYPED, "short": "É"}, "small letters"),
        ("bo", "/account/out-of-office", {"starts": TYPED, "ends": "2026-02-30"}, "last day"),
        ("sam", "/account/profile", {"name": TYPED, "language": "xx", "zone": "nowhere"}, "language"),
        ("maya", f"/dossiers/{world.asked}/notes", {"text": TYPED, "internal": "yes"}, "allow"),
        ("paul", f"/dossiers/{world.asked}/children/milestone/new", {"/percentage": TYPED}, "number"),
        ("maya", "/requests/new/legal_advice", {"/subject": TYPED}, "answer this question"),
        ("", f"/act/{world.link}/signature", {"code": "", "text": TYPED}, "six digits"),
        ("", f"/act/{world.link}/forwarding", {"code": "000000", "successor_name": TYPED}, "say why"),
        ("", f"/act/{world.link}/refusal", {"code": "000000", "reason": TYPED}, "code"),
    ]
    for name_of_person, address, values, sentence in refused:
        visitor = Visitor(app)
        if name_of_person:
            visitor.sign_in(world.people(name_of_person), world.people.password)
        page = visitor.get("/" if name_of_person else "/sign-in")
        token = page.html.find(attrs={"name": "csrf_token"})["value"]
        page_before = visitor.get(address).html if any(name.startswith("/") for name in values) else None
        sent = {page_before.find(attrs={"data-pointer": k})["name"] if page_before else k: v for k, v in values.items()}
        answer = visitor.post(address, {"csrf_token": token, **sent}, status=422)
        assert TYPED in answer.text, address
        assert sentence in answer.html.find("main").get_text().lower(), address
        assert answer.html.find(attrs={"role": "alert"}) is not None, address


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("application/x-www-form-urlencoded; charset=latin-1", b"csrf_token={}&text=%e9"),
        ("application/x-www-form-urlencoded", b"csrf_token={}&text=%ff%fe&%ff=1"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"no boundary"),
        ("application/json", b'{"text": "x"}'),
        ("text/plain", b"text=x"),
        ("", b"text=x"),
    ],
)
def test_malformed_bodies_never_cause_a_500(world: World, app: Any, type: str, body: bytes) -> None:
    """T14: bodies that are not forms, or are truncated."""
    visitor = Visitor(app).sign_in(world.people("paul"), world.people.password)
    token = visitor.get("/").html.find(attrs={"name": "csrf_token"})["value"]
    for address in ("/sign-in", f"/dossiers/{world.asked}/notes", "/requests/new/nda"):
        headers = {"Content-Type": type}
        answer = visitor.post(address, body.replace(b"{}", token.encode()), headers=headers, expect_errors=True)
        assert answer.status_int < 500, (address, answer.status)


@pytest.mark.parametrize("address", ["/?q=%00", "/?q=%ff", "/%00", "/dossiers/%00", "/contracts?after=%00"])
def test_malformed_addresses_never_cause_a_500(world: World, app: Any, address: str) -> None:
    """T47: in the path and in the query."""
    visitor = Visitor(app).sign_in(world.people("maya"), world.people.password)
    assert visitor.get(address, expect_errors=True).status_int in (200, 400, 404)


CALLS = [route for route in POSTED if route.is_api]
VALUES: list[Any] = [
    None, "", TYPED, "a\x00b", "\ud800", -1, 2**31, 10**30, 1.5, True, [], {}, ["x"], {"a": [None]}, "x" * 300_000
]  # fmt: skip
MEMBERS = (
    "request_type", "answers", "accept_notice", "transition", "fields", "comment", "text", "internal", "decision",
    "signature", "consent", "decline", "reason", "visible_to_client", "seat",
)  # fmt: skip


@pytest.mark.parametrize("database_kind", ["postgresql"])  # rejects more values than SQLite
def test_malformed_api_calls_are_answered_with_a_problem(world: World, app: Any) -> None:
    """X5, T14: each member of each call with five kinds of values; with `EVERY_ROUND=1` with all fifteen."""
    with world.acting(world.people("paul")) as work:
        token = create_token(work, work.person, ["read", "submit", "work"])
    caller, wrong, step = TestApp(app), [], examples(3, 1)
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"', "Content-Type": "application/json"}
    for at, route in enumerate(CALLS):  # so that each kind of values is tried at each place of a body
        members = enumerate(known_members(caller, headers, route, world.address(route)) or MEMBERS, at)
        for body in ({name: value} for number, name in members for value in VALUES[number % step :: step]):
            whole = {**({"request_type": "nda", "answers": NDA} if "submissions" in route.name else {}), **body}
            keyed = {**headers, "Idempotency-Key": uuid4().hex}
            answer = caller.request(
                world.address(route),
                method=method_of(route),
                body=json.dumps(whole).encode(),
                headers=keyed,
                status="*",
            )
            if answer.status_int >= 500 or (
                answer.status_int >= 400 and answer.content_type != "application/problem+json"
            ):
                wrong.append((route.name, str(body)[:60], answer.status_int))
    assert wrong == []


def method_of(route: Route) -> str:
    return next(method for method in route.methods if method in ("POST", "PUT", "PATCH", "DELETE"))


def known_members(caller: TestApp, headers: dict[str, str], route: Route, address: str) -> list[str]:
    """The members that a call accepts, according to its own error message."""
    keyed = {**headers, "Idempotency-Key": "k"}
    answer = caller.request(address, method=method_of(route), body=b'{"nobody": 1}', headers=keyed, status="*")
    detail = answer.json.get("detail", "") if answer.status_int == 422 else ""
    return detail.split("known are ")[1].rstrip(".").split(", ") if "known are " in detail else []


BELOW = [route for route in routes() if "{reference}" in route.pattern]


@pytest.mark.parametrize("reference", ["foreign", "unknown"])
def test_inaccessible_dossier_answers_404_on_every_route(
    world: World, app: Any, people: People, reference: str
) -> None:
    """T13, P28: the same response as for a dossier that does not exist."""
    stranger = people.add("zed@example.com", "collaborator")
    visitor = Visitor(app).sign_in(stranger, people.password)
    page_token = visitor.get("/").html.find(attrs={"name": "csrf_token"})["value"]
    with world.acting(stranger) as work:
        bearer = create_token(work, work.person, ["read", "submit", "work"])
    wrong = []
    for route in BELOW:
        address = world.address(route)
        if reference == "unknown":
            address = address.replace(world.asked, "CTR-1999-0001").replace(world.signing, "CTR-1999-0001")
        headers = {"Authorization": f"Bearer {bearer}", "If-Match": '"1"'} if route.is_api else {}
        for method in route.methods:
            body = {"csrf_token": page_token} if method == "POST" else None
            answer = visitor.request(address, method=method, POST=body, headers=headers, status="*")
            if answer.status_int != 404 or world.asked in answer.text.replace(address, ""):
                wrong.append((route.name, method, answer.status_int))
    assert wrong == []
