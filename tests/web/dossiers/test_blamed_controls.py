"""Errors of pages stand at the controls to blame, and are linked from the summary."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.documents import draft_document
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Round, Seat
from tests.web.dossiers.test_bad_posts import World, world
from tests.web.dossiers.visitors import Visitor

__all__ = ["world"]


@pytest.fixture
def database_kind() -> str:
    """Pages only; SQLite is enough."""
    return "sqlite"


def blamed(page: Any) -> dict[str, str]:
    """The errors of a page by the id of their control; AssertionError where one is not at its control."""
    lines = [(link["href"].removeprefix("#"), link.get_text()) for link in page.html.select("[data-error-summary] a")]
    assert len(lines) == len(set(lines)), "two lines alike"
    for control, sentence in lines:
        element = page.html.find(id=control)
        assert element is not None, f"no control {control}"
        element = element.find("input") if element.name == "fieldset" else element
        assert element.get("aria-invalid") == "true", control
        described = [page.html.find(id=name) for name in element["aria-describedby"].split()]
        assert all(described), f"{control} is described by nothing"
        assert any(part.get_text() in sentence or sentence in part.get_text() for part in described), sentence
        assert not [parent for parent in element.parents if parent.name == "details" and not parent.has_attr("open")]
    return dict(lines)


def posts(world: World, signature: int, round_: int) -> list[tuple[str, str, dict[str, str], set[str]]]:
    """(who, address, what is posted, the controls to blame)."""
    asked, signing, act = f"/dossiers/{world.asked}", f"/dossiers/{world.signing}", f"/act/{world.link}"
    successor = {"successor_name": "", "successor_email": "x", "successor_reason": ""}
    return [
        ("", "/sign-in", {"email": "x@example.com", "password": "wrong"}, {"email"}),
        ("", "/forgotten-password", {"email": "x"}, {"email"}),
        ("", f"{act}/signature", {"code": ""}, {"code", "text", "consent"}),
        ("", f"{act}/signature", {"code": "000000x", "text": "Joe", "consent": "yes"}, {"code"}),
        ("", f"{act}/signature", {"code": "0", "text": "Mickey", "consent": "yes"}, {"code", "confirmed_name"}),
        ("", f"{act}/signature", {"code": "000000x", "kind": "drawn"}, {"code", "drawing", "consent"}),
        ("", f"{act}/refusal", {"code": "", "reason": ""}, {"decline-code", "reason"}),
        ("", f"{act}/refusal", {"code": "000000x", "reason": ""}, {"decline-code", "reason"}),
        ("", f"{act}/forwarding", {"code": "000000x", **successor},
         {"forward-code", *(f"forward-{name}-{signature}" for name in ("name", "email", "reason"))}),
        ("paul", f"{asked}/notes", {"text": "x"}, {"note-public"}),
        ("paul", f"{asked}/notes", {"text": "", "internal": "no"}, {"note-text"}),
        ("paul", f"{asked}/notes/{world.note}", {"text": ""}, {"text"}),
        ("paul", f"{asked}/attachments", {}, {"attach-files", "attach-client"}),
        ("paul", f"{asked}/attachments/{world.attached}/versions", {}, {f"file-{world.attached}"}),
        ("paul", f"{asked}/attachments/{world.attached}/visibility", {}, {f"seen-{world.attached}-client"}),
        ("paul", f"{asked}/attachments/{world.attached}/withdrawal", {}, {f"reason-{world.attached}"}),
        ("paul", f"{asked}/documents/agreement", {}, {"version-agreement"}),
        ("paul", f"{asked}/assignment", {"person": ""}, {"assign-person"}),
        ("paul", f"{asked}/watcher", {"person": ""}, {"watch-person"}),
        ("paul", "/desk/assignments", {"query": "", "person": ""}, {"chosen", "bulk-person"}),
        ("paul", f"{signing}/seats/correction", {"seat": str(signature), "email": "x"}, {f"email-{signature}"}),
        ("paul", f"{signing}/seats/replacement", {"seat": str(signature)}, {f"other-{signature}-email"}),
        ("paul", f"{signing}/seats/replacement", {"seat": str(signature), "email": "x"}, {f"other-{signature}-email"}),
        ("paul", f"{signing}/seats", {"round": str(round_), "person": ""}, {f"signer-{round_}"}),
        ("paul", f"{signing}/copies", {"round": str(round_), "email": "x"}, {f"copy-{round_}"}),
        ("sam", "/admin/mail/resend", {}, {"chosen"}),
        ("sam", "/account/tokens", {"days": "0"}, {"scopes", "days"}),
    ]  # fmt: skip


def test_errors_stand_at_their_controls(world: World, app: Any, platform: Platform) -> None:
    """F6, U4: aria-invalid, described by the sentence, with a link in the summary, in nothing that is folded."""
    with world.acting(world.people("paul")) as work:
        claim(work, world.signing)
        draft_document(work, get_dossier(work, world.signing).id, "agreement", 0)  # nobody signs before it is there
    with platform.database.transaction() as session:
        seat = session.query(Seat).join(Round).filter(Round.kind == "signature", Seat.status == "open").one()
        signature, round_ = seat.id, seat.round_id
        session.query(Mail).first().state = "failed"
    visitors: dict[str, Visitor] = {}
    for who, address, sent, controls in posts(world, signature, round_):
        if who not in visitors:
            visitors[who] = Visitor(app)
            if who:
                visitors[who].sign_in(world.people(who), world.people.password)
        visitor = visitors[who]
        token = visitor.get("/" if who else "/sign-in").html.find(attrs={"name": "csrf_token"})["value"]
        page = visitor.post(address, {"csrf_token": token, **sent}, status=422)
        assert set(blamed(page)) == controls, (address, sent)


def test_what_was_typed_is_shown_in_its_own_form_alone(world: World, app: Any, platform: Platform) -> None:
    """F6: a wrong address of a signer is no address of the person to ask instead."""
    with world.acting(world.people("paul")) as work:
        claim(work, world.signing)
    with platform.database.reading() as session:
        seat = session.query(Seat).join(Round).filter(Round.kind == "signature", Seat.status == "open").one().id
    paul = Visitor(app).sign_in(world.people("paul"), world.people.password)
    token = paul.get("/").html.find(attrs={"name": "csrf_token"})["value"]
    sent = {"csrf_token": token, "seat": str(seat), "name": "Joe", "email": "joe at globex"}
    page = paul.post(f"/dossiers/{world.signing}/seats/correction", sent, status=422).html
    assert page.find(id=f"email-{seat}")["value"] == "joe at globex"
    assert not page.find(id=f"other-{seat}-email").get("value")
