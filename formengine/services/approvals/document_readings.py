"""That a signer opened, downloaded and read what they are asked to sign, for the evidence (S6).

A page tells it by a post of its own, once for each link and document, or for each seat of an account and version:
reading a page writes nothing, and mail scanners post nothing.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from formengine.services.case.guest_links import document_versions_of, documents_of, get_usable_link, seat_of
from formengine.services.core.audit_log import append_entry, chain_end
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Round, Seat
from formengine.workflow.engine.bound_versions import BoundVersion, versions_record

Reading = Literal["opened", "downloaded", "read"]
READINGS: Final[tuple[Reading, ...]] = ("opened", "downloaded", "read")


def parse_reading(text: str) -> Reading | None:
    """The reading that a post names; None for any other word."""
    return next((reading for reading in READINGS if reading == text), None)


def record_reading(work: UnitOfWork, token: str, reading: Reading, document: str = "") -> None:
    """Record it in the history, with the hashes of the documents and the network address; nothing the second time, and
    while there is no such document. Raises LinkSpent.

    The page is opened with all its documents; one of them (`document`, "" for the first) is downloaded, or read.
    """
    link = get_usable_link(work, token, lock=True)
    seat = seat_of(work, link)
    names, versions = documents_of(work, seat.round), document_versions_of(work, seat.round)
    chosen = document or next(iter(names), "")
    if reading != "opened":
        versions = {name: version for name, version in versions.items() if name == chosen}
    key = reading if reading == "opened" or len(names) < 2 else f"{reading} {chosen}"
    if key in link.readings or not versions:
        return
    link.readings = {**link.readings, key: work.now.isoformat()}
    data = _data(work, seat, versions)
    if len(names) > 1:
        data |= {"documents": list(names)} | ({} if reading == "opened" else {"document": chosen})
    append_entry(work, f"document_{reading}", {"data": data}, seat.round.dossier, by=seat.person)


def own_signing_seats(work: UnitOfWork, version: DocumentVersion) -> list[Seat]:
    """The open seats on which the actor is asked to sign a version that is the newest of its document."""
    mine = (Seat.person == work.actor_id, Seat.status == "open", Round.status == "open", Round.kind == "signature")
    dossier, name = version.document.dossier, version.document.name
    query = select(Seat).join(Round).where(Round.dossier_id == dossier.id, *mine).order_by(Seat.id)
    seats = work.session.scalars(query.options(contains_eager(Seat.round))).all()
    return [seat for seat in seats if document_versions_of(work, seat.round).get(name) is version]


def record_own_reading(work: UnitOfWork, version: DocumentVersion, reading: Reading) -> None:
    """Record it for each seat on which the actor is asked to sign the version; nothing the second time, and for
    everybody else.
    """
    dossier, name, kind = version.document.dossier, version.document.name, f"document_{reading}"
    seats = own_signing_seats(work, version)
    if not seats:
        return
    chain_end(work.session, dossier.reference)  # locked: another tab records nothing between this look and the entry
    known = select(HistoryEntry.payload).where(
        HistoryEntry.dossier_id == dossier.id, HistoryEntry.kind == kind, HistoryEntry.by == work.actor_id
    )
    rows = [payload.get("data", {}) for payload in work.session.scalars(known)]
    told = {(row.get("seat"), row.get("document_sha256")) for row in rows}
    for seat in seats:
        data = _data(work, seat, {name: version}) | {"status": "account"}
        if len(documents_of(work, seat.round)) > 1:
            data["document"] = name
        if (seat.id, version.file.sha256) not in told:
            append_entry(work, kind, {"data": data}, dossier)


def _data(work: UnitOfWork, seat: Seat, versions: dict[str, DocumentVersion]) -> dict[str, Any]:
    return {
        "rule": seat.round.definition,
        "number": seat.round.number,
        "seat": seat.id,
        **_versions(versions),
        "address": work.address,
    }


def _versions(versions: dict[str, DocumentVersion]) -> dict[str, Any]:
    return versions_record({name: BoundVersion(row.number, row.file.sha256) for name, row in versions.items()})
