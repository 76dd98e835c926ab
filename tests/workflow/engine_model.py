"""Reference model of the engine: interprets a `random_workflows.Plan` with plain loops, without code of formengine.

`Model.act` returns whether an action was accepted; when it was refused, nothing changed.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.workflow.engine_model_rounds import ModelRefused, ModelRound, Rounds
from tests.workflow.random_workflows import TEAMS, Act, Plan, TransitionPlan

Entry = tuple[str | None, str, str, str]
"""A history entry: by, transition, before, after."""


@dataclass
class ModelDeadline:
    """A deadline: its state and its index there, when it is due (hours), and its status."""

    state: str
    index: int
    at: int
    status: str = "running"


class Model(Rounds):
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = plan.states[0].id
        self.amount: int | None = None
        self.holder: str | None = None
        self.version, self.now = 1, 0
        self.documents = 1
        self.history: list[Entry] = []
        self.left: list[str] = []
        self.rounds: list[ModelRound] = []
        self.deadlines: list[ModelDeadline] = []
        self.votes: list[tuple[str, str]] = []
        self.by_person = False
        self.arrive()

    def act(self, act: Act) -> bool:
        before = self.snapshot()
        try:
            {"do": self.do, "vote": self.vote, "sign": self.sign, "decline": self.decline}.get(act.kind, self.other)(
                act
            )
        except ModelRefused:
            self.__dict__.update(before)
            return False
        finally:
            self.by_person = False
        return True

    def snapshot(self) -> dict[str, Any]:
        """A copy of everything that an action may change."""
        return {name: deepcopy(value) for name, value in self.__dict__.items() if name != "plan"}

    def other(self, act: Act) -> None:
        if act.kind == "claim":
            if act.by not in TEAMS["drafter"] or self.holder is not None:
                raise ModelRefused
            self.holder = act.by
            self.version += 1
            self.enforce_four_eyes()
        elif act.kind == "document":
            self.document(act.by)
        else:
            self.wait(act.hours)

    def people(self, role: str) -> list[str]:
        return [self.holder] if role == "drafter" and self.holder else TEAMS[role]

    def over(self, limit: int | None) -> bool:
        return limit is None or (self.amount is not None and self.amount > limit)

    def target(self, transition: TransitionPlan) -> str | None:
        if transition.to != "back":
            return transition.to
        past = [name for name in self.left if name != self.state]
        return past[-1] if past else None

    def do(self, act: Act) -> None:
        transition = next(t for t in self.plan.transitions if t.id == act.what)
        role = next((r for r in transition.who if act.by in self.people(r)), None)
        to = self.target(transition)
        if self.state not in transition.sources or role is None or not self.over(transition.over) or to is None:
            raise ModelRefused
        if transition.asks and act.amount is None and self.amount is None:
            raise ModelRefused
        if not transition.asks and act.amount is not None:
            raise ModelRefused
        if transition.comment and act.comment is None:
            raise ModelRefused
        if role == "drafter":
            self.holder = act.by
        if act.amount is not None:
            self.amount = act.amount
        self.by_person = True
        self.version += 1
        self.enter(to, transition.id, act.by)

    def enter(self, to: str, name: str, by: str | None) -> None:
        for round_ in self.rounds:
            if round_.status == "open":
                self.close(round_, "closed")
        before, self.state = self.state, to
        ended = [d for d in self.deadlines if d.status == "running"]
        for deadline in ended:
            deadline.status = "missed" if deadline.at <= self.now and self.is_missed(deadline) else "met"
        if before != to and self.plan.state(before).otherwise is None:
            self.left.append(before)
        self.history.append((by, name, before, to))
        self.arrive()

    def arrive(self) -> None:
        state = self.plan.state(self.state)
        if state.otherwise is not None:
            to = next((go for limit, go in state.decide if self.over(limit)), state.otherwise)
            self.enter(to, "decide", None)
            return
        for index, rule in enumerate(state.deadlines):
            self.deadlines.append(ModelDeadline(state.id, index, self.now + rule.hours))
        if state.round is not None:
            self.open(state.round)

    def is_missed(self, deadline: ModelDeadline) -> bool:
        return self.over(self.plan.state(deadline.state).deadlines[deadline.index].over)

    def wait(self, hours: int) -> None:
        until = self.now + hours
        while True:
            moments = [d.at for d in self.deadlines if d.status == "running"]
            moments += [r.expires for r in self.rounds if r.status == "open" and r.expires is not None]
            if not moments or min(moments) > until:
                break
            self.now = max(self.now, min(moments))
            self.version += 1
            while self.fire():
                pass
        self.now = until

    def fire(self) -> bool:
        """Fire the first thing that is due now, a deadline before a round; returns whether there was any."""
        for deadline in self.deadlines:
            if deadline.status == "running" and deadline.at <= self.now:
                deadline.status = "missed" if self.is_missed(deadline) else "met"
                go = self.plan.state(deadline.state).deadlines[deadline.index].go
                if deadline.status == "missed" and go is not None:
                    self.enter(go, "deadline", None)
                return True
        for round_ in self.rounds:
            if round_.status == "open" and round_.expires is not None and round_.expires <= self.now:
                self.finish(round_, "expired", None)
                return True
        return False

    def would(self, act: Act) -> bool:
        """Whether an action would be accepted now; changes nothing."""
        before = self.snapshot()
        try:
            return self.act(act)
        finally:
            self.__dict__.update(before)
