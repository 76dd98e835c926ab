"""The six-digit code that is mailed to whoever comes by a link, before anything is done there (T16).

It is valid for ten minutes and five tries; twenty wrong codes at most are taken for one seat, or one part of a form.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from secrets import compare_digest
from typing import Final

from formengine.errors import Refused, TooManyTries
from formengine.i18n import say
from formengine.services.core.rate_limits import SIGNING_CODE, SIGNING_SEAT, consume, refund
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.services.notifications.secret_text import SecretText
from formengine.storage.database import holds_write_lock
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import ActLink

log = logging.getLogger(__name__)

CODE_LIFETIME: Final = timedelta(minutes=10)
SEND_INTERVAL: Final = timedelta(seconds=30)


def mail_code(work: UnitOfWork, link: ActLink, address: str, dossier: Dossier | None = None) -> None:
    """Mail a new code for a locked link to the address that it belongs to, in the language of the page on which it is
    asked for; later mails follow it. Raises TooManyTries when the last code was sent a moment ago.
    """
    if link.code_expires_at is not None:
        wait = link.code_expires_at - CODE_LIFETIME + SEND_INTERVAL - work.now
        if timedelta(0) < wait <= SEND_INTERVAL:  # longer: the clock was set back
            raise TooManyTries(int(wait.total_seconds()) + 1)
    code = SecretText(work.platform.settings.secret, digits=6)
    link.code_hash, link.code_expires_at = (
        work.platform.settings.secret.hash(f"{link.id}-{code}"),
        work.now + CODE_LIFETIME,
    )
    link.language = work.language
    reader = Recipient(address, address, work.language, work.portal_zone)
    cause = f"{link.id}-{int(work.now.timestamp() * 1000)}"
    notify(work, "code", [reader], {"code": code}, dossier=dossier, entry=cause)


def check_code(work: UnitOfWork, link: ActLink, code: str, subject: str) -> None:
    """Raise Refused for a code that is wrong, has expired or was tried too often.

    `subject` is what wrong codes are counted by over all codes: a seat, or a part of a form. A try is counted before it
    is answered, the right code once however often it comes; `refund_code` takes that back.
    """
    if link.code_hash is None or link.code_expires_at is None or link.code_expires_at <= work.now:
        raise Refused([say(work.language, "The code has run out; ask for another code.")], about="code")
    hashes = work.platform.settings.secret.hashes(f"{link.id}-{code.strip()}")
    is_right = any(compare_digest(link.code_hash, code_hash) for code_hash in hashes)
    limits = (SIGNING_SEAT, subject), (SIGNING_CODE, _code_of(link))
    try:
        consume(work, *limits, once=_code_of(link) if is_right else "")
    except TooManyTries as error:
        raise Refused([_too_many_codes(work, error)], about="code") from None
    if not is_right:
        log.warning("a signing code was refused, seat %s, from %s", subject, work.address or "-")
        raise Refused([say(work.language, "This is not the code that we sent you.")], about="code")
    log.info("a signing code was accepted, seat %s, from %s", subject, work.address or "-")


def unused_code_mistake(work: UnitOfWork, link: ActLink, code: str, subject: str) -> str:
    """What is wrong with a code that is not used now, for something else is missing: a sentence; "" where it is right.

    `subject` as of `check_code`; here too only a wrong code counts as a try in the end.
    """
    if not code:
        return say(work.language, "Type the six digits that we sent you.")
    try:
        check_code(work, link, code, subject)
    except Refused as error:
        return error.reasons[0]
    if not holds_write_lock(work.session):  # a unit of work that holds it is run again: its try was taken back
        with work.platform.database.transaction() as session:  # by itself: the page is shown again, nothing is done
            refund(session, SIGNING_SEAT, subject, once=_code_of(link))
    return ""


def refund_code(work: UnitOfWork, link: ActLink, subject: str) -> None:
    """Take back the try of the right code, in the transaction of what is done with it: only wrong ones count."""
    refund(work.session, SIGNING_SEAT, subject, once=_code_of(link))


def _code_of(link: ActLink) -> str:
    return f"{link.id}-{link.code_hash}"


def _too_many_codes(work: UnitOfWork, error: TooManyTries) -> str:
    if error.limit == SIGNING_CODE.name:
        return say(work.language, "Too many wrong codes; ask for another code.")
    return say(
        work.language,
        "Too many wrong codes were typed here. Ask the person who sent it to you for a new link.",
    )
