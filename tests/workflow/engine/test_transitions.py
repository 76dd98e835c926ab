"""Taking a step: what it does, whom it tells, what the history and the version say of it (W3, W11)."""

from __future__ import annotations

from typing import Any

from formengine.workflow import Mail, Step
from formengine.workflow.definition.vocabulary import Action, Vocabulary
from formengine.workflow.engine.case import EnqueueJob, HistoryRecorded, OpenChildDossier
from formengine.workflow.engine.document_effects import DraftDocument
from tests.workflow.builders import NOW, refusal, simulate

TEXT = """
starts_in: a
fields:
  risk: {enum: [low, high]}
  note: {title: Note, type: string}
  copy: {type: string}
  over: {type: string}
states: {a: {}, b: {}, z: {ends: true}}
transitions:
  set:
    from: a
    to: b
    who: [drafter]
    do: [{set: {risk: high, note: new}}, {set: {copy: {from: note}, over: {from: years}}}]
  draft: {from: a, to: b, who: [drafter], do: [{draft: contract}, {open: dpa}]}
  use: {from: a, to: b, who: [drafter], do: [{set: {risk: low}}, {use: call, with: {fail: no}}]}
  fail: {from: a, to: b, who: [drafter], do: [{set: {risk: low}}, {use: call, with: {fail: yes}}]}
  tell: {from: a, to: b, who: [drafter], notify: [requester, board, outsider], visible_to_client: true}
  end: {from: any, to: z, who: [requester]}
"""


def _call(subject: Any, options: Any) -> list[tuple[str, dict[str, str]]]:
    if options["fail"] == "yes":
        raise RuntimeError("no line")
    return [("ring", {"state": subject.state, "risk": subject.facts["risk"], "by": subject.actor})]


CALLING = Vocabulary.builtin().with_word("actions", "call", Action("call", _call))


def test_set_writes_values_and_copies_facts_in_the_order_they_stand() -> None:
    """W3: `do: set`, `{from: FACT}`; an absent fact copies as nothing."""
    sim = simulate(TEXT, {"note": "old"}, CALLING)
    sim.do("set", by="ana")
    assert (sim.facts["risk"], sim.facts["note"], sim.facts["copy"]) == ("high", "new", "new")
    assert sim.facts["over"] is None
    assert sim.case.answers == {"note": "old"}


def test_draft_and_open_are_asked_for_in_order() -> None:
    """W3: a document from its template, a child dossier."""
    sim = simulate(TEXT, {}, CALLING)
    sim.do("draft", by="ana")
    asked = [effect for effect in sim.effects if isinstance(effect, DraftDocument | OpenChildDossier)]
    assert asked == [DraftDocument("contract"), OpenChildDossier("dpa")]
    assert sim.case.documents == {"contract": 1}


def test_an_action_of_a_plugin_asks_for_jobs() -> None:
    """W3, W11: an action sees the case before the move, with the fields written so far."""
    sim = simulate(TEXT, {}, CALLING)
    sim.do("use", by="ana")
    (job,) = [effect for effect in sim.effects if isinstance(effect, EnqueueJob)]
    assert (job.name, job.args) == ("ring", {"state": "a", "risk": "low", "by": "ana"})


def test_an_action_that_fails_fails_the_step_whole() -> None:
    """X4, W11: with the plugin's name, and nothing has changed."""
    sim = simulate(TEXT, {}, CALLING)
    assert refusal(lambda: sim.do("fail", by="ana")) == ["The action “call” failed: no line. Nothing was changed."]
    assert (sim.state, sim.facts, sim.version, sim.history, sim.case.claims) == ("a", {}, 1, [], {})


def test_notify_tells_everybody_of_the_roles_once() -> None:
    """W3: people of the dossier, of teams, and outside."""
    sim = simulate(TEXT, {"contact": {"name": "Pat", "email": "pat@acme.example"}}, CALLING)
    sim.do("tell", by="ana")
    informed = ["cleo", "vi", "wu", "xi", "pat@acme.example"]
    assert [mail for mail in sim.mails if mail.kind == "transition"] == [
        Mail("transition", person, NOW) for person in informed
    ]


def test_a_step_made_visible_is_marked_for_the_client() -> None:
    """W3, D7."""
    sim = simulate(TEXT, {}, CALLING)
    sim.do("tell", by="ana", comment="We begin.")
    steps = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded) and effect.kind == "step"]
    assert [(step.visible_to_client, step.comment) for step in steps] == [(True, "We begin.")]
    assert sim.history == [Step(NOW, "ana", "tell", "a", "b", "We begin.")]


