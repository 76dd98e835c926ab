"""The site roles: what an account may do on the whole site, apart from the roles that a workflow defines (U7).

What each of them may do is in the access table, `services/access/policy.py`.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

SiteRole = Literal["client", "collaborator", "counsel", "legal_admin", "auditor"]
SITE_ROLES: Final[tuple[SiteRole, ...]] = get_args(SiteRole)
CLIENT_ROLES: Final[tuple[SiteRole, ...]] = ("client", "collaborator")
"""Those who see dossiers as clients do; a collaborator may approve and sign besides."""
LEGAL_TEAM_ROLES: Final[tuple[SiteRole, ...]] = ("legal_admin", "counsel")
"""The legal team. Workflows may name them as readers, and as who is asked, without defining them."""
