"""Signature providers, and plugins that raise, hang or lie: nothing outside within a step, nothing lost."""

from __future__ import annotations

import hashlib
import io
import shutil
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from formengine.authoring import Bundle
from formengine.documents import DOCX
from formengine.errors import PluginFailed, PluginTimedOut, Refused
from formengine.extend import plugin_guard
from formengine.forms import Upload
from formengine.jobs import Retry, drain
from formengine.registry import ProviderFile
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import provider_calls, seat_changes, signed_copy_views
from formengine.services.approvals import signature_providers as providing
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents
from formengine.services.dossiers import transitions as moving
from formengine.services.dossiers.clean_versions import add_clean_version
from formengine.services.dossiers.version_consequences import ended_by_document
from formengine.services.publishing.publications import publish
from formengine.storage.models.rounds import ProviderSeat, Round, Seat
from formengine.work import functions_of
from tests.documents.word_versions.builders import negotiated
from tests.services.conftest import Case, MakeCase, paper
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import SITES, MakePlatform, acting_on, publish_site

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def platform(make_platform: MakePlatform) -> Platform:
    """The site `signing`, published with its plugin."""
    made = make_platform(site=SITES / "signing", plugins="./demo_sign")
    publish_site(made)
    return made


@pytest.fixture
def plugin(platform: Platform) -> Iterator[Any]:
    """The plugin's module: what it was called with, and its mood."""
    module = sys.modules["formengine_site_plugins_demo_sign"]
    usual = dict(module.mood)
    module.calls.clear()
    yield module
    module.mood.update(usual)


@pytest.fixture
def case(plugin: Any, people: People, make_case: MakeCase) -> Case:
    """Bo and Di both have to sign, at the provider."""
    sale = make_case("sale", by="cleo")
    sale.step("paul", "send")
    return sale


def seats(case: Case) -> list[ProviderSeat]:
    return case.reads(lambda work, _: list(work.session.scalars(select(ProviderSeat).order_by(ProviderSeat.seat_id))))


def ask_all(case: Case) -> None:
    for row in seats(case):
        providing.request_signature(case.platform, row.seat_id)


def look(case: Case) -> None:
    """What the worker does when it comes round: ask after every seat whose turn it is."""
    with case.platform.database.transaction() as session:
        work = providing.UnitOfWork(case.platform, session, None, now=case.now)
        due = [r.seat_id for r in seats(case) if r.state == "asked"]
        assert providing.enqueue_status_checks(work) <= len(due)
    for seat in due:
        providing.check_signature(case.platform, seat, case.now)


def test_the_step_asks_nobody_outside_and_jobs_do(case: Case, plugin: Any) -> None:
    """S7, W8: a row and a job for each seat in the step's transaction; the provider is called by the job, once."""
    assert plugin.calls == []
    assert [row.state for row in seats(case)] == ["waiting", "waiting"]
    ask_all(case)
    ask_all(case)
    started = [call for call in plugin.calls if call[0] == "start"]
    assert [call[2] for call in started] == ["bo@example.com", "di@example.com"]
    assert {call[3:] for call in started} == {(case.reference, "paper")}
    assert [row.state for row in seats(case)] == ["asked", "asked"]
    assert {"ask_signature", "recall_signature", "signature_status"} <= set(functions_of(case.platform))


def test_a_provider_that_accepts(case: Case, plugin: Any) -> None:
    """S7, W8: signed one by one; the last one leads on; each is in the history with the provider as evidence."""
    ask_all(case)
    look(case)
    assert case.seats == {"bo": "open", "di": "open"}
    case.later(minutes=5)
    plugin.mood["status"] = lambda seat: "signed" if seat.email.startswith("bo") else "asked"
    look(case)
    assert (case.state, case.seats) == ("signing", {"bo": "signed", "di": "open"})
    plugin.mood["status"] = "signed"
    case.later(hours=1)
    look(case)
    look(case)
    assert case.state == "done"
    assert (case.kinds().count("signed"), [row.state for row in seats(case)]) == (2, ["done", "done"])
    assert case.whole()


def test_a_provider_that_declines(case: Case, plugin: Any) -> None:
    """S7, W8: the round is over, and requests that are still open at the provider are recalled."""
    ask_all(case)
    plugin.mood["status"] = lambda seat: "declined" if seat.email.startswith("bo") else "asked"
    look(case)
    assert (case.state, case.seats) == ("refused", {"bo": "declined", "di": "closed"})
    assert [row.state for row in seats(case)] == ["done", "withdrawing"]
    for row in seats(case):
        providing.recall_signature(case.platform, row.seat_id)
    assert [call for call in plugin.calls if call[0] == "recall"] == [("recall", seats(case)[1].seat_id)]
    assert [row.state for row in seats(case)] == ["done", "withdrawn"]


