"""Acknowledgements: everybody named says *I have read it*, and people are added while it runs (W19)."""

from __future__ import annotations

from typing import Any

from formengine.workflow import Simulation
from tests.workflow.builders import at, refusal, simulate

HOLD = """
starts_in: draft
fields:
  custodians: {title: Custodians, type: array, items: {$ref: "formengine:person"}}
  outsiders: {title: Outsiders, type: array, items: {$ref: "formengine:contact"}}
states:
  draft: {}
  held: {acknowledgement: notice, acknowledged: confirmed, expired: late}
  confirmed: {}
  late: {}
  released: {ends: true}
transitions:
  issue: {from: draft, to: held, who: [drafter], requires: [custodians]}
  name_more: {from: held, to: same, who: [drafter], requires: [custodians, outsiders]}
  give_up: {from: held, to: late, who: [drafter]}
  again: {from: [confirmed, late], to: held, who: [drafter]}
  release: {from: any, to: released, who: [drafter]}
  withdraw: {from: any, to: released, who: [requester]}
acknowledgements:
  notice:
"""
NEVER_LATE = HOLD.replace(", expired: late", "")
ROLES = """
custodian: {field: custodians}
third_party: {field: outsiders, outside: true}
paralegal: {team: finance}
"""
VERA = {"name": "Vera", "email": "vera@third.test"}
EVERYBODY = "steps: [{people: [custodian, third_party]}]"


def hold(notice: str = EVERYBODY, custodians: tuple[str, ...] = ("kim", "max"), **more: Any) -> Simulation:
    """A hold that Ana has issued to her custodians, who have plain accounts."""
    lines = "".join(f"    {line.strip()}\n" for line in notice.splitlines())
    text = HOLD if "expires" in notice else NEVER_LATE
    sim = simulate(text + lines, roles=ROLES, may_not_collaborate=("kim", "max", "joe"), **more)
    sim.claim("drafter", by="ana")
    sim.do("issue", by="ana", fields={"custodians": list(custodians)})
    return sim


def asked(sim: Simulation) -> list[str]:
    return [seat.person for seat in sim.seats]


def mails(sim: Simulation, kind: str) -> list[str]:
    return [mail.to for mail in sim.mails if mail.kind == kind]


def test_any_account_may_acknowledge() -> None:
    """W19: a plain client, who may not approve or sign, says that they have read it; the last one moves the dossier."""
    sim = hold("steps: [{people: [custodian]}]")
    assert [(seat.person, seat.kind, seat.role) for seat in sim.seats] == [
        (person, "acknowledgement", "custodian") for person in ("kim", "max")
    ]
    assert mails(sim, "acknowledgement_asked") == ["kim", "max"]
    assert refusal(lambda: sim.acknowledge(by="cleo")) == ["Your acknowledgement is not asked for now."]
    assert refusal(lambda: sim.decide("approve", by="ines")) == ["Your decision is not asked for now."]
    sim.acknowledge(by="kim")
    assert refusal(lambda: sim.acknowledge(by="kim")) == ["You have decided already, or the round has closed."]
    assert sim.state == "held"
    sim.acknowledge(by="max")
    assert (sim.state, sim.case.rounds[0].status, sim.history[-1].transition) == (
        "confirmed",
        "acknowledged",
        "acknowledged",
    )


def test_those_who_acknowledged_hear_nothing_else() -> None:
    """W19: the outcome is told to whoever is in charge and the requester, not to those who merely read the notice."""
    sim = hold("steps: [{people: [custodian]}]")
    sim.acknowledge(by="kim")
    sim.acknowledge(by="max")
    assert mails(sim, "outcome") == ["ana", "cleo"]
    assert not any(sim.sees(person) for person in ("kim", "max"))
    assert sim.sees("ana")


def test_some_of_them_are_enough() -> None:
    """W19: three of five; the others are not asked any more."""
    sim = hold("steps: [{people: [custodian], need: 3}]", ("kim", "max", "joe", "bea", "tom"))
    for person in ("kim", "joe", "tom"):
        assert sim.state == "held"
        sim.acknowledge(by=person)
    assert sim.state == "confirmed"
    assert {seat.person for seat in sim.case.rounds[0].seats if seat.status == "not_needed"} == {"max", "bea"}
    late = "Enough others have acknowledged: your acknowledgement is not needed any more."
    assert refusal(lambda: sim.acknowledge(by="max")) == [late]


def test_their_number_is_a_fact() -> None:
    """W19: `votes of` and `open seats of` count them."""
    text = NEVER_LATE.replace("  held: {", "  held: {when_true: [{when: votes of notice at least 2, go: late}], ")
    lines = "    steps: [{people: [custodian]}]\n"
    sim = simulate(text + lines, roles=ROLES)
    sim.claim("drafter", by="ana")
    sim.do("issue", by="ana", fields={"custodians": ["kim", "max", "joe"]})
    sim.acknowledge(by="kim")
    assert sim.state == "held"
    sim.acknowledge(by="joe")
    assert sim.state == "late"


