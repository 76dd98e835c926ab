"""Votes against a plain model: majority, fractions, quorum, abstention, ties, absence, closed accounts, expiry (W22).

The model asks of each entry how it can still end, by trying every way in which those who have not voted might vote.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from formengine.errors import Refused
from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from tests.support.thorough import examples
from tests.workflow.builders import NOW, Cast, run, unchecked
from tests.workflow.vote_plans import HOURS, SHARES, VotePlan, random_plan

CLOSING = ("b1", "b2", "b3", "f1", "f2", "ines", "d_b1", "x1")


@dataclass
class VoteModel:
    """The open round of a plan: `votes` by holder and entry of the current step, None where one may still vote, "-"
    where others have given the votes that the entry needs.

    `casting` are the votes on seats that exist for a tie alone; `stands_for` is whom a deputy stands for.
    """

    plan: VotePlan
    gone: set[str] = field(default_factory=set)
    status: str = "open"
    step: int = -1
    nobody: bool = False
    votes: dict[tuple[int, str], str | None] = field(default_factory=dict)
    added: dict[int, set[str]] = field(default_factory=dict)
    casting: dict[tuple[int, str], str | None] = field(default_factory=dict)
    decider: str | None = None

    def begin(self, step: int) -> None:
        self.step, self.votes, self.added, self.casting, self.decider = step, {}, {}, {}, None
        for entry, (team, _) in enumerate(self.plan.steps[step]):
            for i in range(1, self.plan.sizes[team] + 1):
                person = f"{team[0]}{i}"
                if person not in self.gone:
                    self.votes[entry, self.deputy(person)] = None
        self.nobody = False
        self.note_nobody()

    def deputy(self, person: str) -> str:
        return f"d_{person}" if person in self.plan.absent and f"d_{person}" not in self.gone else person

    def needed(self, entry: int, seated: int, abstained: int) -> int:
        need = self.plan.steps[self.step][entry][1] if entry < len(self.plan.steps[self.step]) else "all"
        if need == "majority":
            return seated // 2 + 1
        if need in SHARES:
            return next(n for n in count(1) if n >= SHARES[need] * seated)
        return max(seated - abstained, 1) if need == "all" else int(need)

    def takes_share(self, entry: int) -> bool:
        step = self.plan.steps[self.step]
        return entry < len(step) and step[entry][1] in ("majority", *SHARES)

    def entries(self) -> list[int]:
        own = {entry for entry, people in self.added.items() if any(self.votes[entry, p] != "a" for p in people)}
        return sorted({*range(len(self.plan.steps[self.step])), *own})

    def ends_of(self, entry: int) -> set[str]:
        """How an entry can end: met, tied, lost; and decided where it is met already."""
        votes = [vote for (e, _), vote in self.votes.items() if e == entry]
        cast, waiting, ends = Counter(vote for vote in votes if vote), votes.count(None), set()
        for yes in range(waiting + 1):
            for no in range(waiting - yes + 1):
                blank = waiting - yes - no
                if blank and not self.plan.abstain:
                    continue
                y, n, a = cast["y"] + yes, cast["n"] + no, cast["a"] + blank
                tied = self.plan.casting and self.takes_share(entry) and y == n > 0
                met = y >= self.needed(entry, len(votes), a)
                ends.add("met" if met else "tied" if tied else "lost")
        return ends | ({"decided"} if cast["y"] >= self.needed(entry, len(votes), cast["a"]) else set())

    def standing_of(self, entry: int) -> str:
        ends = self.ends_of(entry)
        if "decided" in ends:
            return "met"
        if ends == {"lost"}:
            return "lost"
        waits = any(vote is None for (e, _), vote in self.votes.items() if e == entry)
        return "open" if waits else self.casting_standing(entry)

    def casting_standing(self, entry: int) -> str:
        """What decides a tie; asks those who have the casting vote."""
        own = next((v for (_, holder), v in self.votes.items() if holder == self.decider), None)
        votes = [vote for (e, _), vote in self.casting.items() if e == entry]
        if own is None and not votes:
            chair = self.plan.chair
            holder = self.deputy(chair) if chair else ""
            theirs = (chair, f"d_{chair}")
            cast = next((h for (_, h), v in self.votes.items() if h in theirs and v in ("y", "n")), None)
            if cast is not None:
                self.decider, own = cast, next(v for (_, h), v in self.votes.items() if h == cast)
            elif chair and chair not in self.gone:
                free = all(h != holder or vote == "-" for (_, h), vote in self.votes.items())
                self.casting[entry, holder if free else chair] = None
                return "open"
        given = [own, *votes]
        return "met" if "y" in given else "lost" if "n" in given or None not in votes else "open"

    def standing(self) -> str:
        standings = [self.standing_of(entry) for entry in self.entries()]
        voted = self.voted()
        able = voted | {holder for (_, holder), vote in self.votes.items() if vote is None}
        quorum = self.quorum()
        if not standings or "lost" in standings or len(able) < quorum:
            return "lost"
        return "open" if "open" in standings or len(voted) < quorum else "met"

    def voted(self) -> set[str]:
        return {holder for (_, holder), vote in self.votes.items() if vote and vote != "-"}

    def quorum(self) -> int:
        people = {holder for _, holder in self.votes}
        wanted = self.plan.quorum
        return len(people) // 2 + 1 if wanted == "majority" else int(wanted or 0)

    def met(self) -> list[int]:
        """The entries that need no further vote."""
        if len(self.voted()) < self.quorum():
            return []
        return [entry for entry in self.entries() if self.standing_of(entry) == "met"]

    def release(self) -> None:
        """Nobody else votes in an entry that is met."""
        met = self.met()
        for votes in (self.votes, self.casting):
            for key in [key for key, vote in votes.items() if key[0] in met and vote is None]:
                votes[key] = "-"

    def ask_again(self) -> None:
        """Those who were released vote after all where the entry is not met any more."""
        met = self.met()
        for votes in (self.votes, self.casting):
            for key in [key for key, vote in votes.items() if key[0] not in met and vote == "-"]:
                votes[key] = None if key[1] not in self.gone else "-"

    def vote(self, holder: str, letter: str) -> None:
        for votes in (self.votes, self.casting):
            for key in [key for key, vote in votes.items() if key[1] == holder and vote is None]:
                votes[key] = letter
        lacked, lost = self.nobody, self.standing() == "lost"
        if (lost or not self.plan.counts) if letter == "n" else (lost and not lacked):
            self.lose()
        else:
            self.advance()

    def lose(self) -> None:
        if self.plan.rejection == "returns_one_step" and self.step:
            self.begin(self.step - 1)
        else:
            self.status = "rejected"

    def advance(self) -> None:
        if self.standing() != "met":
            self.release()
            self.note_nobody()
        elif self.step + 1 < len(self.plan.steps):
            self.begin(self.step + 1)
        else:
            self.status = "approved"

    def note_nobody(self) -> None:
        self.nobody = self.standing() == "lost"

    def close_account(self, person: str) -> None:
        self.gone.add(person)
        for votes in (self.votes, self.casting):
            for key in [key for key, vote in votes.items() if key[1] == person and vote is None]:
                del votes[key]
        for entry in list(self.added):
            self.added[entry] = {p for p in self.added[entry] if (entry, p) in self.votes}
        self.advance()

    def add(self, person: str) -> None:
        lost = [entry for entry in self.entries() if self.ends_of(entry) == {"lost"}]
        shares = [entry for entry in range(len(self.plan.steps[self.step])) if self.takes_share(entry)]
        own = 1 + max([len(self.plan.steps[self.step]) - 1, *(entry for entry, _ in (*self.votes, *self.casting))])
        entry = [*lost, *shares, own][0]
        self.votes[entry, person] = None
        if entry >= len(self.plan.steps[self.step]):
            self.added.setdefault(entry, set()).add(person)
        self.ask_again()
        self.note_nobody()

    def waiting(self) -> set[str]:
        return {h for votes in (self.votes, self.casting) for (_, h), vote in votes.items() if vote is None}


class VotesAgainstModel(RuleBasedStateMachine):
    """One vote after another on a random rule, in the engine and in the model."""

    sim: Simulation
    model: VoteModel

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        plan = random_plan(Random(seed))
        self.plan, self.gone, self.newcomers = plan, set[str](), count(1)
        self.sim = Simulation(unchecked(plan.text()), "ask", {}, plan.people(), NOW)
        self.model = VoteModel(plan, status="none")
        self.cast()
        self.ask()

    def cast(self) -> None:
        away = {person: f"d_{person}" for person in self.plan.absent}
        self.sim.directory = Cast(self.plan.people(), gone=self.gone, away=away)

    @precondition(lambda self: self.sim.state != "asked")
    @rule()
    def ask(self) -> None:
        """The round opens, or too few people are there."""
        if self.sim.state != "a":
            self.sim.do("again", by="ana")
        self.model.status = "none"
        model = VoteModel(self.plan, set(self.gone))
        try:
            self.sim.do("ask", by="ana")
        except Refused:
            wanted = self.plan.quorum if isinstance(self.plan.quorum, int) else 1
            for step in self.plan.steps:
                alive = {
                    team: sum(f"{team[0]}{i}" not in self.gone for i in range(1, self.plan.sizes[team] + 1))
                    for team, _ in step
                }
                if sum(alive.values()) < wanted:
                    return
                if any(alive[team] < (need if isinstance(need, int) else 1) for team, need in step):
                    return
            raise
        self.model, self.ends_at = model, self.sim.now + timedelta(hours=HOURS)
        model.begin(0)

    @precondition(lambda self: self.is_open)
    @rule(number=st.integers(0, 9), letter=st.sampled_from("yyna"))
    def vote(self, number: int, letter: str) -> None:
        waiting = sorted(self.model.waiting())
        if waiting:
            self.say(waiting[number % len(waiting)], letter)

    @precondition(lambda self: self.is_open)
    @rule(seed=st.integers(0, 2**24), letters=st.sampled_from(("yyna", "yn", "yyyn", "yna")))
    def everybody_votes(self, seed: int, letters: str) -> None:
        chance = Random(seed)
        for _ in range(12):
            letter = chance.choice(letters)
            waiting = sorted(self.model.waiting())
            if self.is_open and waiting:
                self.say(waiting[0], letter)
                self.they_agree()

    def say(self, holder: str, letter: str) -> None:
        word = {"y": "approve", "n": "reject", "a": "abstain"}[letter]
        alone = any(key[1] == holder and vote is None for key, vote in self.model.casting.items())
        try:
            self.sim.decide(word, by=holder, comment="because")
        except Refused:
            assert letter == "a"
            assert alone or not self.plan.abstain
            return
        self.model.vote(holder, letter)

    @precondition(lambda self: self.is_open and len(self.gone) < 2)
    @rule(person=st.sampled_from(CLOSING))
    def close_an_account(self, person: str) -> None:
        self.gone.add(person)
        self.cast()
        run(self.sim, engine.account_closed, person)
        if person in self.model.waiting():
            self.model.close_account(person)
        self.model.gone.add(person)

    @precondition(lambda self: self.is_open)
    @rule()
    def add_somebody(self) -> None:
        person = f"x{next(self.newcomers)}"
        if person in self.gone:
            return
        self.sim.add_approver(person, step=self.model.step, by="lea")
        self.model.add(person)

    @rule(hours=st.integers(1, 4))
    def wait(self, hours: int) -> None:
        self.sim.advance(to=self.sim.now + timedelta(hours=hours))
        if self.is_open and self.sim.now >= self.ends_at:
            self.model.status = "closed"

    @property
    def is_open(self) -> bool:
        return self.model.status == "open"

    @invariant()
    def they_agree(self) -> None:
        if self.model.status == "none":
            return
        round_ = self.sim.case.rounds[-1]
        states = {"open": "asked", "approved": "yes_", "rejected": "a", "closed": "late"}
        assert (round_.status, self.sim.state) == (self.model.status, states[self.model.status])
        if self.is_open:
            assert (round_.step, round_.nobody) == (self.model.step, self.model.nobody)
            assert {seat.person for seat in self.sim.seats} == self.model.waiting()
            assert self.model.waiting() or self.model.nobody  # somebody can end it, or an administrator is told


@pytest.mark.parametrize("seed", range(examples(4, 12)))
def test_hundreds_of_votes_end_as_the_model_says(seed: int) -> None:
    """W22, W7, U10: the same machine, driven through more ties and quorums than the rules above come to."""
    chance, machine = Random(seed), VotesAgainstModel()
    for number in range(25):
        machine.begin(seed * 1000 + number)
        for _ in range(6):
            act = chance.random()
            if not machine.is_open:
                machine.ask()
            elif act < 0.7:
                machine.vote(chance.randrange(10), chance.choice("yyna"))
                machine.everybody_votes(chance.randrange(2**24), chance.choice(("yn", "yn", "yyna", "yyyn")))
            elif act < 0.85 and len(machine.gone) < 2:
                machine.close_an_account(chance.choice(CLOSING))
            elif act < 0.95:
                machine.add_somebody()
            else:
                machine.wait(chance.randint(1, 4))
            machine.they_agree()


VotesAgainstModel.TestCase.settings = settings(
    max_examples=examples(15, 40), stateful_step_count=20, deadline=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
TestVotesAgainstModel = VotesAgainstModel.TestCase
TestVotesAgainstModel.__doc__ = """W22, W7, U10: votes end as the model says, no round waits for nobody unnoticed."""
