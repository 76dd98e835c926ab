"""Whether a PDF is one that was signed here, and unchanged: for anybody who has it, without an account (S6).

Nothing of the file is kept. Only what its own signatures say is told, so nobody learns more than they hold already.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from typing import BinaryIO, Final

from formengine.documents.pdf_signing import Verification, verify
from formengine.errors import TooManyTries
from formengine.services.core.rate_limits import Limit
from formengine.services.core.signing_certificates import known_certificates
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.signed_copies import SignedHash

VERIFY_ADDRESS: Final = Limit("verify:address", 30, timedelta(minutes=10))
"""Files that one network address may have examined."""
AT_A_TIME: Final = 2
"""Files that a process examines at a time; each takes a process of its own, with bounds on time and memory."""
WAITING: Final = 2
"""Requests that wait for their turn; further ones are told at once to come back, so that other pages have threads."""
PATIENCE: Final = 5.0
"""Seconds for which they wait."""
_slots: Final = BoundedSemaphore(AT_A_TIME)
_waiting: Final = BoundedSemaphore(WAITING)


def verify_pdf(work: UnitOfWork, content: BinaryIO | bytes) -> Verification:
    """What a file is; `unchanged` where it is, byte for byte, what was signed here, and its signatures say so too;
    `complete` where it bears all the signatures that it is to bear as well.

    No transaction stays open while it waits for its turn and for the other process. Raises DocumentTooHeavy for a file
    that takes too much time or memory, and TooManyTries while too many are being examined.
    """
    with work.platform.database.reading() as session:
        certificates = known_certificates(session)
    pdf = content if isinstance(content, bytes) else content.read()
    if not _has_turn():
        raise TooManyTries(int(PATIENCE), "verify:all")
    try:
        verification = verify(pdf, certificates)
    finally:
        _slots.release()
    if not verification.unchanged:
        return verification
    with work.platform.database.reading() as session:
        kept = session.get(SignedHash, sha256(pdf).hexdigest())
        return (
            _with_kept(verification, kept)
            if kept is not None
            else replace(verification, unchanged=False, complete=False)
        )


def _has_turn() -> bool:
    """Whether a slot came free in time; the caller releases it. False at once where enough others wait for one."""
    if _slots.acquire(blocking=False):
        return True
    if not _waiting.acquire(blocking=False):
        return False
    try:
        return _slots.acquire(timeout=PATIENCE)
    finally:
        _waiting.release()


def _with_kept(verification: Verification, kept: SignedHash) -> Verification:
    """What was found in a PDF, with what was kept when it was signed: a PDF that was cut after one of its signatures is
    the copy that was made with it, and does not bear them all. For PDFs older than these columns, empty signature
    fields are counted instead.
    """
    signatures, times = verification.signatures, kept.signed_at or []
    if len(times) == len(signatures):
        signatures = tuple(replace(signature, signed_at=at) for signature, at in zip(signatures, times, strict=True))
    is_followed = kept.superseded_at is not None
    expected = max(kept.expected or verification.expected, len(signatures) + is_followed)
    complete = len(signatures) == expected
    return replace(verification, signatures=signatures, expected=expected, complete=complete, fuller_copy=is_followed)