ASK_FIRST = """
starts_in: a
fields:
  amount: {title: Amount, type: integer}
  note: {type: string}
states: {a: {}, b: {}, c: {}, z: {ends: true}}
transitions:
  settle:
    from: [a, b]
    to: c
    who: [drafter]
    when: paper is ours
    requires: [amount]
    approval_first: consent
    do: [{set: {note: settled}}]
    notify: [requester]
    starts: {visit: 1}
  move: {from: a, to: b, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
approvals:
  consent: {steps: [{approvers: [{role: finance, need: 2}]}]}
children:
  visit:
    fields: {day: {type: string, format: date}}
    requires: [day]
    starts_in: planned
    states: {planned: {}, made: {ends: true}}
    transitions: {make: {from: planned, to: made, who: [drafter]}}
"""
GIVEN = {"amount": 5, "day": "2026-04-01"}
OURS = {"paper": "ours"}


def test_asking_first_checks_everything_and_writes_the_fields() -> None:
    """W3, W7: approval_first: who, when and requires are checked when it is asked."""
    sim = simulate(ASK_FIRST)
    assert refusal(lambda: sim.do("settle", by="bo", fields=GIVEN)) == [
        "Only the drafter may do this.",
        "“Paper” is not filled in.",
    ]
    sim = simulate(ASK_FIRST, OURS)
    assert refusal(lambda: sim.do("settle", by="ana", fields={"day": "2026-04-01"})) == [
        "“Amount” has to be filled in."
    ]
    sim.do("settle", by="ana", fields=GIVEN)
    assert (sim.state, sim.facts["amount"], sim.children) == ("a", 5, [])
    assert "note" not in sim.facts
    assert [(seat.person, seat.kind) for seat in sim.seats] == [("bo", "approval"), ("di", "approval")]
    assert (sim.history, sim.version) == ([], 2)


def test_approval_makes_the_move_in_the_askers_name_without_asking_again() -> None:
    """W3, W7: with the inputs given then, even if its guard no longer holds."""
    sim = simulate(ASK_FIRST, OURS)
    sim.do("settle", by="ana", comment="a fair sum", fields=GIVEN)
    sim.case.answers = {"paper": "theirs"}
    sim.decide("approve", by="bo")
    assert sim.state == "a"
    sim.decide("approve", by="di")
    assert sim.state == "c"
    assert sim.history == [Step(NOW, "ana", "settle", "a", "c", "a fair sum")]
    assert (sim.facts["note"], sim.children[0].fields) == ("settled", {"day": "2026-04-01"})
    told = [mail.kind for mail in sim.mails if mail.to == "cleo" and mail.kind in ("transition", "approval_decided")]
    assert told == ["approval_decided"]  # which says more than that the step was taken


def test_rejection_makes_no_move_and_it_may_be_asked_again() -> None:
    """W3, W7, W22: what the step wrote is dropped with it."""
    sim = simulate(ASK_FIRST, OURS)
    sim.do("settle", by="ana", fields=GIVEN)
    assert sim.facts["amount"] == 5
    sim.decide("reject", by="bo", comment="too much")
    assert (sim.state, sim.seats, sim.history) == ("a", [], [])
    assert "amount" not in sim.facts
    assert sim.allowed("ana")["settle"] == []
    sim.do("settle", by="ana", fields={**GIVEN, "amount": 4})
    assert [seat.round for seat in sim.seats] == [2, 2]


def test_asking_again_while_it_is_open_is_refused() -> None:
    """W3, W5."""
    sim = simulate(ASK_FIRST, OURS)
    sim.do("settle", by="ana", fields=GIVEN)
    reason = "Approval for this step has been asked already; wait for the decision."
    assert sim.allowed("ana")["settle"] == [reason]
    assert refusal(lambda: sim.do("settle", by="ana", fields=GIVEN)) == [reason]


def test_leaving_the_state_closes_what_was_asked_there() -> None:
    """W3."""
    sim = simulate(ASK_FIRST, OURS)
    sim.do("settle", by="ana", fields=GIVEN)
    sim.do("move", by="ana")
    assert sim.seats == []
    assert sim.case.rounds[0].status == "closed"
    assert refusal(lambda: sim.decide("approve", by="bo")) == ["Your decision is not asked for now."]
    assert sim.allowed("ana")["settle"] == []


def test_the_version_moves_with_steps_votes_claims_and_fields_alone() -> None:
    """W11: counts from 1; neither documents nor refusals increment it."""
    sim = simulate(ASK_FIRST, OURS)
    versions = [sim.version]

    def after(act: Any) -> None:
        act()
        versions.append(sim.version)

    after(lambda: sim.document("contract", by="ana"))
    after(lambda: sim.claim("drafter", by="ana"))
    after(lambda: refusal(lambda: sim.do("settle", by="bo")))
    after(lambda: sim.do("settle", by="ana", fields=GIVEN))
    after(lambda: sim.decide("approve", by="bo"))
    after(lambda: refusal(lambda: sim.decide("approve", by="bo")))
    after(lambda: sim.document("contract", by="ana"))
    after(lambda: sim.decide("approve", by="di"))
    assert versions == [1, 1, 2, 2, 3, 4, 4, 4, 5]


