"""What people call the site roles (U7)."""

from __future__ import annotations

from typing import Final

from formengine.i18n import say

ROLE_TITLES: Final = {
    "client": "Client",
    "collaborator": "Client who may approve and sign",
    "counsel": "Counsel",
    "legal_admin": "Legal admin",
    "auditor": "Auditor",
}


def role_title(role: str, language: str) -> str:
    """The title of a site role in a language; of an unknown one its id.

    >>> role_title("legal_admin", "en")
    'Legal admin'
    """
    return say(language, ROLE_TITLES[role]) if role in ROLE_TITLES else role
