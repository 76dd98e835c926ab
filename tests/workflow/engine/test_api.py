"""The engine against a plain model: random workflows, people, votes and timers, in any order (W1-W9, W11)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from formengine.errors import Refused
from formengine.source import read_yaml
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow import Simulation
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.tables import read_table
from formengine.workflow.definition.vocabulary import Vocabulary
from formengine.workflow.engine.case import HistoryRecorded
from formengine.workflow.parser.cursor import WorkflowCursor
from formengine.workflow.parser.workflow import parse
from tests.support.thorough import examples
from tests.workflow.engine_model import Model
from tests.workflow.random_workflows import AMOUNTS, Act, corrections, long_rounds, others, plans, steps
from tests.workflow.workflow_plans import EVERYBODY, OWNERS, PARTS, PEOPLE, TABLE, Plan

BEGIN = datetime(2026, 3, 2, 0, tzinfo=UTC)


def workflow_of(plan: Plan) -> Workflow:
    """Through the YAML, as a pack's would be. The checker would find fault with some; the engine must not."""
    document, findings = read_yaml(plan.yaml(), "generated.yaml")
    assert document is not None, findings
    cursor = WorkflowCursor(document, ())
    table = read_yaml(yaml.safe_dump(TABLE), "config/lists/advisers.yaml")[0]
    assert table is not None
    tables = {"advisers": read_table("advisers", YamlCursor(table))}
    definition = parse(cursor, "generated", {}, (), Vocabulary.builtin(), tables)
    assert cursor.findings == []
    return definition


def attempt(sim: Simulation, act: Act) -> bool:
    """Do what an act says; whether it was accepted."""
    fields: dict[str, Any] = {} if act.amount is None else {"amount": act.amount}
    does = {
        "do": lambda: sim.do(act.what, by=act.by, comment=act.comment, fields=fields),
        "vote": lambda: sim.decide(act.what, by=act.by, comment=act.comment),
        "sign": lambda: sim.sign(by=act.by),
        "acknowledge": lambda: sim.acknowledge(by=act.by, comment=act.comment),
        "decline": lambda: sim.decline(by=act.by, reason=act.comment or ""),
        "claim": lambda: sim.claim("drafter", by=act.by),
        "document": lambda: sim.document("contract", by=act.by),
        "finish": lambda: sim.do("finish", by=act.by, child=("part", int(act.what))),
        "answer": lambda: sim.do("answer", by=act.by, fields={"note": f"at {sim.now}"}),
        "wait": lambda: sim.advance(to=sim.now + timedelta(hours=act.hours)),
    }
    if act.kind == "finish" and int(act.what) > len(sim.children):
        return False
    try:
        does[act.kind]()
    except Refused as refused:
        if not refused.reasons or not all(refused.reasons):
            raise AssertionError("a refusal without a reason") from refused
        return False
    return True