def test_a_comment_where_the_workflow_asks_for_one() -> None:
    """W19: none, optional or required, by acknowledgement and by step."""
    sim = hold("steps: [{people: [custodian], comment: required}, {people: [paralegal], need: 1}]")
    assert refusal(lambda: sim.acknowledge(by="kim", comment=" ")) == ["Write a comment with your acknowledgement."]
    sim.acknowledge(by="kim", comment="My laptop too?")
    sim.acknowledge(by="max", comment="Read.")
    assert refusal(lambda: sim.acknowledge(by="bo", comment="Read.")) == [
        "No comment is written with this acknowledgement."
    ]
    sim.acknowledge(by="bo")
    assert sim.state == "confirmed"
    assert [seat.comment for seat in sim.case.rounds[0].seats][:2] == ["My laptop too?", "Read."]


def test_people_who_come_into_the_fact_are_asked_alone() -> None:
    """W19: a custodian named later, and one outside, are asked and mailed; nobody else is."""
    sim = hold()
    sim.acknowledge(by="kim")
    sim.mails.clear()
    outsiders = [{"name": "Vera", "email": "vera@acme.example"}]
    sim.do("name_more", by="ana", fields={"custodians": ["kim", "max", "joe"], "outsiders": outsiders})
    assert asked(sim) == ["max", "joe", "vera@acme.example"]
    assert [(mail.kind, mail.to) for mail in sim.mails] == [
        ("acknowledgement_asked", "joe"),
        ("acknowledgement_asked", "vera@acme.example"),
    ]
    for person in ("max", "joe", "vera@acme.example"):
        assert sim.state == "held"
        sim.acknowledge(by=person)
    assert sim.state == "confirmed"


def test_somebody_who_was_released_is_not_asked_again() -> None:
    """W19: a custodian who is taken out of the round stays out when others come in."""
    sim = hold()
    sim.remove_seat("kim", by="ana")
    vera = {"name": "Vera", "email": "vera@acme.example"}
    sim.do("name_more", by="ana", fields={"custodians": ["kim", "max", "joe"], "outsiders": [vera]})
    assert asked(sim) == ["max", "joe", "vera@acme.example"]


def test_who_may_add_people_while_it_runs() -> None:
    """W19: whoever is in charge, legal admins, and the roles of `adds`; addresses without an account as well."""
    sim = hold("{steps: [{people: [custodian]}], adds: [paralegal]}")
    assert refusal(lambda: sim.add_approver("joe", by="kim"))
    assert refusal(lambda: sim.add_seat("joe", by="kim"))
    sim.mails.clear()
    sim.add_approver("joe", by="bo")
    sim.add_seat("vera@acme.example", by="di", name="Vera")
    sim.add_approver("will@acme.example", by="ana")
    assert [(mail.kind, mail.to) for mail in sim.mails] == [
        ("acknowledgement_asked", person) for person in ("joe", "vera@acme.example", "will@acme.example")
    ]
    assert refusal(lambda: sim.add_seat("joe", by="di")) == ["joe has a seat in this step already."]
    assert refusal(lambda: sim.remove_seat("joe", by="bo"))  # adding is all that they may
    sim.remove_approver("will@acme.example", by="ana")
    for person in ("kim", "max", "joe"):
        sim.acknowledge(by=person)
    assert sim.state == "held"
    sim.acknowledge(by="vera@acme.example")
    assert sim.state == "confirmed"


def test_reminders_escalation_and_expiry() -> None:
    """W19: as in approvals."""
    sim = hold(
        "{steps: [{people: [custodian]}], remind: every 1 day, expires: 5 days, "
        "late: {after: 2 days, escalate_to: chief, tell: [requester]}}"
    )
    sim.acknowledge(by="kim")
    sim.advance(to=at(days=1, hours=1))
    assert mails(sim, "acknowledgement_reminder") == ["max"]
    sim.advance(to=at(days=3))
    assert asked(sim) == ["max", "ines"]
    assert mails(sim, "acknowledgement_asked") == ["kim", "max", "ines"]
    assert "cleo" in mails(sim, "acknowledgement_reminder")
    sim.advance(to=at(days=6))
    assert (sim.state, sim.history[-1].transition) == ("late", "expired")
    assert mails(sim, "outcome") == ["ana", "cleo"]


