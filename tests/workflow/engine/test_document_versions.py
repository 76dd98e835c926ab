"""A new version of a document: who adds it, and what it ends (S2, W8)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import NotifyPeople
from formengine.workflow.engine.document_binding import reasons_to_wait
from formengine.workflow.engine.document_versions import unasked_signatures_ended
from formengine.workflow.engine.execution import Execution
from tests.workflow.builders import at, refusal, run, simulate

PAT = "pat@acme.example"


def approving(
    document: str = "", changed: str = "", approval: str = "", need: str = "2", ready: str = ""
) -> Simulation:
    """A contract with the board's approval asked for; the chief signs it afterwards."""
    text = f"""
starts_in: a
states:
  a: {{}}
  asked: {{approval: board, approved: ready, rejected: a}}
  ready: {{{ready}}}
  out: {{signatures: ours, signed: done, declined: a{changed}}}
  done: {{}}
  z: {{ends: true}}
transitions:
  ask: {{from: [a, ready], to: asked, who: [drafter]}}
  send: {{from: [a, ready], to: out, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  board: {{document: contract, steps: [{{name: Board, approvers: [{{role: board, need: {need}}}]}}]{approval}}}
signatures:
  ours: {{document: contract, order: [[chief]]}}
{document}
"""
    sim = simulate(text, documents=["contract"])
    sim.do("ask", by="ana")
    return sim


def told(sim: Simulation, kind: str = "version") -> set[str]:
    return {mail.to for mail in sim.mails if mail.kind == kind}


def test_votes_on_the_earlier_version_end_and_everybody_is_told() -> None:
    """S2: the round starts again; who decided, who asked and who is in charge hear of it."""
    sim = approving()
    sim.decide("approve", by="vi")
    sim.document("contract", by="ana")
    assert [(seat.round, seat.person, seat.status) for seat in sim.seats] == [
        (2, "vi", "open"),
        (2, "wu", "open"),
        (2, "xi", "open"),
    ]
    assert told(sim) == {"vi"}, "ana added it herself"
    assert sim.state == "asked"


def test_an_approval_that_was_given_is_void_on_another_version() -> None:
    """S2: what is sent for signature is what was approved."""
    sim = approving()
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert sim.state == "ready"
    sim.document("contract", by="ana")
    assert told(sim) == {"vi", "wu"}
    assert sim.state == "ready"
    assert refusal(lambda: sim.do("send", by="ana")) == [
        "“contract” has to be approved first: its newest version has not been."
    ]


def test_a_rejection_voids_what_was_approved_before() -> None:
    """S2, W8: of an approval that is asked for again on the same version, the last decision counts."""
    sim = approving()
    for person in ("vi", "wu"):
        sim.decide("approve", by=person)
    sim.do("ask", by="ana")
    sim.decide("reject", by="vi", comment="No.")
    assert sim.state == "a"
    assert refusal(lambda: sim.do("send", by="ana")) == [
        "“contract” has to be approved first: its newest version has not been."
    ]


def test_a_document_that_was_never_put_to_approval_is_signed_without() -> None:
    """S2: the workflow leaves the way open, and it was taken."""
    sim = approving()
    sim.decide("reject", by="vi", comment="No.")
    assert sim.state == "a"
    assert refusal(lambda: sim.do("send", by="ana")), "it was rejected"


def test_while_it_is_signed_an_approved_document_stays() -> None:
    """S2: without `changed` a new version is refused, even from whoever is in charge."""
    sim = approving()
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.do("send", by="ana")
    assert refusal(lambda: sim.document("contract", by="ana")) == [
        "“contract” is out for signature as approved; end the signature first."
    ]
    sim.sign(by="ines")
    assert sim.state == "done"
    assert refusal(lambda: sim.document("contract", by="ana")) == ["“contract” has been signed: it stays as it is."]


def test_changed_leads_back_to_approval() -> None:
    """S2: `changed: STATE` closes the signature round and asks for approval of the new version."""
    sim = approving(changed=", changed: asked")
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.do("send", by="ana")
    sim.document("contract", by="ana")
    assert sim.state == "asked"
    assert (sim.history[-1].transition, sim.history[-1].before, sim.history[-1].after) == ("changed", "out", "asked")
    assert {seat.person for seat in sim.seats if seat.kind == "approval" and seat.status == "open"} == {
        "vi",
        "wu",
        "xi",
    }


def test_signatures_wait_for_no_draft_that_replaces_what_was_approved() -> None:
    """S2, S10: while one is due, nobody new is asked to sign, and the reason is true; whoever was asked before signs
    what was approved. One that failed may be given up.
    """
    sim = approving()
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.case.drafts_due.add("contract")
    (reason,) = refusal(lambda: sim.do("send", by="ana"))
    assert reason == "“contract” is being drafted from the answers, and has to be approved before it is signed."
    sim.case.drafts_failed.add("contract")
    (reason,) = refusal(lambda: sim.do("send", by="ana"))
    assert "has not been drafted anew: the legal team drafts it again, adds a version, or goes on" in reason
    run(sim, engine.give_up_draft, "contract")
    sim.do("send", by="ana")
    sim.case.drafts_due.add("contract")
    sim.sign(by="ines")
    assert sim.state == "done"


