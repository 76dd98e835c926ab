"""Counting the votes of a round's current step: what each entry needs, the quorum, ties (W7, W22).

A person who holds several seats of an entry, or votes for somebody else as well, counts as one voter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.engine.case import Round, Seat

Standing = Literal["met", "lost", "open"]
"""Of a step: every vote that it needs was given, can no longer be given, or is still possible."""
CASTING_ALONE: Final = "alone"
CASTING_OWN: Final = "own"
_YES: Final = ("approved", "signed", "acknowledged")
_CAST: Final = (*_YES, "rejected", "abstained")
_GONE: Final = ("removed", "delegated")


@dataclass(frozen=True)
class Tally:
    """The votes of one entry: `seated` people, how many said yes, no or abstained, and how many may still vote.

    `needed` is the number of yes votes that it takes; `casting` says that a casting vote decides a tie, `may_abstain`
    that people may.
    """

    seated: int
    yes: int
    no: int
    abstained: int
    open: int
    needed: int
    casting: bool = False
    may_abstain: bool = False

    @property
    def is_met(self) -> bool:
        return self.yes >= self.needed

    @property
    def is_tied(self) -> bool:
        """Whether everybody has voted, as many with yes as with no, and the entry is not met."""
        return self.casting and not self.open and not self.is_met and self.yes == self.no > 0

    @property
    def is_lost(self) -> bool:
        """Whether it cannot be met any more, nor be tied where a casting vote would decide."""
        if self.yes + self.open >= self.needed:
            return False
        to_tie = 2 * max(self.yes, self.no, 1) - self.yes - self.no
        left = self.open - to_tie
        return not (self.casting and left >= 0 and (self.may_abstain or left % 2 == 0))


def current_seats(round_: Round) -> list[Seat]:
    """The seats of the current run of the current step."""
    return [seat for seat in round_.seats if seat.step == round_.step and not seat.past]


def current_entries(round_: Round) -> list[int]:
    """The entries that the current step waits for: those asked, and those of people who were added and take part.

    Of an acknowledgement, an entry of which nobody is left does not hold up the others.
    """
    added = {
        seat.entry
        for seat in current_seats(round_)
        if seat.added_by is not None and seat.status not in (*_GONE, "abstained")
    }
    entries = [*round_.asked_entries, *sorted(added - set(round_.asked_entries))]
    if round_.kind != "acknowledgement":
        return entries
    seated = {seat.entry for seat in current_seats(round_) if seat.status not in _GONE}
    return [entry for entry in entries if entry in seated] or entries


def tally(rule: RoundRule, round_: Round, entry: int) -> Tally:
    """The votes of an entry of the current step."""
    seats = [seat for seat in _voting_seats(round_) if seat.entry == entry]
    base, step = _base(seats), rule.steps[round_.step]
    abstained = {seat.person for seat in seats if seat.status == "abstained"} & base
    yes = {seat.person for seat in seats if seat.status in _YES}
    no = {seat.person for seat in seats if seat.status == "rejected"}
    need = step.entries[entry].need if entry < len(step.entries) else 0
    all_but_abstaining = max(len(base) - len(abstained), 1)
    needed = need.of(len(base)) if isinstance(need, Share) else need or all_but_abstaining
    return Tally(
        seated=len(base),
        yes=len(yes),
        no=len(no),
        abstained=len(abstained),
        open=len(_people_open(seats) - yes),
        needed=needed,
        casting=isinstance(need, Share) and step.voting.casting_vote is not None,
        may_abstain=step.voting.abstain,
    )


def quorum(rule: RoundRule, round_: Round) -> int:
    """How many people of the current step have to vote, abstentions included; 0 where the rule does not say."""
    wanted = rule.steps[round_.step].voting.quorum
    return wanted.of(len(_base(_voting_seats(round_)))) if isinstance(wanted, Share) else wanted or 0


def standing(rule: RoundRule, round_: Round) -> Standing:
    """The standing of the current step: it is met when each of its entries is, and its quorum is reached."""
    entries = current_entries(round_)
    if not entries:
        return "lost"
    wanted, voted = quorum(rule, round_), _voters(round_)
    standings = [_standing_of(round_, entry, tally(rule, round_, entry)) for entry in entries]
    if "lost" in standings or len(voted | _people_open(_voting_seats(round_))) < wanted:
        return "lost"
    return "open" if "open" in standings or len(voted) < wanted else "met"


def entries_met(rule: RoundRule, round_: Round) -> list[int]:
    """The entries of the current step that need no further vote; none before its quorum is reached."""
    if votes_cast(round_) < quorum(rule, round_):
        return []
    entries = current_entries(round_)
    return [entry for entry in entries if _standing_of(round_, entry, tally(rule, round_, entry)) == "met"]


def is_entry_met(rule: RoundRule, round_: Round, entry: int) -> bool:
    """Whether an entry of the current step has the votes that it needs; False where nobody has a seat in it."""
    is_seated = any(seat.entry == entry for seat in _voting_seats(round_))
    return is_seated and _standing_of(round_, entry, tally(rule, round_, entry)) == "met"


def votes_cast(round_: Round) -> int:
    """How many people have voted in the current step, abstentions included."""
    return len(_voters(round_))


def _voters(round_: Round) -> set[str]:
    return {seat.person for seat in _voting_seats(round_) if seat.status in _CAST}


def _standing_of(round_: Round, entry: int, votes: Tally) -> Standing:
    if votes.is_met:
        return "met"
    if votes.is_tied:
        return _decided_tie(round_, entry)
    return "lost" if votes.is_lost else "open"


def _decided_tie(round_: Round, entry: int) -> Standing:
    """The standing of a tied entry by its casting votes; lost where nobody has one."""
    casting = casting_seats(round_, entry)
    if any(seat.status == "approved" for seat in casting):
        return "met"
    if any(seat.status == "rejected" for seat in casting):
        return "lost"
    return "open" if any(seat.status == "open" for seat in casting) else "lost"


def casting_seats(round_: Round, entry: int) -> list[Seat]:
    """The seats whose votes decide a tie of an entry."""
    return [
        seat
        for seat in current_seats(round_)
        if seat.casting == CASTING_OWN or (seat.casting == CASTING_ALONE and seat.entry == entry)
    ]


def _voting_seats(round_: Round) -> list[Seat]:
    """The seats that count: neither those for a casting vote alone, nor opinions that were given."""
    return [
        seat
        for seat in current_seats(round_)
        if seat.casting != CASTING_ALONE and (seat.returns_to is None or seat.status == "open")
    ]


def _base(seats: Iterable[Seat]) -> set[str]:
    """The people whom seats stand for, without those who were added because others were late."""
    return {seat.returns_to or seat.person for seat in seats if not seat.escalated and seat.status not in _GONE}


def _people_open(seats: Iterable[Seat]) -> set[str]:
    return {seat.returns_to or seat.person for seat in seats if seat.status == "open"}
