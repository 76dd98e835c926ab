"""How the people of a round vote: shares of them, quorum, abstention, casting vote, fields asked (W22)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Share:
    """A share of the people who are asked: at least `part` of `whole`, or more than that when `exceeded`."""

    part: int
    whole: int
    exceeded: bool = False

    def of(self, people: int) -> int:
        """The number of votes that this share takes of a number of people, at least 1.

        >>> Share(1, 2, exceeded=True).of(4), Share(2, 3).of(4)
        (3, 3)
        """
        votes = self.part * people // self.whole + 1 if self.exceeded else -(-self.part * people // self.whole)
        return max(votes, 1)


@dataclass(frozen=True)
class Voting:
    """The rules of voting in a step (W22), its own or those of its approval.

    `quorum` is how many of its people have to vote, abstentions included, as a number or a share of them. `abstain`:
    they may abstain. `casting_vote` is the role that decides a tie. `asks` are the fields asked with an approval.
    """

    quorum: int | Share | None = None
    abstain: bool = False
    casting_vote: str | None = None
    asks: tuple[str, ...] = ()


UNCOUNTED: Final = Voting()
"""Of steps that say nothing about it."""
