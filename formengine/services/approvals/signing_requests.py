"""What somebody who is asked to sign has to know first: who asks, for which company, until when, in which language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from babel import Locale

from formengine.authoring.config.companies import companies_in
from formengine.documents.word_templates.field_types import types_of
from formengine.services.access.enforcement import current_site
from formengine.services.approvals.given_signatures import asked_values
from formengine.services.case.repository import LoadedCase
from formengine.services.people.lookup import person_name
from formengine.storage.models.people import Organisation
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.rounds import last_day


@dataclass(frozen=True)
class SigningRequest:
    """The head of a signing page.

    `asker` is who had it sent, else who is in charge; `company` the company of ours that the answers name, else the
    organisation of the request. `due` and `last_day` are when the request to sign lapses, None where it does not.
    `written_in` names the language of the document where it is another one than the reader's; `asked` are the fields
    of the document that the signer fills in.
    """

    asker: str
    company: str
    due: datetime | None
    last_day: str | None
    written_in: str
    asked: tuple[str, ...]


def signing_request(loaded: LoadedCase, round_: Round, seat: Seat) -> SigningRequest:
    """The head of the page on which the holder of a seat signs, in the actor's language."""
    work, dossier = loaded.work, loaded.dossier
    by = round_.asking.by or dossier.assignee_id
    deadline = last_day(Execution(loaded.workflow, loaded.case, loaded.context), round_).get("deadline", {})
    return SigningRequest(
        asker=person_name(work, by) if by and "@" not in by else by or "",
        company=_company(loaded),
        due=round_.expires_at,
        last_day=deadline.get("last_day"),
        written_in=_other_language(loaded, round_),
        asked=asked_values(loaded, seat) if round_.kind == "signature" else (),
    )


def _company(loaded: LoadedCase) -> str:
    """The company of ours that a choice among our companies names, as `config/companies.yaml` calls it; else the
    organisation's name. A text that is equal to the key of a company names none.
    """
    work, dossier, site = loaded.work, loaded.dossier, current_site(loaded.work)
    companies = companies_in(site.companies, work.language)
    chosen = {name: key for name, key in loaded.case.answers.items() if isinstance(key, str) and key in companies}
    if chosen:
        request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
        types = types_of(request_type.schema(work.language), site.kinds_for(work.language), companies)
        for name, type_ in types.items():
            if name in chosen and type_.is_company:
                return str(companies[chosen[name]].get("name") or "")
    organisation = work.session.get(Organisation, dossier.organisation_id) if dossier.organisation_id else None
    return organisation.name if organisation else ""


def _other_language(loaded: LoadedCase, round_: Round) -> str:
    """The languages that documents of a round were drafted in, where they are not the reader's, by name; else ""."""
    work, documents = loaded.work, loaded.workflow.round_rule(round_.rule).documents
    answers: Mapping[str, Any] = loaded.dossier.submission.answers
    rules = work.platform.definitions.request_type(work.session, loaded.dossier.submission.form_hash).documents
    drafted = [rules[name] for name in documents if name in rules and rules[name].templates]
    languages = dict.fromkeys(rule.language_for(answers, loaded.dossier.submission.language) for rule in drafted)
    return ", ".join(language_name(language, work.language) for language in languages if language != work.language)


def language_name(language: str, reader: str) -> str:
    """What a language is called in that of a reader.

    >>> language_name("fr", "en")
    'French'
    """
    return Locale.parse(language).get_display_name(reader) or language
