"""What time brings to a round, and accounts that are closed (W7)."""

from __future__ import annotations

from datetime import datetime

from formengine.workflow import Mail, Simulation
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import EngineContext, NotifyPeople
from tests.workflow.builders import Cast, at, run
from tests.workflow.engine.test_rounds import approving, seated
from tests.workflow.engine.test_signatures import signing


def reminded(sim: Simulation) -> list[tuple[str, datetime]]:
    return [(mail.to, mail.at) for mail in sim.mails if mail.kind == "approval_reminder"]


def test_whoever_has_not_decided_is_reminded_again_and_again() -> None:
    """W7: `remind: every 2 working days`."""
    sim = approving("steps: [{approvers: [{role: finance, need: 2}]}], remind: every 2 working days")
    sim.advance(to=at(days=3))
    sim.decide("approve", by="bo")
    sim.advance(to=at(days=8))
    first, second, third = at(days=2), at(days=4), at(days=8)
    assert reminded(sim) == [("bo", first), ("di", first), ("di", second), ("di", third)]


def test_a_reminder_is_no_step() -> None:
    """W11: it does not change the version."""
    sim = approving("steps: [{approvers: [finance]}], remind: every 2 working days")
    version = sim.version
    sim.advance(to=at(days=8))
    assert (sim.version, sim.history[-1].transition) == (version, "ask")


LATE = """
steps: [{name: Money, approvers: [{role: finance, need: 2}, board]}],
    late: {after: 2 working days, escalate_to: chief, tell: [requester]}
"""


def test_late_seats_get_company_for_the_same_entry() -> None:
    """W7: seats go to those it escalates to, once; those under `tell` are notified."""
    sim = approving(LATE)
    sim.decide("approve", by="vi")
    sim.advance(to=at(days=1))
    sim.decide("approve", by="bo")
    assert seated(sim) == [(0, "di")]
    sim.advance(to=at(days=2))
    assert (0, "ines") in seated(sim)
    assert Mail("approval_asked", "ines", at(days=2)) in sim.mails
    assert ("cleo", at(days=2)) in reminded(sim)
    sim.decide("approve", by="ines")
    assert sim.state == "yes_"


def test_escalation_does_not_raise_the_quorum() -> None:
    """W7: somebody who was asked in place of a late approver does not raise the number needed: two of the three are
    enough.
    """
    sim = approving("steps: [{approvers: [{role: finance, need: all}]}], late: {after: 1 day, escalate_to: chief}")
    sim.advance(to=at(days=3))
    assert seated(sim) == [(0, "bo"), (0, "di"), (0, "ines")]
    sim.decide("approve", by="ines")
    sim.decide("approve", by="di")
    assert sim.state == "yes_"


def test_escalation_happens_once_per_seat() -> None:
    """W7: a late seat is escalated once, and the seat that replaces it is not escalated again."""
    sim = approving("steps: [{approvers: [finance]}], late: {after: 1 day, escalate_to: chief}")
    sim.advance(to=at(days=30))
    assert seated(sim) == [(0, "bo"), (0, "di"), (0, "ines")]


def test_escalation_skips_excluded_people() -> None:
    """W7: four eyes hold then too."""
    text = "not_same_person_as: [drafter], steps: [{approvers: [finance]}], late: {after: 1 day, escalate_to: drafter}"
    sim = approving(text)
    sim.advance(to=at(days=3))
    assert seated(sim) == [(0, "bo"), (0, "di")]


def test_what_was_slept_through_happens_once_and_in_order() -> None:
    """W7: escalation comes before expiry; of several missed reminders one is sent, none after expiry."""
    rule = "order: [[chief]], remind: every 1 day, late: {after: 2 days, escalate_to: board}"
    sim = signing(rule)
    around = EngineContext(at(days=9), sim.directory, people=sim._people)
    run(sim, engine.fire_due, context=around)
    seats = [(seat.person, seat.late, seat.escalated) for seat in sim.case.rounds[0].seats]
    assert seats == [("ines", True, False), *((person, False, True) for person in ("vi", "wu", "xi"))]
    sim = signing(rule + ", expires: 4 days")
    effects = run(sim, engine.fire_due, context=EngineContext(at(days=9), sim.directory, people=sim._people))
    assert sim.case.state == "a"
    assert [effect.kind for effect in effects if isinstance(effect, NotifyPeople)].count("signature_reminder") == 0


