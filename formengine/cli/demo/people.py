"""The people of the demo, who also play the parts in the tests: one company, its legal team, and who they serve.

Nothing here touches a database; `formengine.cli.demo.command` gives them accounts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from formengine.services.access.policy import Role

PASSWORD: Final = "a portal for lawyers"
"""The one password of everybody in the demo; the demo is never meant to be reached by strangers."""


@dataclass(frozen=True)
class Member:
    """Somebody of the cast; `manager` is the id of another, `heads` says that they head their department."""

    id: str
    name: str
    role: Role
    department: str
    manager: str | None = None
    heads: bool = False
    language: str = "en"
    part: str = ""

    @property
    def email(self) -> str:
        return f"{self.id}@example.com"


ORGANISATION: Final = ("acme", "Acme Group")
DEPARTMENTS: Final = {"sales": "Sales", "finance": "Finance", "legal": "Legal"}
CAST: Final = (
    Member("cleo", "Cleo Marchand", "collaborator", "sales", heads=True, part="client; approves for her department"),
    Member("maya", "Maya Laurent", "client", "sales", "cleo", part="client; asks, follows, may not approve"),
    Member("ines", "Inès Carrel", "counsel", "legal", heads=True, language="fr", part="general counsel; signs for us"),
    Member("paul", "Paul Whitby", "counsel", "legal", "ines", part="counsel, contracts"),
    Member("ana", "Ana Duarte", "counsel", "legal", "ines", part="counsel, contracts and advice"),
    Member("lena", "Lena Voss", "counsel", "legal", "ines", part="counsel, litigation and advice"),
    Member("omar", "Omar Haddad", "counsel", "legal", "ines", language="fr", part="counsel, litigation"),
    Member("nora", "Nora Lindqvist", "counsel", "legal", "ines", part="counsel, data protection officer"),
    Member("bo", "Bo Jansen", "collaborator", "finance", heads=True, part="finance director; approves"),
    Member("di", "Di Moreau", "collaborator", "finance", "bo", language="fr", part="finance; approves"),
    Member("sam", "Sam Okafor", "legal_admin", "legal", "ines", part="legal admin; people, mails, publishing"),
    Member("theo", "Theo Brandt", "auditor", "legal", part="auditor; reads all, changes nothing"),
)
BY_ID: Final = {member.id: member for member in CAST}
