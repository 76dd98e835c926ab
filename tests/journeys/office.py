"""The served portal with its worker on a database, and a mail server that stores the mails it receives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.support.postgresql_cluster import until
from tests.support.smtp import Inbox

SECONDS = 30
"""How long a mail, or a draft, may take on a busy machine."""
SIGNED: Final = 180
"""The same of a signed PDF: it is converted, sealed at each signature, and sent with its certificate."""


@dataclass(frozen=True)
class Office:
    """What a journey needs beside browsers: the portal's address, the people, the mails, the rows."""

    url: str
    platform: Platform
    people: People
    inbox: Inbox

    def mail(self, to: str, kind: str, about: str = "", number: int = 1, seconds: int = SECONDS) -> EmailMessage:
        """The n-th mail of a kind to a person of the demo or an address; waits until it arrives."""
        until(lambda: len(self.mails(to, kind, about)) >= number, seconds)
        return self.mails(to, kind, about)[number - 1]

    def mails(self, to: str, kind: str, about: str = "") -> list[EmailMessage]:
        """The mails of a kind that a person has received so far, of one dossier if `about` is given."""
        address = to if "@" in to else self.people(to).email
        received = [mail for mail in self.inbox.to(address) if str(mail["Message-ID"]).startswith(f"<{kind}.")]
        return [mail for mail in received if not about or mail["X-Formengine-Dossier"] == about]

    def dossier(self, reference: str) -> Dossier:
        """The dossier's current row."""
        with self.platform.database.reading() as session:
            return session.query(Dossier).filter_by(reference=reference).one()

    def token(self, name: str) -> str:
        """An API token of a person, with every scope."""
        with acting_on(self.platform, self.people(name)) as work:
            return create_token(work, work.person, ["read", "submit", "work"])


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage, path: str) -> str:
    """The address below a path that a mail links to."""
    match = re.search(rf"https?://[^\s<>]+{re.escape(path)}[^\s<>]*", text_of(mail))
    assert match, text_of(mail)
    return match[0]


def code_in(mail: EmailMessage) -> str:
    """The six digits in a mail."""
    match = re.search(r"\b\d{6}\b", text_of(mail))
    assert match, text_of(mail)
    return match[0]
