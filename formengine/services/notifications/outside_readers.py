"""The language of mails to people without an account, whose choice no account keeps (N1).

It is the one in which they last asked for a code on the page of a link; before that the language that a document of the
dossier is drafted in, or that its requester fills the form in, else the first of the portal.
"""

from __future__ import annotations

from sqlalchemy import inspect, select

from formengine.services.access.enforcement import current_site
from formengine.services.catalogue.document_languages import drafted_languages
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.storage.models.rounds import ActLink, Round, Seat


def outside_language(work: UnitOfWork, dossier: Dossier, address: str) -> str:
    """The language of mails about a dossier to somebody without an account."""
    return _offered(work, _languages_of_pages(work, dossier).get(address, ""), *drafted_languages(work, dossier))


def outside_part_language(work: UnitOfWork, filling: Filling, address: str) -> str:
    """The language of mails about a form that several people fill in to somebody without an account."""
    languages = work.remember(("languages of part pages", filling.id), lambda: _languages_of_part_pages(work, filling))
    return _offered(work, languages.get(address, ""), filling.language)


def _offered(work: UnitOfWork, *candidates: str) -> str:
    """The first of these languages that the portal speaks, else its own first."""
    offered = current_site(work).portal.languages
    return next((language for language in candidates if language in offered), offered[0])


def _languages_of_pages(work: UnitOfWork, dossier: Dossier) -> dict[str, str]:
    """By address, the language of the page on which a code was last asked for; read once in a transaction."""
    if inspect(dossier).pending:
        return {}
    query = (
        select(Seat.person, ActLink.language)
        .join(Seat, ActLink.seat_id == Seat.id)
        .join(Round, Seat.round_id == Round.id)
        .where(Round.dossier_id == dossier.id, ActLink.language.is_not(None))
        .order_by(ActLink.id)
    )
    return work.remember(
        ("languages of pages", dossier.id),
        lambda: {address: language or "" for address, language in work.session.execute(query)},
    )


def _languages_of_part_pages(work: UnitOfWork, filling: Filling) -> dict[str, str]:
    if inspect(filling).pending:
        return {}
    query = (
        select(ActLink.address, ActLink.language)
        .join(FilledPart, ActLink.part_id == FilledPart.id)
        .where(FilledPart.filling_id == filling.id, ActLink.language.is_not(None))
        .order_by(ActLink.id)
    )
    return {address or "": language or "" for address, language in work.session.execute(query)}
