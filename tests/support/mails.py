"""Texts of mails, for tests that read them or follow their links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.mails import Mail

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from formengine.services.core.unit_of_work import Platform


def worded(platform: Platform, session: Session, mail: Mail) -> Mail:
    """The mail, detached from its session, with the subject and text that delivery would give it now."""
    words = word_mail(platform, session, mail)
    session.flush()
    session.expunge(mail)
    mail.subject, mail.text = words
    return mail


def mail_text(mail: Mail) -> str:
    """The text of a mail, rendered or sent."""
    assert mail.text is not None
    return mail.text


def invitation_secret(platform: Platform) -> str:
    """The secret in the link of the newest invitation."""
    with platform.database.reading() as session:
        newest = select(Mail).where(Mail.kind == "invitation").order_by(Mail.id.desc()).limit(1)
        text = mail_text(worded(platform, session, session.scalars(newest).one()))
    link = re.search(r"/invitations/([\w-]+)", text)
    assert link is not None
    return link[1]
