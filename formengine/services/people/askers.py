"""Who asks somebody to sign, decide or read, and for which company: told alike on pages and in mails (N1, S5)."""

from __future__ import annotations

from dataclasses import dataclass

from formengine.authoring.config.companies import companies_in
from formengine.documents.word_templates.field_types import types_of
from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.lookup import person_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Organisation


@dataclass(frozen=True)
class Asker:
    """The name of the person who asks, and of the company they ask for; "" where there is none."""

    name: str
    company: str


def asker_of(work: UnitOfWork, dossier: Dossier, by: str | None) -> Asker:
    """Who asks on a dossier, in the actor's language; `by` is the actor of the step that had it asked."""
    return Asker(asker_name(work, dossier, by), asking_company(work, dossier))


def asker_name(work: UnitOfWork, dossier: Dossier, by: str | None) -> str:
    """The name of the actor of a step that had something asked; without one, and for an actor without an account, that
    of whoever is in charge, else of the requester.
    """
    person = by if by and "@" not in by else dossier.assignee_id or dossier.requester_id
    return person_name(work, person)


def company_of_ours(work: UnitOfWork, key: str) -> str:
    """The name of a company of `config/companies.yaml` by its key; "" where there is none."""
    companies = companies_in(current_site(work).companies, work.language)
    return str(companies.get(key, {}).get("name") or "")


def asking_company(work: UnitOfWork, dossier: Dossier) -> str:
    """The company of ours that a choice among our companies names, as `config/companies.yaml` calls it; else the
    organisation's name. A text that is equal to the key of a company names none.
    """
    answers, site = dossier.submission.answers, current_site(work)
    companies = companies_in(site.companies, work.language)
    chosen = {name: key for name, key in answers.items() if isinstance(key, str) and key in companies}
    if chosen:
        request_type = work.platform.definitions.request_type(work.session, dossier.submission.form_hash)
        types = types_of(request_type.schema(work.language), site.kinds_for(work.language), companies)
        for name, type_ in types.items():
            if name in chosen and type_.is_company:
                return str(companies[chosen[name]].get("name") or "")
    organisation = work.session.get(Organisation, dossier.organisation_id) if dossier.organisation_id else None
    return organisation.name if organisation else ""