@pytest.mark.parametrize("is_given_up", [True, False])
def test_an_approval_waits_for_the_draft_that_replaces_its_version(is_given_up: bool) -> None:
    """S1, S10, W7: else it would end approved, and the signatures that follow would never be approved."""
    sim = approving()
    sim.decide("approve", by="vi")
    sim.case.drafts_due.add("contract")
    assert refusal(lambda: sim.decide("approve", by="wu")) == ["“contract” is being drafted from the answers."]
    if is_given_up:
        effects = run(sim, engine.give_up_draft, "contract")
        asked = [effect.to for effect in effects if isinstance(effect, NotifyPeople)]
        assert asked == [("wu", "xi")], "who could not decide meanwhile"
    else:
        sim.document("contract")
        sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.do("send", by="ana")
    sim.sign(by="ines")
    assert sim.state == "done"


@pytest.mark.parametrize("is_given_up", [True, False])
def test_removing_a_seat_completes_no_approval_while_a_draft_is_due(is_given_up: bool) -> None:
    """S1, S10, W7: what follows would be about a version that nobody has approved."""
    sim = approving(need="all")
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.case.drafts_due.add("contract")
    sim.remove_approver("xi", by="lea")
    assert (sim.state, sim.case.rounds[0].paused) == ("asked", True)
    if is_given_up:
        run(sim, engine.give_up_draft, "contract")
        assert sim.state == "ready"
    else:
        sim.document("contract")
        assert {seat.person for seat in sim.seats if seat.round == 2} == {"vi", "wu", "xi"}


def test_signatures_wait_for_a_draft_that_is_under_way() -> None:
    """S1, S10: nobody signs what is void in a moment; one that could not be made keeps nobody from signing."""
    sim = approving(changed=", changed: asked")
    for person in ("vi", "wu"):
        sim.decide("approve", by=person)
    sim.do("send", by="ana")
    sim.case.drafts_due.add("contract")
    run(sim, engine.pause_rounds)
    assert refusal(lambda: sim.sign(by="ines")) == ["“contract” is being drafted from the answers."]
    assert sim.case.rounds[-1].paused
    sim.case.drafts_failed.add("contract")
    sim.sign(by="ines")
    assert sim.state == "done"


@pytest.mark.parametrize("is_given_up", [True, False])
def test_signatures_that_opened_by_themselves_end_with_a_draft_that_has_to_be_approved(is_given_up: bool) -> None:
    """S2, S10: nobody is asked to sign it, and the dossier goes where declined signatures lead."""
    sim = approving(ready="when_true: [{when: paper is theirs, go: out}]")
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.case.drafts_due.add("contract")
    sim.case.answers["paper"] = "theirs"
    run(sim, engine.pause_rounds)
    assert sim.state == "out"
    if is_given_up:
        run(sim, engine.give_up_draft, "contract")
        sim.sign(by="ines")
        assert sim.state == "done"
        return
    execution = Execution(sim.workflow, sim.case, sim._context())
    assert unasked_signatures_ended(execution, "contract") == [(sim.case.rounds[-1], "a")]  # told before it is added
    sim.document("contract")
    assert (sim.state, sim.case.rounds[-1].status) == ("a", "superseded")
    assert not told(sim, "signature_asked")
    sim.document("contract", by="ana")
    sim.do("ask", by="ana")


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_draft_given_up_has_unasked_signatures_asked_for_once_nothing_is_missing(is_whole: bool) -> None:
    """S1, S10: until then the round says what it waits for: another draft, then the places that are empty. `is_whole`:
    what was missing was forgotten with the draft, as by earlier releases.
    """
    sim = approving(ready="when_true: [{when: paper is theirs, go: out}]")
    run(sim, partial(engine.document_changed, missing=["paper"]), "contract", None, "a" * 64)
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    sim.case.answers["paper"] = "theirs"
    run(sim, engine.pause_rounds)
    sim.case.drafts_due.add("contract")
    execution = Execution(sim.workflow, sim.case, sim._context())

    def obstacles() -> list[str]:
        return reasons_to_wait(execution, sim.case.rounds[-1])

    assert obstacles() == ["“contract” is being drafted from the answers."]
    sim.case.drafts_failed.add("contract")
    if is_whole:
        newest = sim.case.newest_versions
        newest["contract"] = replace(newest["contract"], missing=())
    effects = run(sim, engine.give_up_draft, "contract")
    if not is_whole:
        assert (len(obstacles()), [effect for effect in effects if isinstance(effect, NotifyPeople)]) == (1, [])
        effects = run(sim, engine.keep_empty_places, "contract")
    asked = [effect.to for effect in effects if isinstance(effect, NotifyPeople)]
    assert (obstacles(), asked) == ([], [("ines",)])


