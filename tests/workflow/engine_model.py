"""Reference model of the engine: interprets a `workflow_plans.Plan` with plain loops, without code of formengine.

`Model.act` returns whether an action was accepted; when it was refused, nothing changed.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.workflow.engine_model_rounds import ModelRefused, ModelRound, Rounds
from tests.workflow.random_workflows import Act
from tests.workflow.workflow_plans import ADVISED_UP_TO, OWNERS, TEAMS, Plan, TransitionPlan

Entry = tuple[str | None, str, str, str]
"""A history entry: by, transition, before, after."""


@dataclass
class ModelDeadline:
    """A deadline: its state and its index there, when it is due (hours), and its status.

    `first` is when it was due first, `occurrence` how often it has come round.
    """

    state: str
    index: int
    at: int
    status: str = "running"
    first: int = 0
    occurrence: int = 0
    is_extended: bool = False


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
        self.children: list[str] = []
        self.reopened = False
        self.arrive()

    def act(self, act: Act) -> bool:
        before = self.snapshot()
        try:
            acts = {"do": self.do, "vote": self.vote, "sign": self.sign, "decline": self.decline}
            acts |= {"acknowledge": self.acknowledge, "finish": self.finish_child, "answer": self.answer}
            acts.get(act.kind, self.other)(act)
        except ModelRefused:
            self.__dict__.update(before)
            return False
        finally:
            self.by_person = False
        self.follow()
        return True

    def follow(self) -> None:
        """Move as long as a line of `when_true` holds."""
        self.by_person = False
        while True:
            to = next((go for limit, go in self.plan.state(self.state).tests if self.over(limit)), None)
            if to is None and self.children and "asked" not in self.children:
                to = self.plan.state(self.state).finished
            if to is None:
                return
            self.enter(to, "automatic", None)

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
        if role == "drafter" and self.holder:
            return [self.holder]
        if role == "adviser" and (self.amount is None or self.amount > ADVISED_UP_TO):
            return []
        return [person for person in TEAMS[role] if role != "reviewer" or person != self.holder]

    def over(self, limit: int | None) -> bool:
        return limit is None or (self.amount is not None and self.amount > limit)

    def target(self, transition: TransitionPlan) -> str | None:
        if transition.to == "same":
            return self.state
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
        extended = self.extended_by(transition)
        if transition.extends is not None and extended is None:
            raise ModelRefused
        if role == "drafter":
            self.holder = act.by
        if act.amount is not None:
            self.amount = act.amount
        self.by_person = True
        self.version += 1
        if extended is not None and transition.extends is not None:
            extended.at, extended.is_extended = extended.at + transition.extends[2], True
        if transition.opens and not self.children:
            self.children = ["asked" for _ in OWNERS]
        if transition.to == "same":
            self.history.append((act.by, transition.id, to, to))
            self.follow()
            self.enforce_four_eyes()
        else:
            self.enter(to, transition.id, act.by)
            self.reopened = transition.reopens and self.state == to

    def answer(self, act: Act) -> None:
        """The requester sends the corrected answers, and the dossier goes back."""
        past = [name for name in self.left if name != self.state]
        if not self.reopened or act.by != "cleo" or not past:
            raise ModelRefused
        self.by_person = True
        self.version += 1
        self.enter(past[-1], "answer", act.by)

    def finish_child(self, act: Act) -> None:
        """Whoever is in charge of a child ends it, unless the dossier has ended."""
        index = int(act.what) - 1
        if self.children[index : index + 1] != ["asked"] or act.by != OWNERS[index]:
            raise ModelRefused
        if self.plan.state(self.state).ends:
            raise ModelRefused
        self.children[index] = "done"
        self.version += 1

    def enter(self, to: str, name: str, by: str | None) -> None:
        for round_ in self.rounds:
            if round_.status == "open":
                self.close(round_, "closed")
        before, self.state, self.reopened = self.state, to, False
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
            due = self.now + rule.hours
            self.deadlines.append(ModelDeadline(state.id, index, due, self.first_status(state.id, index), first=due))
        if state.round is not None:
            self.open(state.round)

    def first_status(self, state: str, index: int) -> str:
        """Met at once where nothing can let it be missed: no step asks for the amount and leads back here."""
        rule = self.plan.state(state).deadlines[index]
        asked = any(t.asks and t.to in (state, "same") and state in t.sources for t in self.plan.transitions)
        return "running" if asked or self.over(rule.over) else "met"

    def extended_by(self, transition: TransitionPlan) -> ModelDeadline | None:
        """The deadline that a transition may extend now: it runs, and was not extended."""
        place = transition.extends[:2] if transition.extends else None
        running = [d for d in self.deadlines if d.status == "running" and (d.state, d.index) == place]
        return next((d for d in running if not d.is_extended), None)

    def come_round(self, deadline: ModelDeadline, every: int) -> None:
        """Add the next occurrence of a deadline: the first that is due later."""
        occurrence = deadline.occurrence
        while deadline.first + occurrence * every <= deadline.at:
            occurrence += 1
        due, status = deadline.first + occurrence * every, self.first_status(deadline.state, deadline.index)
        following = ModelDeadline(deadline.state, deadline.index, due, status, deadline.first, occurrence)
        self.deadlines.append(following)

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
                self.follow()
        self.now = until

    def fire(self) -> bool:
        """Fire the first thing that is due now, a deadline before a round; returns whether there was any."""
        for deadline in self.deadlines:
            if deadline.status == "running" and deadline.at <= self.now:
                deadline.status = "missed" if self.is_missed(deadline) else "met"
                rule = self.plan.state(deadline.state).deadlines[deadline.index]
                if deadline.status == "missed" and rule.go is not None:
                    self.enter(rule.go, "deadline", None)
                elif rule.every is not None:
                    self.come_round(deadline, rule.every)
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
