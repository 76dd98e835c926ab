"""Signers corrected, replaced, added, removed and put in copy by whoever is in charge (S9)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import EngineContext, HistoryRecorded
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.seat_changes import may_add
from tests.workflow.builders import Cast, at, refusal, run, simulate

CY, NEW, LAWYER = "cy@acme.example", "cyrus@acme.example", "lee@firm.example"


def signing(keys: str = "", order: str = "[[outsider], [chief]]", **more: Any) -> Simulation:
    sim = simulate(
        f"""
starts_in: a
states:
  a: {{}}
  out: {{signatures: both, signed: z, declined: a}}
  z: {{ends: true}}
transitions:
  send: {{from: a, to: out, who: [drafter]}}
  withdraw: {{from: any, to: z, who: [requester]}}
signatures:
  both: {{document: contract, order: {order}{keys}}}
""",
        answers={"contact": {"name": "Cy", "email": CY}},
        documents=("contract",),
        **more,
    )
    sim.do("send", by="ana")
    return sim


def asked(sim: Simulation) -> list[str]:
    return [seat.person for seat in sim.seats]


def mailed(sim: Simulation, kind: str) -> list[str]:
    return [mail.to for mail in sim.mails if mail.kind == kind]


def recorded(sim: Simulation, kind: str) -> list[tuple[str | None, str]]:
    entries = [entry for entry in sim.effects if isinstance(entry, HistoryRecorded) and entry.kind == kind]
    return [(entry.by, entry.data.get("to") or entry.data["person"]) for entry in entries]


def test_an_address_is_corrected() -> None:
    """S9: the seat goes to the new address, with a fresh link and an entry; the earlier one signs no more."""
    sim = signing()
    sim.correct_seat(CY, by="ana", email=NEW)
    assert asked(sim) == [NEW]
    assert mailed(sim, "signature_asked") == [CY, NEW]
    assert recorded(sim, "seat_corrected") == [("ana", NEW)]
    assert refusal(lambda: sim.sign(by=CY)) == ["Your signature is not asked for now."]
    sim.sign(by=NEW)
    sim.sign(by="ines")
    assert sim.state == "z"


def test_a_name_is_corrected() -> None:
    """S9: the seat stays, a link is sent again; the name of an account is its own."""
    sim = signing(order="[[outsider, chief]]")
    sim.correct_seat(CY, by="ana", name="Cyrus Acme")
    assert next((seat.person, seat.name) for round_ in sim.case.rounds for seat in round_.seats) == (CY, "Cyrus Acme")
    assert mailed(sim, "signature_asked").count(CY) == 2
    assert "has an account" in refusal(lambda: sim.correct_seat("ines", by="ana", name="Inès"))[0]


def test_a_signer_is_added_to_a_later_step() -> None:
    """S9: asked when it starts, by the name that was given."""
    sim = signing()
    sim.add_approver(NEW, 1, by="ana", name="Cyrus Acme")
    assert asked(sim) == [CY]
    sim.sign(by=CY)
    names = {seat.person: seat.name for round_ in sim.case.rounds for seat in round_.seats if seat.status == "open"}
    assert names == {"ines": None, NEW: "Cyrus Acme"}
    assert "This step is over" in refusal(lambda: sim.add_approver(LAWYER, 0, by="ana"))[0]


def test_a_signer_is_replaced_added_and_removed() -> None:
    """S9: by an account or an address; whoever is added has to sign, whoever is needed is not removed."""
    sim = signing()
    sim.replace_seat(CY, "dan@acme.example", by="lea")
    sim.add_seat("vi", by="ana")
    assert asked(sim) == ["dan@acme.example", "vi"]
    assert recorded(sim, "seat_replaced") == [("lea", "dan@acme.example")]
    assert "nobody could decide" in refusal(lambda: sim.remove_seat("dan@acme.example", by="ana"))[0]
    sim.sign(by="dan@acme.example")
    assert asked(sim) == ["vi"]
    sim.remove_seat("vi", by="ana")
    assert asked(sim) == ["ines"]


def test_a_lawyer_is_in_copy() -> None:
    """S9: told what is put to signature and what was signed, and asked nothing; `cc` names roles and facts."""
    sim = signing(", cc: [requester, contact]")
    assert mailed(sim, "copy") == ["cleo"]  # who is asked to sign has the mail about that
    sim.add_copy(LAWYER, by="ana")
    assert asked(sim) == [CY]
    assert recorded(sim, "copy_added") == [("ana", LAWYER)]
    assert "in copy already" in refusal(lambda: sim.add_copy(LAWYER, by="ana"))[0]
    sim.sign(by=CY)
    sim.sign(by="ines")
    assert mailed(sim, "copy") == ["cleo", LAWYER, "cleo", CY, LAWYER]


def test_a_declined_round_sends_no_text() -> None:
    """S9: nothing was signed."""
    sim = signing(", cc: [requester]")
    sim.decline(by=CY, reason="No.")
    assert mailed(sim, "copy") == ["cleo"]


@pytest.mark.parametrize("by", ["cleo", "bo", "al"])
def test_only_who_is_in_charge_changes_who_signs(by: str) -> None:
    """S9: whoever claimed the dossier, and legal admins."""
    sim = signing()
    acts = [
        lambda: sim.correct_seat(CY, by=by, email=NEW),
        lambda: sim.replace_seat(CY, "vi", by=by),
        lambda: sim.add_seat("vi", by=by),
        lambda: sim.remove_seat(CY, by=by),
        lambda: sim.add_copy(LAWYER, by=by),
    ]
    before = sim.version
    assert all("may change who approves or signs" in refusal(act)[0] for act in acts)
    assert (sim.version, asked(sim)) == (before, [CY])


def test_who_signs_may_be_fixed() -> None:
    """S9: `fixed: true`."""
    sim = signing(", fixed: true")
    assert "is fixed" in refusal(lambda: sim.correct_seat(CY, by="ana", email=NEW))[0]


def test_nobody_is_asked_who_may_not_sign() -> None:
    """S9, P25: no closed account, nobody twice, no seat that is over, nobody kept out, no outsider in an approval."""
    sim = signing(cast=Cast(gone=["wu"], only_clients=["xi"]))
    assert "no active account" in refusal(lambda: sim.replace_seat(CY, "wu", by="ana"))[0]
    assert "permission" in refusal(lambda: sim.add_seat("xi", by="ana"))[0]
    sim.add_seat("vi", by="ana")
    assert "has a seat" in refusal(lambda: sim.replace_seat(CY, "vi", by="ana"))[0]
    sim.sign(by=CY)
    assert "not asked for any more" in refusal(lambda: sim.correct_seat(CY, by="ana", email=NEW))[0]


def test_an_address_does_not_take_the_place_of_an_account() -> None:
    """S9, P25: else whoever is in charge could sign for the company through a mailbox of their own."""
    sim = signing(order="[[outsider, chief]]")
    assert "with an account" in refusal(lambda: sim.replace_seat("ines", "own@mail.example", by="ana"))[0]
    sim.replace_seat("ines", "vi", by="ana")
    assert asked(sim) == [CY, "vi"]


@pytest.mark.parametrize(("cc", "wrong"), [("[years]", "names no people"), ("[contcat]", "did you mean .contact")])
def test_copies_go_to_people(cc: str, wrong: str) -> None:
    """W13: a role, or a fact with people or addresses."""
    with pytest.raises(AssertionError, match=wrong):
        signing(f", cc: {cc}")


def test_nobody_new_is_asked_after_the_time_whose_timer_has_not_fired() -> None:
    """W8, S9: they would be mailed what they can no longer sign; and nobody is taken out, which ends rounds."""
    sim = signing(", expires: 2 working days", order="[[outsider, chief]]")
    sim.forward(by=CY, to=NEW, reason="He signs for us.")
    round_ = sim.case.rounds[0]
    seat, other = round_.seats
    before = len(sim.mails)
    late = EngineContext(at(days=2), sim.directory, people=sim._people)
    for change, *inputs in (
        (engine.correct_seat, seat, "ana", "Cy", NEW),
        (engine.replace_seat, other, "vi", "ana"),
        (engine.add_seat, round_, LAWYER, "ana"),
        (engine.add_approver, "vi", 0, "ana"),
        (engine.add_copy, round_, LAWYER, "ana"),
        (engine.remove_seat, other, "ana"),
        (engine.remove_approver, "ines", "ana"),
        (engine.confirm_forward, seat, "ana"),
        (engine.ask_to_forward, other, "vi@example.com", "ines", "She signs for us."),
    ):
        told = refusal(lambda: run(sim, change, *inputs, context=late))  # noqa: B023 - called at once
        assert told == ["The time to sign or to decide is over."], change.__name__
    execution = Execution(sim.workflow, sim.case, late)
    assert not may_add(execution, round_, "ana")
    assert engine.forward_reasons(execution, round_, other) == ["The time to sign or to decide is over."]
    assert (asked(sim), len(sim.mails)) == ([CY, "ines"], before)
