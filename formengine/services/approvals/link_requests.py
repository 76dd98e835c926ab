"""What somebody who is asked by link has to know first: who asks, for which company, until when, in which language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from formengine.i18n import language_name
from formengine.services.approvals.given_signatures import asked_values
from formengine.services.approvals.participants import company_signed_for
from formengine.services.case.repository import LoadedCase
from formengine.services.catalogue.document_languages import drafted_languages
from formengine.services.people.askers import Asker, asker_of
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.rounds import last_day


@dataclass(frozen=True)
class LinkRequest:
    """The head of the page of a link.

    `due` and `last_day` are when the request lapses, None where it does not. `written_in` names the language of the
    document where it is another one than the reader's; `asked` are the fields of the document that the signer fills in,
    `signs_for` the company for which they sign ("": not known).
    """

    asker: Asker
    due: datetime | None
    last_day: str | None
    written_in: str
    asked: tuple[str, ...]
    signs_for: str = ""


def request_of_link(loaded: LoadedCase, round_: Round, seat: Seat) -> LinkRequest:
    """The head of the page on which the holder of a seat signs, decides or acknowledges, in the actor's language."""
    deadline = last_day(Execution(loaded.workflow, loaded.case, loaded.context), round_).get("deadline", {})
    return LinkRequest(
        asker=asker_of(loaded.work, loaded.dossier, round_.asking.by),
        due=round_.expires_at,
        last_day=deadline.get("last_day"),
        written_in=_other_language(loaded, round_),
        asked=asked_values(loaded, seat) if round_.kind == "signature" else (),
        signs_for=company_signed_for(loaded, seat) if round_.kind == "signature" else "",
    )


def _other_language(loaded: LoadedCase, round_: Round) -> str:
    """The languages that documents of a round were drafted in, where they are not the reader's, by name; else ""."""
    documents, reader = loaded.workflow.round_rule(round_.rule).documents, loaded.work.language
    languages = drafted_languages(loaded.work, loaded.dossier, documents)
    return ", ".join(language_name(language, reader) for language in languages if language != reader)