def test_the_same_version_is_acknowledged_once() -> None:
    """W19: a new round asks only who has not acknowledged this version; a new version asks everybody."""
    sim = hold("{steps: [{people: [custodian]}], document: letter, expires: 5 days}", documents=("letter",))
    sim.acknowledge(by="kim")
    sim.advance(to=at(days=6))
    sim.do("again", by="ana")
    assert asked(sim) == ["max"]
    sim.document("letter", by="ana")
    assert asked(sim) == ["kim", "max"]
    sim.acknowledge(by="kim")
    sim.acknowledge(by="max")
    assert sim.state == "confirmed"
    sim.do("again", by="ana")
    assert (sim.state, asked(sim)) == ("confirmed", [])  # everybody has read this version: nobody is asked


def test_who_has_read_this_version_and_comes_in_again_gets_no_mail() -> None:
    """W19: somebody who acknowledged this version in an earlier round, and is named again, is not asked again."""
    text = HOLD.replace(
        "  give_up:", "  name_others: {from: late, to: same, who: [drafter], requires: [custodians]}\n  give_up:"
    )
    rule = "    steps: [{people: [custodian, third_party]}]\n    document: letter\n    expires: 5 days\n"
    sim = simulate(text + rule, roles=ROLES, documents=("letter",))
    sim.claim("drafter", by="ana")
    sim.do("issue", by="ana", fields={"custodians": ["kim", "max"]})
    sim.acknowledge(by="kim")
    sim.advance(to=at(days=6))
    sim.do("name_others", by="ana", fields={"custodians": ["max"]})
    sim.do("again", by="ana")
    sim.mails.clear()
    more = {"custodians": ["kim", "max", "joe"], "outsiders": [{"name": "Vera", "email": "vera@acme.example"}]}
    sim.do("name_more", by="ana", fields=more)
    assert mails(sim, "acknowledgement_asked") == ["joe", "vera@acme.example"]
    assert asked(sim) == ["max", "joe", "vera@acme.example"]
    assert "kim" not in str(sim.history[-1])
    for person in ("max", "joe", "vera@acme.example"):
        sim.acknowledge(by=person)
    assert sim.state == "confirmed"


def test_a_seat_shows_what_the_workflow_says_and_nothing_else() -> None:
    """W19: neither the answers nor what the step required, but `shows`."""
    sim = hold("{steps: [{people: [custodian]}], shows: [note]}", answers={"note": "Keep all mails.", "years": 3})
    assert [dict(seat.shows) for seat in sim.seats] == [{"note": "Keep all mails."}] * 2
    assert all(not seat.shows for seat in hold(answers={"note": "Keep all mails."}).seats)


def test_nobody_to_be_asked_refuses_the_step() -> None:
    """W19: as in approvals, the step that would open the round is refused."""
    sim = hold()
    sim.do("withdraw", by="cleo")
    sim = simulate(NEVER_LATE + "    steps: [{people: [custodian]}]\n", roles=ROLES)
    sim.claim("drafter", by="ana")
    assert refusal(lambda: sim.do("issue", by="ana", fields={"custodians": []}))


def test_on_a_restricted_dossier_they_are_mailed_all_the_same() -> None:
    """W19: those who are asked are told, though they do not see the dossier."""
    sim = hold("{steps: [{people: [custodian]}], remind: every 1 day}", answers={"confidentiality": "restricted"})
    sim.advance(to=at(days=1, hours=1))
    assert mails(sim, "acknowledgement_asked") == mails(sim, "acknowledgement_reminder") == ["kim", "max"]


def test_people_named_for_a_step_that_is_over_are_asked_now() -> None:
    """W19: nobody who is named is left out because others were quicker; the round waits for them."""
    sim = hold("steps: [{people: [custodian]}, {people: [{role: paralegal, need: 1}]}]", custodians=("kim",))
    sim.acknowledge("kim")
    first = asked(sim)
    assert "kim" not in first
    for _ in range(2):
        sim.do("name_more", by="ana", fields={"custodians": ["kim", "max", "joe"], "outsiders": [VERA]})
        assert asked(sim) == [*first, "max", "joe"]
    assert mails(sim, "acknowledgement_asked").count("max") == 1
    for person in (first[0], "max"):
        sim.acknowledge(person)
        assert sim.state == "held"
    sim.acknowledge("joe")
    assert sim.state == "confirmed"


def test_a_step_that_a_number_has_ended_asks_nobody_else() -> None:
    """W19: two of the custodians were enough."""
    sim = hold("steps: [{people: [{role: custodian, need: 2}]}, {people: [paralegal]}]")
    sim.acknowledge("kim")
    sim.acknowledge("max")
    paralegals = asked(sim)
    sim.do("name_more", by="ana", fields={"custodians": ["kim", "max", "joe"], "outsiders": [VERA]})
    assert asked(sim) == paralegals
