"""Links by which somebody without an account acts on a seat: the secret is in the mail, only its hash in the row
(T16).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import joinedload

from formengine.errors import LinkSpent
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.secret_text import SecretText
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.storage.models.fillings import FilledPart
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import ActLink, Round, Seat
from formengine.workflow.engine.bound_versions import hash_of_all

_ENDINGS: Final = {"seat_forwarded": "forwarded", "seat_corrected": "passed_on", "seat_replaced": "passed_on"}
"""What the history says of a seat that was given to another person or address: the reason why its link ended."""


def open_seat_of(work: UnitOfWork, dossier: Dossier, address: str) -> Seat | None:
    """The oldest open seat of an outside person on a dossier."""
    query = (
        select(Seat)
        .join(Round, Seat.round_id == Round.id)
        .where(Round.dossier_id == dossier.id, Round.status == "open", Seat.status == "open", Seat.person == address)
        .order_by(Seat.id)
        .limit(1)
    )
    return work.session.scalar(query)


def new_link(work: UnitOfWork, seat: Seat) -> SecretText:
    """The address of a new link for a seat, bound to the present versions of the documents; no secret is stored."""
    return _add_link(work, seat=seat, document_hash=document_hash(work, seat.round))


def new_part_link(work: UnitOfWork, part: FilledPart, address: str) -> SecretText:
    """The address of a new link by which somebody without an account fills in a part of a form (F20)."""
    return _add_link(work, part=part, address=address)


def _add_link(work: UnitOfWork, **values: object) -> SecretText:
    link = SecretText(work.platform.settings.secret, f"{work.platform.settings.base_url.rstrip('/')}/act/")
    secret_hash = work.platform.settings.secret.hash(link.secret)
    work.session.add(ActLink(secret_hash=secret_hash, created_at=work.now, **values))
    return link


def select_link(work: UnitOfWork, secret: str) -> Select[ActLink]:
    """The query for the link of a secret, hashed under each of the site's present secrets."""
    return select(ActLink).where(ActLink.secret_hash.in_(work.platform.settings.secret.hashes(secret)))


def get_usable_link(work: UnitOfWork, secret: str, *, lock: bool = False) -> ActLink:
    """The valid link of a secret.

    Raises LinkSpent with the reason (its docstring has them), closed where the round ended in another way, expired
    where a document has a newer version, and too_late from the moment on at which the round expires, whether or not its
    timer has fired by then.
    """
    query = select_link(work, secret)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
        link = work.session.scalar(query)
    else:
        of_dossier = joinedload(ActLink.seat).joinedload(Seat.round).joinedload(Round.dossier)
        query = query.options(of_dossier.joinedload(Dossier.submission))
        link = work.remember(("link", secret), lambda: work.session.scalar(query))  # asked for by each step of a post
    if link is None or link.seat_id is None:
        raise LinkSpent("unknown")
    seat = seat_of(work, link)
    if seat.round.status == "superseded":
        raise LinkSpent("replaced")
    if link.used_at is not None:
        raise LinkSpent("used")
    if seat.status == "not_needed":
        raise LinkSpent("not_needed")
    if seat.status != "open" or seat.round.status != "open":
        raise _closed(work, seat)
    if seat.round.expires_at is not None and seat.round.expires_at <= work.now:
        raise LinkSpent("too_late", seat.round.expires_at)
    if link.document_hash is not None and link.document_hash != document_hash(work, seat.round):
        raise LinkSpent("expired")
    return link


def _closed(work: UnitOfWork, seat: Seat) -> LinkSpent:
    """Why an unused seat is closed. A round that expired closed at its `expires_at`, whenever its timer fired."""
    if seat.status != "removed" and seat.round.status == "expired":
        return LinkSpent("too_late", seat.round.expires_at or seat.at)
    return LinkSpent(_why_closed(work, seat), seat.at)


def _why_closed(work: UnitOfWork, seat: Seat) -> str:
    if seat.status != "removed":
        return "declined" if seat.round.status == "declined" else "closed"
    changes = select(HistoryEntry.kind, HistoryEntry.payload).where(
        HistoryEntry.dossier_id == seat.round.dossier_id, HistoryEntry.kind.in_(_ENDINGS), HistoryEntry.at == seat.at
    )
    people = {entry.payload.get("data", {}).get("person"): entry.kind for entry in work.session.execute(changes)}
    return _ENDINGS.get(people.get(seat.person, ""), "not_asked")


