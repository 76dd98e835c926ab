"""Signing by link: somebody without an account reads a document and signs it, or declines (U9, S5, T16).

Opening a link does not use it up. Signing and declining require a six-digit code, mailed to the address that the seat
belongs to: it is valid for ten minutes and five tries, and a seat takes twenty wrong codes at most. Signing or
declining uses the link up.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import compare_digest
from typing import Final

from sqlalchemy import select

from formengine.errors import LinkSpent, NotFound, Refused, Stale, TooManyTries
from formengine.i18n import pick, say
from formengine.services.approvals.decisions import Decision, require_shown_document, signature_evidence
from formengine.services.approvals.round_views import RoundView, participant_name, round_view
from formengine.services.case.guest_links import (
    document_version_of,
    get_usable_link,
    new_link,
    open_seat_of,
    seat_of,
    select_link,
)
from formengine.services.case.repository import LoadedCase, get_dossier, load, load_for_update, lock_dossier
from formengine.services.core.audit_log import append_entry
from formengine.services.core.rate_limits import SIGNING_CODE, SIGNING_SEAT, consume, refund, reset_limit
from formengine.services.core.unit_of_work import Guest, UnitOfWork
from formengine.services.files.reading_copies import ReadingCopyView, reading_copy
from formengine.services.notifications.mails import notify
from formengine.services.notifications.secret_text import SecretText
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion, StoredFile
from formengine.storage.models.people import Organisation
from formengine.storage.models.rounds import ActLink
from formengine.storage.models.rounds import Seat as SeatRow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import Seat

log = logging.getLogger(__name__)

CODE_LIFETIME: Final = timedelta(minutes=10)
SEND_INTERVAL: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class GuestPage:
    """The content of the page that a link opens."""

    dossier_title: str
    reference: str
    organisation: str
    round: RoundView
    seat_id: int
    kind: str
    name: str
    email: str
    document: DocumentVersion | None
    reading: ReadingCopyView
    code_sent: bool


def load_guest_page(work: UnitOfWork, token: str) -> GuestPage:
    """The page that a link opens; raises LinkSpent when the link is no longer valid."""
    link = get_usable_link(work, token)
    seat = seat_of(work, link)
    dossier = seat.round.dossier
    loaded = load(work, dossier)
    round_ = next(r for r in loaded.case.rounds if r.key == seat.round_id)
    version = document_version_of(work, seat.round)
    organisation = work.session.get(Organisation, dossier.organisation_id) if dossier.organisation_id else None
    waits = link.code_expires_at is not None and link.code_expires_at > work.now
    return GuestPage(
        dossier_title=dossier.title,
        reference=dossier.reference,
        organisation=organisation.name if organisation else "",
        round=round_view(loaded, round_),
        seat_id=seat.id,
        kind=seat.round.kind,
        name=participant_name(loaded, seat.person),
        email=seat.person,
        document=version,
        reading=reading_copy(work, version.file if version else None),
        code_sent=waits,
    )


def send_code(work: UnitOfWork, token: str) -> None:
    """Mail a new code to the seat's address. Raises LinkSpent; TooManyTries when the last code was sent a moment
    ago.
    """
    link = get_usable_link(work, token, lock=True)
    if link.code_expires_at is not None:
        wait = link.code_expires_at - CODE_LIFETIME + SEND_INTERVAL - work.now
        if wait > timedelta(0):
            raise TooManyTries(int(wait.total_seconds()) + 1)
    code = SecretText(work.platform.settings.secret, digits=6)
    link.code_hash, link.code_expires_at = (
        work.platform.settings.secret.hash(f"{link.id}-{code}"),
        work.now + CODE_LIFETIME,
    )
    seat = seat_of(work, link)
    cause = f"{link.id}-{int(work.now.timestamp() * 1000)}"
    notify(work, "code", [seat.person], {"code": code}, dossier=seat.round.dossier, entry=cause)


def guest_sign(
    work: UnitOfWork, token: str, code: str, text: str, consent: bool, document_sha256: str | None = None
) -> Dossier:
    """Sign by typing one's name; `document_sha256` is of the version that was shown.

    Raises LinkSpent; Refused for a wrong code, a missing name or missing consent, and where another version is there.
    """
    loaded, seat = _redeem(work, token, code)
    _require_read(loaded, seat, document_sha256)
    return loaded.run(engine.sign, seat.person, signature_evidence(loaded.work, loaded, seat, text, consent), seat)


def guest_decide(
    work: UnitOfWork, token: str, code: str, decision: Decision, comment: str | None, document_sha256: str | None = None
) -> Dossier:
    """Approve or reject. Raises LinkSpent; Refused for a wrong code, without the comment that is needed, and where
    another version of the document is there than was shown.
    """
    loaded, seat = _redeem(work, token, code)
    _require_read(loaded, seat, document_sha256)
    return loaded.run(engine.decide, seat.person, decision, comment, seat)


def _require_read(loaded: LoadedCase, seat: Seat, shown: str | None) -> None:
    """Raise Refused where the document came after the page was opened (S3): the guest has to read it first.

    Not Stale: the page is shown again with the document and with what was typed, and not the changes of the dossier.
    """
    try:
        require_shown_document(loaded, seat, shown)
    except Stale:
        sentence = "The document came after you opened this page. Read it first."
        raise Refused([say(loaded.work.language, sentence)]) from None


def guest_decline(work: UnitOfWork, token: str, code: str, reason: str) -> Dossier:
    """Decline to sign, with a reason. Raises LinkSpent; Refused for a wrong code or without a reason."""
    loaded, seat = _redeem(work, token, code)
    return loaded.run(engine.decline, seat.person, reason, seat)


def _redeem(work: UnitOfWork, token: str, code: str) -> tuple[LoadedCase, Seat]:
    """Use a link up, given its code. Returns the dossier, locked, with the guest as its actor, and the guest's open
    seat.
    """
    _check_code(work, get_usable_link(work, token), code)  # counts in a transaction of its own: before any lock
    dossier_id = seat_of(work, get_usable_link(work, token)).round.dossier_id
    dossier = lock_dossier(work, select(Dossier).where(Dossier.id == dossier_id))
    assert dossier is not None
    link = get_usable_link(work, token, lock=True)  # judged under the dossier's lock: its document may be newer
    refund(work.session, SIGNING_SEAT, str(link.seat_id))
    row = seat_of(work, link)
    guest = replace(work, actor=Guest(row.person, row.id))
    loaded = load(guest, dossier)
    seat = next((seat for round_ in loaded.case.rounds for seat in round_.seats if seat.key == row.id), None)
    if seat is None or seat.status != "open":
        raise LinkSpent("closed")
    link.used_at = work.now
    return loaded, seat


def _check_code(work: UnitOfWork, link: ActLink, code: str) -> None:
    """Raise Refused for a code that is wrong, has expired or was tried too often. A try is counted before the
    comparison.
    """
    if link.code_hash is None or link.code_expires_at is None or link.code_expires_at <= work.now:
        raise Refused([say(work.language, "The code has run out; ask for another code.")])
    try:
        consume(work, (SIGNING_SEAT, str(link.seat_id)), (SIGNING_CODE, f"{link.id}-{link.code_hash}"))
    except TooManyTries as error:
        raise Refused([_too_many_codes(work, error)]) from None
    hashes = work.platform.settings.secret.hashes(f"{link.id}-{code.strip()}")
    if not any(compare_digest(link.code_hash, code_hash) for code_hash in hashes):
        log.warning("a signing code was refused, seat %s, from %s", link.seat_id, work.address or "-")
        raise Refused([say(work.language, "This is not the code that we sent you.")])
    log.info("a signing code was accepted, seat %s, from %s", link.seat_id, work.address or "-")


def _too_many_codes(work: UnitOfWork, error: TooManyTries) -> str:
    if error.limit == SIGNING_CODE.name:
        return say(work.language, "Too many wrong codes; ask for another code.")
    return say(
        work.language,
        "Too many wrong codes were typed for this signature. Ask the person who sent it to you for a new link.",
    )


def guest_document(work: UnitOfWork, token: str) -> StoredFile:
    """The document version that a link is about. Raises LinkSpent; NotFound while there is none."""
    version = document_version_of(work, seat_of(work, get_usable_link(work, token)).round)
    if version is None:
        raise NotFound("the document is not there yet")
    return version.file


def request_new_link(work: UnitOfWork, token: str) -> None:
    """Mail a new link to the address of a link that no longer works, while its seat is open; otherwise do nothing.

    The caller is not told which, so that somebody who tries a link of another person learns nothing.
    """
    row = work.session.scalar(select_link(work, token).with_for_update())
    if row is None:
        return
    seat = seat_of(work, row)
    dossier = seat.round.dossier
    open_seat = open_seat_of(work, dossier, seat.person)
    if open_seat is None:
        return
    last = work.session.scalar(
        select(ActLink.created_at).where(ActLink.seat_id == open_seat.id).order_by(ActLink.id.desc())
    )
    if last is not None and work.now - last < SEND_INTERVAL:
        return
    _mail_new_link(work, dossier, open_seat)


def resend_link(work: UnitOfWork, reference: str, seat_id: int | None) -> Dossier:
    """Mail a new link for the open seat of somebody without an account, and reset the count of wrong codes for the
    seat.

    Requires the permission to assign the dossier; the history records who sent the link to whom. Raises NotFound and
    Refused.
    """
    loaded = load_for_update(work, reference, "dossier.assign")
    open_seats = [seat for round_ in loaded.case.rounds if round_.status == "open" for seat in round_.seats]
    seat = next((seat for seat in open_seats if seat.key == seat_id and "@" in seat.person), None)
    if seat is None or seat.status != "open":
        raise Refused([say(work.language, "This signature is not expected from outside any more.")])
    row = loaded.row_of(SeatRow, seat)
    append_entry(work, "link_sent", {"seat": row.id, "person": row.person}, loaded.dossier)
    reset_limit(work.session, SIGNING_SEAT, str(row.id))
    _mail_new_link(work, loaded.dossier, row)
    return loaded.dossier


def _mail_new_link(work: UnitOfWork, dossier: Dossier, seat: SeatRow) -> None:
    data = {"round": {"name": _round_title(work, dossier, seat.round.definition)}, "link": new_link(work, seat)}
    cause = f"again-{int(work.now.timestamp() * 1000)}"
    notify(work, "signature_asked", [seat.person], data, dossier=dossier, entry=cause)


def _round_title(work: UnitOfWork, dossier: Dossier, rule: str) -> str:
    workflow = work.platform.definitions.pack(work.session, dossier.pack_hash).workflow
    return pick(workflow.round_rule(rule).title, work.language)


__all__ = [
    "GuestPage",
    "get_dossier",
    "guest_decline",
    "guest_document",
    "guest_sign",
    "load_guest_page",
    "request_new_link",
    "resend_link",
    "send_code",
]
