"""The language of mails to people without an account, whose choice no account keeps (N1).

It is the one in which they last asked for a code on the page of a link; before that the language that a document of the
dossier is drafted in, or that its requester fills the form in, else the first of the portal.
"""

from __future__ import annotations

from sqlalchemy import Select, select

from formengine.services.access.enforcement import current_site
from formengine.services.catalogue.document_languages import drafted_languages
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.storage.models.rounds import ActLink, Round, Seat


def outside_language(work: UnitOfWork, dossier: Dossier, address: str) -> str:
    """The language of mails about a dossier to somebody without an account."""
    of_page = _language_of_page(work, dossier, address)
    return _offered(work, of_page, *drafted_languages(work, dossier))


def outside_part_language(work: UnitOfWork, filling: Filling, address: str) -> str:
    """The language of mails about a form that several people fill in to somebody without an account."""
    return _offered(work, _language_of_page(work, filling, address), filling.language)


def _offered(work: UnitOfWork, *candidates: str) -> str:
    """The first of these languages that the portal speaks, else its own first."""
    offered = current_site(work).portal.languages
    return next((language for language in candidates if language in offered), offered[0])


def _language_of_page(work: UnitOfWork, about: Dossier | Filling, address: str) -> str:
    """The language of the page on which an address last asked for a code; "" where none. Read once in a transaction."""
    if about in work.session.new:
        return ""
    query = _links_of_seats(about) if isinstance(about, Dossier) else _links_of_parts(about)
    return work.remember(
        ("languages of pages", type(about).__name__, about.id),
        lambda: {asked: language or "" for asked, language in work.session.execute(query.order_by(ActLink.id))},
    ).get(address, "")


def _links_of_seats(dossier: Dossier) -> Select[str, str | None]:
    query = select(Seat.person, ActLink.language).join(Seat, ActLink.seat_id == Seat.id)
    query = query.join(Round, Seat.round_id == Round.id)
    return query.where(Round.dossier_id == dossier.id, ActLink.language.is_not(None))


def _links_of_parts(filling: Filling) -> Select[str | None, str | None]:
    query = select(ActLink.address, ActLink.language).join(FilledPart, ActLink.part_id == FilledPart.id)
    return query.where(FilledPart.filling_id == filling.id, ActLink.language.is_not(None))
