"""Rounds of the reference model: seats, quorums, four eyes, the three meanings of a rejection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.workflow.random_workflows import Act
from tests.workflow.workflow_plans import ALL, TEAMS, Plan, RoundPlan, StepPlan

WANTED = {"approval": "approved", "signature": "signed", "acknowledgement": "acknowledged"}
"""The wanted end of a round, and of a seat in it."""


class ModelRefused(Exception):
    """The model refuses the action."""


@dataclass
class ModelRound:
    """A round: its rule, number and step; seats are [entry, person, status] of the current step."""

    rule: str
    number: int
    status: str = "open"
    step: int = 0
    seats: list[list[Any]] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    expires: int | None = None
    document: int = 1


class Rounds:
    """Rounds and votes of the model; `Model` adds people, transitions and time."""

    plan: Plan
    rounds: list[ModelRound]
    votes: list[tuple[str, str]]
    state: str
    holder: str | None
    now: int
    version: int
    by_person: bool
    documents: int

    def over(self, limit: int | None) -> bool:
        raise NotImplementedError

    def people(self, role: str) -> list[str]:
        raise NotImplementedError

    def enter(self, to: str, name: str, by: str | None) -> None:
        raise NotImplementedError

    def eligible(self, rule: RoundPlan, role: str) -> list[str]:
        out = [self.holder] if rule.four_eyes else []
        return [person for person in self.people(role) if person not in out]

    def entries_to_meet(self, rule: RoundPlan, step: StepPlan) -> list[tuple[int, str, int]]:
        """The entries as (index, role, need): an acknowledgement leaves out those that ask all of nobody (W19)."""
        entries = [(index, role, need) for index, (role, need) in enumerate(step.entries)]
        if rule.kind != "acknowledgement":
            return entries
        return [entry for entry in entries if entry[2] != ALL or self.eligible(rule, entry[1])] or entries

    def open(self, name: str) -> None:
        rule = self.plan.rounds[name]
        for step in rule.steps:
            for _, role, need in self.entries_to_meet(rule, step) if self.over(step.over) else ():
                if self.by_person and len(self.eligible(rule, role)) < max(need, 1):
                    raise ModelRefused
        if self.by_person and rule.kind == "signature":
            self.require_approved()
        number = 1 + sum(1 for round_ in self.rounds if round_.rule == name)
        expires = None if rule.expires is None else self.now + rule.expires
        self.rounds.append(ModelRound(name, number, expires=expires, document=self.documents))
        self.begin(self.rounds[-1], 0)

    def begin(self, round_: ModelRound, step: int) -> bool:
        """Start the next step that applies; returns whether there was any."""
        rule = self.plan.rounds[round_.rule]
        for index in range(step, len(rule.steps)):
            if self.over(rule.steps[index].over):
                round_.step = index
                round_.seats = [
                    [entry, person, "open"]
                    for entry, (role, _) in enumerate(rule.steps[index].entries)
                    for person in self.eligible(rule, role)
                ]
                return True
            round_.skipped.append(index)
        return False

    def close(self, round_: ModelRound, status: str) -> None:
        round_.status = status
        for seat in round_.seats:
            seat[2] = "closed" if seat[2] == "open" else seat[2]

    def seat(self, by: str, kind: str) -> ModelRound:
        for round_ in self.rounds:
            holds_seat = any(person == by and status == "open" for _, person, status in round_.seats)
            if round_.status == "open" and self.plan.rounds[round_.rule].kind == kind and holds_seat:
                return round_
        raise ModelRefused

    def settle(self, round_: ModelRound, by: str, status: str) -> None:
        for seat in round_.seats:
            if seat[1] == by and seat[2] == "open":
                seat[2] = status
        self.votes.append((by, status))
        self.version += 1

    def counts(self, round_: ModelRound) -> list[tuple[int, int, int]]:
        """Of each entry: needed, given, still possible."""
        rule = self.plan.rounds[round_.rule]
        counts = []
        for entry, _role, need in self.entries_to_meet(rule, rule.steps[round_.step]):
            people = {person for e, person, status in round_.seats if e == entry and status != "removed"}
            voters = {p for e, p, status in round_.seats if e == entry and status in WANTED.values()}
            waiting = {p for e, p, status in round_.seats if e == entry and status == "open"}
            counts.append((len(people) if need == ALL else need, len(voters), len(voters | waiting)))
        return counts

    def onward(self, round_: ModelRound, by: str | None) -> None:
        """Start the next step once every entry has its votes; close the round after the last."""
        met = [votes >= needed > 0 for needed, votes, _ in self.counts(round_)]
        if not all(met):
            self.release(round_, met)
            return
        if not self.begin(round_, round_.step + 1):
            self.finish(round_, WANTED[self.plan.rounds[round_.rule].kind], by)

    def release(self, round_: ModelRound, met: list[bool]) -> None:
        """Nobody else is asked in an entry that has its votes."""
        rule = self.plan.rounds[round_.rule]
        entries = [entry for entry, _, _ in self.entries_to_meet(rule, rule.steps[round_.step])]
        done = [entry for entry, is_met in zip(entries, met, strict=True) if is_met]
        for seat in round_.seats:
            if seat[0] in done and seat[2] == "open":
                seat[2] = "not_needed"

    def finish(self, round_: ModelRound, status: str, by: str | None) -> None:
        self.close(round_, status)
        state = self.plan.state(self.state)
        to = state.good if status in WANTED.values() else state.bad
        assert to is not None
        self.enter(to, status, by)

    def enforce_four_eyes(self) -> None:
        """The holder of the drafter's role loses open seats where the round excludes the drafter, and as a reviewer."""
        for round_ in list(self.rounds):
            if round_.status != "open":
                continue
            rule = self.plan.rounds[round_.rule]
            entries = rule.steps[round_.step].entries
            removed = [
                seat
                for seat in round_.seats
                if seat[1] == self.holder
                and seat[2] == "open"
                and (rule.four_eyes or entries[seat[0]][0] == "reviewer")
            ]
            for seat in removed:
                seat[2] = "removed"
            if removed:
                self.onward(round_, None)

    def vote(self, act: Act) -> None:
        round_ = self.seat(act.by, "approval")
        if act.what == "approve":
            self.settle(round_, act.by, "approved")
            self.onward(round_, act.by)
            return
        if act.comment is None:
            raise ModelRefused
        self.settle(round_, act.by, "rejected")
        rejection = self.plan.rounds[round_.rule].rejection
        if rejection == "counts":
            if any(possible < max(needed, 1) for needed, _, possible in self.counts(round_)):
                self.finish(round_, "rejected", act.by)
            else:
                self.onward(round_, act.by)
            return
        earlier = [index for index in range(round_.step) if index not in round_.skipped]
        if rejection == "stops" or not earlier:
            self.finish(round_, "rejected", act.by)
        else:
            round_.skipped = [index for index in round_.skipped if index < earlier[-1]]
            self.begin(round_, earlier[-1])

    def sign(self, act: Act) -> None:
        round_ = self.seat(act.by, "signature")
        self.require_approved()
        self.settle(round_, act.by, "signed")
        self.onward(round_, act.by)

    def acknowledge(self, act: Act) -> None:
        round_ = self.seat(act.by, "acknowledgement")
        if act.comment is not None:
            raise ModelRefused
        self.settle(round_, act.by, "acknowledged")
        self.onward(round_, act.by)

    def decline(self, act: Act) -> None:
        round_ = self.seat(act.by, "signature")
        if act.comment is None:
            raise ModelRefused
        self.votes.append((act.by, "declined"))
        self.version += 1
        self.finish(round_, "declined", act.by)

    def rounds_of(self, kind: str) -> list[ModelRound]:
        return [round_ for round_ in self.rounds if self.plan.rounds[round_.rule].kind == kind]

    def require_approved(self) -> None:
        """Refuse signatures on a version that an approval given once does not stand for, or that none stands for."""
        asked = self.rounds_of("approval")
        standing = {
            r.rule
            for r in asked
            if r.status == "approved" and (r.document == self.documents or not self.plan.rounds[r.rule].start_again)
        }
        decided = {r.rule for r in asked if r.status in ("approved", "superseded")}
        if asked and not (standing and decided <= standing):
            raise ModelRefused

    def document(self, by: str) -> None:
        in_charge = [self.holder] if self.holder else TEAMS["drafter"]
        signatures = self.rounds_of("signature")
        approvals = any(rule.kind == "approval" for rule in self.plan.rounds.values())
        fixed = any(r.status == "signed" or (r.status == "open" and approvals) for r in signatures)
        if self.plan.state(self.state).ends or fixed or by not in (*in_charge, "lea"):
            raise ModelRefused
        self.documents += 1
        ended = [
            r
            for r in self.rounds
            if r.status in ("open", "approved")
            and self.plan.rounds[r.rule].kind != "acknowledgement"
            and (self.plan.rounds[r.rule].start_again or self.plan.rounds[r.rule].kind == "signature")
        ]
        open_rounds = [r for r in ended if r.status == "open"]
        for round_ in ended:
            self.close(round_, "superseded")
        for round_ in open_rounds:
            self.open(round_.rule)
        self.version += bool(ended)

    def seats_of_anybody(self) -> list[tuple[str, str]]:
        """The people with an open seat, each with the kind of the round."""
        return [
            (person, self.plan.rounds[round_.rule].kind)
            for round_ in self.rounds
            if round_.status == "open"
            for _, person, status in round_.seats
            if status == "open"
        ]
