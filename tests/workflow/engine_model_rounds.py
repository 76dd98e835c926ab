"""Rounds in the plain model: seats, quorums, the three meanings of a rejection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.workflow.random_workflows import ALL, Act, Plan, RoundPlan, StepPlan


class No(Exception):
    """Refused."""


@dataclass
class Asked:
    """A round: its rule, number and step; seats are [entry, person, status] of the present step."""

    rule: str
    number: int
    status: str = "open"
    step: int = 0
    seats: list[list[Any]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    expires: int | None = None


class Rounds:
    """The part of the model that asks and counts; the rest of it says who people are and where things lead."""

    plan: Plan
    rounds: list[Asked]
    votes: list[tuple[str, str]]
    state: str
    holder: str | None
    now: int
    version: int
    by_person: bool

    def over(self, limit: int | None) -> bool:
        raise NotImplementedError

    def people(self, role: str) -> list[str]:
        raise NotImplementedError

    def enter(self, to: str, name: str, by: str | None) -> None:
        raise NotImplementedError

    def eligible(self, rule: RoundPlan, role: str) -> list[str]:
        out = [self.holder] if rule.four_eyes else []
        return [person for person in self.people(role) if person not in out]

    def open(self, name: str) -> None:
        rule = self.plan.rounds[name]
        for step in rule.steps:
            for role, need in step.entries if self.over(step.over) else ():
                if self.by_person and len(self.eligible(rule, role)) < max(need, 1):
                    raise No
        number = 1 + sum(1 for one in self.rounds if one.rule == name)
        expires = None if rule.expires is None else self.now + rule.expires
        self.rounds.append(Asked(name, number, expires=expires))
        self.begin(self.rounds[-1], 0)

    def begin(self, one: Asked, step: int) -> bool:
        """Ask the next step that is asked; whether there was any."""
        rule = self.plan.rounds[one.rule]
        for index in range(step, len(rule.steps)):
            if self.over(rule.steps[index].over):
                one.step = index
                one.seats = [
                    [place, person, "open"]
                    for place, (role, _) in enumerate(rule.steps[index].entries)
                    for person in self.eligible(rule, role)
                ]
                return True
            one.skipped.append(index)
        return False

    def close(self, one: Asked, status: str) -> None:
        one.status = status
        for seat in one.seats:
            seat[2] = "closed" if seat[2] == "open" else seat[2]

    def seat(self, by: str, kind: str) -> Asked:
        for one in self.rounds:
            mine = any(person == by and status == "open" for _, person, status in one.seats)
            if one.status == "open" and self.plan.rounds[one.rule].kind == kind and mine:
                return one
        raise No

    def settle(self, one: Asked, by: str, status: str) -> None:
        for seat in one.seats:
            if seat[1] == by and seat[2] == "open":
                seat[2] = status
        self.votes.append((by, status))
        self.version += 1

    def counts(self, one: Asked) -> list[tuple[int, int, int]]:
        """Of each entry: needed, given, still possible."""
        step: StepPlan = self.plan.rounds[one.rule].steps[one.step]
        found = []
        for place, (_, need) in enumerate(step.entries):
            people = {person for entry, person, status in one.seats if entry == place and status != "removed"}
            given = {p for e, p, status in one.seats if e == place and status in ("approved", "signed")}
            waiting = {p for e, p, status in one.seats if e == place and status == "open"}
            found.append((len(people) if need == ALL else need, len(given), len(given | waiting)))
        return found

    def onward(self, one: Asked, by: str | None) -> None:
        """The next step once every entry has its votes; the outcome of the round after the last."""
        if not all(given >= needed > 0 for needed, given, _ in self.counts(one)):
            return
        if not self.begin(one, one.step + 1):
            self.finish(one, "approved" if self.plan.rounds[one.rule].kind == "approval" else "signed", by)

    def finish(self, one: Asked, status: str, by: str | None) -> None:
        self.close(one, status)
        here = self.plan.state(self.state)
        to = here.good if status in ("approved", "signed") else here.bad
        assert to is not None
        self.enter(to, status, by)

    def enforce_four_eyes(self) -> None:
        """Who has claimed the drafter's role meanwhile loses open seats in rounds that exclude the drafter."""
        for round_ in list(self.rounds):
            if round_.status != "open" or not self.plan.rounds[round_.rule].four_eyes:
                continue
            removed = [seat for seat in round_.seats if seat[1] == self.holder and seat[2] == "open"]
            for seat in removed:
                seat[2] = "removed"
            if removed:
                self.onward(round_, None)

    def vote(self, act: Act) -> None:
        one = self.seat(act.by, "approval")
        if act.what == "approve":
            self.settle(one, act.by, "approved")
            self.onward(one, act.by)
            return
        if act.comment is None:
            raise No
        self.settle(one, act.by, "rejected")
        rejection = self.plan.rounds[one.rule].rejection
        if rejection == "counts":
            if any(possible < max(needed, 1) for needed, _, possible in self.counts(one)):
                self.finish(one, "rejected", act.by)
            else:
                self.onward(one, act.by)
            return
        earlier = [index for index in range(one.step) if index not in one.skipped]
        if rejection == "stops" or not earlier:
            self.finish(one, "rejected", act.by)
        else:
            one.skipped = [index for index in one.skipped if index < earlier[-1]]
            self.begin(one, earlier[-1])

    def sign(self, act: Act) -> None:
        one = self.seat(act.by, "signature")
        self.settle(one, act.by, "signed")
        self.onward(one, act.by)

    def decline(self, act: Act) -> None:
        one = self.seat(act.by, "signature")
        if act.comment is None:
            raise No
        self.votes.append((act.by, "declined"))
        self.version += 1
        self.finish(one, "declined", act.by)

    def document(self) -> None:
        changed = False
        for one in [one for one in self.rounds if one.status == "open"]:
            if self.plan.rounds[one.rule].start_again:
                self.close(one, "superseded")
                self.open(one.rule)
                changed = True
        self.version += changed

    def seats_of_anybody(self) -> list[tuple[str, str]]:
        """Who is asked, for what kind of round."""
        return [
            (person, self.plan.rounds[one.rule].kind)
            for one in self.rounds
            if one.status == "open"
            for _, person, status in one.seats
            if status == "open"
        ]