def test_nobody_adds_a_version_once_the_dossier_has_ended() -> None:
    """T15: neither whoever is in charge, nor whom the workflow names."""
    sim = approving("documents: {contract: {may_replace: [drafter]}}")
    sim.do("end", by="cleo")
    assert refusal(lambda: sim.document("contract", by="ana")) == [
        "The dossier has ended: no version can be added any more."
    ]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("cleo", "Only whoever is in charge may add a version of “contract” now."),
        ("vi", "Only whoever is in charge may add a version of “contract” now."),
        ("al", "Only whoever is in charge may add a version of “contract” now."),
    ],
)
def test_by_default_whoever_is_in_charge_adds_versions(who: str, reason: str) -> None:
    """T15: not the requester, not who decides, not a colleague once somebody has claimed the dossier."""
    sim = approving()
    assert refusal(lambda: sim.document("contract", by=who)) == [reason]


def test_the_workflow_says_who_and_where() -> None:
    """S2: the roles and states of `may_replace`, instead of whoever is in charge."""
    sim = approving("documents: {contract: {title: The contract, may_replace: {requester: [a], board: [asked]}}}")
    sim.document("contract", by="vi")
    assert refusal(lambda: sim.document("contract", by="cleo")) == [
        "Only board may add a version of “The contract” now."
    ]
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert refusal(lambda: sim.document("contract", by="vi")) == ["No version of “The contract” can be added now."]


@pytest.mark.parametrize(
    ("may_replace", "colleague"),
    [("", True), ("[drafter]", True), ("[board]", False), ("{drafter: [a]}", False)],
)
def test_a_colleague_adds_a_version_while_it_is_their_turn(may_replace: str, colleague: bool) -> None:
    """S2, T15: of whoever took the dossier, or another role of one person that may add versions in this state."""
    sim = approving(f"documents: {{contract: {{may_replace: {may_replace}}}}}" if may_replace else "")

    def may_add(person: str, document: str = "contract") -> bool:
        context = replace(sim._context(), document_holders={document: person})
        return not engine.document_upload_reasons(sim.workflow, sim.case, context, "contract", person)

    assert may_add("al") is colleague
    assert not may_add("bo")
    assert not may_add("al", "another")


def test_an_approval_that_keeps_goes_on() -> None:
    """S2: `if_document_changes: keep`: the votes count, later ones are given on the new version."""
    sim = approving(approval=", if_document_changes: keep")
    sim.decide("approve", by="vi")
    sim.document("contract", by="ana")
    assert {seat.person: seat.status for seat in sim.seats}["wu"] == "open"
    sim.decide("approve", by="wu")
    assert sim.state == "ready"
    sim.do("send", by="ana")
    assert sim.state == "out"


def changed(sim: Simulation, sha256: str, *, remarks: bool) -> dict[str, set[str]]:
    """Who is mailed what about another version of the contract, which Lea adds, by the kind of the mail."""
    effects = run(sim, partial(engine.document_changed, remarks=remarks), "contract", "lea", sha256)
    mailed: dict[str, set[str]] = {}
    for effect in effects:
        if isinstance(effect, NotifyPeople):
            kind = f"{effect.kind} unclean" if effect.data.get("unclean") else effect.kind
            mailed.setdefault(kind, set()).update(effect.to)
    return mailed


def test_a_step_tells_which_documents_it_asks_to_decide_on() -> None:
    """S10: their files are looked at before it is taken; none of a step that asks for no decision."""
    sim = approving()
    sim.decide("reject", by="vi", comment="No.")
    changed(sim, "a" * 64, remarks=False)
    steps = ("ask", "send", "end")
    decided = [engine.documents_decided(sim.workflow, sim.case, sim._context(), "ana", step) for step in steps]
    assert decided == [["contract"], ["contract"], []]


def test_nobody_is_asked_on_a_version_with_remarks_before_it_is_clean() -> None:
    """S3: no mail, no reminder and no approval; whoever is in charge is told, and a clean version asks anew."""
    sim = approving(approval=", remind: every 1 days")
    assert changed(sim, "a" * 64, remarks=True) == {"version unclean": {"ana"}}
    sim.advance(to=at(days=2))
    assert told(sim, "approval_reminder") == set()
    sentence = (
        "“contract” still holds tracked changes, comments, hidden text or "
        "fields that change by themselves: make a clean version of it first."
    )
    assert refusal(lambda: sim.decide("approve", by="vi")) == [sentence]
    assert changed(sim, "b" * 64, remarks=False)["approval_asked"] == {"vi", "wu", "xi"}
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert sim.state == "ready"


def test_an_approval_that_keeps_asks_again_once_the_version_is_clean() -> None:
    """S3: the round goes on, and those who could not decide in between hear of it."""
    sim = approving(approval=", if_document_changes: keep")
    changed(sim, "a" * 64, remarks=True)
    assert changed(sim, "b" * 64, remarks=False)["approval_asked"] == {"vi", "wu", "xi"}
    assert [round_.number for round_ in sim.case.rounds] == [1]