def get_usable_part_link(work: UnitOfWork, secret: str, *, lock: bool = False) -> ActLink:
    """The valid link of a secret that leads to a part of a form.

    Raises LinkSpent with the reason: unknown, used (the part was sent by it), withdrawn (somebody else is asked by
    now), or closed.
    """
    query = select_link(work, secret)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    link = work.session.scalar(query)
    if link is None or link.part is None:
        raise LinkSpent("unknown")
    if link.used_at is not None:
        raise LinkSpent("used")
    if link.part.state != "open" or link.part.filling.state != "filling":
        raise LinkSpent("closed")
    if link.address not in [row.source for row in link.part.sources]:
        raise LinkSpent("withdrawn")
    return link


def leads_to_part(work: UnitOfWork, secret: str) -> bool:
    """Whether the link of a secret leads to a part of a form, valid or not."""
    return work.session.scalar(select_link(work, secret).with_only_columns(ActLink.part_id)) is not None


def seat_of(work: UnitOfWork, link: ActLink) -> Seat:
    """The seat of a link."""
    return work.session.get_one(Seat, link.seat_id)


def documents_of(work: UnitOfWork, of: Round) -> tuple[str, ...]:
    """The documents that a round is about."""
    workflow = work.platform.definitions.pack(work.session, of.dossier.pack_hash).workflow
    return workflow.round_rule(of.definition).documents


def document_versions_of(work: UnitOfWork, of: Round) -> dict[str, DocumentVersion]:
    """The newest versions of the documents that a round is about, without those that are not there yet."""
    return newest_versions(work, of.dossier, documents_of(work, of))


def newest_versions(work: UnitOfWork, dossier: Dossier, documents: Sequence[str]) -> dict[str, DocumentVersion]:
    """The newest version of each of some documents (`newest_version`), read together."""
    if len(documents) > 1 and not inspect(dossier).pending:
        work.remember(("newest versions", dossier.id, *documents), lambda: _read_versions(work, dossier, documents))
    versions = {name: newest_version(work, dossier, name) for name in documents}
    return {name: version for name, version in versions.items() if version is not None}


def _read_versions(work: UnitOfWork, dossier: Dossier, documents: Sequence[str]) -> bool:
    """Read the newest versions of several documents, for `newest_version`."""
    query = (
        select(Document.name, DocumentVersion)
        .join(Document, DocumentVersion.document_id == Document.id)
        .where(Document.dossier_id == dossier.id, Document.name.in_(documents))
        .order_by(DocumentVersion.number)
        .options(joinedload(DocumentVersion.file))
    )
    newest = dict(iter(work.session.execute(query)))
    for name in documents:
        work.remember(("newest version", dossier.id, name), partial(newest.get, name))
    return True


def newest_version(work: UnitOfWork, dossier: Dossier, document: str) -> DocumentVersion | None:
    """The newest version of a document, including one that this transaction has not written yet
    (`set_newest_version`).
    """

    def read() -> DocumentVersion | None:
        if inspect(dossier).pending:
            return None
        query = (
            select(DocumentVersion)
            .join(Document, DocumentVersion.document_id == Document.id)
            .where(Document.dossier_id == dossier.id, Document.name == document)
            .order_by(DocumentVersion.number.desc())
            .limit(1)
            .options(joinedload(DocumentVersion.file))
        )
        return work.session.scalar(query)

    return work.remember(("newest version", dossier.id, document), read)


def set_newest_version(work: UnitOfWork, dossier: Dossier, document: str, version: DocumentVersion) -> None:
    """Record that a version was added in this transaction."""
    key = ("newest version", dossier.id, document)
    work.forget(key)
    work.remember(key, lambda: version)


def document_hash(work: UnitOfWork, of: Round) -> str | None:
    """The hash of the contents of all documents that a round is about (`hash_of_all`); None while one is not there."""
    versions = document_versions_of(work, of)
    if len(versions) < len(documents_of(work, of)):
        return None
    return hash_of_all({name: version.file.sha256 for name, version in versions.items()})
