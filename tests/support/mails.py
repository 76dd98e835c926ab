"""What mails say, for tests that follow their links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import select

from formengine.storage.models.mails import Mail

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform


def invitation_secret(platform: Platform) -> str:
    """The secret in the link of the newest invitation."""
    with platform.database.reading() as session:
        newest = select(Mail).where(Mail.kind == "invitation").order_by(Mail.id.desc()).limit(1)
        link = re.search(r"/invitations/([\w-]+)", session.scalars(newest).one().text)
    assert link is not None
    return link[1]
