"""Secret links to the status page of a dossier, for a requester without an account (F13).

The secret is derived from the dossier, the number of its link and a key of the site (HMAC-SHA256), so that each mail
can have the link again and no row holds it. Another number ends the link that there was. While the key is rotated,
links of the old one are valid until it is removed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from formengine.services.core.unit_of_work import Platform
from formengine.services.notifications.secret_text import MASK
from formengine.storage.models.dossiers import Dossier

_LENGTH: Final = 43
STATUS_PATH: Final = "/status/{reference}/{token}"
"""The path of the status page; `token` is the secret."""


def status_link(platform: Platform, dossier: Dossier, *, mask: bool = False) -> str:
    """The address of the status page; with `mask` without its secret."""
    secret = urlsafe_b64encode(platform.settings.secret.sign(_message(dossier))).rstrip(b"=").decode()
    base = platform.settings.base_url.rstrip("/")
    return base + STATUS_PATH.format(reference=dossier.reference, token=MASK if mask else secret)


def is_status_secret(platform: Platform, dossier: Dossier, secret: str) -> bool:
    """Whether a text is the secret of a dossier's status page."""
    if len(secret) != _LENGTH or not secret.isascii():
        return False
    try:
        signature = urlsafe_b64decode(secret + "=")
    except ValueError:
        return False
    return platform.settings.secret.is_signed(_message(dossier), signature)


def _message(dossier: Dossier) -> str:
    number = dossier.status_link_number
    return f"status page:{dossier.id}:{dossier.reference}" + (f":{number}" if number else "")