class EngineAgainstModel(RuleBasedStateMachine):
    """One dossier on a random workflow, in the engine and in the model."""

    sim: Simulation
    model: Model

    @initialize(plan=plans(), amount=AMOUNTS)
    def begin(self, plan: Plan, amount: int) -> None:
        self.plan = plan
        self.sim = Simulation(workflow_of(plan), "generated", {"parts": PARTS}, PEOPLE, BEGIN, documents=["contract"])
        self.model = Model(plan)
        self.both(Act("do", "ana", "go", amount=amount))  # into the midst of it

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        self.both(data.draw(steps(self.plan, self.model.state)))

    @rule(act=others())
    def other(self, act: Act) -> None:
        self.both(act)

    def both(self, act: Act) -> None:
        before, heard = repr(self.sim.case), len(self.sim.effects)
        accepted = attempt(self.sim, act)
        assert accepted is self.model.act(act), act
        if not accepted:
            assert repr(self.sim.case) == before  # what is refused changes nothing
            assert len(self.sim.effects) == heard

    @precondition(lambda self: self.model.seats_of_anybody())
    @rule(data=st.data(), yes=st.sampled_from((True, True, False)))
    def answer(self, data: st.DataObject, yes: bool) -> None:
        """Rounds come to their end more often when those who are asked answer; what they say is never refused."""
        person, kind = data.draw(st.sampled_from(self.model.seats_of_anybody()))
        self.say(person, kind, yes)

    @precondition(lambda self: self.model.seats_of_anybody())
    @rule()
    def everybody_says_yes(self) -> None:
        """A step is met, so that later ones are reached."""
        for person, kind in self.model.seats_of_anybody():
            if (person, kind) in self.model.seats_of_anybody():
                self.say(person, kind, True)

    @precondition(lambda self: "asked" in self.model.children)
    @rule(number=st.sampled_from((1, 2)), data=st.data())
    def whoever_is_in_charge_ends_a_child(self, number: int, data: st.DataObject) -> None:
        """W23: the person of the child alone, once, while the dossier runs."""
        by = data.draw(st.sampled_from((OWNERS[number - 1], OWNERS[number - 1], "lea")))
        self.both(Act("finish", by, str(number)))

    @precondition(lambda self: self.model.reopened)
    @rule(by=st.sampled_from(("cleo", "cleo", "ana")))
    def the_answers_are_sent_again(self, by: str) -> None:
        """F19: by the requester, from the state in which they are open."""
        self.both(Act("answer", by))

    def say(self, person: str, kind: str, yes: bool) -> None:
        vote = Act("vote", person, "approve" if yes else "reject", "x")
        act = {"approval": vote, "signature": Act("sign", person), "acknowledgement": Act("acknowledge", person)}[kind]
        self.both(act)
        assert self.model.votes[-1][0] == person

    @invariant()
    def they_agree(self) -> None:
        sim, model = self.sim, self.model
        assert (sim.state, sim.version, sim.facts.get("amount")) == (model.state, model.version, model.amount)
        assert sim.case.claims.get("drafter") == model.holder
        assert [child.state for child in sim.children] == model.children
        assert (sim.case.reopened is not None) is model.reopened
        assert [(step.by, step.transition, step.before, step.after) for step in sim.history] == model.history
        assert [(r.rule, r.number, r.status) for r in sim.case.rounds] == [
            (r.rule, r.number, r.status) for r in model.rounds
        ]
        assert [(seat.round, seat.step, seat.person) for seat in sim.seats] == [
            (r.number, r.step, person)
            for r in model.rounds
            if r.status == "open"
            for _, person, status in r.seats
            if status == "open"
        ]
        assert [(deadline.due, deadline.status) for deadline in sim.deadlines] == [
            (BEGIN + timedelta(hours=deadline.at), deadline.status) for deadline in model.deadlines
        ]

    @invariant()
    def the_history_explains_the_state(self) -> None:
        state = self.plan.states[0].id
        for step in self.sim.history:
            assert step.before == state
            state = step.after
        assert state == self.sim.state
        fields: dict[str, Any] = {}
        for entry in self.sim.effects:
            if isinstance(entry, HistoryRecorded) and entry.kind != "child_opened":  # whose fields are the child's
                fields |= entry.data.get("fields", {})
        assert fields == {name: value for name, value in self.sim.facts.items() if name not in ("parts", "note")}

    @invariant()
    def no_vote_is_lost(self) -> None:
        heard = [effect for effect in self.sim.effects if isinstance(effect, HistoryRecorded)]
        votes = [
            (entry.by, entry.data.get("decision", entry.kind))
            for entry in heard
            if entry.kind in ("decided", "signed", "declined", "acknowledged")
        ]
        assert votes == self.model.votes
        seats = [seat for round_ in self.sim.case.rounds for seat in round_.seats]
        for status in ("approved", "rejected", "signed", "declined", "acknowledged"):
            assert {s.person for s in seats if s.status == status} == {
                by for by, status_voted in votes if status_voted == status
            }

    @rule(person=st.sampled_from(EVERYBODY))
    def the_buttons_are_what_would_be_accepted(self, person: str) -> None:
        """W5: for transitions without required facts, whose outcome is known beforehand."""
        by_id = {transition.id: transition for transition in self.plan.transitions}
        for name, reasons in self.sim.allowed(person).items():
            if name == "answer":
                assert (reasons == []) is self.model.would(Act("answer", person)), (person, reasons)
            elif not by_id[name].asks:
                assert (reasons == []) is self.model.would(Act("do", person, name, "x")), (person, name, reasons)


@settings(max_examples=examples(25, 60), deadline=None, derandomize=True)
@given(
    plan=long_rounds(),
    amount=AMOUNTS,
    votes=st.lists(st.tuples(st.integers(0, 9), st.sampled_from((True, True, False))), min_size=6, max_size=24),
)
def test_long_rounds_go_on_and_back_as_the_model_does(plan: Plan, amount: int, votes: list[tuple[int, bool]]) -> None:
    """W7: votes on three steps and more, rejections that return one step, asked again after the last."""
    both = EngineAgainstModel()
    both.plan, both.model = plan, Model(plan)
    both.sim = Simulation(workflow_of(plan), "generated", {}, PEOPLE, BEGIN, documents=["contract"])
    for index, yes in votes:
        if both.model.state == "s0":
            both.both(Act("do", "ana", "go", amount=amount))
        pending = both.model.seats_of_anybody()
        if pending:
            both.say(*pending[index % len(pending)], yes)
        both.they_agree()
        both.no_vote_is_lost()


@settings(max_examples=examples(40, 100), deadline=None, derandomize=True)
@given(
    plan=corrections(),
    amount=AMOUNTS,
    tries=st.lists(
        st.sampled_from(
            [Act("do", "ana", "back"), Act("do", "bo", "back"), Act("do", "ines", "back"), Act("do", "ana", "on")] * 2
            + [Act("answer", by) for by in ("cleo", "cleo", "cleo", "ana")]
            + [Act("finish", by, number) for by, number in (("bo", "1"), ("vi", "2"), ("ines", "1"))]
            + [Act("do", "ana", "go", amount=2), Act("do", "cleo", "end")]
        ),
        min_size=4,
        max_size=16,
    ),
)
def test_children_and_corrected_answers_are_as_the_model_has_them(plan: Plan, amount: int, tries: list[Act]) -> None:
    """W23, F19, W21: who is in charge ends a child; the requester sends answers that are open, as often as asked."""
    both = EngineAgainstModel()
    both.plan, both.model = plan, Model(plan)
    both.sim = Simulation(workflow_of(plan), "generated", {"parts": PARTS}, PEOPLE, BEGIN)
    both.both(Act("do", "ana", "go", amount=amount))
    for act in tries:
        both.both(act)
        both.they_agree()
        both.the_history_explains_the_state()


EngineAgainstModel.TestCase.settings = settings(
    max_examples=examples(30, 80),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
TestEngineAgainstModel = EngineAgainstModel.TestCase
TestEngineAgainstModel.__doc__ = (
    """W1, W3, W5, W6, W7, W8, W9, W11: no illegal step, no lost vote; a refusal changes nothing."""
)
