"""Parser of how people vote: `need`, `quorum`, `abstain`, `casting_vote` and `asks` of an approval or a step (W22)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from formengine.source import shown
from formengine.workflow.definition.model import RoundStep
from formengine.workflow.definition.vote_rules import Share, Voting
from formengine.workflow.parser.cursor import WorkflowCursor

_SHARES: Final = {"majority": Share(1, 2, exceeded=True), "two_thirds": Share(2, 3)}
_MEANT: Final = {
    "majority": ("simple majority", "absolute majority", "most", "majorité", "majorité simple", "majorité absolue"),
    "two_thirds": ("two thirds", "two thirds majority", "deux tiers", "2/3 majority"),
    "1/2": ("half", "one half", "moitié", "la moitié"),
}
"""What people write for a share."""
_FRACTION: Final = re.compile(r"([1-9][0-9]{0,3}) ?/ ?([1-9][0-9]{0,3})")


def parse_need(cursor: WorkflowCursor, default: int | Share) -> int | Share:
    """The votes that it takes: a number, `all` (0), or a share; the default where the key is absent."""
    if not cursor.present:
        return default
    return 0 if cursor.value == "all" else _number_or_share(cursor, "all, ") or default


def parse_voting(owner: WorkflowCursor, default: Voting) -> Voting:
    """The rules of voting of an approval, or of a step; absent ones are those of `default`."""
    quorum, asks = owner.at("quorum"), owner.at("asks")
    return Voting(
        quorum=_number_or_share(quorum, "") if quorum.present else default.quorum,
        abstain=owner.at("abstain").boolean(default.abstain),
        casting_vote=owner.at("casting_vote").id() or default.casting_vote,
        asks=asks.id_list() if asks.present else default.asks,
    )


def is_counted(steps: Iterable[RoundStep]) -> bool:
    """Whether the votes of some step are counted, so that a single rejection does not end the round by default."""
    return any(
        step.voting.quorum is not None
        or step.voting.abstain
        or step.voting.casting_vote is not None
        or any(isinstance(entry.need, Share) for entry in step.entries)
        for step in steps
    )


def _number_or_share(cursor: WorkflowCursor, more: str) -> int | Share | None:
    """A whole number of at least 1, or a share; anything else is a finding, which also lists the words in `more`."""
    value = cursor.value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    if isinstance(value, str) and value in _SHARES:
        return _SHARES[value]
    fraction = _FRACTION.fullmatch(value.strip()) if isinstance(value, str) else None
    if fraction is not None and int(fraction[1]) <= int(fraction[2]):
        return Share(int(fraction[1]), int(fraction[2]))
    message = f"takes a whole number of at least 1, {more}majority, two_thirds or a fraction such as 3/5"
    meant = _share_meant(value) if isinstance(value, str) else None
    hint = f"; write {meant}" if meant else ""
    cursor.error("number", f"{cursor.label} {message}, not {shown(value)}{hint}")
    return None


def _share_meant(text: str) -> str | None:
    """The share that a text probably means: `50%` is a fraction, `simple majority` a majority; None where none is."""
    words = text.strip().casefold().replace("-", " ").replace("_", " ")
    percent = re.fullmatch(r"(\d{1,3})\s*%", words)
    if percent is not None and 0 < int(percent[1]) <= 100:
        share = Fraction(int(percent[1]), 100)
        return f"{share.numerator}/{share.denominator}"
    return next((share for share, meant in _MEANT.items() if words in meant), None)
