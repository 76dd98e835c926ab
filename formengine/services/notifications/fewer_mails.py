"""The link under a mail by which its reader chooses fewer of them, without signing in (N2, RFC 8058).

The link holds the account and the kind, signed; it gives access to nothing but that one choice, and does not expire.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from formengine.authoring.config.notifications import choices_of
from formengine.errors import NotFound
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.choices import choose_fewer
from formengine.settings import Settings
from formengine.storage.models.people import Person

_PATH = "/fewer-mails/"
_PURPOSE = "fewer mails"


def fewer_mails_link(settings: Settings, person_id: str, kind: str) -> str:
    """The address under a mail of a kind to an account; "" for a kind that people do not choose about."""
    if not choices_of(kind):
        return ""
    signature = urlsafe_b64encode(settings.secret.sign(f"{_PURPOSE}:{person_id}:{kind}")).rstrip(b"=").decode()
    return f"{settings.base_url.rstrip('/')}{_PATH}{person_id}.{kind}.{signature}"


def reader_of_link(work: UnitOfWork, token: str) -> tuple[Person, str]:
    """The account and the kind that a link was made for; raises NotFound for a link that is not one of ours, and for a
    closed account.
    """
    person_id, _, rest = token.partition(".")
    kind, _, signature = rest.partition(".")
    try:
        given = urlsafe_b64decode(signature.encode("ascii") + b"=" * (-len(signature) % 4))
    except (Error, ValueError):
        given = b""
    if not work.platform.settings.secret.is_signed(f"{_PURPOSE}:{person_id}:{kind}", given):
        raise NotFound("link")
    person = work.session.get(Person, person_id)
    if person is None or person.state == "closed" or not choices_of(kind):
        raise NotFound("link")
    return person, kind


def take_fewer(work: UnitOfWork, token: str, choice: str) -> tuple[Person, str]:
    """Store the choice of somebody who came by a link; returns the account and the kind.

    Raises NotFound as `reader_of_link` does, and Invalid for a choice that there is not.
    """
    person, kind = reader_of_link(work, token)
    choose_fewer(work, person, kind, choice)
    return person, kind
