"""The language of mails to people without an account, whose choice no account keeps (N1).

It is the one in which they last asked for a code on the page of a link; before that the language that a document of the
dossier is drafted in, else the first of the portal.
"""

from __future__ import annotations

from sqlalchemy import inspect, select

from formengine.services.access.enforcement import current_site
from formengine.services.catalogue.document_languages import drafted_languages
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import ActLink, Round, Seat


def outside_language(work: UnitOfWork, dossier: Dossier, address: str) -> str:
    """The language of mails about a dossier to somebody without an account."""
    offered = current_site(work).portal.languages
    candidates = [_languages_of_pages(work, dossier).get(address, ""), *drafted_languages(work, dossier)]
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
