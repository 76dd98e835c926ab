"""The engine once more, as plainly as can be: what `generating.Plan` means, in loops over lists.

It shares no code with formengine. `Model.act` answers whether an act was accepted; when it was not, nothing changed.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.workflow.engine_model_rounds import Asked, No, Rounds
from tests.workflow.random_workflows import TEAMS, Act, Plan, TransitionPlan

Entry = tuple[str | None, str, str, str]
"""Of the history: by, transition, before, after."""


@dataclass
class Due:
    """A deadline: of which state, its place there, when, and how it stands."""

    state: str
    place: int
    at: int
    status: str = "running"


class Model(Rounds):
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = plan.states[0].id
        self.amount: int | None = None
        self.holder: str | None = None
        self.version, self.now = 1, 0
        self.history: list[Entry] = []
        self.left: list[str] = []
        self.rounds: list[Asked] = []
        self.deadlines: list[Due] = []
        self.votes: list[tuple[str, str]] = []
        self.by_person = False
        self.arrive()

    def act(self, act: Act) -> bool:
        before = self.kept()
        try:
            {"do": self.do, "vote": self.vote, "sign": self.sign, "decline": self.decline}.get(act.kind, self.other)(
                act
            )
        except No:
            self.__dict__.update(before)
            return False
        finally:
            self.by_person = False
        return True

    def kept(self) -> dict[str, Any]:
        """Everything that an act may change."""
        return {name: deepcopy(value) for name, value in self.__dict__.items() if name != "plan"}

    def other(self, act: Act) -> None:
        if act.kind == "claim":
            if act.by not in TEAMS["drafter"] or self.holder is not None:
                raise No
            self.holder = act.by
            self.version += 1
            self.enforce_four_eyes()
        elif act.kind == "document":
            self.document()
        else:
            self.wait(act.hours)

    # steps

    def people(self, role: str) -> list[str]:
        return [self.holder] if role == "drafter" and self.holder else TEAMS[role]

    def over(self, limit: int | None) -> bool:
        return limit is None or (self.amount is not None and self.amount > limit)

    def target(self, one: TransitionPlan) -> str | None:
        if one.to != "back":
            return one.to
        past = [name for name in self.left if name != self.state]
        return past[-1] if past else None

    def do(self, act: Act) -> None:
        one = next(t for t in self.plan.transitions if t.id == act.what)
        role = next((r for r in one.who if act.by in self.people(r)), None)
        to = self.target(one)
        if self.state not in one.sources or role is None or not self.over(one.over) or to is None:
            raise No
        if one.asks and act.amount is None and self.amount is None:
            raise No
        if not one.asks and act.amount is not None:
            raise No
        if one.comment and act.comment is None:
            raise No
        if role == "drafter":
            self.holder = act.by
        if act.amount is not None:
            self.amount = act.amount
        self.by_person = True
        self.version += 1
        self.enter(to, one.id, act.by)

    def enter(self, to: str, name: str, by: str | None) -> None:
        for one in self.rounds:
            if one.status == "open":
                self.close(one, "closed")
        before, self.state = self.state, to
        ended = [d for d in self.deadlines if d.status == "running"]
        for due in ended:
            due.status = "missed" if due.at <= self.now and self.is_missed(due) else "met"
        if before != to and self.plan.state(before).otherwise is None:
            self.left.append(before)
        self.history.append((by, name, before, to))
        self.arrive()

    def arrive(self) -> None:
        here = self.plan.state(self.state)
        if here.otherwise is not None:
            to = next((go for limit, go in here.decide if self.over(limit)), here.otherwise)
            self.enter(to, "decide", None)
            return
        for place, one in enumerate(here.deadlines):
            self.deadlines.append(Due(here.id, place, self.now + one.hours))
        if here.round is not None:
            self.open(here.round)

    # time

    def is_missed(self, due: Due) -> bool:
        return self.over(self.plan.state(due.state).deadlines[due.place].over)

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
        """The first thing that is due now: a deadline before a round."""
        for due in self.deadlines:
            if due.status == "running" and due.at <= self.now:
                due.status = "missed" if self.is_missed(due) else "met"
                go = self.plan.state(due.state).deadlines[due.place].go
                if due.status == "missed" and go is not None:
                    self.enter(go, "deadline", None)
                return True
        for one in self.rounds:
            if one.status == "open" and one.expires is not None and one.expires <= self.now:
                self.finish(one, "expired", None)
                return True
        return False

    # looking

    def would(self, act: Act) -> bool:
        """Whether an act would be accepted now."""
        before = self.kept()
        try:
            return self.act(act)
        finally:
            self.__dict__.update(before)
