"""How a vote stands, as a sentence for readers of the round (W22)."""

from __future__ import annotations

from formengine.i18n import say
from formengine.services.case.repository import LoadedCase
from formengine.workflow.definition.model import RoundRule, RoundStep
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.tally import current_entries, current_seats, quorum, tally, votes_cast


def counting_text(loaded: LoadedCase, rule: RoundRule, round_: Round) -> str:
    """How the current step of an open round stands; empty where its votes are not counted."""
    step = rule.steps[min(round_.step, len(rule.steps) - 1)]
    if rule.kind == "acknowledgement":
        return _acknowledged_text(loaded.work.language, rule, round_)
    if round_.status != "open" or not _is_counted(step) or not current_seats(round_):
        return ""
    language, sentences = loaded.work.language, []
    for entry in current_entries(round_):
        votes = tally(rule, round_, entry)
        sentences.append(
            say(
                language,
                "In favour: {yes} of {seated} ({needed} needed). Against: {no}. Abstentions: {abstained}.",
                yes=votes.yes,
                seated=votes.seated,
                needed=votes.needed,
                no=votes.no,
                abstained=votes.abstained,
            )
        )
    wanted = quorum(rule, round_)
    if wanted:
        sentences.append(say(language, "Quorum: {voted} of {wanted}.", voted=votes_cast(round_), wanted=wanted))
    return " ".join(sentences)


def _acknowledged_text(language: str, rule: RoundRule, round_: Round) -> str:
    """How many have acknowledged in the current step, and how many have to, where these are not all."""
    if not current_seats(round_):
        return ""
    votes = [tally(rule, round_, entry) for entry in current_entries(round_)]
    done, seated, needed = sum(t.yes for t in votes), sum(t.seated for t in votes), sum(t.needed for t in votes)
    if needed < seated:
        sentence = "Acknowledged: {done} of {seated} ({needed} needed)."
        return say(language, sentence, done=done, seated=seated, needed=needed)
    return say(language, "Acknowledged: {done} of {seated}.", done=done, seated=seated)


def _is_counted(step: RoundStep) -> bool:
    voting = step.voting
    shares = any(isinstance(entry.need, Share) for entry in step.entries)
    return shares or voting.abstain or voting.quorum is not None or voting.casting_vote is not None
