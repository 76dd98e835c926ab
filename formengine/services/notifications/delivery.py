"""Delivering a mail: its row is brought up to date in short transactions around the talk with the mail server (N3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from formengine.errors import DeliveryFailed
from formengine.mail import Transport, build
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail


@dataclass(frozen=True)
class _Letter:
    """What is needed of a mail while no transaction is open."""

    to: str
    subject: str
    text: str
    language: str
    message_id: str
    reference: str | None
    written_at: datetime


def deliver(platform: Platform, transport: Transport, mail_id: int, *, last: bool) -> None:
    """Deliver one mail, unless it was; a repeat after a crash bears the same Message-ID.

    Raises DeliveryFailed when it was not taken; its row then says why, and `failed` when this was the last try.
    """
    letter = _begin(platform, mail_id)
    if letter is None:
        return
    headers = {"X-Formengine-Dossier": letter.reference} if letter.reference else {}
    try:
        message = build(
            platform.settings.mail_from,
            letter.to,
            letter.subject,
            letter.text,
            letter.language,
            letter.message_id,
            headers=headers,
            date=letter.written_at,
        )
        transport.deliver(message)
    except DeliveryFailed as failure:
        _end(platform, mail_id, "failed" if last or failure.permanent else "retrying", str(failure))
        raise
    _end(platform, mail_id, "sent", None)


def _begin(platform: Platform, mail_id: int) -> _Letter | None:
    with platform.database.transaction() as session:
        mail = session.get(Mail, mail_id)
        if mail is None or mail.state == "sent":
            return None
        mail.attempts += 1
        dossier = session.get(Dossier, mail.dossier_id) if mail.dossier_id else None
        return _Letter(
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            language=mail.language,
            message_id=mail.message_id,
            reference=dossier.reference if dossier else None,
            written_at=mail.created_at,
        )


def _end(platform: Platform, mail_id: int, state: str, error: str | None) -> None:
    with platform.database.transaction() as session:
        mail = session.get_one(Mail, mail_id)
        mail.state, mail.error = state, error
        mail.sent_at = datetime.now(UTC) if state == "sent" else None