def test_the_seat_of_a_closed_account_goes_to_whom_it_escalates() -> None:
    """W7: by itself."""
    sim = approving("steps: [{approvers: [{role: finance, need: 2}]}], late: {after: 9 days, escalate_to: chief}")
    sim.directory = Cast(gone=["bo"])
    run(sim, engine.account_closed, "bo")
    assert seated(sim) == [(0, "di"), (0, "ines")]
    assert sim.case.rounds[0].nobody is False


def test_nobody_is_asked_once_the_time_of_a_round_is_over() -> None:
    """W8: neither in the place of a closed account nor of somebody late, though the timer that ends the round has not
    fired yet.
    """
    sim = signing("order: [[{role: finance, need: 2}]], expires: 5 days, late: {after: 3 days, escalate_to: chief}")
    late = EngineContext(at(days=6), Cast(gone=["bo"]), people=sim._people)
    told = [
        effect for effect in run(sim, engine.account_closed, "bo", context=late) if isinstance(effect, NotifyPeople)
    ]
    assert (told, seated(sim)) == ([], [(0, "bo"), (0, "di")])
    told = [effect for effect in run(sim, engine.fire_due, context=late) if isinstance(effect, NotifyPeople)]
    assert [effect.data.get("status") for effect in told] == ["expired"]


def test_where_all_are_needed_who_took_over_a_seat_decides_with_the_others() -> None:
    """W7: a single vote does not reach the quorum."""
    late = "steps: [{approvers: [{role: finance, need: all}]}], late: {after: 1 day, escalate_to: chief}"
    for first, second in (("ines", "di"), ("di", "ines")):
        sim = approving(late)
        run(sim, engine.account_closed, "bo")
        sim.decide("approve", by=first)
        assert sim.state == "asked"
        sim.decide("approve", by=second)
        assert sim.state == "yes_"


def test_where_nobody_takes_over_the_round_shows_it() -> None:
    """W7: nobody can decide, until a legal admin adds somebody."""
    sim = approving("steps: [{approvers: [chief]}]")
    sim.directory = Cast(gone=["ines"])
    run(sim, engine.account_closed, "ines")
    assert (sim.seats, sim.case.rounds[0].nobody) == ([], True)
    sim.add_approver("vi", step=0, by="lea")
    assert sim.case.rounds[0].nobody is False
    sim.decide("approve", by="vi")  # in the chief's stead
    assert sim.case.rounds[0].status == "approved"


def test_whom_a_late_seat_is_escalated_to_is_asked_and_not_told_besides() -> None:
    """W7: one mail for one cause."""
    sim = approving(
        "steps: [{approvers: [finance]}], late: {after: 1 day, escalate_to: chief, tell: [chief, requester]}"
    )
    sim.advance(to=at(days=2))
    sent = [(mail.kind, mail.to) for mail in sim.mails]
    assert sent.count(("approval_asked", "ines")) == 1
    assert [to for kind, to in sent if kind == "approval_reminder"] == ["cleo"]


def test_a_reminder_in_days_comes_each_day_at_the_opening_hour() -> None:
    """W7, W18: it came at midnight, after every second day."""
    sim = approving("steps: [{approvers: [{role: finance, need: 2}]}], remind: every 1 day")
    sim.advance(to=at(days=4))
    mornings = [at(days=day, hours=-1) for day in (1, 2, 3, 4)]
    assert sorted({mail.at for mail in sim.mails if mail.kind == "approval_reminder"}) == mornings
