"""That somebody opened, downloaded and read the document that their link is about, for the evidence (S6).

A page tells it by a post of its own, once for each link: reading a page writes nothing, and mail scanners post nothing.
"""

from __future__ import annotations

from typing import Final, Literal

from formengine.services.case.guest_links import document_version_of, get_usable_link, seat_of
from formengine.services.core.audit_log import append_entry
from formengine.services.core.unit_of_work import UnitOfWork

Reading = Literal["opened", "downloaded", "read"]
READINGS: Final[tuple[Reading, ...]] = ("opened", "downloaded", "read")


def parse_reading(text: str) -> Reading | None:
    """The reading that a post names; None for any other word."""
    return next((reading for reading in READINGS if reading == text), None)


def record_reading(work: UnitOfWork, token: str, reading: Reading) -> None:
    """Record it in the history, with the hash of the document and the network address; nothing the second time, and
    while there is no document. Raises LinkSpent.
    """
    link = get_usable_link(work, token, lock=True)
    seat, column = seat_of(work, link), f"{reading}_at"
    version = document_version_of(work, seat.round)
    if getattr(link, column) is not None or version is None:
        return
    setattr(link, column, work.now)
    data = {
        "rule": seat.round.definition,
        "number": seat.round.number,
        "seat": seat.id,
        "document_version": version.number,
        "document_sha256": version.file.sha256,
        "address": work.address,
    }
    append_entry(work, f"document_{reading}", {"data": data}, seat.round.dossier, by=seat.person)