def test_the_history_records_the_fields_that_a_step_wrote() -> None:
    """W11: every entry explains the state, what was filled in and what was set."""
    text = """
starts_in: a
fields: {risk: {enum: [low, high]}, note: {type: string}}
states: {a: {}, b: {}, z: {ends: true}}
transitions:
  file: {from: a, to: b, who: [drafter], requires: [note], do: [{set: {risk: low}}]}
  back: {from: b, to: a, who: [drafter]}
  ask: {from: b, to: z, who: [drafter], requires: [note], approval_first: sure, starts: {task: 1}}
approvals: {sure: {steps: [{approvers: [chief]}]}}
"""
    sim = simulate(text)
    sim.do("file", by="ana", fields={"note": "first"})
    sim.do("back", by="ana")
    sim.do("file", by="ana")
    sim.do("ask", by="ana", fields={"note": "second", "task": {"title": "Archive"}})
    sim.decide("approve", by="ines")
    informed = [
        (effect.kind, effect.data.get("fields")) for effect in sim.effects if isinstance(effect, HistoryRecorded)
    ]
    assert informed == [
        ("claimed", None),
        ("step", {"note": "first", "risk": "low"}),
        ("step", None),
        ("step", {"risk": "low"}),
        ("round_opened", {"note": "second"}),
        ("decided", None),
        ("round_closed", None),
        ("child_opened", {"title": "Archive"}),
        ("step", None),
    ]


TOTAL = """
starts_in: a
fields:
  lines: {title: Lines, type: array, items: {properties: {price: {$ref: "formengine:money"}}}}
  total: {title: Total, $ref: "formengine:money"}
states: {a: {deadlines: [{within: 3 days, then: {go: b}}]}, b: {when_true: [{when: note is x, go: z}]}, z: {ends: true}}
transitions:
  add: {from: a, to: same, who: [drafter], requires: [lines], do: [{set: {total: sum of lines.price}}]}
  ask: {from: a, to: z, who: [drafter], approval_first: own, do: [{set: {total: sum of lines.price}}]}
  buy: {from: a, to: b, who: [drafter], do: [{open: order, with: {price_limit: highest of lines.price}}]}
  pay:
    from: a
    to: b
    who: [drafter]
    starts: {payment: {each: lines, with: {line: {from: item.price}, of: sum of lines.price}}}
  end: {from: any, to: z, who: [requester]}
children:
  payment:
    fields: {line: {$ref: "formengine:money"}, of: {title: Of, $ref: "formengine:money"}}
    starts_in: due
    states: {due: {title: Due}, paid: {title: Paid, ends: true}}
    transitions: {pay: {from: due, to: paid, who: [drafter]}}
approvals:
  own: {steps: [{name: Chief, approvers: [chief]}]}
"""
EUROS = [{"price": {"amount": "1.50", "currency": "EUR"}}, {"price": {"amount": "2", "currency": "EUR"}}]
MIXED = [*EUROS, {"price": {"amount": "2", "currency": "USD"}}]


def test_amounts_in_several_currencies_are_not_added_up_in_silence() -> None:
    """W21: a person's step is refused, with what to do; one that nobody can be refused says that it stays empty."""
    sim = simulate(TOTAL, {})
    sim.do("add", by="ana", fields={"lines": EUROS})
    assert sim.facts["total"] == {"amount": "3.50", "currency": "EUR"}
    (why,) = refusal(lambda: sim.do("add", by="ana", fields={"lines": MIXED}))
    assert why.startswith("“Total” cannot be calculated: the amounts of “Lines” are in several currencies.")
    sim.case.fields["lines"] = MIXED
    for step, field in (("buy", "price limit"), ("pay", "Of")):
        (why,) = refusal(lambda step=step: sim.do(step, by="ana"))
        assert why.startswith(f"“{field}” cannot be calculated: the amounts of “Lines” are in several currencies.")
    sim.case.fields["lines"] = EUROS
    sim.do("ask", by="ana")
    sim.case.fields["lines"] = MIXED
    sim.decide("approve", by="ines")
    (entry,) = [effect for effect in sim.effects if getattr(effect, "kind", "") == "not_calculated"]
    assert (entry.data["title"], sim.facts["total"], sim.state) == ("Total", None, "z")
