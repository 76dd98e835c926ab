"""Random rules of votes: steps, what each entry needs, quorum, abstention, casting vote, who is absent (W22)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

NEEDS = ("majority", "majority", "two_thirds", "3/5", "all", 1, 2)
SHARES = {"two_thirds": Fraction(2, 3), "3/5": Fraction(3, 5)}
HOURS = 9
"""How long the state with the vote waits before it is left."""


@dataclass(frozen=True)
class VotePlan:
    """Steps are lists of (team, need); `board` and `finance` are the sizes of the teams, `chair` holds the casting
    vote, `absent` have a deputy.
    """

    steps: tuple[tuple[tuple[str, Any], ...], ...]
    sizes: dict[str, int]
    quorum: int | str | None
    abstain: bool
    casting: bool
    chair: str | None
    rejection: str | None
    absent: frozenset[str]

    @property
    def counts(self) -> bool:
        shares = any(isinstance(need, str) and need != "all" for step in self.steps for _, need in step)
        return self.rejection == "counts" or (
            self.rejection is None and bool(shares or self.quorum or self.abstain or self.casting)
        )

    def people(self) -> dict[str, list[str]]:
        teams = {f"team:{team}": [f"{team[0]}{i}" for i in range(1, size + 1)] for team, size in self.sizes.items()}
        return {"requester": ["cleo"], "team:contracts": ["ana"], "legal_admin": ["lea"], **teams} | {
            "position:general_counsel": [self.chair] if self.chair else []
        }

    def text(self) -> str:
        steps = [
            f"{{name: S, approvers: [{', '.join(f'{{role: {team}, need: {need}}}' for team, need in step)}]}}"
            for step in self.steps
        ]
        more = {"quorum": self.quorum, "rejection": self.rejection, "casting_vote": "chief" if self.casting else None}
        lines = [f"    {key}: {value}" for key, value in more.items() if value is not None]
        lines += ["    abstain: true"] if self.abstain else []
        return f"""
starts_in: a
states:
  a: {{}}
  asked:
    approval: vote
    approved: yes_
    rejected: a
    deadlines: [{{within: {HOURS} hours, then: {{go: late}}}}]
  yes_: {{}}
  late: {{}}
  z: {{ends: true}}
transitions:
  ask: {{from: a, to: asked, who: [drafter]}}
  again: {{from: [yes_, late], to: a, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  vote:
    steps: [{", ".join(steps)}]
""" + "".join(f"{line}\n" for line in lines)


def random_plan(chance: Random) -> VotePlan:
    teams = ((("board",), ("board",), ("finance",), ("board", "finance")), (1, 1, 1, 2))
    return VotePlan(
        steps=tuple(
            tuple((team, chance.choice(NEEDS)) for team in chance.choice(teams[0]))
            for _ in range(chance.choice(teams[1]))
        ),
        sizes={"board": chance.choice((2, 2, 3, 4, 4, 5)), "finance": chance.randint(1, 3)},
        quorum=chance.choice((None, None, 1, 2, "majority")),
        abstain=chance.random() < 0.6,
        casting=chance.random() < 0.7,
        chair=chance.choice(("ines", "ines", "b1", "b2", None)),
        rejection=chance.choice((None, None, None, "counts", "stops", "returns_one_step")),
        absent=frozenset(chance.sample(("b1", "b3", "f1", "ines"), chance.choice((0, 0, 1, 2)))),
    )