def test_a_request_that_is_not_needed_any_more_is_withdrawn(plugin: Any, make_case: MakeCase) -> None:
    """S7, W8: one signature of finance is enough; that the other one was declined at the provider ends nothing then."""
    case = make_case("sale", by="cleo")
    case.step("paul", "send_either")
    ask_all(case)
    plugin.mood["status"] = lambda seat: "signed" if seat.email.startswith("bo") else "asked"
    look(case)
    assert case.seats == {"bo": "signed", "di": "not_needed", "paul": "open"}
    assert [row.state for row in seats(case)] == ["done", "withdrawing", "waiting"]
    plugin.mood["status"] = "declined"
    providing.check_signature(case.platform, seats(case)[1].seat_id, case.now)
    providing.recall_signature(case.platform, seats(case)[1].seat_id)
    assert ("recall", seats(case)[1].seat_id) in plugin.calls
    assert (case.state, seats(case)[1].state) == ("either", "withdrawn")


def test_a_provider_that_times_out(case: Case, plugin: Any) -> None:
    """S7, W8: expired there is expired here."""
    ask_all(case)
    plugin.mood["status"] = "expired"
    look(case)
    assert (case.state, case.rounds) == ("lapsed", [("theirs", 1, "expired")])


def test_what_is_signed_elsewhere_is_not_signed_here(case: Case, plugin: Any) -> None:
    """S7, S8: such a seat cannot be signed in the portal; a withdrawn request is recalled, and a later status changes
    nothing.
    """
    with pytest.raises(Refused, match="demo_sign"):
        case("bo", deciding.sign, "Bo Jansen", True)
    ask_all(case)
    case("paul", documents.new_document_version, "contract", paper(b"% new"), ends_signatures=True)
    assert case.rounds == [("theirs", 1, "superseded"), ("theirs", 2, "open")]
    assert [row.state for row in seats(case)] == ["withdrawing", "withdrawing", "waiting", "waiting"]
    case.step("cleo", "withdraw")
    plugin.mood["status"] = "signed"
    for row in seats(case):
        providing.check_signature(case.platform, row.seat_id, case.now)
    assert (case.state, case.kinds().count("signed")) == ("refused", 0)


def test_a_provider_that_lies_or_raises_is_named_and_tried_again(case: Case, plugin: Any) -> None:
    """X4, S7: the step stays, the error is on the seat's row, and a later try succeeds."""
    plugin.mood["start"] = RuntimeError("no paper left")
    with pytest.raises(PluginFailed, match=r"demo_sign.*raised an error"):
        ask_all(case)
    first = seats(case)[0]
    assert (first.state, "demo_sign" in (first.error or "")) == ("waiting", True)
    plugin.mood["start"] = None
    ask_all(case)
    for answer in ("maybe", None, 3):
        plugin.mood["status"] = answer
        with pytest.raises(PluginFailed, match="demo_sign"):
            look(case)
    assert (case.state, case.seats) == ("signing", {"bo": "open", "di": "open"})
    plugin.mood["status"] = "signed"
    case.later(hours=1)
    look(case)
    assert case.state == "done"


