"""Drafts of parts of a form: whose they are, and when they end (F20, F8)."""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from sqlalchemy import func, select

from formengine.errors import Refused
from formengine.forms.tree.control_names import segment
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.intake import part_links
from formengine.services.intake.loaded_fillings import get_filling
from formengine.services.intake.part_changes import reassign_part, reopen_part, withdraw
from formengine.services.intake.part_drafts import controls_of, save_part_draft
from formengine.services.intake.part_sending import OpenPart, judge_part, load_part
from formengine.services.intake.part_sending import send as send_judged
from formengine.services.intake.part_timers import wake_filling
from formengine.services.intake.seen_parts import NOTHING_SEEN, PartChanged, SeenPart, draft_of, mark_of
from formengine.storage.models.drafts import Draft
from formengine.storage.models.fillings import Filling
from tests.services.intake.sent_parts import send_part
from tests.services.intake.test_fillings import SUPPLIER, Request
from tests.support.concurrency import at_once
from tests.support.people import People

pytestmark = pytest.mark.site("parts")


@pytest.fixture
def purchase(platform: Platform, people: People) -> Request:
    return Request(platform, people).begin()


def save(work: UnitOfWork, view: OpenPart, seen: SeenPart = NOTHING_SEEN, **typed: str) -> None:
    pairs = [(f"f-{segment(name)}", value) for name, value in typed.items()]
    save_part_draft(view, view.form.read(pairs), seen)


def save_budget(work: UnitOfWork, filling: int) -> None:
    save(work, load_part(work, filling, "finance"), budget="B-1")


def budget(work: UnitOfWork, filling: int) -> Any:
    draft = draft_of(work, load_part(work, filling, "finance").part)
    return draft and draft.data and draft.data["budget"]


def save_by_link(work: UnitOfWork, token: str) -> None:
    save(work, part_links.load_guest_part(work, token).view, their_address="1 Supply Street")


def kept_for(work: UnitOfWork, token: str) -> tuple[Any, Any]:
    """The draft and the answers with which a link opens."""
    view = part_links.load_guest_part(work, token).view
    draft = draft_of(view.loaded.work, view.part)
    return draft and draft.data, view.answers


def drafts(purchase: Request) -> Any:
    return purchase(None, lambda work: work.session.scalar(select(func.count()).select_from(Draft)))


def test_drafts_end_with_an_expired_request(purchase: Request) -> None:
    """F20, T13: also those saved last; nobody finds them in a later request, whose part may have the same id."""
    purchase.later(days=20)
    purchase("bo", save_budget, purchase.id)
    assert purchase("bo", budget, purchase.id) == "B-1"
    purchase.later(days=31)
    purchase(None, wake_filling, purchase.id)
    assert drafts(purchase) == 0
    purchase.begin()
    assert purchase("bo", budget, purchase.id) is None


def test_a_part_sent_at_the_last_moment_is_not_deleted(purchase: Request) -> None:
    """F20, T4: either it is sent and the request goes on, or the request has ended and sending says so."""
    purchase.later(days=31)
    written = Event()

    def end(work: UnitOfWork) -> None:
        get_filling(work, purchase.id)
        written.wait(5)
        wake_filling(replace(work, now=purchase.now), purchase.id)

    def send(work: UnitOfWork) -> None:
        send_part(replace(work, now=purchase.now), purchase.id, "finance", {"budget": "B-1"})
        written.set()

    ended, sent = at_once(purchase.platform, (None, end), (purchase.people("bo").id, send))
    rows = purchase(None, lambda work: work.session.scalar(select(func.count()).select_from(Filling)))
    assert (ended, sent, rows) in (("", "", 1), ("", "NotFound", 0))


def test_drafts_end_with_a_withdrawn_request(purchase: Request) -> None:
    """F20: nothing of it is kept."""
    purchase("bo", save_budget, purchase.id)
    purchase("cleo", withdraw, purchase.id)
    assert drafts(purchase) == 0


def test_a_part_that_was_sent_has_no_draft(purchase: Request) -> None:
    """F20: however it was sent; opened again, it shows what was sent."""
    purchase("bo", save_budget, purchase.id)
    purchase.send("bo", "finance", SeenPart(1), budget="B-2")
    purchase("cleo", reopen_part, purchase.id, "finance")
    assert purchase("bo", budget, purchase.id) is None
    assert purchase("bo", lambda work: load_part(work, purchase.id, "finance").answers) == {"budget": "B-2"}


def test_sending_replaces_no_draft_that_its_sender_has_not_seen(purchase: Request) -> None:
    """F20, F8: neither on a page nor in the API; the same answers, or the version of the draft, are as good."""
    purchase("bo", save_budget, purchase.id)
    with pytest.raises(PartChanged) as refused:
        purchase.send("di", "finance", budget="B-2")
    assert (refused.value.now, purchase("bo", budget, purchase.id)) == (SeenPart(1, ""), "B-1")
    assert purchase.states["finance"] == "open"
    purchase.send("di", "finance", budget="B-1")
    assert purchase.states["finance"] == "sent"


