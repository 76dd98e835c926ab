"""The site roles: what an account may do on the whole site, apart from the roles that a workflow defines (U7).

What each of them may do is in the access table, `services/access/policy.py`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from formengine.i18n import say

SiteRole = Literal["client", "collaborator", "counsel", "legal_admin", "auditor"]
SITE_ROLES: Final[tuple[SiteRole, ...]] = get_args(SiteRole)
CLIENT_ROLES: Final[tuple[SiteRole, ...]] = ("client", "collaborator")
"""Those who see dossiers as clients do; a collaborator may approve and sign besides."""
LEGAL_TEAM_ROLES: Final[tuple[SiteRole, ...]] = ("legal_admin", "counsel")
"""The legal team. Workflows may name them as readers, and as who is asked, without defining them."""
ROLE_TITLES: Final = {
    "client": "Client",
    "collaborator": "Client who may approve and sign",
    "counsel": "Counsel",
    "legal_admin": "Legal admin",
    "auditor": "Auditor",
}
"""What people call them, in English."""


def site_role_title(role: str, language: str) -> str:
    """The title of a site role in a language; of an unknown one its id.

    >>> site_role_title("legal_admin", "en")
    'Legal admin'
    """
    return say(language, ROLE_TITLES[role]) if role in ROLE_TITLES else role