def test_no_second_request_while_one_that_timed_out_may_go_on(
    case: Case, plugin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S7: the thread of the first cannot be stopped: it may still reach the provider. The seat is free as
    soon as it ends.
    """
    provider = case.platform.registry.vocabulary.providers["demo_sign"].provider
    answered = threading.Event()
    slow = plugin_guard.limited(
        "signature provider", "demo_sign", lambda _round, _seat: answered.wait(60), lambda _: True, 0.1
    )
    monkeypatch.setattr(provider, "start", slow)
    first = seats(case)[0].seat_id
    with pytest.raises(PluginTimedOut):
        providing.request_signature(case.platform, first)
    with pytest.raises(Retry, match="another job"):
        providing.request_signature(case.platform, first)
    assert "in time" in (seats(case)[0].error or "")
    (holding,) = [thread for thread in threading.enumerate() if thread.name == f"provider call {first}"]
    answered.set()
    holding.join(provider_calls.HOLD_INTERVAL / 3)
    assert not holding.is_alive()
    providing.request_signature(case.platform, first)
    assert seats(case)[0].state == "asked"


def test_a_seat_is_held_for_as_long_as_a_call_goes_on(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """S7: longer than CALL_TIME, for which a job that dies holds it; what is asked already is left alone."""
    monkeypatch.setattr(provider_calls, "HOLD_INTERVAL", 0)
    seat, seen = seats(case)[0].seat_id, list[bool]()

    def ends_within(_seconds: float) -> bool:
        row = seats(case)[0]
        seen.append(row.next_at is not None and row.next_at > datetime.now(UTC) + provider_calls.CALL_TIME / 2)
        return len(seen) == 4

    provider_calls.hold_while_running(case.platform, seat, ends_within).join(60)
    assert (seen, seats(case)[0].next_at) == ([False, True, True, True], None)
    providing.request_signature(case.platform, seat)
    asked = seats(case)[0].next_at
    ends = iter([False, True])
    provider_calls.hold_while_running(case.platform, seat, lambda _seconds: next(ends)).join(60)
    assert seats(case)[0].next_at == asked is not None


@pytest.fixture
def shared_round(platform: Platform, plugin: Any, people: People, make_case: MakeCase, tmp_path: Path) -> Case:
    """A majority of the board and Ines sign; Bo and Di have signed, so that Cleo is not needed, and her request is
    withdrawn.
    """
    site = shutil.copytree(SITES / "signing", tmp_path / "shared")
    workflow = site / "workflows" / "sale" / "workflow.yaml"
    text = workflow.read_text(encoding="utf-8")
    board = "  board: {team: board, title: {en: Board, fr: Conseil}}\nstates:"
    order = "order: [[{role: board, need: majority}, {position: general_counsel}]]"
    text = text.replace("states:", board, 1).replace("order: [[{role: finance, need: all}]]", order)
    workflow.write_text(text, encoding="utf-8")
    with acting_on(platform, None) as work:
        publish(work, Bundle.from_folder(site), "for the tests")
    case = make_case("sale", by="cleo")
    case.step("paul", "send")
    ask_all(case)
    plugin.mood["status"] = lambda seat: "signed" if seat.email.startswith(("bo", "di")) else "asked"
    look(case)
    plugin.calls.clear()
    return case


@pytest.mark.parametrize("is_recalled", [False, True])
def test_a_signature_that_is_needed_again_is_requested_anew(shared_round: Case, plugin: Any, is_recalled: bool) -> None:
    """S7, W8: with one more seat the majority is larger; whether or not the withdrawal has been made by then, the
    request follows it, and the round can be signed.
    """
    case = shared_round
    assert case.seats == {"bo": "signed", "di": "signed", "cleo": "not_needed", "ines": "open"}
    (row,) = [row for row in seats(case) if row.state == "withdrawing"]
    if is_recalled:
        providing.recall_signature(case.platform, row.seat_id)
        assert plugin.calls == [("recall", row.seat_id)]
    case.later(hours=1)
    newest = case.reads(lambda work, _: work.session.scalars(select(Round).order_by(Round.id.desc())).first())
    case("paul", seat_changes.add_seat, newest.id, "mo@elsewhere.example", "Mo Reed")
    assert case.seats["cleo"] == "open"
    drain(case.platform.queue, functions_of(case.platform))
    assert [call[:2] for call in plugin.calls if call[1] == row.seat_id] == [
        ("recall", row.seat_id),
        ("start", row.seat_id),
    ]
    assert {row.state for row in seats(case)} == {"done", "asked"}
    plugin.mood["status"] = "signed"
    case.later(hours=1)
    look(case)
    assert (case.state, case.seats["cleo"], case.whole()) == ("done", "signed", True)


def test_what_was_sent_is_kept_and_compared_with_what_is_signed(case: Case, plugin: Any) -> None:
    """S6, S7: its hash stands on the seat and in the evidence; a signature on something else is not taken."""
    ask_all(case)
    first, second = seats(case)
    (request,) = first.sent
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert request["documents"] == {"contract": {"sha256": sha256, "pdf": None}}
    with case.platform.database.transaction() as session:
        row = session.get_one(ProviderSeat, second.seat_id)
        row.sent = [{**request, "documents": {"contract": {"sha256": "0" * 64, "pdf": None}}}]
    plugin.mood["status"] = "signed"
    providing.check_signature(case.platform, first.seat_id, case.now)
    with pytest.raises(PluginFailed, match="no longer the version of contract"):
        providing.check_signature(case.platform, second.seat_id, case.now)
    assert case.seats == {"bo": "signed", "di": "open"}
    assert "no longer the version" in (seats(case)[1].error or "")
    record = case.reads(lambda work, dossier: signed_copy_views.evidence(work, dossier, "contract"), "paul")
    assert record["signers"][0]["signature"]["sent"] == [request]
    assert case.whole()


def test_a_signed_pdf_that_only_adds_to_what_was_sent_is_known() -> None:
    """S6: byte for byte; one that the provider wrote anew proves less, and is kept all the same."""
    contract, annex = b"%PDF-1.7 contract", b"%PDF-1.7 annex"
    rows = [
        providing.RequestedDocument(name, name, "0", bytes, providing.no_document) for name in ("contract", "annex")
    ]
    sent = [{"documents": provider_calls.sent_documents(rows, {"contract": contract, "annex": annex})}]
    for content, document, continues in (
        (contract + b" signed", "contract", True),
        (contract + b" signed", "annex", False),
        (annex, "", True),
        (b"%PDF-1.7 anew", "contract", False),
    ):
        assert provider_calls.continues_sent(sent, ProviderFile("signed", content, document)) is continues


def test_nothing_is_requested_before_every_document_is_there(people: People, plugin: Any, make_case: MakeCase) -> None:
    """S7, S6: the contract comes after the round has opened; only then are both asked, and it is what they sign."""
    case = make_case("sale", by="cleo", with_paper=False)
    case.step("paul", "send")
    assert (case.rounds, seats(case)) == ([("theirs", 1, "open")], [])
    case("paul", documents.new_document_version, "contract", paper())
    assert [row.state for row in seats(case)] == ["waiting", "waiting"]
    ask_all(case)
    assert [call[0] for call in plugin.calls] == ["start", "start"]


def test_signatures_that_are_held_are_not_ended_by_a_clean_version(case: Case, plugin: Any) -> None:
    """S3, S10: nobody is asked to sign a version with remarks, so that none of them has to agree to clean it; the seats
    are requested then.
    """
    remarked = Upload("contract.docx", DOCX, io.BytesIO(negotiated()))
    case("paul", documents.new_document_version, "contract", remarked, ends_signatures=True)
    assert case.rounds == [("theirs", 1, "superseded"), ("theirs", 2, "open")]
    assert [row.state for row in seats(case)] == ["withdrawing", "withdrawing"]
    seat = case.reads(lambda work, _: work.session.scalars(select(Seat).order_by(Seat.id.desc())).first())
    for target in ({"round_id": seat.round_id}, {"seat_id": seat.id}):
        assert case.reads(lambda work, dossier, target=target: seat_changes.is_held(work, dossier, **target), "paul")  # type: ignore[misc]
    assert case.reads(lambda work, dossier: ended_by_document(work, dossier, ["contract"]), "paul") == {}
    case("paul", add_clean_version, "contract")
    assert [row.state for row in seats(case)] == ["withdrawing", "withdrawing", "waiting", "waiting"]


@pytest.fixture
def draft(plugin: Any, people: People, make_case: MakeCase, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(plugin_guard, "TIMEOUT", 0.2)
    monkeypatch.setattr(plugin_guard, "PAUSE", 0)
    return make_case("sale", by="cleo")


def test_a_plugin_in_a_step_fails_it_whole(draft: Case, plugin: Any) -> None:
    """X4, W11: the step is refused with the plugin's name and nothing changes; once the plugin works, the step
    succeeds.
    """

    def raises(_: object) -> None:
        raise ZeroDivisionError("division by zero")

    before = (draft.version, draft.state, draft.kinds())
    ways = [("guarded", "guard", way) for way in (raises, plugin.hang, 42)]
    ways += [("acted", "action", way) for way in (raises, plugin.hang, 42, [("no_such_job", {})])]
    for transition, mood, way in ways:
        plugin.mood[mood] = way
        with pytest.raises(Refused, match=r"moody|careless"):
            draft("paul", moving.perform, transition, draft.version)
        assert (draft.version, draft.state, draft.kinds()) == before
    plugin.mood.update(guard=True, action=None)
    draft("paul", moving.perform, "guarded", draft.version)
    assert (draft.state, draft.whole()) == ("done", True)


def test_asking_after_a_seat_grows_rarer() -> None:
    """S7: from a minute to an hour."""
    waits = [providing._poll_interval(timedelta(minutes=m)) for m in (0, 60, 6000)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=6), timedelta(hours=1)]