def test_a_draft_saved_while_somebody_sends_is_not_lost(purchase: Request) -> None:
    """F20, F8, T4: the sender is told of it, though it came after they had read the part."""

    def send(work: UnitOfWork) -> None:
        view = load_part(work, purchase.id, "finance")
        if drafts(purchase) == 0:
            purchase("bo", save_budget, purchase.id)
        send_judged(view, *judge_part(view, {"budget": "B-2"}))

    with pytest.raises(PartChanged):
        purchase("di", send)
    assert purchase("bo", budget, purchase.id) == "B-1"


def test_answers_sent_meanwhile_are_not_replaced_unseen(purchase: Request) -> None:
    """F20: a page that was opened before a colleague sent the part, which is open again, neither saves nor sends."""
    unseen = SeenPart(0, purchase("bo", lambda work: mark_of(load_part(work, purchase.id, "finance").part)))
    purchase.send("di", "finance", budget="B-1")
    purchase("cleo", reopen_part, purchase.id, "finance")
    with pytest.raises(PartChanged) as refused:
        purchase.send("bo", "finance", unseen, budget="B-2")
    with pytest.raises(PartChanged):
        purchase("bo", lambda work: save(work, load_part(work, purchase.id, "finance"), unseen, budget="B-2"))
    purchase.send("bo", "finance", refused.value.now, budget="B-2")
    assert purchase.states["finance"] == "sent"


def test_another_person_outside_begins_anew(purchase: Request) -> None:
    """F20, T13: they read neither the draft nor the answers of whoever was asked before, in the API neither."""
    purchase(None, save_by_link, purchase.token(SUPPLIER["email"]))
    purchase("cleo", reassign_part, purchase.id, "supplier", "other@rival.example", "Rival")
    assert purchase(None, kept_for, purchase.token("other@rival.example")) == (None, None)
    purchase.by_link("other@rival.example", their_address="2 Rival Road")
    purchase("cleo", reopen_part, purchase.id, "supplier")
    assert purchase(None, kept_for, purchase.token("other@rival.example")) == (None, {"their_address": "2 Rival Road"})
    purchase("cleo", reassign_part, purchase.id, "supplier", SUPPLIER["email"])
    assert purchase(None, kept_for, purchase.token(SUPPLIER["email"])) == (None, None)


def test_colleagues_go_on_with_what_is_there(purchase: Request) -> None:
    """F20: an account that is asked in the place of another keeps the draft of the part."""
    purchase("bo", save_budget, purchase.id)
    purchase("cleo", reassign_part, purchase.id, "finance", purchase.people("di").id)
    assert purchase("di", budget, purchase.id) == "B-1"


def test_a_draft_is_read_in_the_language_that_it_was_typed_in(platform: Platform, people: People) -> None:
    """F20, F8: for a colleague who reads French it is the same number, in a field that another part calls up."""
    request = Request(platform, people)
    request.begin("cleo", "badge", room="12", visitor=True, host=people("bo").id)

    def type_in(work: UnitOfWork) -> None:
        view = load_part(work, request.id, "host")
        controls = view.form.draft({"hours": 1250, "floor": "3"})
        typed = {name: ["1,250" if text == "1250" else text for text in texts] for name, texts in controls.items()}
        assert typed != controls
        save_part_draft(view, view.form.resume(typed), NOTHING_SEEN)

    request("bo", type_in)

    def read(work: UnitOfWork) -> Any:
        view = load_part(replace(work, language="fr"), request.id, "host")
        draft = draft_of(view.loaded.work, view.part)
        assert draft is not None
        return view.form.resume(controls_of(view, draft)).data

    assert request("bo", read) == {"hours": 1250, "floor": "3"}


def test_saving_a_draft_keeps_the_request(platform: Platform, people: People) -> None:
    """F20, F8: what somebody still fills in is not deleted under their hands."""
    request = Request(platform, people).begin()
    request.later(days=29)
    request("bo", save_budget, request.id)
    request.later(days=10)
    request(None, wake_filling, request.id)
    assert request.state == "filling"
    assert request("bo", lambda work: get_filling(work, request.id).wake_at > work.now)


def test_two_who_save_at_once_make_one_draft(purchase: Request) -> None:
    """F20, F8: whoever comes second is told, as when there was one before."""

    def save_both(work: UnitOfWork) -> None:
        view = load_part(work, purchase.id, "finance")
        if drafts(purchase) == 0:
            purchase("di", save_budget, purchase.id)
        save(work, view, budget="B-2")

    with pytest.raises(PartChanged):
        purchase("bo", save_both)
    assert drafts(purchase) == 1
    assert purchase("bo", budget, purchase.id) == "B-1"


def test_nothing_is_saved_of_a_part_that_was_sent_at_once(purchase: Request) -> None:
    """F20, F8: the page that was read before says that the part is not open any more."""

    def save_late(work: UnitOfWork) -> None:
        view = load_part(work, purchase.id, "finance")
        if purchase.states["finance"] == "open":
            purchase.send("di", "finance", budget="B-1")
        save(work, view, budget="B-2")

    with pytest.raises(Refused):
        purchase("bo", save_late)
    assert drafts(purchase) == 0
