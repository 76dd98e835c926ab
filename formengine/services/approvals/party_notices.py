"""What whoever is in charge of open signatures is told of parties that are not settled, and what to do (S9)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from formengine.i18n import say
from formengine.services.approvals.participants import participant_name, role_title
from formengine.services.case.repository import LoadedCase
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import in_sentence
from formengine.workflow.engine.seats import entry_of_added, role_of_added
from formengine.workflow.engine.signing_parties import ADDED
from formengine.workflow.engine.unsettled_parties import UnsettledParty, unsettled_parties


@dataclass(frozen=True)
class PartyNotice:
    """A party by the title of its role, and what is to be said of it."""

    role: str
    sentence: str


def party_notices(loaded: LoadedCase, execution: Execution, round_: Round) -> list[PartyNotice]:
    """What is to be said of the parties of open signatures that are not settled, in the reader's language."""
    parties = unsettled_parties(execution, round_)
    return [_notice(loaded, party) for party in parties]


def title_for_added(loaded: LoadedCase, execution: Execution, round_: Round) -> str:
    """The title of the role that the next person who is added to open signatures takes; "" where they sign besides."""
    if round_.kind != "signature":
        return ""
    role = role_of_added(execution, round_, entry_of_added(execution, round_))
    return "" if role == ADDED else in_sentence(role_title(loaded, role))


def _notice(loaded: LoadedCase, party: UnsettledParty) -> PartyNotice:
    title = role_title(loaded, party.role)
    return PartyNotice(title, _sentence(loaded, party, in_sentence(title)))


def _sentence(loaded: LoadedCase, party: UnsettledParty, role: str) -> str:
    language = loaded.work.language
    names = [participant_name(loaded, person) for person in (*party.asked, *party.named)]
    alike = {name for name in names if names.count(name) > 1}
    asked, named = _names(loaded, party.asked, alike), _names(loaded, party.named, alike)
    if party.barred:
        return " ".join(party.conflicts)
    if party.empty:
        first = say(language, "Nobody is asked to sign as “{role}”, so the signatures cannot be complete.", role=role)
        last = say(language, "Have the answers corrected, or add somebody here, who then signs as “{role}”.", role=role)
        return " ".join([first, *party.conflicts, last])
    if not asked:
        sentence = "By now the answers name {named} as “{role}” too: add them, or have the answers corrected."
    elif not named:
        sentence = (
            "{asked} is asked to sign as “{role}”, but the answers do not say so any more: ask somebody else, "
            "or have the answers corrected."
        )
    else:
        sentence = (
            "{asked} is asked to sign as “{role}”, but by now the answers name {named}: ask {named}, "
            "or have the answers corrected."
        )
    return " ".join([say(language, sentence, asked=asked, named=named, role=role), *party.conflicts])


def _names(loaded: LoadedCase, people: Iterable[str], alike: Collection[str]) -> str:
    """The names of people, with their addresses where others are called alike."""
    names = [(participant_name(loaded, person), person) for person in people]
    return ", ".join(f"{name} ({person})" if name in alike and "@" in person else name for name, person in names)
